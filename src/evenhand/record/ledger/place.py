"""Where a sealed record carries its ledger."""

from evenhand.record.remote import AnyPath

FOLDER = "ledger"


def has_ledger(record: AnyPath) -> bool:
    """Whether a record carries a ledger."""
    return (record / FOLDER).is_dir()
