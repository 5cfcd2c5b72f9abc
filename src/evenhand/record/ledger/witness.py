"""A witness: a second party that keeps its own copy of a log's checkpoints and refuses a fork."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from evenhand.record.ledger.checkpoint import Opened
from evenhand.record.ledger.errors import VerificationError
from evenhand.record.ledger.keys import slug
from evenhand.record.ledger.note import Note, Signer, Verifier
from evenhand.record.ledger.proof import check_consistency, prove_consistency
from evenhand.record.ledger.tiles import CHECKPOINT, TileFolder, write_whole
from evenhand.record.ledger.tree import EMPTY_ROOT
from evenhand.record.ledger.verify import read_checkpoint


class Witness:
    """Cosigns what continues the newest checkpoint that it saw of a log.

    `state/<log>/checkpoint` is the newest one; `seen/<size>` keeps each; `refused/` keeps the evidence of
    every fork: two checkpoints, signed by the log, that cannot both be true.
    """

    def __init__(self, state: Path, signer: Signer) -> None:
        self.state = state
        self.signer = signer

    @contextmanager
    def _lock(self, folder: Path) -> Iterator[None]:
        for part in ("seen", "refused"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def cosign(self, published: Path, verifiers: Sequence[Verifier]) -> Note:
        """Check the checkpoint in a folder of tiles against the newest one seen, keep it and cosign it.

        Raises `VerificationError` when the log was forked or set back, or its tiles do not show that it
        continues; the refused checkpoint is kept.
        """
        opened = read_checkpoint(published / CHECKPOINT, verifiers)
        folder = self.state / slug(opened.checkpoint.origin)
        with self._lock(folder):
            newest = folder / CHECKPOINT
            if newest.is_file():
                try:
                    self._continues(published, read_checkpoint(newest, verifiers), opened, verifiers)
                except VerificationError:
                    size, root = opened.checkpoint.size, opened.checkpoint.root.hex()[:16]
                    write_whole(folder / "refused" / f"{size}-{root}", opened.note.dump())
                    raise
            elif opened.checkpoint.size == 0 and opened.checkpoint.root != EMPTY_ROOT:
                raise VerificationError("it is empty but has a root", place=CHECKPOINT)
            # Kept before it is signed: a witness that forgets could be led to sign a fork.
            write_whole(folder / "seen" / str(opened.checkpoint.size), opened.note.dump())
            write_whole(newest, opened.note.dump())
            return opened.note.with_signatures([self.signer.sign(opened.note.text)])

    @staticmethod
    def _continues(published: Path, before: Opened, now: Opened, verifiers: Sequence[Verifier]) -> None:
        old, new = before.checkpoint, now.checkpoint
        if new.size < old.size:
            raise VerificationError(
                f"it has {new.size} leaves, but one with {old.size} was seen before: the log was set back",
                place=CHECKPOINT,
            )
        if new.size == old.size:
            if new.root != old.root:
                raise VerificationError(
                    f"its root differs from that seen before for the same {new.size} leaves: the log has "
                    "been forked",
                    place=CHECKPOINT,
                )
            return
        proof = prove_consistency(TileFolder(published, new.size), old.size, now.note.dump())
        check_consistency(proof, before, verifiers)
