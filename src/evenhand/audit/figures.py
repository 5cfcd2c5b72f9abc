"""Aggregates of the findings for the report, computed by DuckDB over `findings.parquet`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import duckdb

from evenhand.audit.findings import PARQUET
from evenhand.record.query import scan

CASES_SHOWN = 10
BARS_SHOWN = 48
FACILITIES_SHOWN = 10
NOT_STATED = "not stated"
_UNITS = (("month", 1), ("quarter", 3), ("year", 12), ("decade", 120), ("century", 1200), ("age", 12000))
"""Names of periods with their length in months."""
_Key = TypeVar("_Key")


@dataclass(frozen=True)
class Case:
    """One finding as the report shows it: ids only. `act` is the id of the event that broke the rule."""

    finding: str
    act: str
    subject: str
    facility: str | None
    when: datetime
    deadline: datetime | None
    first_deadline: datetime | None
    missed_by_s: float | None
    still_open: bool


@dataclass(frozen=True)
class Period:
    """Findings in a month, a quarter or a year, named so that a reader knows which."""

    name: str
    number: int


@dataclass(frozen=True)
class Place:
    """Findings at a facility, or at several that are not shown one by one."""

    name: str
    number: int
    several: bool = False


@dataclass(frozen=True)
class Figures:
    """Findings of one rule, or of all: by period and by facility. `cases` only for one rule."""

    findings: int
    unit: str
    periods: tuple[Period, ...]
    places: tuple[Place, ...]
    cases: tuple[Case, ...] = ()


EMPTY = Figures(0, "month", (), ())


def figures(
    connection: duckdb.DuckDBPyConnection, folder: Path, zone: str
) -> tuple[Figures, dict[str, Figures]]:
    """The figures of all findings, and of each rule that has some. Months are those of the zone."""
    source = scan(folder / PARQUET)
    by_month: dict[str, dict[date, int]] = defaultdict(dict)
    month = f"CAST(date_trunc('month', timezone('{zone}', \"when\")) AS DATE)"
    for rule, first, number in connection.execute(
        f"SELECT rule, {month} AS month, count(*) FROM {source} GROUP BY rule, month"
    ).fetchall():
        by_month[rule][first] = number
    by_place: dict[str, dict[str, int]] = defaultdict(dict)
    for rule, facility, number in connection.execute(
        f"SELECT rule, facility, count(*) FROM {source} GROUP BY rule, facility"
    ).fetchall():
        by_place[rule][facility or NOT_STATED] = number
    cases = _cases(connection, source, zone)
    each = {rule: _figures(months, by_place[rule], cases.get(rule, ())) for rule, months in by_month.items()}
    return _figures(_added(by_month), _added(by_place), ()), each


def _added(counts: Mapping[str, dict[_Key, int]]) -> dict[_Key, int]:
    total: dict[_Key, int] = defaultdict(int)
    for row in counts.values():
        for key, number in row.items():
            total[key] += number
    return total


def _cases(connection: duckdb.DuckDBPyConnection, source: str, zone: str) -> dict[str, tuple[Case, ...]]:
    """The rule's worst cases by delay, or else its latest."""
    table = connection.sql(
        f"""SELECT rule, finding, evidence[1] AS act, subject, facility,
        "when", deadline, first_deadline, missed_by_s, still_open
        FROM {source}
        QUALIFY row_number() OVER (PARTITION BY rule
            ORDER BY missed_by_s DESC NULLS LAST, "when" DESC, subject) <= {CASES_SHOWN}
        ORDER BY rule, missed_by_s DESC NULLS LAST, "when" DESC, subject"""
    ).to_arrow_table()
    here = ZoneInfo(zone)
    found: dict[str, list[Case]] = defaultdict(list)
    for row in table.to_pylist():
        rule = row.pop("rule")
        for name in ("when", "deadline", "first_deadline"):
            row[name] = row[name] and row[name].astimezone(here)
        found[rule].append(Case(**row))
    return {rule: tuple(cases) for rule, cases in found.items()}


def _figures(months: dict[date, int], places: dict[str, int], cases: Sequence[Case]) -> Figures:
    unit, periods = _periods(months)
    ordered = sorted(places.items(), key=lambda e: (-e[1], e[0]))
    shown = [Place(name, number) for name, number in ordered[:FACILITIES_SHOWN]]
    if rest := ordered[FACILITIES_SHOWN:]:
        shown.append(Place(f"{len(rest)} others", sum(number for _, number in rest), several=True))
    return Figures(sum(places.values()), unit, periods, tuple(shown), tuple(cases))


def _periods(months: dict[date, int]) -> tuple[str, tuple[Period, ...]]:
    """The months from first to last, the empty ones too; quarters or years where months are too many."""
    if not months:
        return "month", ()
    first, last = _number(min(months)), _number(max(months))
    unit, size = next((u, s) for u, s in _UNITS if last // s - first // s < BARS_SHOWN)
    start, end = first // size, last // size
    counts = [0] * (end - start + 1)
    for month, number in months.items():
        counts[_number(month) // size - start] += number
    return unit, tuple(Period(_name((start + n) * size, unit), c) for n, c in enumerate(counts))


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _name(month: int, unit: str) -> str:
    year, rest = divmod(month, 12)
    match unit:
        case "month":
            return date(year, rest + 1, 1).strftime("%b %Y")
        case "quarter":
            return f"Q{rest // 3 + 1} {year}"
        case "year":
            return str(year)
        case _:
            return f"from {year}"
