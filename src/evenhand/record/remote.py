"""Paths in object storage, such as `s3://bucket/county/record`, read through Arrow's file systems."""

import atexit
import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from evenhand.record.errors import RecordError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.fs import FileInfo, FileSystem

SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss")
BLOCK = 8 << 20
"""Bytes of one request when an object is read from end to end."""
_REMEDIES = (
    (
        r"ACCESS_DENIED|INVALID_ACCESS_KEY|SIGNATURE|INVALID_CLIENT_TOKEN|UNRECOGNIZED_CLIENT|EXPIRED_TOKEN"
        r"|HTTP status 40[13]|credentials",
        "Access is denied. Give an account that may read it, for S3 with AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY or with AWS_PROFILE.",
    ),
    (
        r"HTTP status 301|PERMANENT_REDIRECT|region",
        "The bucket is in another region. Add ?region=NAME to the address, or set AWS_REGION.",
    ),
    (
        r"NETWORK_CONNECTION|REQUEST_TIMEOUT|curlCode|resolve|connect",
        "The storage does not answer. Check the network and the endpoint (?endpoint_override=HOST:PORT, or "
        "AWS_ENDPOINT_URL).",
    ),
    (r"AWS Error|google::cloud|Azure|HTTP status", "Try again, or copy the record to a folder."),
)
"""What to do about an error of a storage, by a pattern in its text; the first that matches counts."""


@dataclass(frozen=True)
class RemotePath:
    """A path in object storage, with the methods of `pathlib.Path` that reading a record needs.

    `str` gives the whole address, which `path_of` reads again. It holds no credentials: each machine takes
    its own from its environment.
    """

    bucket: str
    """Scheme and bucket, such as `s3://jail-records`."""
    key: str
    """What follows the bucket, without a slash at its ends; empty for the whole bucket."""
    options: str = ""
    """The address's query: `region`, `endpoint_override`, `scheme` ... as Arrow's file systems take them."""

    def __str__(self) -> str:
        return f"{self.bucket}/{self.key}".rstrip("/") + (f"?{self.options}" if self.options else "")

    @property
    def parts(self) -> tuple[str, ...]:
        """The names in the key, from the bucket on."""
        return tuple(self.key.split("/"))

    @property
    def parents(self) -> "tuple[RemotePath, ...]":
        """What the path lies in, the nearest first."""
        names = self.parts
        return tuple(replace(self, key="/".join(names[:-n])) for n in range(1, len(names) + 1))

    def __truediv__(self, name: str) -> "RemotePath":
        return replace(self, key=f"{self.key}/{name}".strip("/"))

    def is_file(self) -> bool:
        """Whether there is such an object. Raises `RecordError` when the bucket does not exist."""
        from pyarrow.fs import FileType

        info = self._info()
        if info.type is FileType.NotFound:
            self._check_bucket()
        return bool(info.is_file)

    def is_dir(self) -> bool:
        """Whether there are objects below this path."""
        from pyarrow.fs import FileType

        return bool(self._info().type is FileType.Directory)

    def object_info(self) -> "FileInfo":
        """Return the object's size and time. Raises `FileNotFoundError` when there is no such object."""
        info = self._info()
        if not info.is_file:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self))
        return info

    def read_bytes(self) -> bytes:
        """Read the whole object."""
        with self.open() as stream, explained(self):
            return bytes(stream.read())

    def open(self, mode: str = "rb") -> "pa.NativeFile":
        """Open the object to read it from beginning to end."""
        assert mode == "rb"
        with explained(self):
            return self._files().open_input_stream(self._place(), buffer_size=BLOCK)

    def sizes(self) -> dict[str, int]:
        """Return the size of each object below this path, by its name relative to the path."""
        from pyarrow.fs import FileSelector

        with explained(self):
            found = self._files().get_file_info(FileSelector(self._place(), recursive=True))
        start = len(self._place()) + 1
        return {info.path[start:]: info.size for info in found if info.is_file}

    def _files(self) -> "FileSystem":
        return _file_system(self.bucket, self.options)[0]

    def _place(self) -> str:
        """The path as the file system takes it."""
        root = _file_system(self.bucket, self.options)[1]
        return f"{root}/{unquote(self.key)}".rstrip("/")

    def _info(self) -> "FileInfo":
        with explained(self):
            return self._files().get_file_info(self._place())

    def _check_bucket(self) -> None:
        from pyarrow.fs import FileType

        files, root = _file_system(self.bucket, self.options)
        with explained(self):
            exists = files.get_file_info(root).type is not FileType.NotFound
        if not exists:
            raise RecordError(
                f"{self}: there is no bucket {root}. Check its name, and the region and endpoint in the "
                "address."
            )


AnyPath = Path | RemotePath


def is_address(text: str) -> bool:
    """Whether a path is given as an address with a scheme."""
    return re.match(r"[a-z][a-z0-9+.-]*://", text) is not None


def path_of(text: str) -> AnyPath:
    """Return the path that a text names: a local one, `file:///...`, or an address in object storage.

    Raises `RecordError` for an address that cannot be read.
    """
    if not is_address(text):
        return Path(text)
    parts = urlsplit(text)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if parts.scheme not in SCHEMES:
        raise RecordError(
            f"{parts.scheme}:// is not supported: name a folder, or an address that begins with "
            f"{', '.join(f'{scheme}://' for scheme in SCHEMES)} or file://."
        )
    if parts.password is not None:
        raise RecordError(
            "The address holds a password, which would appear in logs and reports. Leave it out and set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead."
        )
    if not parts.netloc:
        raise RecordError(f"{text} names no bucket: write {parts.scheme}://BUCKET/PATH.")
    bucket = f"{parts.scheme}://{parts.netloc}"
    _file_system(bucket, parts.query)
    return RemotePath(bucket, parts.path.strip("/"), parts.query)


@cache
def _file_system(bucket: str, options: str) -> "tuple[FileSystem, str]":
    """Connect to a bucket; the second value is its name there."""
    import pyarrow as pa
    from pyarrow.fs import FileSystem

    # Arrow may hang at exit when a file system is still there (apache/arrow#50188).
    atexit.register(_file_system.cache_clear)
    address = f"{bucket}?{options}" if options else bucket
    try:
        files, root = FileSystem.from_uri(address)
    except (OSError, pa.ArrowException) as error:
        raise RecordError(f"{address} cannot be read: {error}.") from None
    return files, root


@contextmanager
def explained(path: AnyPath) -> Iterator[None]:
    """Turn a storage's own error into a `RecordError` that names the object and the remedy.

    Other errors, such as those of a damaged file, pass.
    """
    try:
        yield
    except OSError as error:
        if isinstance(path, Path):
            raise
        if isinstance(error, FileNotFoundError):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from None
        text = str(error)
        remedy = next((remedy for pattern, remedy in _REMEDIES if re.search(pattern, text)), None)
        if remedy is None:
            raise
        raise RecordError(f"{path} cannot be read. {remedy} The storage says: {text}") from None
