"""Where a sealed record carries its ledger."""

from pathlib import Path

FOLDER = "ledger"


def has_ledger(record: Path) -> bool:
    """Whether a record carries a ledger."""
    return (record / FOLDER).is_dir()
