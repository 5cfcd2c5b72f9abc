"""Is the desk's ledger whole? Leaves against tiles and checkpoint, parts against commitments, erasures."""

from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from evenhand.desk.record.ledger import ledger
from evenhand.record.ledger.checkpoint import Checkpoint
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.keys import signers_in, verifiers_in
from evenhand.record.ledger.note import Note
from evenhand.record.ledger.reconcile import faults
from evenhand.record.ledger.store import Store
from evenhand.record.ledger.tiles import CHECKPOINT, Frontier, TileFolder
from evenhand.record.ledger.tree import leaf_hash
from evenhand.record.ledger.verify import verify

Progress = Callable[[int, int], None]


def check_ledger(progress: Progress = lambda done, total: None) -> None:
    """Raise the first fault of the ledger as `VerificationError`, which names the leaf, tile or file."""
    for fault in ledger_faults(progress):
        raise fault


def ledger_faults(progress: Progress = lambda done, total: None) -> Iterator[VerificationError]:
    """Every fault of the ledger: of what was published, of each leaf, of the store's own checkpoint.

    Raises `LedgerError` where the ledger has another format.
    """
    store = ledger().store
    store.origin()
    tiles = None
    try:
        tiles = _published()
    except VerificationError as fault:
        yield fault
    except LedgerError as error:
        yield VerificationError(str(error).removesuffix("."), place=CHECKPOINT)
    yield from faults(store, tiles, progress=progress)
    yield from _last_checkpoint(store, tiles)


def _published() -> TileFolder | None:
    """The published tiles, verified under the desk's own keys; None where nothing was published."""
    folder: Path = settings.ENVIRONMENT.folder
    if not (folder / "public" / CHECKPOINT).is_file():
        return None
    # Whoever can change the published folder can change the keys in it as well, so the private ones decide.
    keys = [signer.verifier for signer in signers_in(folder / "keys")]
    verified = verify(folder / "public", keys or verifiers_in(folder / "public"), processes=1)
    return TileFolder(folder / "public", verified.leaves)


def _last_checkpoint(store: Store, tiles: TileFolder | None) -> Iterator[VerificationError]:
    """The checkpoint that the store keeps, against what was published or else against its own leaves."""
    last = store.last_checkpoint()
    if last is None:
        return
    try:
        checkpoint = Checkpoint.parse(Note.parse(last[1]).text)
    except LedgerError:
        yield VerificationError("it cannot be read", place="the last checkpoint in the store")
        return
    if tiles is not None and tiles.size >= checkpoint.size:
        # Each leaf was compared with the tiles. A kill can leave the store one checkpoint behind them.
        return
    frontier = Frontier()
    for leaves in store.leaves(0, checkpoint.size):
        for leaf in leaves:
            frontier.push(0, leaf_hash(leaf))
            frontier.size += 1
    if frontier.size != checkpoint.size or frontier.root() != checkpoint.root:
        yield VerificationError(
            "the store's leaves do not give its root: leaves were altered, added or removed",
            place=f"the checkpoint over {checkpoint.size} leaves",
        )
