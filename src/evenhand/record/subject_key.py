"""The secret under which a record's made keys are hashed: in its personal part, never published.

Who has the secret can tell, by trying, whether a person whose data they know is in the record.
"""

import os
import secrets
from pathlib import Path

from evenhand.record.errors import RecordError

PLACE = Path("personal") / "subject.key"
"""Where a record keeps it. No reader of the public part opens the folder `personal`."""
_BYTES = 32


def new_secret() -> bytes:
    return secrets.token_bytes(_BYTES)


def read_secret(path: Path) -> bytes:
    """Read a secret (32 bytes). Raises `RecordError`; the message never quotes the file."""
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except OSError as error:
        raise RecordError(
            f"{path}: the key file cannot be read: {error.strerror}. "
            f"Name the file {PLACE} of an earlier record."
        ) from None
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise RecordError(
            f"{path}: this is not a key file: it must have {2 * _BYTES} hexadecimal digits. "
            f"Name the file {PLACE} of an earlier record."
        )
    return secret


def secret_of(record: Path) -> bytes | None:
    """Return the secret of the record in a folder; None if there is no such record or it has no secret."""
    path = record / PLACE
    return read_secret(path) if path.is_file() else None


def keep_secret(record: Path, secret: bytes) -> None:
    """Write the secret into a record's folder, readable by the owner only."""
    path = record / PLACE
    path.parent.mkdir(exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secret.hex() + "\n")
