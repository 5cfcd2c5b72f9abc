"""All observations together: sheets in the order of their publication, and each distinct row cleaned once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from evenhand.registry.cleaning import Clean, clean
from evenhand.registry.places import Gazetteer
from evenhand.registry.published import Evidence, Published, date_sheets
from evenhand.registry.reading import IN_FORCE, PENDING, Pool, Raw, RefusedRows, RefusedSheet, SheetFile

Ints = NDArray[np.int32]


@dataclass
class Corpus:
    """Sheets by publication, and one entry of `sheet`, `row`, `content` for each observation, in that order.

    `contents` are the distinct rows as published and `cleans` the same cleaned. `place` is a sheet's place in
    the series of its kind (agreements in force, or pending), in which gaps are counted.
    """

    sheets: list[SheetFile]
    published: list[Published]
    contents: list[Raw]
    cleans: list[Clean]
    sheet: Ints
    row: Ints
    content: Ints
    refused: list[tuple[str, RefusedRows]] = field(default_factory=list)
    refused_sheets: list[RefusedSheet] = field(default_factory=list)
    repeats: list[tuple[str, str]] = field(default_factory=list)

    def series(self, kind: str) -> list[int]:
        """The sheets of one kind, in the order of publication."""
        return [n for n, s in enumerate(self.sheets) if s.kind == kind]

    def places(self) -> tuple[Ints, int, int]:
        """Each sheet's place in its series, and the lengths of the series in force and pending."""
        place = np.zeros(len(self.sheets), np.int32)
        for kind in (IN_FORCE, PENDING):
            for n, sheet in enumerate(self.series(kind)):
                place[sheet] = n
        return place, len(self.series(IN_FORCE)), len(self.series(PENDING))

    @property
    def rows_read(self) -> int:
        return sum(s.rows_read for s in self.sheets)


def assemble(
    sheets: Sequence[SheetFile],
    pool: Pool,
    places: Gazetteer,
    known: Callable[[Raw], Clean | str | None] = lambda raw: None,
) -> Corpus:
    """Order sheets by publication and clean their rows. Files of the same content count once.

    The result does not depend on the order of `sheets`, nor on the order of rows in `pool`.
    """
    used, repeats = _distinct(sheets)
    cleaned = [known(raw) or clean(raw, places) for raw in pool.raws]
    ordinals = np.array(
        [c.signed.toordinal() if isinstance(c, Clean) and c.signed else 0 for c in cleaned], np.int32
    )
    places_of = [np.asarray(s.contents, np.int32) for s in used]
    latest = [int(ordinals[own].max(initial=0)) for own in places_of]
    published = date_sheets(
        [
            Evidence(
                s.name,
                s.kind,
                s.modified,
                s.captured,
                date.fromordinal(day) if day else None,
                s.contents,
            )
            for s, day in zip(used, latest, strict=True)
        ]
    )
    order = sorted(range(len(used)), key=lambda n: (published[n].order, used[n].name, used[n].sha256))
    renumbered = np.full(len(cleaned), -1, np.int32)
    standing = np.zeros(len(cleaned), bool)
    for own in places_of:
        standing[own] = True
    good = [n for n in np.flatnonzero(standing).tolist() if isinstance(cleaned[n], Clean)]
    by_content = sorted(good, key=lambda n: pool.raws[n])
    renumbered[by_content] = np.arange(len(by_content), dtype=np.int32)
    corpus = Corpus(
        [used[n] for n in order],
        [published[n] for n in order],
        [pool.raws[n] for n in by_content],
        [c for n in by_content if isinstance(c := cleaned[n], Clean)],
        *_observations([used[n] for n in order], renumbered),
        repeats=repeats,
    )
    for sheet in corpus.sheets:
        corpus.refused += [(sheet.name, r) for r in sheet.refused]
        for at in np.flatnonzero(renumbered[np.asarray(sheet.contents, np.int32)] < 0):
            row, reason = sheet.rows[at], cleaned[sheet.contents[at]]
            assert isinstance(reason, str)
            corpus.refused.append((sheet.name, RefusedRows(sheet.worksheet, row, row, reason)))
    return corpus


def _distinct(sheets: Sequence[SheetFile]) -> tuple[list[SheetFile], list[tuple[str, str]]]:
    """One sheet of each content (the first by name), and the others with the name of the one kept."""
    kept: dict[str, SheetFile] = {}
    repeats: list[tuple[str, str]] = []
    for sheet in sorted(sheets, key=lambda s: (s.name, s.sha256)):
        if sheet.sha256 in kept:
            repeats.append((sheet.name, kept[sheet.sha256].name))
        else:
            kept[sheet.sha256] = sheet
    return list(kept.values()), repeats


def _observations(sheets: Sequence[SheetFile], renumbered: Ints) -> tuple[Ints, Ints, Ints]:
    if not sheets:
        empty = np.zeros(0, np.int32)
        return empty, empty.copy(), empty.copy()
    contents = renumbered[np.concatenate([np.asarray(s.contents, np.int32) for s in sheets])]
    rows = np.concatenate([np.asarray(s.rows, np.int32) for s in sheets])
    number = np.repeat(np.arange(len(sheets), dtype=np.int32), [len(s.rows) for s in sheets])
    kept = contents >= 0
    return number[kept], rows[kept], contents[kept]
