"""Building the registry from a folder of sheets, with what an earlier build has read taken up again."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evenhand.record.digest import sha256_of
from evenhand.record.folder import Kind, Place, claimed
from evenhand.registry.decisions import Override, load_overrides
from evenhand.registry.earlier import Earlier, list_digest, load_earlier
from evenhand.registry.ids import load_issued
from evenhand.registry.places import gazetteer
from evenhand.registry.reading import (
    Pool,
    Raw,
    RefusedSheet,
    SheetFile,
    read_apart,
    read_some,
    sheet_paths,
)
from evenhand.registry.registry import Registry, build_registry
from evenhand.registry.store import write_registry

Told = Callable[[str, int, int], None]
"""Told of progress: what is under way, how much of it is done, and how much there is."""

PARTS = 2
SHARED_FROM = 60
"""Sheets are shared out over processes from this many on; fewer are read sooner by one."""


@dataclass
class Readings:
    """Sheets read so far, the distinct rows of all, the files that could not be read, and what an earlier
    build left."""

    pool: Pool = field(default_factory=Pool)
    sheets: list[SheetFile] = field(default_factory=list)
    refused: list[RefusedSheet] = field(default_factory=list)
    earlier: Earlier = field(default_factory=Earlier)


def build(
    source: Path,
    out: Path,
    *,
    overrides: Path | None = None,
    agencies: Path | None = None,
    told: Told = lambda what, done, total: None,
    processes: int | None = None,
    keep: bool = False,
) -> tuple[Registry, dict[str, Any]]:
    """Build from all sheets in `source` and write to `out`; what `out` holds of them is not read again.

    `keep` keeps the sheets that `out` holds and `source` lacks. Returns the registry and its summary. Raises
    `FileNotFoundError`, `OverrideError`, `AgencyListError` or `FolderError`, each with its remedy.
    """
    given, paths = load_overrides(overrides), sheet_paths(source)
    with claimed(out, Kind.REGISTRY) as place, _no_search_for_cycles():
        return _build(paths, place, given, agencies, told, processes, keep)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Millions of small lasting objects are made, none in a cycle; to search them for cycles takes a tenth of
    the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _build(
    paths: Sequence[Path],
    place: Place,
    overrides: Sequence[Override],
    agencies: Path | None,
    told: Told,
    processes: int | None,
    keep: bool,
) -> tuple[Registry, dict[str, Any]]:
    places, out = gazetteer(agencies), place.path
    readings = read_folder(paths, out, told, processes, keep, agencies)
    told("joining rows into agreements", 0, 1)
    registry = build_registry(
        readings.sheets,
        readings.pool,
        places,
        overrides,
        load_issued(out),
        readings.earlier.clean,
        readings.earlier.match,
    )
    registry.corpus.refused_sheets = readings.refused
    told("writing tables", 0, 1)
    summary = write_registry(registry, place, list_digest(agencies))
    return registry, summary


def read_folder(
    paths: Sequence[Path],
    out: Path | None = None,
    told: Told = lambda what, done, total: None,
    processes: int | None = None,
    keep: bool = False,
    agencies: Path | None = None,
) -> Readings:
    """Read sheets, but for those whose bytes an earlier build in `out` has read.

    Raises `FileExistsError` if what `out` holds is to be kept and cannot be read.
    """
    earlier = load_earlier(out, agencies) if out else None
    if keep and out and earlier is None and (out / "datapackage.json").exists():
        raise FileExistsError(
            f"{out} was built by another version or is damaged, so that its sheets cannot be taken up: "
            f"build it again from all sheets with `evenhand registry build SHEETS --out {out}`"
        )
    readings = Readings(earlier.pool, earlier=earlier) if earlier else Readings()
    known = {s.sha256: s for s in earlier.sheets} if earlier else {}
    digests: dict[Path, str] = {}
    wanted: list[Path] = []
    for path in paths:
        try:
            digests[path] = sha256_of(path)
        except OSError as error:
            refusal = f"it cannot be opened ({error.strerror})"
            readings.refused.append(RefusedSheet(path.name, "", refusal, "check its permissions"))
            continue
        if digests[path] in known:
            readings.sheets.append(_renamed(known[digests[path]], path.name))
        else:
            wanted.append(path)
    if keep:
        here = {s.sha256 for s in readings.sheets}
        readings.sheets += [s for s in known.values() if s.sha256 not in here]
    _read(wanted, digests, readings, told, processes)
    _name_apart(readings.sheets)
    return readings


def _renamed(sheet: SheetFile, name: str) -> SheetFile:
    """A sheet read before, under the name that its file has now."""
    if sheet.name == name:
        return sheet
    return SheetFile(**{**sheet.__dict__, "name": name})


def _name_apart(sheets: list[SheetFile]) -> None:
    """Sheets of one name in two folders get a part of their hash, so that each row is named once."""
    by_name: dict[str, set[str]] = {}
    for sheet in sheets:
        by_name.setdefault(sheet.name, set()).add(sheet.sha256)
    for sheet in sheets:
        if len(by_name[sheet.name]) > 1:
            stem, dot, suffix = sheet.name.rpartition(".")
            sheet.name = f"{stem}~{sheet.sha256[:8]}{dot}{suffix}"


def _read(
    paths: list[Path], digests: dict[Path, str], readings: Readings, told: Told, processes: int | None
) -> None:
    workers = processes or min(2, os.cpu_count() or 1)
    tasks = [(path, digests[path]) for path in paths]
    if workers < 2 or len(tasks) < SHARED_FROM:
        for done, task in enumerate(tasks):
            told("reading sheets", done, len(tasks))
            sheets, refused = read_some([task], readings.pool)
            readings.sheets += sheets
            readings.refused += refused
    else:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        # Large and small sheets are dealt out evenly. Few parts, as each meets most of the distinct rows.
        parts = [tasks[n :: PARTS * workers] for n in range(PARTS * workers)]
        with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
            done = 0
            for part, result in zip(parts, pool.map(read_apart, parts), strict=True):
                _take(readings, result)
                done += len(part)
                told("reading sheets", done, len(tasks))
    told("reading sheets", len(tasks), len(tasks))


def _take(readings: Readings, result: tuple[list[Raw], list[SheetFile], list[RefusedSheet]]) -> None:
    raws, sheets, refused = result
    places = [readings.pool.add(raw) for raw in raws]
    for sheet in sheets:
        for n, content in enumerate(sheet.contents):
            sheet.contents[n] = places[content]
    readings.sheets += sheets
    readings.refused += refused
