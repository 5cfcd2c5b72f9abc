"""Checking a sealed record: do its events, personal parts and manifest match its checkpoint?"""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.events.oversight import RecordErased
from evenhand.record.ledger import columns
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.keys import check_readable, verifiers_in
from evenhand.record.ledger.leaf import SALT_BYTES, Opening
from evenhand.record.ledger.note import Verifier
from evenhand.record.ledger.place import FOLDER, SEALS, has_ledger
from evenhand.record.ledger.sealed import (
    OPENINGS,
    SALTS,
    Batch,
    PersonalPart,
    all_parts,
    batches,
    ids_of,
    leaf_of_seal,
    openings_path,
    other_files,
    parts_of_seal,
    raw_ids,
    read_seals,
    salts_path,
    type_of,
)
from evenhand.record.ledger.tiles import CHECKPOINT, WIDTH, Frontier, TileFolder
from evenhand.record.ledger.tree import fold, leaf_hash
from evenhand.record.ledger.verify import read_checkpoint
from evenhand.record.manifest import FILE_NAME, Manifest, load_manifest

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CheckResult:
    """What a check of a record against its ledger found.

    `checkpoint` is the signed text, `root` its root in Base 64. `signed_by` are the names of the keys that
    signed it; `own_key` says that they were only those that lie in the record itself. `erased` counts the
    personal parts that were erased on a recorded order. Where `ok` is false, `place` names the first thing
    that differs and `problem` says how.
    """

    ok: bool
    origin: str
    size: int
    root: str
    checkpoint: str
    signed_by: tuple[str, ...]
    own_key: bool
    events: int = 0
    erased: int = 0
    place: str | None = None
    problem: str | None = None

    @property
    def sentence(self) -> str:
        """One sentence for a report."""
        head = f"checkpoint of {self.origin} over {self.size} leaves, root {self.root}"
        if not self.ok:
            return f"The record does NOT match its ledger ({head}): {self.place}: {self.problem}."
        trust = "the key that lies in the record itself" if self.own_key else "a key given by the reader"
        erased = f"; {self.erased} personal parts were erased on recorded orders" if self.erased else ""
        return f"The record matches its ledger ({head}), signed under {trust}{erased}."


@dataclass
class _Found:
    """What a pass over the record gathered: personal parts that are gone, erasures that are recorded (both by
    number of leaf), and the first fault of a personal part.
    """

    events: int = 0
    missing: dict[int, UUID] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)
    fault: VerificationError | None = None


def check(
    folder: Path,
    keys: Sequence[Verifier] = (),
    *,
    progress: Progress = lambda done, total: None,
) -> CheckResult | None:
    """Compare a record with its ledger; None where it carries none. `progress(done, total)` counts leaves.

    `keys` are the log's verifier keys as the reader knows them; without any, those in the record are taken,
    which shows a change only if whoever made it could not sign anew. Raises `RecordError` when the folder is
    no record, and nothing else for a record or ledger that was tampered with.
    """
    if not has_ledger(folder):
        return None
    manifest, ledger = load_manifest(folder), folder / FOLDER
    try:
        verifiers = list(keys) or verifiers_in(ledger)
        check_readable(verifiers, ledger)
        opened = read_checkpoint(ledger / CHECKPOINT, verifiers)
    except VerificationError as error:
        return CheckResult(False, "?", 0, "?", "", (), not keys, place=error.place, problem=_said(error))
    except LedgerError as error:
        return CheckResult(False, "?", 0, "?", "", (), not keys, place=FOLDER, problem=str(error))
    checkpoint = opened.checkpoint
    signed_by = tuple(sorted({v.name for v, _ in opened.signatures}))
    root = base64.b64encode(checkpoint.root).decode()
    found = _Found()
    place = problem = None
    try:
        _compare(folder, manifest, checkpoint.size, checkpoint.root, found, progress)
    except VerificationError as error:
        place, problem = error.place, _said(error)
    except (OSError, pa.ArrowException, ValueError, LookupError, TypeError, AttributeError) as error:
        place, problem = str(folder), f"it cannot be read: {error}"
    return CheckResult(
        ok=problem is None,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=root,
        checkpoint=opened.note.dump().decode(),
        signed_by=signed_by,
        own_key=not keys,
        events=found.events,
        erased=len(found.missing),
        place=place,
        problem=problem,
    )


def _said(error: VerificationError) -> str:
    return str(error).removeprefix(f"{error.place}: ").removesuffix(".")


def _compare(
    folder: Path, manifest: Manifest, size: int, root: bytes, found: _Found, progress: Progress
) -> None:
    frontier, held, leaves = Frontier(), list[bytes](), 0
    seals = read_seals(folder)
    for _, made in _leaves(folder, manifest, seals, found):
        leaves += len(made)
        held += map(leaf_hash, made)
        while len(held) >= WIDTH:
            frontier.push(1, fold(held[:WIDTH]))
            del held[:WIDTH]
        progress(min(leaves, size), size)
    frontier.levels[0] = held
    if leaves != size or frontier.root() != root:
        raise _first_difference(folder, manifest, seals, size)
    if found.fault is not None:
        raise found.fault
    for number, event in found.missing.items():
        if str(number) not in found.orders:
            raise VerificationError(
                "its personal part is gone, and no order to erase it is recorded", place=f"event {event}"
            )
    _check_files(folder, manifest, seals)


