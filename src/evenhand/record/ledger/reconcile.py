"""Does a store still hold what was published? Every row is read and compared with the tiles."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from evenhand.record.events.oversight import RecordErased
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.leaf import COMMITMENT, opens
from evenhand.record.ledger.store import Store
from evenhand.record.ledger.tiles import WIDTH, TileFolder
from evenhand.record.ledger.tree import leaf_hash

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Reconciled:
    """`leaves` in the store, of which `published` stand in the tiles; `erased` personal parts."""

    leaves: int
    published: int
    erased: int


def reconcile(
    store: Store, tiles: TileFolder, *, progress: Progress = lambda done, total: None
) -> Reconciled:
    """Compare a store with verified tiles: leaves, ids, commitments, erasures.

    Raises `VerificationError`, which names the first bad row as "leaf <number>".
    """
    number = erased = 0
    orders: list[tuple[int, bytes, int]] = []
    for rows in store.rows():
        for seq, event, leaf, personal, salt, by in rows:
            place = f"leaf {number} of the store"
            if seq != number:
                raise VerificationError("it was removed from the store", place=place)
            if number < tiles.size and leaf_hash(leaf) != tiles.hashes(0, number // WIDTH)[number % WIDTH]:
                raise VerificationError("it is not the leaf that was published", place=place)
            _check_row(place, event, leaf, personal, salt, by)
            if by is not None:
                orders.append((number, event, by))
                erased += 1
            number += 1
        progress(number, max(number, tiles.size))
    if number < tiles.size:
        raise VerificationError("it was removed from the store", place=f"leaf {number} of the store")
    for seq, event, by in orders:
        _check_order(store, seq, event, by)
    return Reconciled(number, min(number, tiles.size), erased)


def _check_row(
    place: str, event: bytes, leaf: bytes, personal: bytes | None, salt: bytes | None, by: int | None
) -> None:
    try:
        said = json.loads(leaf)
        known = UUID(said["id"])
    except (ValueError, KeyError, TypeError):
        raise VerificationError("it is no event", place=place) from None
    if known.bytes != event:
        raise VerificationError("it stands under the id of another event", place=place)
    if personal is None or salt is None:
        if COMMITMENT in said and by is None:
            raise VerificationError("its personal part is gone, without a recorded order", place=place)
    elif COMMITMENT not in said or not opens(said, personal, salt):
        raise VerificationError("its personal part was altered", place=place)


def _check_order(store: Store, seq: int, event: bytes, by: int) -> None:
    """The leaf that is said to record an erasure does record it."""
    place = f"leaf {seq} of the store"
    try:
        (order,) = next(iter(store.leaves(by, by + 1)), [])
        said = json.loads(order)
        fits = said["type"] == RecordErased.type and UUID(said["subject"]).bytes == event
    except (ValueError, KeyError, TypeError, LedgerError):
        fits = False
    if not fits:
        raise VerificationError("its personal part is gone, without a recorded order", place=place)
