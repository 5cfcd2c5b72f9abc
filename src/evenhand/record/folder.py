"""Output folders: each is replaced in one step, by the command that made it, and by one run at a time.

A command may replace only a folder that carries its own marker and holds nothing but the files that the
marker lists. A kill at any moment leaves the old folder or the new one. Nobody else can read the files unless
the output is meant to be published.
"""

import ctypes
import fcntl
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from evenhand.record.errors import RecordError
from evenhand.record.interrupt import interruptible

MARKER = ".evenhand-output.json"
"""In each output folder: what made it, with which version, and which files it wrote."""
LEDGER_FOLDERS = ("ledger", "openings", "salts")
"""What sealing adds to a record."""
_OF_A_SEAL = re.compile(
    r"ledger/(checkpoint|seals\.jsonl|[^/]+\.vkey|tile/[0-9a-z/.]+)|openings/seals\.jsonl"
    r"|(openings|salts)/[a-z_./0-9-]+\.parquet"
)
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_MOST_NAMED = 3


class FolderError(RecordError):
    """A folder that must not be replaced, or that another run is writing; the message says what to do."""


class Kind(StrEnum):
    """What an output folder holds. A folder is replaced only by one of its own kind."""

    RECORD = "record"
    AUDIT = "audit"
    FIGURES = "figures"
    DETAINERS = "detainers"
    REBOOKING = "rebooking"
    UNIFORMITY = "uniformity"
    RULES = "rules"
    REGISTRY = "registry"
    LEDGER = "ledger export"
    LEDGER_HOME = "ledger"
    BACKUP = "backup"


PUBLISHED = frozenset({Kind.RULES, Kind.REGISTRY, Kind.LEDGER})
"""Outputs that hold nothing about a person and are made to be served: everyone may read their files."""


@dataclass(frozen=True)
class Place:
    """A folder that this run alone may write, as `claimed` gives it."""

    path: Path
    kind: Kind
    replace_sealed: bool = False
    rewriting: bool = False

    def check(self, folder: Path) -> None:
        """Check that the place's folder, which may lie elsewhere by now, may be deleted."""
        if not self.rewriting:
            _check_kind(folder, self.kind, self.replace_sealed, called=self.path)

    @contextmanager
    def staged(self) -> Iterator[Path]:
        """A new empty folder beside it, which takes its place if the block ends without error and interrupt.

        Raises `FolderError` when the folder may no longer be replaced by then.
        """
        prefix = f".{self.path.name}.new-"
        _remove_leftovers(self.path.parent, prefix)
        staged = Path(tempfile.mkdtemp(prefix=prefix, dir=self.path.parent))
        try:
            _write_marker(staged, self.kind, [])
            with interruptible():
                yield staged
            _write_marker(staged, self.kind, sorted(_entries(staged)))
            self._swap_in(staged)
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def _swap_in(self, staged: Path) -> None:
        _finish(staged, public=self.kind in PUBLISHED)
        try:
            # Fails where something has appeared there since, unless it is an empty folder.
            staged.rename(self.path)
        except OSError:
            self.check(self.path)
            self._exchange(staged)
        _sync_one(self.path.parent)

    def _exchange(self, staged: Path) -> None:
        """Swap the two folders and look again at the old one, which nobody finds under its name any more."""
        try:
            _exchange_names(staged, self.path)
        except OSError:
            self._exchange_in_two_steps(staged)
            return
        try:
            self.check(staged)
        except FolderError:
            _exchange_names(staged, self.path)
            raise

    def _exchange_in_two_steps(self, staged: Path) -> None:
        """Where the system can't swap two names at once: a kill in between leaves the old folder beside."""
        aside = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.old-", dir=self.path.parent))
        self.path.rename(aside)
        try:
            self.check(aside)
            staged.rename(self.path)
        except (OSError, FolderError):
            aside.rename(self.path)
            raise
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def claimed(target: Path, kind: Kind, *, replace_sealed: bool = False) -> Iterator[Place]:
    """Keep every other run off an output folder while this one reads and replaces it.

    Raises `FolderError` when the folder may not be replaced or another run holds it. The lock is the
    system's: it ends with the process that holds it, however that ends.
    """
    place = Place(check_replaceable(target, kind, replace_sealed=replace_sealed), kind, replace_sealed)
    place.path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.path):
        place.check(place.path)
        yield place


@contextmanager
def staged_folder(target: Path, kind: Kind, *, replace_sealed: bool = False) -> Iterator[Path]:
    """A new empty folder beside `target`, which replaces it if the block ends without an error.

    Raises `FolderError` as `claimed` does.
    """
    with claimed(target, kind, replace_sealed=replace_sealed) as place, place.staged() as folder:
        yield folder


@contextmanager
def rewritten_folder(target: Path, kind: Kind) -> Iterator[Path]:
    """A new folder as `staged_folder` gives it, for a caller that puts all of the old one's files into it."""
    place = Place(_real_path(target), kind, rewriting=True)
    with _locked(place.path), place.staged() as folder:
        yield folder


def check_replaceable(target: Path, kind: Kind, *, replace_sealed: bool = False) -> Path:
    """Return the folder's real path if an output of this kind may be written there.

    Raises `FolderError` for a file, a link, a folder above the current or home folder, and a folder that
    holds anything but an output of the same kind.
    """
    path = _real_path(target)
    _check_kind(path, kind, replace_sealed, called=target)
    return path


