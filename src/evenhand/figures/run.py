"""Figures of one record and one fiscal year: counted, protected, and gathered."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evenhand.figures.measures import MEASURES
from evenhand.figures.measures.base import Figure
from evenhand.figures.publish import Control, Published, publish
from evenhand.figures.source import Source
from evenhand.figures.training import Share, compliance
from evenhand.figures.turnaround import TurnAround, repeated, told, turn_around
from evenhand.figures.year import FiscalYear, fiscal_year_of
from evenhand.record.store import Record

Progress = Callable[[str], None]
"""Called with what is being done."""


class NoSuchYearError(ValueError):
    """The record tells nothing of the year asked for; the message names the years that it does tell of."""


@dataclass(frozen=True)
class Figures:
    """All that is published of a record's fiscal year."""

    record: Record
    year: FiscalYear
    control: Control
    published: tuple[Published, ...]
    turn_around: tuple[TurnAround, ...]
    compliance: tuple[Share, ...]

    def of(self, cube: str) -> Published:
        return next(p for p in self.published if p.cube.id == cube)

    @property
    def whole_year(self) -> bool:
        return covers(self.record, self.year)


def figures(
    record: Record, year: FiscalYear, control: Control, scratch: Path, progress: Progress | None = None
) -> Figures:
    """Count and protect. Raises `NoSuchYearError`, or `RecordError` where a part cannot be read."""
    check_year(record, year)
    tell = progress or (lambda _: None)
    tell("reading the acts")
    source = Source(record, year, scratch)
    try:
        counted = [_told(measure(source), tell) for measure in MEASURES]
        met = next(f for f in counted if f.cube.id == "encounters")
        has_reviews = any("review" in table.depths for table in met.cube.tables) and not met.missing
        times = turn_around(source, control.threshold) if has_reviews else []
        least = {t.cell: t.at_least for t in times}
        for before in control.editions:
            for cell, number in told(before, control.threshold).items():
                least[cell] = max(number, least.get(cell, 1))
        published = []
        for figure in counted:
            tell(f"protecting {figure.cube.title.lower()}")
            published.append(publish(figure, control, least if figure is met else None))
        by_id = {p.cube.id: p for p in published}
        if control.editions:
            times = repeated(times, by_id["encounters"], control.editions[-1])
        shares = compliance(source, by_id["officers"], by_id["officers_over_the_year"], control.editions)
    finally:
        source.close()
    return Figures(record, year, control, tuple(published), tuple(times), tuple(shares))


def _told(figure: Figure, tell: Progress) -> Figure:
    tell(figure.cube.title.lower())
    return figure


def covers(record: Record, year: FiscalYear) -> bool:
    """Whether the record covers the whole of a year."""
    manifest = record.manifest
    if not manifest.observed_from or not manifest.observed_until:
        return False
    since, until = year.bounds(manifest.zones[0] if manifest.zones else "UTC")
    return manifest.observed_from <= since and until <= manifest.observed_until


def years_of(record: Record) -> list[FiscalYear]:
    """The fiscal years from the record's first act to the end of what it observed."""
    manifest = record.manifest
    if not manifest.observed_from or not manifest.observed_until:
        return []
    first, last = (
        fiscal_year_of(manifest.observed_from.date()),
        fiscal_year_of(manifest.observed_until.date()),
    )
    return [FiscalYear(number) for number in range(first.number, last.number + 1)]


def check_year(record: Record, year: FiscalYear) -> None:
    """`NoSuchYearError` unless the record tells of some of the year."""
    years = years_of(record)
    if not years:
        raise NoSuchYearError(f"{record.folder} holds no acts at all: there is no year to show")
    if year not in years:
        known = years[0].name if len(years) == 1 else f"{years[0].name} to {years[-1].name}"
        raise NoSuchYearError(f"{record.folder} tells nothing of {year.name}: it covers {known}")
