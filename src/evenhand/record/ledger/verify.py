"""Verifying a folder of tiles, leaves and a checkpoint with nothing but public keys.

The leaves are hashed bundle by bundle and compared with the tiles, the tiles with the tiles above them, and
the root with the signed checkpoint. Memory holds one bundle a process and the right edge of the tree. No
module that knows events is imported: what is verified are bytes.
"""

import multiprocessing
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from evenhand.record.ledger.checkpoint import Opened, open_checkpoint
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.note import NoteError, Verifier
from evenhand.record.ledger.tiles import (
    CHECKPOINT,
    WIDTH,
    Frontier,
    TileFolder,
    decode_bundle,
    tile_name,
)
from evenhand.record.ledger.tree import fold, range_hash

SPAN = 64
"""Bundles that a process takes at once."""
MANY = 500_000
"""From this many leaves on, the work is shared among processes."""
SKEW = 60
"""Seconds by which a witness's clock may be behind the ledger's."""

_FIELD = b'"appended_'
_TIME = re.compile(_FIELD + rb'(?:on|at)":"([^"]*)"')
"""The day of a leaf, or the time in a leaf of format 1. The pattern cannot stand within a JSON string, where
its quotes would be escaped.
"""

Progress = Callable[[int, int], None]


class _Span(NamedTuple):
    """What a run of full bundles came to: their roots, the first and last time given in a leaf."""

    roots: list[bytes]
    first: bytes
    last: bytes


@dataclass(frozen=True)
class Verified:
    """What was verified: the checkpoint, by which keys it is signed, and the times that the leaves give."""

    opened: Opened
    leaves: int
    first_time: str | None
    last_time: str | None

    @property
    def signed_by(self) -> list[str]:
        return sorted({v.name for v, _ in self.opened.signatures})


def _times(raw: bytes, start: int, last: bytes) -> tuple[bytes, bytes]:
    """The first and the last day (format 1: time) in a bundle that begins with leaf `start`, after `last`.

    Raises `VerificationError` where one goes back.
    """
    one = _TIME.search(raw)
    if one is None:
        return b"", last
    if one[1] >= last and raw.count(one[0]) == raw.count(_FIELD):
        return one[1], one[1]  # All of one append: the usual case, and cheap to see.
    times = _TIME.findall(raw)
    if times[0] >= last and sorted(times) == times:
        return times[0], times[-1]
    for offset, leaf in enumerate(decode_bundle(raw, place="entries")):
        for time in _TIME.findall(leaf):
            if time < last:
                raise VerificationError(
                    f"its time {time.decode(errors='replace')} is before that of a leaf before it "
                    f"({last.decode(errors='replace')}): it was back-dated",
                    place=f"leaf {start + offset}",
                )
            last = time
    return times[0], last


def _blame(
    tiles: TileFolder, index: int, offset: int, computed: list[bytes], root: bytes
) -> VerificationError:
    """Say which is bad, the leaf or the tile: that one whose root does not fit what stands above it."""
    name = tile_name(0, index, tiles.width(0, index))
    leaf = index * WIDTH + offset
    try:
        stated = tiles.hashes(0, index)
        if tiles.width(0, index) == WIDTH:
            parent = tiles.hashes(1, index // WIDTH)[index % WIDTH]
            leaves_fit, tile_fits = fold(computed) == parent, fold(stated) == parent
        else:
            tile_fits = tiles.root() == root
            leaves_fit = not tile_fits and len(computed) == len(stated)
    except VerificationError:
        leaves_fit = tile_fits = False
    if leaves_fit and not tile_fits:
        return VerificationError(f"its hash of leaf {leaf} is not that of the leaf", place=name)
    bundle = tile_name("entries", index, tiles.width(0, index))
    return VerificationError(f"it is not the leaf that was committed to ({bundle})", place=f"leaf {leaf}")


def _bundle(tiles: TileFolder, index: int, root: bytes, last: bytes) -> tuple[list[bytes], bytes, bytes]:
    """Compare one bundle with its tile; returns the leaves' hashes and times."""
    width, start = tiles.width(0, index), index * WIDTH
    raw, hasher = tiles.bundle(index), sha256
    stated = tiles.tile(0, index)
    broken = None
    try:
        leaves = decode_bundle(raw, place=tile_name("entries", index, width))
    except VerificationError as error:
        leaves, broken = [], error
    computed = [hasher(b"\x00" + leaf).digest() for leaf in leaves]
    if b"".join(computed) != stated:
        if broken is not None:
            raise broken
        pairs = zip(computed, tiles.hashes(0, index), strict=False)
        offset = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(computed), width))
        raise _blame(tiles, index, offset, computed, root)
    first, last = _times(raw, start, last)
    return computed, first, last


def _span(folder: Path, size: int, root: bytes, begin: int, end: int) -> _Span:
    """Verify the full bundles from `begin` to before `end`."""
    tiles = TileFolder(folder, size)
    roots, first, last = [], b"", b""
    for index in range(begin, end):
        computed, start, last = _bundle(tiles, index, root, last)
        first = first or start
        roots.append(fold(computed))
    return _Span(roots, first, last)


def _spans(folder: Path, size: int, root: bytes, processes: int) -> Iterator[_Span]:
    """All full bundles in order, verified by one or several processes."""
    full = size // WIDTH
    edges = [(at, min(at + SPAN, full)) for at in range(0, full, SPAN)]
    if processes == 1 or size < MANY:
        for begin, end in edges:
            yield _span(folder, size, root, begin, end)
        return
    done = 0
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        ahead = [pool.submit(_span, folder, size, root, *edge) for edge in edges[: processes * 4]]
        try:
            while ahead:
                yield ahead.pop(0).result()
                done += 1
                more = edges[done + len(ahead) : done + processes * 4]
                ahead += [pool.submit(_span, folder, size, root, *edge) for edge in more]
        except BrokenProcessPool:
            pass  # Where processes cannot be started, this one does the rest.
        finally:
            for future in ahead:
                future.cancel()
    for begin, end in edges[done:]:
        yield _span(folder, size, root, begin, end)


