"""Tiles and entry bundles on disk in the layout of C2SP tlog-tiles; a plain file server can serve them.

`tile/<level>/<index>` holds 256 hashes of 32 bytes; `tile/entries/<index>` 256 leaves, each after its length
(two bytes, big-endian); `.p/<width>` stands behind the name of one that is not full yet.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from evenhand.record.ledger.errors import VerificationError
from evenhand.record.ledger.tree import EMPTY_ROOT, fold, leaf_hash, node_hash

WIDTH = 256
HASH = 32
CHECKPOINT = "checkpoint"


def tile_name(level: int | str, index: int, width: int = WIDTH) -> str:
    """The relative path of a tile (`level` 0 to 7) or of a bundle (`level` "entries")."""
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(parts)}" + (f".p/{width}" if width < WIDTH else "")


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, index and width of each hash tile of a tree of `size` leaves, the leaves' first."""
    level = 0
    while size:
        for index in range(size // WIDTH):
            yield level, index, WIDTH
        if size % WIDTH:
            yield level, size // WIDTH, size % WIDTH
        size //= WIDTH
        level += 1


def encode_bundle(leaves: Iterable[bytes]) -> bytes:
    return b"".join([len(leaf).to_bytes(2, "big") + leaf for leaf in leaves])


def decode_bundle(raw: bytes, *, place: str) -> list[bytes]:
    """The leaves of a bundle. Raises `VerificationError` where it ends within a leaf."""
    leaves: list[bytes] = []
    at, end, add = 0, len(raw), leaves.append
    try:
        while at < end:
            start = at + 2
            at = start + (raw[at] << 8 | raw[at + 1])
            add(raw[start:at])
    except IndexError:
        at = end + 1
    if at != end:
        raise VerificationError(f"it ends within its leaf number {len(leaves)}", place=place)
    return leaves


class TileFolder:
    """Reads the tiles and bundles of one tree of `size` leaves."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size
        self._hashes = lru_cache(maxsize=64)(self._load)
        self._pyramids = lru_cache(maxsize=64)(self._pyramid)

    def _read(self, level: int | str, index: int, width: int) -> bytes:
        """The file of that width, or the start of the full one that has replaced it."""
        name = tile_name(level, index, width)
        try:
            # Half the time of `Path.read_bytes`, which counts over many small files.
            with open(f"{self.folder}/{name}", "rb", buffering=0) as file:
                return file.readall()
        except OSError as error:
            full = self.folder / tile_name(level, index)
            if width < WIDTH and full.is_file():
                raw = full.read_bytes()
                return raw[: width * HASH] if level != "entries" else self._first(raw, width, name)
            reason = "it is missing" if isinstance(error, FileNotFoundError) else str(error.strerror)
            raise VerificationError(reason, place=name) from None

    @staticmethod
    def _first(raw: bytes, width: int, name: str) -> bytes:
        return encode_bundle(decode_bundle(raw, place=name)[:width])

    def width(self, level: int, index: int) -> int:
        """How many hashes that tile has in this tree."""
        return min(WIDTH, (self.size >> (8 * level)) - index * WIDTH)

    def _load(self, level: int, index: int) -> bytes:
        width = self.width(level, index)
        raw = self._read(level, index, width)
        if len(raw) != width * HASH:
            name = tile_name(level, index, width)
            raise VerificationError(f"it has {len(raw)} bytes instead of {width * HASH}", place=name)
        return raw

    def tile(self, level: int, index: int) -> bytes:
        """The bytes of one tile."""
        return self._hashes(level, index)

    def hashes(self, level: int, index: int) -> list[bytes]:
        """The hashes of one tile."""
        raw = self.tile(level, index)
        return [raw[at : at + HASH] for at in range(0, len(raw), HASH)]

    def bundle(self, index: int) -> bytes:
        """The bytes of one entry bundle."""
        return self._read("entries", index, self.width(0, index))

    def leaf(self, index: int) -> bytes:
        """One leaf. Raises `VerificationError` when its bundle is missing or damaged."""
        bundle, offset = divmod(index, WIDTH)
        name = tile_name("entries", bundle, self.width(0, bundle))
        leaves = decode_bundle(self.bundle(bundle), place=name)
        if offset >= len(leaves):
            raise VerificationError(f"it has {len(leaves)} leaves: leaf {index} is missing", place=name)
        return leaves[offset]

    def leaves(self, start: int = 0) -> Iterator[bytes]:
        """The leaves from `start` on, bundle by bundle."""
        for bundle in range(start // WIDTH, -(-self.size // WIDTH)):
            name = tile_name("entries", bundle, self.width(0, bundle))
            leaves = decode_bundle(self.bundle(bundle), place=name)
            yield from islice(leaves, max(0, start - bundle * WIDTH), None)

    def node(self, level: int, index: int) -> bytes:
        """The hash of a whole node of the tree (`tree.Nodes`)."""
        tile_level, height = divmod(level, 8)
        tile, offset = divmod(index << height, WIDTH)
        heights = self._pyramids(tile_level, tile)
        if height >= len(heights) or offset >> height >= len(heights[height]):
            raise ValueError(f"node ({level}, {index}) is not whole in a tree of {self.size}")
        return heights[height][offset >> height]

    def _pyramid(self, level: int, index: int) -> list[list[bytes]]:
        """The whole nodes over a tile's hashes, height by height."""
        heights = [self.hashes(level, index)]
        while len(heights[-1]) > 1:
            pairs = iter(heights[-1])
            heights.append([node_hash(left, right) for left, right in zip(pairs, pairs, strict=False)])
        return heights

    def root(self) -> bytes:
        """The root that the tiles on the right edge give."""
        return Frontier.read(self).root()


class Frontier:
    """The right edge of a tree: of each tile level the hashes that no full tile holds yet."""

    def __init__(self) -> None:
        self.size = 0
        self.levels: list[list[bytes]] = [[]]

    @classmethod
    def read(cls, tiles: TileFolder) -> "Frontier":
        """The right edge of a tree whose tiles are on disk."""
        frontier = cls()
        frontier.size = tiles.size
        frontier.levels = []
        level, rest = 0, tiles.size
        while rest or not frontier.levels:
            width = rest % WIDTH
            frontier.levels.append(tiles.hashes(level, rest // WIDTH) if width else [])
            level, rest = level + 1, rest // WIDTH
        return frontier

    def push(self, level: int, value: bytes) -> list[tuple[int, list[bytes]]]:
        """Add a hash at a tile level; returns the tiles (level, hashes) that this completes, lowest first."""
        done: list[tuple[int, list[bytes]]] = []
        while True:
            if level == len(self.levels):
                self.levels.append([])
            hashes = self.levels[level]
            hashes.append(value)
            if len(hashes) < WIDTH:
                return done
            done.append((level, hashes))
            self.levels[level] = []
            level, value = level + 1, fold(hashes)

    def root(self) -> bytes:
        rest: bytes | None = None
        for hashes in self.levels:
            if hashes or rest is not None:
                rest = fold(hashes if rest is None else [*hashes, rest])
        return EMPTY_ROOT if rest is None else rest


class TileWriter:
    """Adds leaves to the tiles in a folder, from leaf `size` on; `close` writes the partial ones.

    Written tiles never change: one that is there with other content is refused, which is how a store
    that was altered after its tiles were published shows. With `entries=False` only hashes are written.
    """

    def __init__(self, folder: Path, size: int = 0, *, entries: bool = True) -> None:
        self.folder = folder
        self._entries = entries
        existing = TileFolder(folder, size)
        self._frontier = Frontier.read(existing) if size else Frontier()
        self._leaves: list[bytes] = []
        if entries and size % WIDTH:
            self._leaves = decode_bundle(existing.bundle(size // WIDTH), place="entries")
        self.size = size
        self._made: set[Path] = set()

    def extend(self, leaves: list[bytes]) -> None:
        """Take leaves in order, each of at most `leaf.MAX_LEAF` bytes."""
        at = 0
        while at < len(leaves):
            room = WIDTH - self.size % WIDTH
            piece = leaves[at : at + room]
            at += len(piece)
            for leaf in piece[:-1]:
                self._frontier.levels[0].append(leaf_hash(leaf))
            done = self._frontier.push(0, leaf_hash(piece[-1]))
            if self._entries:
                self._leaves += piece
            self.size += len(piece)
            if self.size % WIDTH == 0:
                self._flush(done)

    def _flush(self, done: list[tuple[int, list[bytes]]]) -> None:
        if self._entries:
            self._write("entries", self.size // WIDTH - 1, WIDTH, encode_bundle(self._leaves))
            self._leaves = []
        for level, hashes in done:
            index = (self.size >> (8 * (level + 1))) - 1
            self._write(level, index, WIDTH, b"".join(hashes))

    def _write(self, level: int | str, index: int, width: int, raw: bytes) -> None:
        path = self.folder / tile_name(level, index, width)
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        if path.is_file():
            if path.read_bytes() != raw:
                place = tile_name(level, index, width)
                raise VerificationError("it is there with other content", place=place)
            return
        staged = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
        staged.write_bytes(raw)
        staged.replace(path)

    def root(self) -> bytes:
        return self._frontier.root()

    def close(self) -> bytes:
        """Write the partial tiles; returns the root."""
        if self._entries and self._leaves:
            self._write("entries", self.size // WIDTH, len(self._leaves), encode_bundle(self._leaves))
        for level, hashes in enumerate(self._frontier.levels):
            if hashes:
                self._write(level, self.size >> (8 * (level + 1)), len(hashes), b"".join(hashes))
        return self.root()


def write_whole(path: Path, raw: bytes, *, mode: int = 0o644) -> None:
    """Put a file in place in one step, on disk before it is seen."""
    staged = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    staged.replace(path)