def _real_path(target: Path) -> Path:
    if target.is_symlink():
        raise FolderError(f"{target} is a symbolic link. Name the folder itself.")
    path = Path(os.path.realpath(target))
    for name, kept in (("current", Path.cwd()), ("home", _home())):
        if path == kept or path in kept.parents:
            raise FolderError(f"{target} is or contains your {name} folder. Name a new folder.")
    if os.path.ismount(path):
        raise FolderError(f"{target} is the root of a disk. Name a new folder in it.")
    return path


def _home() -> Path:
    return Path(os.path.realpath(os.path.expanduser("~")))


def _check_kind(path: Path, kind: Kind, replace_sealed: bool, *, called: Path | None = None) -> None:
    """Check that a folder is absent, empty, or an untouched output of this kind."""
    called = called or path
    if not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_dir():
        raise FolderError(f"{called} is a file. Name a new folder.")
    found = sorted(_entries(path))
    if not found:
        return
    made = _read_marker(path)
    if made is None:
        raise FolderError(
            f"{called} holds files ({_some(found)}), and evenhand did not make it (it has no {MARKER}). Name "
            "a new folder, or delete this one yourself."
        )
    if made.kind != kind:
        raise FolderError(
            f"{called} holds another kind of output ({made.kind}, not {kind}). Name a new folder, or delete "
            "this one yourself."
        )
    foreign = [name for name in found if name not in made.files and not (_is_known(kind, name))]
    if foreign:
        raise FolderError(
            f"{called} holds files that evenhand did not write ({_some(foreign)}). Move them away, or name a "
            "new folder."
        )
    if kind is Kind.RECORD and is_sealed(path) and not replace_sealed:
        raise FolderError(
            f"{called} is a sealed record. Name a new folder, or add --replace-sealed to delete it."
        )


def is_sealed(record: Path) -> bool:
    """Whether a record carries a ledger, or what is left of one."""
    return any(os.path.lexists(record / name) for name in LEDGER_FOLDERS)


def _is_known(kind: Kind, name: str) -> bool:
    """Whether a later command may have added a file: sealing adds a ledger to a record."""
    return name == MARKER or (kind is Kind.RECORD and _OF_A_SEAL.fullmatch(name) is not None)


def _some(names: list[str]) -> str:
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")


def _entries(folder: Path) -> Iterator[str]:
    """Yield the files, links and empty folders in a folder, by relative name; no link is followed."""
    for root, folders, files in os.walk(folder):
        here = Path(root)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in (*files, *links):
            yield (here / name).relative_to(folder).as_posix()
        if not folders and not files and here != folder:
            yield here.relative_to(folder).as_posix()


# --- the marker --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Made:
    kind: str
    files: frozenset[str]


def _write_marker(folder: Path, kind: Kind, files: list[str]) -> None:
    content = {"kind": kind, "evenhand": version("evenhand"), "files": files}
    # The marker may be a second name of an earlier one's file: it is replaced, never written into.
    (folder / MARKER).unlink(missing_ok=True)
    (folder / MARKER).write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


def _read_marker(folder: Path) -> _Made | None:
    path = folder / MARKER
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        content = json.loads(path.read_bytes())
        return _Made(str(content["kind"]), frozenset(map(str, content["files"])))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


# --- one run at a time -------------------------------------------------------------------------------------


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = path.with_name(f".{path.name}.lock")
    handle = _lock(lock, path)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        # Processes forked meanwhile hold the file open too.
        fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)


def _lock(lock: Path, path: Path) -> int:
    while True:
        if lock.is_symlink():
            raise FolderError(f"{lock} is a symbolic link. Delete it: a lock must be a file of its own.")
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The run that held it may have removed the file since it was opened here.
            if os.path.samestat(os.fstat(handle), os.lstat(lock)):
                return handle
        except BlockingIOError:
            os.close(handle)
            raise FolderError(
                f"Another run is writing {path}. Wait until it ends, or name another folder."
            ) from None
        except FileNotFoundError:
            pass
        os.close(handle)


def _remove_leftovers(parent: Path, prefix: str) -> None:
    """Remove what killed runs left; the lock says that no run is at work there."""
    for entry in os.scandir(parent):
        if not (entry.name.startswith(prefix) and entry.is_dir(follow_symlinks=False)):
            continue
        if _read_marker(Path(entry.path)) is not None:
            shutil.rmtree(entry.path, ignore_errors=True)
        elif not os.listdir(entry.path):
            os.rmdir(entry.path)


# --- on the disk -------------------------------------------------------------------------------------------


def _exchange_names(a: Path, b: Path) -> None:
    """Swap two folders with Linux's `renameat2(RENAME_EXCHANGE)`; `OSError` where it is not to be had."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        raise OSError("renameat2 is not available")
    if libc.renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(a))


def _finish(folder: Path, *, public: bool) -> None:
    """Bring a folder to disk, with who may read it; many files wait for the disk together."""
    for_files, for_folders = (0o644, 0o755) if public else (0o600, 0o700)
    paths = [
        (Path(root) / name, for_folders if name == "." else for_files)
        for root, _, files in os.walk(folder)
        for name in (*files, ".")
    ]
    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(lambda entry: _sync_one(*entry), paths):
            pass


def _sync_one(path: Path, mode: int | None = None) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        if mode is not None:
            os.fchmod(handle, mode)
        os.fsync(handle)
    finally:
        os.close(handle)
