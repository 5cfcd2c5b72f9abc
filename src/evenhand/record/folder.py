"""Replacing a folder in one step, so that a kill at any moment leaves the old one or the new one."""

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from evenhand.record.interrupt import interruptible

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def _exchange(a: Path, b: Path) -> None:
    """Swap two folders with Linux's `renameat2(RENAME_EXCHANGE)`; `OSError` where it is not to be had."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        raise OSError("renameat2 is not available")
    if libc.renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(a))


def _sync_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync(folder: Path) -> None:
    """Bring a folder to disk; many files wait for the disk together."""
    paths = [Path(root) / name for root, _, files in os.walk(folder) for name in (*files, ".")]
    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(_sync_one, paths):
            pass


def swap_in(staged: Path, target: Path) -> None:
    """Put the finished folder `staged` in the place of `target`, which may not exist yet.

    Both must be on one file system. Where the system cannot exchange two names at once, `target` is
    away for the moment between two renames; the old folder is then still beside it.
    """
    _sync(staged)
    if not target.exists():
        staged.rename(target)
    else:
        try:
            _exchange(staged, target)
        except OSError:
            aside = target.with_name(f".{target.name}.old")
            shutil.rmtree(aside, ignore_errors=True)
            target.rename(aside)
            staged.rename(target)
            staged = aside
        shutil.rmtree(staged, ignore_errors=True)
    _sync_one(target.parent)


def holds_other_things(target: Path, mark: str) -> bool:
    """Whether a folder holds files but not the one that marks it as of the kind that may be replaced."""
    return target.is_dir() and any(target.iterdir()) and not (target / mark).exists()


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """A new empty folder beside `target`; it replaces `target` if the block ends without an error
    and without an interrupt.

    What earlier, killed writers left beside `target` is removed first.
    """
    target = target.absolute()
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(f"{target} is a file; name a folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}.new-"
    for left in target.parent.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    staged = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    staged.chmod(0o755)
    try:
        with interruptible():
            yield staged
        swap_in(staged, target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
