"""The hash that names a file's content."""

import hashlib

from evenhand.record.remote import AnyPath, explained


def sha256_of(path: AnyPath) -> str:
    """The SHA-256 of a file, in hex."""
    with explained(path), path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
