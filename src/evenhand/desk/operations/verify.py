"""Checking the desk's whole record: what `evenhand desk verify` says."""

from collections.abc import Callable, Iterator

from evenhand.desk.record.integrity import ledger_faults
from evenhand.desk.record.rebuild import rebuild

Progress = Callable[[str, int, int], None]


def verify(progress: Progress = lambda step, done, total: None) -> Iterator[str]:
    """Every fault of the ledger and the read tables, as a sentence that says what is wrong and where.

    The read tables are compared with a replay of the ledger, which is undone. A replay of a ledger that is
    not whole would say nothing of them, so then they are not compared.
    """
    whole = True
    for fault in ledger_faults(lambda done, total: progress("leaves", done, total)):
        whole = False
        yield f"{fault}."
    if not whole:
        yield "The read tables were not compared, because the ledger is not whole."
        return
    for difference in rebuild(progress, keep=False).differences:
        yield f"{difference.table} {difference.key}: {difference.what}."
