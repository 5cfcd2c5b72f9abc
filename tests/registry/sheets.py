"""Sheets for tests: written as ICE writes them, and the published ones read once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font

from evenhand.registry.build import Readings, build, read_folder
from evenhand.registry.cleaning import Clean, clean
from evenhand.registry.decisions import Override, load_overrides
from evenhand.registry.ids import Issued, load_issued
from evenhand.registry.places import gazetteer
from evenhand.registry.reading import COLUMNS, IN_FORCE, PENDING, Pool, Raw, SheetFile, sheet_paths
from evenhand.registry.registry import Registry, build_registry

PARTICIPATING = (
    "STATE",
    "LAW ENFORCEMENT AGENCY",
    "TYPE",
    "COUNTY",
    "SUPPORT TYPE",
    "SIGNED",
    "MOA",
    "ADDENDUM",
)
WAITING = PARTICIPATING[:5]
ENTITIES = ("STATE", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE", "SIGNED", "MOA")

LONG_MODEL = {
    "JEM": "Jail Enforcement Model",
    "WSO": "Warrant Service Officer",
    "TFM": "Task Force Model",
}


def write_sheet(
    path: Path,
    rows: Sequence[Sequence[object]],
    header: Sequence[str] = PARTICIPATING,
    links: dict[str, str] | None = None,
    saved: datetime | None = None,
    title: str = "Sheet1",
) -> Path:
    """Write a workbook: a header and rows, links behind cells (`{"G2": url}`), the moment of saving."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    for cell, url in (links or {}).items():
        sheet[cell].hyperlink = url
        sheet[cell].font = Font(underline="single")
    book.properties.creator = "an office program"
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    if saved:
        set_saved(path, saved)
    return path


def set_saved(path: Path, moment: datetime) -> None:
    """Put a moment of saving into a workbook, which the writing library would overwrite with now."""
    import re
    import zipfile

    text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    core = parts["docProps/core.xml"].decode()
    parts["docProps/core.xml"] = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{text}", core).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)


@dataclass(frozen=True)
class Row:
    """One row for a series of sheets in memory."""

    agency: str = "Elk County Sheriff's Office"
    model: str = "TFM"
    signed: str = "2025-03-03"
    state: str = "KANSAS"
    type: str = "County"
    county: str = ""
    link: str = ""

    def raw(self, kind: str) -> Raw:
        cells = {
            "state": self.state,
            "agency": self.agency,
            "type": self.type,
            "county": self.county,
            "support": LONG_MODEL.get(self.model, self.model),
            "signed": self.signed if kind == IN_FORCE else "",
            "moa": "link" if self.link else "link pending",
            "addendum": "",
        }
        return Raw(**{c: cells[c] for c in COLUMNS}, moa_link=self.link, addendum_link="", extra="")


def series(
    pool: Pool, sheets: Sequence[Sequence[Row]], kind: str = IN_FORCE, start: date = date(2025, 6, 2)
) -> list[SheetFile]:
    """Sheets of one kind in memory, one a day from `start` on."""
    found = []
    for number, rows in enumerate(sheets):
        day = date.fromordinal(start.toordinal() + number)
        name = f"{'participating' if kind == IN_FORCE else 'pending'}-{day}.xlsx"
        sheet = SheetFile(name, f"{kind}{number}", 1000, kind, "made for a test")
        sheet.modified = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
        sheet.worksheet, sheet.columns = "Sheet1", COLUMNS
        for place, row in enumerate(rows, 2):
            sheet.rows.append(place)
            sheet.contents.append(pool.add(row.raw(kind)))
        found.append(sheet)
    return found


def registry_of(
    in_force: Sequence[Sequence[Row]],
    pending: Sequence[Sequence[Row]] = (),
    overrides: Sequence[Override] = (),
    issued: Issued | None = None,
) -> Registry:
    """A registry from sheets in memory."""
    pool = Pool()
    sheets = series(pool, in_force) + series(pool, pending, PENDING)
    return build_registry(sheets, pool, gazetteer(), overrides, issued)


class Ice:
    """The published sheets: where they are, what was built and written, and the summary."""

    def __init__(self, folder: Path, out: Path, registry: Registry, summary: dict[str, Any]) -> None:
        self.folder, self.out, self.registry, self.summary = folder, out, registry, summary

    @cached_property
    def readings(self) -> Readings:
        return read_folder(sheet_paths(self.folder), self.out)

    @cached_property
    def cleaned(self) -> dict[Raw, Clean | str]:
        """Each distinct row cleaned, so that many builds need not clean again."""
        return {raw: clean(raw, gazetteer()) for raw in self.readings.pool.raws}

    def again(
        self,
        sheets: Sequence[SheetFile] | None = None,
        overrides: Sequence[Override] | None = None,
        issued: Issued | None = None,
    ) -> Registry:
        """Build anew from (some of) the sheets, by default with the bundled overrides and ids."""
        return build_registry(
            self.readings.sheets if sheets is None else sheets,
            self.readings.pool,
            gazetteer(),
            load_overrides() if overrides is None else overrides,
            load_issued() if issued is None else issued,
            self.cleaned.get,
        )


def read_published(folder: Path, out: Path) -> Ice:
    registry, summary = build(folder, out)
    return Ice(folder, out, registry, summary)


def ids_by_row(registry: Registry) -> dict[tuple[str, int], tuple[str | None, str]]:
    """Of each sheet's row (by the sheet's hash): the ids of its agreement and its agency."""
    corpus, lines = registry.corpus, registry.lines
    ids = [
        (
            registry.agreement_ids.get(registry.agreement_of_line[n]),
            registry.agency_ids[registry.agency_of_node[line.node]],
        )
        for n, line in enumerate(lines.lines)
    ]
    in_force = [s.kind == IN_FORCE for s in corpus.sheets]
    names = [s.sha256 for s in corpus.sheets]
    return {
        (names[sheet], int(row)): (
            ids[lines.line_of[content]] if in_force[sheet] else (None, ids[lines.line_of[content]][1])
        )
        for sheet, row, content in zip(corpus.sheet, corpus.row, corpus.content, strict=True)
    }