def _leaves(
    folder: Path, manifest: Manifest, seals: list[Opening], found: _Found
) -> Iterator[tuple[Batch | None, list[bytes]]]:
    """All leaves in their order as the record gives them now, by batches; None stands for a statement."""
    listed, start = dict(all_parts(manifest)), 0
    for number, seal in enumerate(seals, 1):
        try:
            parts = parts_of_seal(seal)
        except (ValueError, KeyError, TypeError):
            raise VerificationError("it is no statement of parts", place=f"{SEALS} line {number}") from None
        for part, _ in parts:
            if part not in listed:
                raise VerificationError("it was sealed and is not in the manifest", place=part)
            for batch, made in _part_leaves(folder, part, start, found):
                yield batch, made
                start += len(made)
        yield None, [leaf_of_seal(seal)]
        start += 1


def _part_leaves(folder: Path, part: str, start: int, found: _Found) -> Iterator[tuple[Batch, list[bytes]]]:
    """The leaves of a part, of which the first has the number `start`."""
    ids = ids_of(folder, part)
    openings = _openings(folder, part, len(ids))
    _check_personal(folder, part, start, ids, openings["commitment"].combine_chunks(), found)
    for batch in batches(folder, part):
        found.events += len(batch.events)
        if type_of(part) == RecordErased.type:
            found.orders.update(batch.events["subject"].to_pylist())
        yield batch, batch.leaves(openings)


def _openings(folder: Path, part: str, count: int) -> pa.Table:
    """The openings of `count` events. A missing salt becomes one of zeros, which no leaf fits."""
    path = openings_path(folder, part)
    table = pq.read_table(path, schema=OPENINGS) if path.is_file() else OPENINGS.empty_table()
    if len(table) != count:
        rows = [row if row < len(table) else None for row in range(count)]
        table = table.take(pa.array(rows, pa.int64()))
    salts = table["salt"].combine_chunks()
    return table.set_column(0, "salt", salts.fill_null(pa.scalar(bytes(SALT_BYTES), salts.type)))


def _check_personal(
    folder: Path, part: str, start: int, ids: pa.Array, commitments: pa.Array, found: _Found
) -> None:
    """Check each personal part against the commitment; note those that are gone, and the first fault."""
    personal = PersonalPart.read(folder, part)
    path = salts_path(folder, part)
    table = pq.read_table(path, schema=SALTS) if path.is_file() else SALTS.empty_table()
    kept = raw_ids(table["id"])
    at = pc.index_in(personal.ids, value_set=ids)
    committed = commitments.take(at)
    salts = table["salt"].combine_chunks().take(pc.index_in(personal.ids, value_set=kept))
    salts = salts.fill_null(pa.scalar(bytes(SALT_BYTES), salts.type))
    good = pc.fill_null(pc.equal(columns.commitments_to(personal.parts, salts), committed), False)
    if not pc.all(good, min_count=0).as_py():
        row = pc.index(good, False).as_py()
        added = not committed[row].is_valid
        said = (
            "a personal part was added that the ledger knows nothing of"
            if added
            else "its personal part was altered"
        )
        found.fault = found.fault or VerificationError(said, place=f"event {_uuid(personal.ids, row)}")
    left = pc.index_in(kept, value_set=personal.ids).is_null()
    if pc.any(left).as_py():
        event = _uuid(kept, pc.index(left, True).as_py())
        found.fault = found.fault or VerificationError("its personal part is gone", place=f"event {event}")
    absent = commitments.is_valid().to_numpy(zero_copy_only=False)
    absent[at.drop_null().to_numpy()] = False
    found.missing |= {start + int(row): _uuid(ids, int(row)) for row in np.flatnonzero(absent)}


def _uuid(ids: pa.Array, row: int) -> UUID:
    return UUID(bytes=ids[row].as_py())


def _first_difference(folder: Path, manifest: Manifest, seals: list[Opening], size: int) -> VerificationError:
    """Which leaf is the first that the tiles do not have at its place."""
    tiles, number = TileFolder(folder / FOLDER, size), 0
    for batch, made in _leaves(folder, manifest, seals, _Found()):
        for row, leaf in enumerate(made):
            if number >= size:
                return VerificationError("it is not in the ledger: it was added", place=_name(batch, row))
            if tiles.hashes(0, number // WIDTH)[number % WIDTH] != leaf_hash(leaf):
                return VerificationError(f"it is not what leaf {number} commits to", place=_name(batch, row))
            number += 1
    if number < size:
        return VerificationError("the record ends before it", place=f"leaf {number}")
    return VerificationError("its root is not that of the record, which fits the tiles", place=CHECKPOINT)


def _name(batch: Batch | None, row: int) -> str:
    if batch is None:
        return f"the statement in {SEALS}"
    event = UUID(bytes=batch.ids[row].as_py())
    return f"event {event} ({batch.part}, row {batch.first + row})"


def _check_files(folder: Path, manifest: Manifest, seals: list[Opening]) -> None:
    """The manifest and the other files are those of the last statement, and no part was added."""
    sealed = [part for seal in seals for part in parts_of_seal(seal)]
    if not seals:
        raise VerificationError("it holds no statement", place=SEALS)
    stated, now = json.loads(seals[-1].part)["files"], other_files(folder)
    for name in sorted({*stated, *now}):
        if stated.get(name) != now.get(name):
            how = "was added" if name not in stated else "is gone" if name not in now else "was altered"
            raise VerificationError(f"it {how} after the record was sealed", place=name)
    if sorted(sealed) != sorted(all_parts(manifest)):
        raise VerificationError("its parts are not those that were sealed", place=FILE_NAME)
