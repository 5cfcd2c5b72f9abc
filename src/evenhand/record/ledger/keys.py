"""Key files: `*.skey` for signers (readable by the owner only), `*.vkey` for all."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.note import ED25519, NoteError, Signer, Verifier, check_name
from evenhand.record.ledger.tiles import write_whole


def slug(name: str) -> str:
    """A file name for a key name or an origin."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", check_name(name))


def _file_name(name: str, key_id: int) -> str:
    return f"{slug(name)}.{key_id:08x}"


def write_verifier(folder: Path, verifier: Verifier) -> Path:
    path = folder / f"{_file_name(verifier.name, verifier.key_id)}.vkey"
    write_whole(path, f"{verifier.vkey()}\n".encode())
    return path


def write_signer(folder: Path, signer: Signer) -> Path:
    """Write a new private key, readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{_file_name(signer.name, signer.verifier.key_id)}.skey"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(signer.secret() + "\n")
    return path


def read_signer(path: Path) -> Signer:
    """Read a private key. Raises `LedgerError`; the message never quotes the key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise LedgerError(f"the key file {path} cannot be read: {reason}.") from None
    try:
        return Signer.parse(text)
    except NoteError as error:
        raise LedgerError(f"{path}: {error}") from None


def signers_in(folder: Path) -> list[Signer]:
    """All private keys in a folder, those of logs only."""
    found = [read_signer(path) for path in sorted(folder.glob("*.skey"))]
    return [signer for signer in found if signer.kind == ED25519]


def read_verifier(given: str) -> Verifier:
    """A verifier key given as text or as the name of a `*.vkey` file. Raises `LedgerError`."""
    path = Path(given)
    try:
        text = path.read_text(encoding="utf-8") if len(given) < 4096 and path.is_file() else given
        return Verifier.parse(text)
    except (NoteError, UnicodeDecodeError, OSError) as error:
        raise LedgerError(f"--key: {error} Give a *.vkey file or its text.") from None


def verifiers_in(folder: Path) -> list[Verifier]:
    """All verifier keys that lie beside a checkpoint."""
    return [read_verifier(str(path)) for path in sorted(folder.glob("*.vkey"))]


def check_readable(verifiers: Sequence[Verifier], folder: Path) -> None:
    """`LedgerError` where no key is at hand at all."""
    if not verifiers:
        raise LedgerError(f"{folder} has no *.vkey file: give the log's key with --key.")