def _check_above(tiles: TileFolder, done: list[tuple[int, list[bytes]]], leaves: int) -> None:
    """Compare tiles above the lowest, as they become full, with those on disk."""
    for level, hashes in done:
        index = (leaves >> (8 * (level + 1))) - 1
        _same(tiles, level, index, hashes)


def _same(tiles: TileFolder, level: int, index: int, hashes: list[bytes]) -> None:
    if tiles.tile(level, index) != b"".join(hashes):
        stated = tiles.hashes(level, index)
        offset = next(i for i, (a, b) in enumerate(zip(hashes, stated, strict=True)) if a != b)
        name = tile_name(level, index, tiles.width(level, index))
        raise VerificationError(f"its hash {offset} is not that of the tile below", place=name)


def read_checkpoint(path: Path, verifiers: Sequence[Verifier]) -> Opened:
    """Read a checkpoint file. Raises `VerificationError` when no trusted key signed it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise LedgerError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        return open_checkpoint(raw, verifiers)
    except NoteError as error:
        raise VerificationError(str(error), place=str(path.name)) from None


def verify(
    folder: Path,
    verifiers: Sequence[Verifier],
    *,
    known: Sequence[Opened] = (),
    processes: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Verified:
    """Verify all leaves and tiles in a folder against its signed checkpoint.

    `known` are checkpoints that the verifier holds of its own: what is in the folder must begin with each
    of them. Raises `VerificationError`, which names the first bad leaf or tile.
    """
    opened = read_checkpoint(folder / CHECKPOINT, verifiers)
    size, root = opened.checkpoint.size, opened.checkpoint.root
    for other in known:
        _compare(opened, other)
    tiles, frontier = TileFolder(folder, size), Frontier()
    leaves, first, last = 0, b"", b""
    for span in _spans(folder, size, root, processes or min(os.cpu_count() or 1, 8)):
        if span.first:
            if span.first < last:
                # The run before it ended later: say which leaf of this one it is.
                for index in range(leaves // WIDTH, leaves // WIDTH + len(span.roots)):
                    _, _, last = _bundle(tiles, index, root, last)
            first, last = first or span.first, span.last
        for value in span.roots:
            leaves += WIDTH
            _check_above(tiles, frontier.push(1, value), leaves)
        progress(leaves, size)
    if size % WIDTH:
        computed, start, last = _bundle(tiles, size // WIDTH, root, last)
        first = first or start
        frontier.levels[0] = computed
    for level, hashes in enumerate(frontier.levels[1:], 1):
        if hashes:
            _same(tiles, level, size >> (8 * (level + 1)), hashes)
    if frontier.root() != root:
        raise VerificationError(_narrowed(tiles, known), place=CHECKPOINT)
    for other in known:
        _begins_with(tiles, other)
    progress(size, size)
    _check_witnessed(tiles, [opened, *known])
    return Verified(opened, size, first.decode() or None, last.decode() or None)


def _compare(opened: Opened, other: Opened) -> None:
    """The folder's checkpoint against one that is known, before any leaf is read."""
    mine, theirs = opened.checkpoint, other.checkpoint
    if mine.origin != theirs.origin:
        raise VerificationError(f"it is of {mine.origin}, the known one of {theirs.origin}", place=CHECKPOINT)
    if mine.size < theirs.size:
        raise VerificationError(
            f"it has {mine.size} leaves, one that you hold has {theirs.size}: it is an old one, shown again",
            place=CHECKPOINT,
        )
    if mine.size == theirs.size and mine.root != theirs.root:
        raise VerificationError(
            f"its root differs from that of a signed checkpoint of the same size {mine.size} that you hold: "
            "the log has been forked",
            place=CHECKPOINT,
        )


def _root_at(tiles: TileFolder, size: int) -> bytes:
    """The root of the first `size` leaves, from the tiles of the larger tree."""
    return range_hash(tiles.node, 0, size)


def _narrowed(tiles: TileFolder, known: Sequence[Opened]) -> str:
    """What to say of tiles that fit each other and not the checkpoint; known checkpoints narrow the place."""
    good, size = 0, tiles.size
    for other in sorted(known, key=lambda o: o.checkpoint.size):
        if _root_at(tiles, other.checkpoint.size) != other.checkpoint.root:
            size = other.checkpoint.size
            break
        good = other.checkpoint.size
    return (
        "its root is not that of the leaves and tiles, which fit each other: they were rewritten as a whole, "
        f"from some leaf between {good} and {max(size - 1, 0)} on"
    )


def _begins_with(tiles: TileFolder, other: Opened) -> None:
    known = other.checkpoint
    if _root_at(tiles, known.size) != known.root:
        raise VerificationError(
            f"the first {known.size} leaves are not those of a signed checkpoint that you hold: the log has "
            "been forked",
            place=CHECKPOINT,
        )


def _check_witnessed(tiles: TileFolder, checkpoints: Sequence[Opened]) -> None:
    """No leaf under a cosignature may claim to have been appended after it."""
    for opened in checkpoints:
        size, at = opened.checkpoint.size, opened.cosigned_at
        if at is None or size == 0:
            continue
        time = _TIME.search(tiles.leaf(size - 1))
        limit = datetime.fromtimestamp(at + SKEW, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()
        if time is not None and time[1][:19] > limit:
            raise VerificationError(
                "it claims to be later than the witness's signature over it", place=f"leaf {size - 1}"
            )
