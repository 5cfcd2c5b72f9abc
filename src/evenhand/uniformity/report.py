"""The report: one self-contained page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from evenhand.page.pages import environment
from evenhand.uniformity import chart, officers, public, wording
from evenhand.uniformity.compare import Compared
from evenhand.uniformity.measures import MEASURES, Measure, Time
from evenhand.uniformity.results import Comparison, CurvePoint, GroupShare, GroupTime, Overall, Verdict
from evenhand.uniformity.run import Uniformity

REPORT = "report.html"
R = TypeVar("R", GroupShare, GroupTime, Comparison, Overall, CurvePoint)


@dataclass(frozen=True)
class _Panel:
    """One measure for one group column."""

    id: str
    column: str
    shares: tuple[GroupShare, ...]
    times: tuple[GroupTime, ...]
    comparisons: tuple[Comparison, ...]
    overall: Overall | None
    dots: chart.Dots | None
    curves: chart.Curves | None


@dataclass(frozen=True)
class _Section:
    measure: Measure
    lacking: tuple[str, ...]
    unknown: int
    imprecise: int
    timed: bool
    panels: tuple[_Panel, ...]


def write_report(result: Uniformity, folder: Path, *, for_public: bool) -> None:
    """Write `report.html` into the folder."""
    (folder / REPORT).write_text(render(result, for_public=for_public), encoding="utf-8")


def render(result: Uniformity, *, for_public: bool) -> str:
    """The page as text."""
    found = result.compared
    made = environment("evenhand.uniformity")
    for name in ("percent", "points", "chance", "between", "equals"):
        made.filters[name] = getattr(wording, name)
    made.filters["decimal"] = wording.number
    counted = Counter(str(row.verdict) for row in found.comparisons)
    return made.get_template("uniformity.html.j2").render(
        result=result,
        manifest=result.record.manifest,
        sections=[_section(result, found, measure) for measure in MEASURES.values()],
        counted={str(v): counted[str(v)] for v in Verdict},
        tested=sum(row.p is not None for row in found.comparisons),
        columns=wording.COLUMN_NAMES,
        public=for_public,
        threshold=public.THRESHOLD,
        officers=result.officers,
        officers_warning=officers.WARNING,
        version=version("evenhand"),
    )


def _section(result: Uniformity, found: Compared, measure: Measure) -> _Section:
    lacking = result.lacking[measure.id]
    panels = () if lacking else tuple(_panel(found, measure, column) for column in result.groups)
    unknown, imprecise = (counts.get(measure.id, 0) for counts in (found.unknown, found.imprecise))
    return _Section(measure, lacking, unknown, imprecise, isinstance(measure, Time), panels)


def _panel(found: Compared, measure: Measure, column: str) -> _Panel:
    shares = _of(found.shares, measure, column)
    overall = _of(found.overall, measure, column)
    return _Panel(
        f"{measure.id}-{column}",
        column,
        shares,
        _of(found.times, measure, column),
        _of(found.comparisons, measure, column),
        overall[0] if overall else None,
        chart.dots(shares),
        chart.curves(_of(found.curves, measure, column)),
    )


def _of(rows: Sequence[R], measure: Measure, column: str) -> tuple[R, ...]:
    return tuple(row for row in rows if row.measure == measure.id and row.column == column)
