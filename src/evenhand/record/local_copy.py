"""Local copies of what lies in object storage, for readers that take only files of this machine."""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from evenhand.record.errors import RecordError
from evenhand.record.remote import BLOCK, AnyPath, RemotePath, explained

AT_ONCE = 8
"""How many objects are copied at the same time: a request spends most of its time waiting for the network."""
_T = TypeVar("_T")


@contextmanager
def local_folder(folder: AnyPath, wanted: Callable[[str], bool] = lambda name: True) -> Iterator[Path]:
    """Give a local folder with the same content: the folder itself, or a copy that is removed afterwards.

    A copy has only the files that are `wanted` by their names in the folder.
    """
    if isinstance(folder, Path):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="evenhand-") as name:
        copies = Path(name)

        def copy(inside: str) -> None:
            _copy(folder / inside, _within(copies, inside))

        _each(copy, [name for name in folder.sizes() if wanted(name)])
        yield copies


def local_files(paths: Iterable[AnyPath]) -> list[Path]:
    """Return local files with the same content, for DuckDB, which does not read object storage by itself.

    An object is copied when it is first asked for. The copies lie in a temporary folder that only this user
    can read (TMPDIR says where) and are removed when the program ends.
    """
    found = list(paths)
    if all(isinstance(path, Path) for path in found):
        return [path for path in found if isinstance(path, Path)]
    return _each(_local_file, found)


def _local_file(path: AnyPath) -> Path:
    if isinstance(path, Path):
        return path
    info = path.object_info()
    # An object that is replaced later has another time or size.
    version = f"{path.bucket.partition('://')[2]}/{info.mtime_ns}-{info.size}"
    file = _within(Path(_copies().name), f"{version}/{path.key}")
    if not file.exists():
        _copy(path, file)
    return file


@cache
def _copies() -> "tempfile.TemporaryDirectory[str]":
    """The folder of this process for copies."""
    return tempfile.TemporaryDirectory(prefix="evenhand-")


def _within(folder: Path, name: str) -> Path:
    """A path inside a folder: an object's name may be anything, and must not lead out of it."""
    if name.startswith("/") or ".." in name.split("/"):
        raise RecordError(f"The object name {name!r} leads out of its folder: rename the object.")
    return folder / name


def _copy(source: RemotePath, target: Path) -> None:
    """Copy an object; the file has its name only when it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = target.with_name(f"{target.name}.part")
    with explained(source), source.open() as stream, begun.open("wb") as copy:
        shutil.copyfileobj(stream, copy, BLOCK)
    expected, arrived = source.object_info().size, begun.stat().st_size
    if arrived != expected:
        raise RecordError(f"{source} has {expected} bytes, but {arrived} arrived: try again.")
    begun.rename(target)


def _each(function: Callable[..., _T], things: Sequence[object]) -> list[_T]:
    """Call the function for each thing, several at a time, and tell of the progress."""
    from evenhand.progress import lines

    progress, results = lines(str), list[_T]()
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for result in pool.map(function, things):
            results.append(result)
            progress("copying from object storage", len(results), len(things))
    finally:
        pool.shutdown(cancel_futures=True)
    return results
