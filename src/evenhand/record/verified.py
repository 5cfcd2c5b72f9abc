"""Files of a record, given to readers only if they have the hash that the manifest lists."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from evenhand.record.digest import sha256_of
from evenhand.record.errors import RecordError
from evenhand.record.local_copy import local_files
from evenhand.record.remote import AnyPath, path_of

_AT_ONCE = 2


class Expected(NamedTuple):
    """A file's path or address, and the SHA-256 that it must have; None where no manifest lists it."""

    path: str
    sha256: str | None


class _Seen(NamedTuple):
    """What a file was when its hash was taken: the system changes this with every write."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


_known: dict[Path, tuple[str, _Seen]] = {}
"""The files whose hash this process has checked."""


def verified_files(files: Iterable[Expected]) -> list[Path]:
    """Return local files with the expected content; each is hashed once, and again if it changed since.

    What lies in object storage is copied first. Raises `RecordError` for a file that is missing or is not the
    one that the manifest lists.
    """
    expected = list(files)
    paths = [path_of(file.path) for file in expected]
    for path in paths:
        if isinstance(path, Path) and not path.is_file():
            raise RecordError(f"{path} is missing: restore it or run the intake again.")
    local = local_files(paths)
    _verify_all([(path, copy, file.sha256) for path, copy, file in zip(paths, local, expected, strict=True)])
    return local


def confirm(files: Iterable[Expected]) -> None:
    """Check again the local files that were read through `verified_files`: nothing changed meanwhile.

    Raises `RecordError` for a file that was altered while it was read.
    """
    again = [(path, path, sha256) for path, sha256 in ((Path(file.path), file.sha256) for file in files)]
    _verify_all([entry for entry in again if entry[1] in _known])


def check_hash(path: AnyPath, found: str, expected: str) -> None:
    """Raise `RecordError` where a file's hash is not the expected one."""
    if found != expected:
        raise RecordError(
            f"{path} is not the file that the manifest names (its SHA-256 is {found}, not {expected}): "
            "restore it or run the intake again."
        )


def _verify_all(files: Sequence[tuple[AnyPath, Path, str | None]]) -> None:
    unknown = [(called, path, sha) for called, path, sha in files if sha and not _is_known(path, sha)]
    if not unknown:
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(lambda file: _verify(*file), unknown):
            pass


def _is_known(path: Path, sha256: str) -> bool:
    return path in _known and _known[path] == (sha256, _seen(path))


def _verify(called: AnyPath, path: Path, sha256: str) -> None:
    try:
        before = _seen(path)
        check_hash(called, sha256_of(path), sha256)
        if _seen(path) != before:
            raise RecordError(f"{called} changed while it was read: wait until nothing writes the record.")
    except OSError as error:
        raise RecordError(
            f"{called} cannot be read ({error.strerror or error}): restore it or run the intake again."
        ) from None
    _known[path] = (sha256, before)


def _seen(path: Path) -> _Seen:
    found = os.stat(path)
    return _Seen(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
