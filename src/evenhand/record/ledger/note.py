"""Signed notes (C2SP signed-note) with Ed25519 keys, and witness cosignatures (C2SP tlog-cosignature).

A verifier key is the text `<name>+<key id>+<base64 of type and key>`. A signer's key is the text that the Go
checksum database uses for its own: `PRIVATE+KEY+` and the same with the private seed.
"""

import base64
import hashlib
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evenhand.record.ledger.errors import LedgerError

ED25519 = 0x01
COSIGNATURE = 0x04
MAX_NOTE = 1_000_000

_NAME = re.compile(r"[^\s+]+")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_PRIVATE = "PRIVATE+KEY+"


class NoteError(LedgerError):
    """A note or key that is not well formed, or that no trusted key signed."""


def from_base64(text: str) -> bytes:
    """The bytes of a Base 64 text, which must be written in the one canonical way. Raises `ValueError`."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("it is no canonical Base 64")
    return raw


def check_name(name: str) -> str:
    """The name, if a key or an origin may have it: not empty, no spaces, no plus sign."""
    if not _NAME.fullmatch(name) or not name.isprintable():
        raise NoteError(f"{name!r} is no key name: it may not be empty nor have spaces or '+'.")
    return name


def key_id(name: str, kind: int, public: bytes) -> int:
    """The first four bytes of SHA-256 over name, newline, kind and the 32-byte public key."""
    digest = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()
    return int.from_bytes(digest[:4], "big")


def _cosigned(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


@dataclass(frozen=True)
class Signature:
    name: str
    key_id: int
    data: bytes

    def line(self) -> str:
        raw = self.key_id.to_bytes(4, "big") + self.data
        return f"— {self.name} {base64.b64encode(raw).decode()}\n"

    @property
    def timestamp(self) -> int:
        """The POSIX second of a cosignature."""
        return int.from_bytes(self.data[:8], "big")


@dataclass(frozen=True)
class Verifier:
    """A public key under a name. `kind` is `ED25519` for a log, `COSIGNATURE` for a witness."""

    name: str
    public: bytes
    kind: int = ED25519
    key_id: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key_id", key_id(check_name(self.name), self.kind, self.public))

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read `<name>+<key id>+<base64>`. Raises `NoteError`."""
        try:
            name, hexed, coded = vkey.strip().split("+", 2)
            raw = from_base64(coded)
            verifier = cls(name, raw[1:], raw[0])
            Ed25519PublicKey.from_public_bytes(verifier.public)
        except (ValueError, IndexError):
            raise NoteError(f"{vkey.strip()[:80]!r} is no verifier key (name+id+base64).") from None
        if verifier.kind not in (ED25519, COSIGNATURE):
            raise NoteError(f"the key of {name} is of kind {verifier.kind}; known: 1 (Ed25519), 4 (witness).")
        if hexed != f"{verifier.key_id:08x}":
            raise NoteError(f"the key of {name} is damaged: its id is {verifier.key_id:08x}, not {hexed}.")
        return verifier

    def vkey(self) -> str:
        coded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id:08x}+{coded}"

    def accepts(self, text: str, signature: Signature) -> bool:
        """Whether the signature over a note's text is this key's."""
        message, data = text.encode(), signature.data
        if self.kind == COSIGNATURE:
            if len(data) != 72 or signature.timestamp >= 1 << 63:
                return False
            message, data = _cosigned(text, signature.timestamp), data[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(data, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key under a name; `kind` as in `Verifier`."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = ED25519

    @classmethod
    def generate(cls, name: str, kind: int = ED25519) -> Self:
        return cls(check_name(name), Ed25519PrivateKey.generate().private_bytes_raw(), kind)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `PRIVATE+KEY+<name>+<key id>+<base64>`. Raises `NoteError`, which never quotes the key."""
        text = text.strip()
        try:
            if not text.startswith(_PRIVATE):
                raise ValueError
            name, hexed, coded = text[len(_PRIVATE) :].split("+", 2)
            raw = from_base64(coded)
            signer = cls(name, raw[1:], raw[0])
            known = signer.verifier.key_id
        except (ValueError, IndexError):
            raise NoteError("the file holds no signer's key (PRIVATE+KEY+name+id+base64).") from None
        if hexed != f"{known:08x}" or signer.kind not in (ED25519, COSIGNATURE):
            raise NoteError(f"the signer's key of {name} is damaged.")
        return signer

    def secret(self) -> str:
        coded = base64.b64encode(bytes([self.kind]) + self.seed).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id:08x}+{coded}"

    @property
    def verifier(self) -> Verifier:
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return Verifier(self.name, public, self.kind)

    def sign(self, text: str, *, timestamp: int | None = None) -> Signature:
        """Sign a note's text; a witness's signature carries the time (POSIX seconds, default now)."""
        private, known = Ed25519PrivateKey.from_private_bytes(self.seed), self.verifier.key_id
        if self.kind == ED25519:
            return Signature(self.name, known, private.sign(text.encode()))
        stamp = int(time.time()) if timestamp is None else timestamp
        data = stamp.to_bytes(8, "big") + private.sign(_cosigned(text, stamp))
        return Signature(self.name, known, data)


@dataclass(frozen=True)
class Note:
    """A text that ends in a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a note. Raises `NoteError` for anything that the specification does not allow."""
        if len(raw) > MAX_NOTE:
            raise NoteError(f"the note is longer than {MAX_NOTE} bytes.")
        try:
            whole = raw.decode()
        except UnicodeDecodeError:
            raise NoteError("the note is not UTF-8.") from None
        if any(c < " " and c != "\n" for c in whole):
            raise NoteError("the note holds control characters.")
        text, blank, tail = whole.rpartition("\n\n")
        if not blank or not tail.endswith("\n"):
            raise NoteError("the note has no signatures.")
        signatures = []
        for line in tail.removesuffix("\n").split("\n"):
            found = _SIGNATURE.fullmatch(line)
            try:
                data = from_base64(found[2]) if found else b""
            except ValueError:
                data = b""
            if not found or len(data) < 5:
                raise NoteError(f"{line[:60]!r} is no signature line.")
            signatures.append(Signature(found[1], int.from_bytes(data[:4], "big"), data[4:]))
        return cls(text + "\n", tuple(signatures))

    def dump(self) -> bytes:
        return (self.text + "\n" + "".join(s.line() for s in self.signatures)).encode()

    def with_signatures(self, more: Iterable[Signature]) -> "Note":
        """The note with more signatures, each line once."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))

    def signed_by(self, verifiers: Iterable[Verifier]) -> list[tuple[Verifier, Signature]]:
        """The trusted keys that signed. Raises `NoteError` if one's signature is wrong, or none is there."""
        known = {(v.name, v.key_id): v for v in verifiers}
        good = []
        for signature in self.signatures:
            verifier = known.get((signature.name, signature.key_id))
            if verifier is None:
                continue
            if not verifier.accepts(self.text, signature):
                raise NoteError(f"the signature of {signature.name} does not fit the text.")
            good.append((verifier, signature))
        if not good:
            names = ", ".join(sorted({s.name for s in self.signatures}))
            raise NoteError(f"no trusted key signed it; it is signed by {names}.")
        return good
