"""What the ledger of a record says of it, before the record is judged."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evenhand.progress import Report
from evenhand.record.errors import RecordError
from evenhand.record.ledger.place import has_ledger
from evenhand.record.local_copy import local_folder
from evenhand.record.remote import AnyPath

if TYPE_CHECKING:
    from evenhand.record.ledger.check import CheckResult


def check_ledger(
    record: AnyPath, keys: Sequence[str], required: bool, judge_altered: bool, progress: Report
) -> "CheckResult | None":
    """Compare the record with its ledger; None where it carries none and none is required.

    A record in object storage is copied for it: every byte of it is compared. Raises `RecordError` for a
    record that differs from its ledger, unless altered ones are to be judged, and `LedgerError` for a key
    that cannot be read.
    """
    if not (keys or required or has_ledger(record)):
        return None
    from evenhand.record.ledger.check import check
    from evenhand.record.ledger.keys import read_verifier

    verifiers = [read_verifier(key) for key in keys]
    found = None
    if has_ledger(record):
        with local_folder(record) as folder:
            found = check(folder, verifiers, progress=lambda done, total: progress("ledger", done, total))
    if found is None and (required or verifiers):
        raise RecordError(f"{record} carries no ledger: it cannot be shown that nothing in it was altered.")
    if found is not None and not found.ok and not judge_altered:
        raise RecordError(f"{record}: {found.sentence} To judge it all the same: --judge-altered.")
    return found
