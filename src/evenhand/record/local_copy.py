"""Local copies of what lies in object storage, for readers that take only files of this machine."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from evenhand.progress import lines
from evenhand.record.manifest import RecordError
from evenhand.record.remote import BLOCK, AnyPath, RemotePath, explained

AT_ONCE = 8
"""How many objects are copied at the same time: a request spends most of its time waiting for the network."""


@contextmanager
def local_folder(folder: AnyPath) -> Iterator[Path]:
    """Give a local folder with the same content: the folder itself, or a copy that is removed afterwards."""
    if isinstance(folder, Path):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="evenhand-") as copies:
        _copy_all([(folder / name, _inside(Path(copies), name)) for name in folder.below()])
        yield Path(copies)


def local_files(paths: Iterable[AnyPath]) -> list[Path]:
    """Return local files with the same content, for DuckDB, which does not read object storage by itself.

    An object is copied when it is first asked for. The copies lie in a temporary folder that only this user
    can read (TMPDIR says where) and are removed when the program ends.
    """
    files = [(path, path if isinstance(path, Path) else _copy_of(path)) for path in paths]
    _copy_all([(path, file) for path, file in files if isinstance(path, RemotePath) and not file.exists()])
    return [file for _, file in files]


def _copy_of(path: RemotePath) -> Path:
    # An object that is replaced later has another time.
    version = f"{path.bucket.partition('://')[2]}/{path.object_info().mtime_ns}"
    return _inside(Path(_copies(os.getpid()).name), f"{version}/{path.key}")


def _inside(folder: Path, name: str) -> Path:
    """A path inside a folder: an object's name may be anything, and must not lead out of it."""
    if name.startswith("/") or ".." in name.split("/"):
        raise RecordError(f"the object name {name!r} leads out of its folder: rename it.")
    return folder / name


@cache
def _copies(process: int) -> "tempfile.TemporaryDirectory[str]":
    """The folder of this process for copies; a forked process does not remove its parent's."""
    return tempfile.TemporaryDirectory(prefix="evenhand-")


def _copy_all(pairs: list[tuple[RemotePath, Path]]) -> None:
    progress = lines(lambda step: step)
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for number, _ in enumerate(pool.map(_copy, *zip(*pairs, strict=True)) if pairs else (), 1):
            progress("copying from object storage", number, len(pairs))
    finally:
        pool.shutdown(cancel_futures=True)


def _copy(source: RemotePath, target: Path) -> None:
    """Copy an object; the file has its name only when it is complete."""
    expected = source.object_info().size
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = target.with_name(f"{target.name}.part")
    with explained(source), source.open() as stream, begun.open("wb") as copy:
        shutil.copyfileobj(stream, copy, BLOCK)
    if (arrived := begun.stat().st_size) != expected:
        raise RecordError(f"{source} has {expected} bytes, but {arrived} arrived: try again.")
    begun.rename(target)
