"""Leaves of the desk's ledger with their parts, each part checked against the commitment to it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from evenhand.record.events.oversight import ErasedPart
from evenhand.record.ledger.leaf import COMMITMENT
from evenhand.record.ledger.ledger import case_of, personal_of
from evenhand.record.ledger.store import Row, opening_of

PARTS = (
    "o.seq, (SELECT e.leaf FROM ledger_entry e WHERE e.seq = o.seq), "
    "(SELECT c.part FROM ledger_case c WHERE c.seq = o.seq), "
    "(SELECT c.salt FROM ledger_case c WHERE c.seq = o.seq), "
    "(SELECT p.personal FROM ledger_opening p WHERE p.seq = o.seq), "
    "(SELECT p.salt FROM ledger_opening p WHERE p.seq = o.seq)"
)
"""What `opened` takes, for a query over a table `o` with the column `seq`.

As subqueries, since a planner whose statistics lag behind would walk through all leaves to join them.
"""
_AT_ONCE = 500
_COMMITTED = f'"{COMMITMENT}":'.encode()


class Leaf(NamedTuple):
    """One leaf: the fields of its case part (None once erased) and of its personal part (None where there is
    none; `erased` says that there was one).
    """

    seq: int
    case: dict[str, Any] | None
    personal: dict[str, Any] | None
    erased: bool


def opened(found: Iterable[Sequence[Any]]) -> list[Leaf]:
    """The leaves that a query for `PARTS` found, in its order.

    Raises `VerificationError`, which names the leaf, where a part was altered, or is gone without an erasure
    on record.
    """
    rows = [
        Row(seq, b"", bytes(leaf or b""), opening_of(*parts[:2]), opening_of(*parts[2:]), None, None)
        for seq, leaf, *parts in found
    ]
    gone = [row.number for row in rows if _lacks_a_part(row)]
    if gone:
        by = _erasures(gone)
        rows = [
            row._replace(
                case_erased_by=by.get((row.number, ErasedPart.CASE)),
                personal_erased_by=by.get((row.number, ErasedPart.PERSONAL)),
            )
            for row in rows
        ]
    return [_leaf(row) for row in rows]


def at(seqs: Sequence[int]) -> list[Leaf]:
    """The leaves of these numbers, in order. The caller knows that they are in scope. Raises as `opened`."""
    found: list[Leaf] = []
    for start in range(0, len(seqs), _AT_ONCE):
        some = seqs[start : start + _AT_ONCE]
        marks = ", ".join(["%s"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {PARTS} FROM ledger_entry o WHERE o.seq IN ({marks}) ORDER BY o.seq", some
            )
            found += opened(cursor.fetchall())
    return found


def _lacks_a_part(row: Row) -> bool:
    return row.case is None or (row.personal is None and _COMMITTED in row.case.part)


def _erasures(seqs: Sequence[int]) -> dict[tuple[int, str], int]:
    """Which parts of these leaves were erased, and the numbers of the leaves that record it."""
    found: dict[tuple[int, str], int] = {}
    for start in range(0, len(seqs), _AT_ONCE):
        some = seqs[start : start + _AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq, part, erased_by FROM ledger_erasure "
                f"WHERE seq IN ({', '.join(['%s'] * len(some))})",
                some,
            )
            found |= {(seq, part): by for seq, part, by in cursor.fetchall()}
    return found


def _leaf(row: Row) -> Leaf:
    case = case_of(row)
    if case is None:
        return Leaf(row.number, None, None, erased=True)
    personal = personal_of(row, case)
    return Leaf(row.number, case, personal, erased=personal is None and COMMITMENT in case)
