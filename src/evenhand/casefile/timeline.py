"""The timeline of a case: events and deadlines in order of time, with a bar for each clock.

One row an event or deadline, whatever the time between: a case of years and one of hours read alike. The time
that passed is written between the rows. Nothing depends on color: a clock has its own column, its number at
both ends, and a cross where its deadline was missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from evenhand.casefile.case import Case
from evenhand.casefile.judge import Judged
from evenhand.record.events import SubjectKind
from evenhand.record.labels import code_label, event_label, field_label
from evenhand.record.time import moment_of
from evenhand.rules.answer import Verdict
from evenhand.rules.explain import Reckoning
from evenhand.rules.explain.words import interval_text, moment_text
from evenhand.rules.standing import Row
from evenhand.rules.wording import length, span_text

ROW, TOP, LANE, LEFT, WIDTH = 54, 14, 26, 16, 760
MOST_CLOCKS = 8
_LONGEST_TEXT = 92
_HIDDEN = frozenset(
    ("id", "type", "version", "kind", "subject", "agency", "occurred_at", "occurred_by", "zone", "actor",
     "actor_role", "source_kind", "source_file", "source_row", "stated", "pos", "case", "recorded_at")
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row of the timeline: an event, or the moment of a deadline."""

    y: float
    when: str
    text: str
    details: str
    deadline: bool = False
    after: str = ""


@dataclass(frozen=True)
class ClockBar:
    """A clock from its start to its deadline, in a column of its own."""

    number: int
    x: float
    top: float
    bottom: float
    missed: bool
    title: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Drawing:
    """The rows and clocks in a box; `left` is where the text begins."""

    height: float
    left: float
    axis: float
    lines: tuple[Line, ...]
    clocks: tuple[ClockBar, ...]
    omitted: int
    width: int = WIDTH


@dataclass(frozen=True)
class _Clock:
    reckoning: Reckoning
    rules: tuple[str, ...]
    missed: bool


def event_lines(case: Case) -> list[tuple[Row, str, str, str]]:
    """The events of all subjects by time: the row, its moment, its label and its details."""
    rows = [row for history in case.histories.values() for row in history]
    rows.sort(key=lambda r: (r["occurred_at"], r.get("occurred_by") or r["occurred_at"]))
    zone = ZoneInfo(case.zone)
    return [
        (row, interval_text(moment_of(row), zone), event_label(row["type"]), details(row)) for row in rows
    ]


def details(row: Row) -> str:
    """Who acted and the fields of an event, on one line."""
    parts = []
    if row["kind"] is not SubjectKind.BOOKING:
        parts.append(f"{row['kind']} {row['subject']}")
    actor = " ".join(
        filter(None, (code_label(row["actor_role"]) if row.get("actor_role") else "", row.get("actor")))
    )
    if actor:
        parts.append(f"by {actor}")
    for name, value in row.items():
        if name not in _HIDDEN and value is not None:
            parts.append(f"{field_label(name)}: {_plain(value, row)}")
    return "; ".join(parts)


def _plain(value: object, row: Row) -> str:
    if isinstance(value, datetime):
        return moment_text(value, ZoneInfo(row["zone"]))
    if isinstance(value, list):
        return ", ".join(code_label(v) for v in value)
    return code_label(value)


def draw(case: Case, answers: Sequence[Judged]) -> Drawing:
    """The timeline with the clocks of the rules that were judged, those that were missed first."""
    clocks = _clocks(answers)
    shown = clocks[:MOST_CLOCKS]
    zone = ZoneInfo(case.zone)
    rows: list[tuple[datetime, int, str, str, str]] = [
        (row["occurred_at"], 0, when, label, more) for row, when, label, more in event_lines(case)
    ]
    for number, clock in enumerate(shown, 1):
        end = clock.reckoning.end
        text = f"Deadline {number}: {', '.join(clock.rules)}"
        rows.append((end, 1, moment_text(end, zone), text, ""))
    rows.append((case.until, 2, moment_text(case.until, zone), "End of the record", ""))
    rows.sort(key=lambda r: (r[0], r[1]))
    heights: dict[tuple[datetime, int], float] = {}
    lines = []
    for place, (moment, rank, when, text, more) in enumerate(rows):
        y = TOP + place * ROW + ROW / 2
        heights.setdefault((moment, rank), y)
        before = rows[place - 1][0] if place else None
        passed = moment - before if before else timedelta()
        after = length(passed.total_seconds()) if passed >= timedelta(minutes=1) else ""
        lines.append(Line(y, when, text, _cut(more), rank > 0, after))
    left = LEFT + LANE * (len(shown) + 1)
    bars = tuple(
        ClockBar(
            number,
            LEFT + LANE * (number - 1) + LANE / 2,
            _height_at(clock.reckoning.start, rows),
            heights[clock.reckoning.end, 1],
            clock.missed,
            f"{span_text(clock.reckoning.span)} from {moment_text(clock.reckoning.start, zone)}",
            clock.rules,
        )
        for number, clock in enumerate(shown, 1)
    )
    height = 2 * TOP + ROW * len(rows)
    return Drawing(height, left, left - LANE / 2, tuple(lines), bars, len(clocks) - len(shown))


def _height_at(moment: datetime, rows: Sequence[tuple[datetime, int, str, str, str]]) -> float:
    """The height of the last event at or before a moment, or of the top."""
    place = max((n for n, row in enumerate(rows) if row[0] <= moment and row[1] == 0), default=-1)
    return TOP + place * ROW + ROW / 2 if place >= 0 else TOP


def _clocks(answers: Sequence[Judged]) -> list[_Clock]:
    """Each clock once, with the rules that count it; those whose rule is broken first."""
    found: dict[tuple[datetime, datetime], _Clock] = {}
    for judged in sorted(answers, key=lambda j: j.verdict):
        for reckoning in judged.explanation.clocks:
            if reckoning.span.seconds < 0:
                continue
            key = reckoning.start, reckoning.end
            known = found.get(key)
            rules = (*(known.rules if known else ()), judged.rule.id)
            missed = judged.verdict is Verdict.BROKEN or (known is not None and known.missed)
            found[key] = _Clock(known.reckoning if known else reckoning, tuple(dict.fromkeys(rules)), missed)
    return list(found.values())


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
