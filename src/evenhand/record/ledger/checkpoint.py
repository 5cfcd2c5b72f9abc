"""Checkpoints: the size and root of a tree, signed (C2SP tlog-checkpoint)."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from evenhand.record.ledger.note import ED25519, Note, NoteError, Signature, Signer, Verifier, from_base64


@dataclass(frozen=True)
class Checkpoint:
    """`origin` names the log; `root` is the 32-byte Merkle root over its first `size` leaves."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note's text. Raises `NoteError`."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines):
            raise NoteError("a checkpoint has three lines or more: origin, size, root.")
        if not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
            raise NoteError(f"{lines[1][:30]!r} is no size of a tree.")
        try:
            root = from_base64(lines[2])
        except ValueError:
            root = b""
        if len(root) != 32:
            raise NoteError(f"{lines[2][:60]!r} is no root hash.")
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:]))

    def text(self) -> str:
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    def sign(self, signers: Iterable[Signer]) -> Note:
        return Note(self.text(), tuple(s.sign(self.text()) for s in signers))


@dataclass(frozen=True)
class Opened:
    """A checkpoint whose signatures were checked: by which of the trusted keys."""

    checkpoint: Checkpoint
    note: Note
    signatures: tuple[tuple[Verifier, Signature], ...]

    @property
    def cosigned_at(self) -> int | None:
        """The earliest second at which a trusted witness cosigned, if any did."""
        return min((s.timestamp for v, s in self.signatures if v.kind != ED25519), default=None)


def open_checkpoint(raw: bytes, verifiers: Iterable[Verifier]) -> Opened:
    """Read a signed checkpoint and check that a trusted key of the log itself signed it.

    Raises `NoteError` when it is misshapen, a known key's signature is wrong, or only witnesses signed.
    """
    note = Note.parse(raw)
    checkpoint = Checkpoint.parse(note.text)
    signatures = tuple(note.signed_by(verifiers))
    if not any(v.kind == ED25519 and v.name == checkpoint.origin for v, _ in signatures):
        raise NoteError(f"no trusted key of {checkpoint.origin} signed it.")
    return Opened(checkpoint, note, signatures)
