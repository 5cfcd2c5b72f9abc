"""Proofs as files: inclusion (C2SP tlog-proof) and consistency (the request form of C2SP tlog-witness).

c2sp.org/tlog-proof@v1          old 600
extra <the leaf>                <hashes>
index 42
<hashes>                        <checkpoint>

<checkpoint>
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.record.ledger.checkpoint import Opened, open_checkpoint
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.note import NoteError, Verifier, from_base64
from evenhand.record.ledger.tiles import TileFolder
from evenhand.record.ledger.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

INCLUSION = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
PLACE = "proof"


@dataclass(frozen=True)
class Inclusion:
    """A leaf, its number and its path, under a checkpoint (not yet verified)."""

    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def dump(self) -> bytes:
        lines = [INCLUSION, f"extra {_b64(self.leaf)}", f"index {self.index}", *map(_b64, self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


@dataclass(frozen=True)
class Consistency:
    """The path from a tree of `old` leaves to that of a checkpoint (not yet verified)."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def dump(self) -> bytes:
        return "\n".join([f"old {self.old}", *map(_b64, self.path), "", ""]).encode() + self.checkpoint


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    try:
        return from_base64(text)
    except ValueError:
        raise LedgerError(f"the proof is damaged: {text[:50]!r} is not Base 64.") from None


def _number(line: str, word: str) -> int:
    name, _, digits = line.partition(" ")
    if name != word or not _NUMBER.fullmatch(digits):
        raise LedgerError(f"the proof is damaged: {line[:50]!r} should be `{word} <number>`.")
    return int(digits)


def parse_proof(raw: bytes) -> Inclusion | Consistency:
    """Read a proof file. Raises `LedgerError` when it is neither form."""
    try:
        head, blank, checkpoint = raw.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise LedgerError("the file is no proof: it is not text.") from None
    lines = head.split("\n")
    if not blank:
        raise LedgerError("the file is no proof: it holds no checkpoint after an empty line.")
    if lines[0] != INCLUSION:
        old = _number(lines[0], "old")
        return Consistency(old, tuple(map(_raw, lines[1:])), checkpoint.encode())
    if len(lines) < 3 or not lines[1].startswith("extra "):
        raise LedgerError("the proof holds no leaf (`extra`): make it with `evenhand ledger prove`.")
    leaf, index = _raw(lines[1][6:]), _number(lines[2], "index")
    return Inclusion(leaf, index, tuple(map(_raw, lines[3:])), checkpoint.encode())


def prove_inclusion(tiles: TileFolder, index: int, checkpoint: bytes) -> Inclusion:
    """The proof that a leaf is in the tree of the tiles. Raises `VerificationError` for damaged tiles."""
    path = inclusion_proof(tiles.node, index, tiles.size)
    return Inclusion(tiles.leaf(index), index, tuple(path), checkpoint)


def prove_consistency(tiles: TileFolder, old: int, checkpoint: bytes) -> Consistency:
    """The proof that the tree of the tiles begins with the tree of `old` leaves."""
    return Consistency(old, tuple(consistency_proof(tiles.node, old, tiles.size)), checkpoint)


def _open(raw: bytes, verifiers: Sequence[Verifier]) -> Opened:
    try:
        return open_checkpoint(raw, verifiers)
    except NoteError as error:
        raise VerificationError(f"its checkpoint: {error}", place=PLACE) from None


def check_inclusion(proof: Inclusion, verifiers: Sequence[Verifier]) -> Opened:
    """The checkpoint under which the leaf stands. Raises `VerificationError` when the proof does not hold."""
    opened = _open(proof.checkpoint, verifiers)
    size, root = opened.checkpoint.size, opened.checkpoint.root
    if not verify_inclusion(leaf_hash(proof.leaf), proof.index, size, proof.path, root):
        raise VerificationError(f"it does not lead from leaf {proof.index} to the signed root", place=PLACE)
    return opened


def check_consistency(proof: Consistency, old: Opened, verifiers: Sequence[Verifier]) -> Opened:
    """The newer checkpoint, shown to continue the older; `VerificationError` when the proof does not."""
    opened = _open(proof.checkpoint, verifiers)
    first, second = old.checkpoint, opened.checkpoint
    if first.origin != second.origin:
        raise VerificationError(f"it is of {second.origin}, the older one of {first.origin}", place=PLACE)
    if first.size != proof.old:
        said = f"it begins at {proof.old} leaves, the older checkpoint has {first.size}"
        raise VerificationError(said, place=PLACE)
    if not verify_consistency(first.size, first.root, second.size, second.root, proof.path):
        raise VerificationError(
            f"the log of {second.size} leaves does not begin with the signed one of {first.size}: it has "
            "been forked",
            place=PLACE,
        )
    return opened
