"""Is a store whole? Every leaf is compared with the tiles, and every part with the commitment to it."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from evenhand.record.events.oversight import ErasedPart, RecordErased
from evenhand.record.ledger.errors import VerificationError
from evenhand.record.ledger.ledger import case_of, missing, personal_of
from evenhand.record.ledger.store import Row, Store
from evenhand.record.ledger.tiles import WIDTH, TileFolder
from evenhand.record.ledger.tree import leaf_hash

Progress = Callable[[int, int], None]
_Erased = tuple[str, str]
"""The number of a leaf and which of its parts, as `record.erased` states them."""


@dataclass(frozen=True)
class Reconciled:
    """`leaves` in the store, of which `published` stand in the tiles; `erased` parts."""

    leaves: int
    published: int
    erased: int


@dataclass
class _Walk:
    """What a pass over the store gathered: erasures that rows point to, and those that leaves record."""

    number: int = 0
    parts: dict[_Erased, int] = field(default_factory=dict)
    orders: dict[_Erased, int] = field(default_factory=dict)

    def row(self, row: Row, tiles: TileFolder | None) -> None:
        """Check one row. Raises `VerificationError` for the first fault in it."""
        place = place_of(row.number)
        if tiles is not None and row.number < tiles.size:
            published = tiles.hashes(0, row.number // WIDTH)[row.number % WIDTH]
            if leaf_hash(row.leaf) != published:
                raise VerificationError("it is not the leaf that was published", place=place)
        self._note(row)
        case = case_of(row)
        if case is None:
            if row.personal is not None:
                raise VerificationError("its case part was erased, its personal part was not", place=place)
            return
        if row.case_erased_by is not None:
            raise VerificationError("an erasure is recorded, but its case part is still there", place=place)
        if _id(case) != row.id:
            raise VerificationError("it stands under the id of another event", place=place)
        if personal_of(row, case) is not None and row.personal_erased_by is not None:
            raise VerificationError(
                "an erasure is recorded, but its personal part is still there", place=place
            )

    def _note(self, row: Row) -> None:
        for part, by in (
            (ErasedPart.CASE, row.case_erased_by),
            (ErasedPart.PERSONAL, row.personal_erased_by),
        ):
            if by is not None:
                self.parts[str(row.number), part] = by
        if RecordErased.type.encode() in row.leaf:
            with suppress(ValueError, LookupError, TypeError, AttributeError):
                said = json.loads(row.leaf)
                if said["type"] == RecordErased.type:
                    self.orders[said["subject"], said["what"]] = row.number

    def orders_and_parts(self) -> Iterator[VerificationError]:
        """Erasures without an order, and orders that were not carried out."""
        for (number, part), by in self.parts.items():
            if self.orders.get((number, part)) != by:
                yield missing(int(number), ErasedPart(part))
        for (number, part), by in self.orders.items():
            if (number, part) not in self.parts:
                yield VerificationError(
                    f"leaf {by} records that its {part} part was erased, which the store does not know of",
                    place=f"leaf {number} of the store",
                )


def place_of(number: int) -> str:
    return f"leaf {number} of the store"


def _id(case: dict[str, Any]) -> bytes | None:
    try:
        return UUID(case["id"]).bytes
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def faults(
    store: Store, tiles: TileFolder | None, *, progress: Progress = lambda done, total: None
) -> Iterator[VerificationError]:
    """Walk through a whole store and give every fault in it. `tiles` are verified ones, if any.

    A row that is missing or out of place ends the walk, since every row behind it would count as a fault.
    """
    yield from _faults(_Walk(), store, tiles, progress)


def _faults(
    walk: _Walk, store: Store, tiles: TileFolder | None, progress: Progress
) -> Iterator[VerificationError]:
    published = tiles.size if tiles is not None else 0
    for rows in store.rows():
        for row in rows:
            if row.number != walk.number:
                yield VerificationError("it was removed from the store", place=place_of(walk.number))
                return
            try:
                walk.row(row, tiles)
            except VerificationError as fault:
                yield fault
            walk.number += 1
        progress(walk.number, max(walk.number, published))
    if walk.number < published:
        yield VerificationError("it was removed from the store", place=place_of(walk.number))
        return
    yield from walk.orders_and_parts()


def reconcile(
    store: Store, tiles: TileFolder | None, *, progress: Progress = lambda done, total: None
) -> Reconciled:
    """Check a whole store: leaves against verified tiles, ids, commitments, erasures.

    Raises the first fault as `VerificationError`, which names the row as "leaf <number> of the store".
    """
    walk = _Walk()
    for fault in _faults(walk, store, tiles, progress):
        raise fault
    published = min(walk.number, tiles.size) if tiles is not None else 0
    return Reconciled(walk.number, published, len(walk.parts))
