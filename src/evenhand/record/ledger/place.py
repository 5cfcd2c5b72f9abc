"""Where a sealed record carries its ledger."""

from evenhand.record.remote import AnyPath

FOLDER = "ledger"
SEALS = "openings/seals.jsonl"
"""The statements with their salts."""


def has_ledger(record: AnyPath) -> bool:
    """Whether a record carries a ledger."""
    return (record / FOLDER).is_dir()
