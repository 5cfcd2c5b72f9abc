"""The bytes of a source, decompressed: hashed and counted as they are read, and bounded."""

import bz2
import gzip
import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import MIB, Limits

PACKED = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
MAGIC = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ\x00": ".xz", b"PK\x03\x04": ".zip"}
READ = 4 * MIB


class CountedFile(io.RawIOBase):
    """A file that hashes and counts what is read of it, in order, and can be asked for both."""

    def __init__(self, path: Path, on_bytes: Callable[[int], None]) -> None:
        self._file = path.open("rb", buffering=0)
        self._digest = hashlib.sha256()
        self._on_bytes = on_bytes
        self.count = 0
        self._finished: tuple[str, int] | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        got = self._file.readinto(view) or 0
        self._digest.update(view[:got])
        self.count += got
        self._on_bytes(got)
        return got

    def finish(self) -> tuple[str, int]:
        """Read what is left and close; return the file's SHA-256 in hex and its bytes. May be repeated."""
        if self._finished is None:
            while self.read(READ):
                pass
            self._file.close()
            self._finished = self._digest.hexdigest(), self.count
        return self._finished

    def close(self) -> None:
        """Nothing: the buffer around this file closes it when it is done, which `finish` comes after."""


def packing(path: Path) -> str | None:
    """How the file is compressed, told by its first bytes: '.gz', '.bz2', '.xz', '.zip' or None."""
    with path.open("rb") as handle:
        head = handle.read(8)
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)


def chunks(path: Path, source: CountedFile, limits: Limits) -> Iterator[bytes]:
    """The decompressed bytes of `source`, in pieces. Raises `IntakeError` for damage and for bombs."""
    kind = packing(path)
    if kind == ".zip":
        stream = _only_member(path)
    elif kind is None:
        stream = io.BufferedReader(source, READ)
    else:
        stream = PACKED[kind](io.BufferedReader(source, READ), "rb")  # type: ignore[operator]
    size, out = path.stat().st_size, 0
    while True:
        try:
            data = stream.read(READ)
        except EOFError:
            raise IntakeError(
                f"{path.name}: the compressed file ends too early (after {out:,} bytes of text): it was cut "
                "off in copying. None of it was taken in. Copy it again from its owner."
            ) from None
        except (OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
            if kind is None:
                raise
            raise IntakeError(
                f"{path.name}: the compressed file is damaged ({error}). None of it was taken in. "
                "Copy it again from its owner."
            ) from None
        if not data:
            return
        out += len(data)
        if kind is not None:
            refuse_bomb(path, size, out, limits)
        yield data


def refuse_bomb(path: Path, packed: int, out: int, limits: Limits) -> None:
    """Raise `IntakeError` when `packed` bytes have grown to `out` beyond what the limits allow."""
    if out > limits.free_bytes and out > limits.ratio * max(packed, 1):
        raise IntakeError(
            f"{path.name}: {packed:,} compressed bytes grow to more than {out:,}, over {limits.ratio:g} "
            "times their size. If this is no attack, decompress it yourself or raise --max-ratio."
        )


def _only_member(path: Path) -> BinaryIO:
    try:
        archive = zipfile.ZipFile(path)
        members = [m for m in archive.infolist() if not m.is_dir()]
        if len(members) != 1:
            names = ", ".join(m.filename for m in members[:5]) or "none"
            raise IntakeError(
                f"{path.name}: the archive holds {len(members)} files ({names}); it must hold one. "
                "Unpack it and name the files."
            )
        if members[0].flag_bits & 1:
            raise IntakeError(f"{path.name}: the archive is locked by a password. Unpack it first.")
        return archive.open(members[0])  # type: ignore[return-value]
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError) as error:
        raise IntakeError(
            f"{path.name}: the archive is damaged or cannot be read ({error}). Copy it again, or unpack it."
        ) from None
