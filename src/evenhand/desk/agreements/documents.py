"""The agreements' files: PDF only, named by their SHA-256, outside what is served as static.

The hash stands in the event, so that a file that was changed since is known as such.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

Upload: TypeAlias = "UploadedFile[bytes]"
LARGEST = 20 * 1024 * 1024
"""Bytes."""


class DocumentError(Exception):
    """The file is not there, or is not the one that was recorded."""


def check(upload: Upload) -> None:
    """Raise `ValidationError` for what is no PDF file or is too large."""
    if (upload.size or 0) > LARGEST:
        raise ValidationError(_("The file is larger than 20 MB: give a smaller one."))
    upload.seek(0)
    head, tail = upload.read(1024), b""
    if (upload.size or 0) > 0:
        upload.seek(max(0, (upload.size or 0) - 2048))
        tail = upload.read()
    upload.seek(0)
    if not head.startswith(b"%PDF-") or b"%%EOF" not in tail:
        raise ValidationError(_("The file is no PDF document: give the agreement as PDF."))


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "agreements"


@contextmanager
def kept(upload: "Upload | None") -> Iterator[str | None]:
    """Keep a file while what is done within succeeds; gives its SHA-256 in hex, or None without a file."""
    if upload is None:
        yield None
        return
    sha256 = hashlib.sha256()
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder(), suffix=".part")
    with os.fdopen(handle, "wb") as part:
        for chunk in upload.chunks():
            sha256.update(chunk)
            part.write(chunk)
        part.flush()
        os.fsync(part.fileno())
    path = _path(sha256.hexdigest())
    was_there = path.exists()
    os.replace(name, path)
    try:
        yield sha256.hexdigest()
    except BaseException:
        if not was_there:
            path.unlink(missing_ok=True)
        raise


@contextmanager
def with_hash(values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a form says, with the hash of its file in place of the file, kept as `kept` does."""
    if "document" not in values:
        yield values
        return
    with kept(values["document"]) as sha256:
        rest = {name: value for name, value in values.items() if name != "document"}
        yield rest | {"document_hash": sha256}


def read(sha256: str) -> bytes:
    """The file with that hash. Raises `DocumentError` where it is gone or was changed."""
    try:
        content = _path(sha256).read_bytes()
    except FileNotFoundError:
        raise DocumentError(_("The file is not in the desk's folder: restore it from a backup.")) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DocumentError(_("The file is not the one that was recorded: restore it from a backup."))
    return content


def _path(sha256: str) -> Path:
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise DocumentError(_("That is no SHA-256."))
    return folder() / f"{sha256}.pdf"
