"""Strategies for histories: events at moments near the rules' bounds, with fields near their codes."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pyarrow as pa
from hypothesis import strategies as st

from evenhand.record.episode import STAY_TYPES
from evenhand.record.events import FIELDS, SubjectKind, types_of
from evenhand.rules.algebra import Lit, Sel
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import AGENCY, BASE, FACILITY, ZONE

Row = dict[str, Any]

SPANS = sorted({s.seconds for r in CATALOG.values() for s in r.spans})
NUMBERS = sorted(
    {
        n.value
        for r in CATALOG.values()
        for n in r.nodes()
        if isinstance(n, Lit) and isinstance(n.value, int | float) and not isinstance(n.value, bool)
    }
)
ZONES = (ZONE, "America/Los_Angeles", "Pacific/Honolulu")
OFFICERS = ("officer-1", "officer-2", "officer-3", "clerk-1")
ROLES = ("designated_officer", "federal_supervisor", "booking_officer", "reviewer", None)
FACILITIES = (FACILITY, "jail-2")
LANGUAGES = ("en", "es")
# Friday afternoon, the day before daylight saving ends, and the days around a holiday.
STARTS = (
    BASE,
    BASE + timedelta(days=4, hours=9),
    BASE + timedelta(days=152, hours=20),
    BASE + timedelta(days=31, hours=3),
)


def moments() -> st.SearchStrategy[timedelta]:
    """Offsets that often meet: sums of a few spans, give or take a second."""
    steps = st.sampled_from([0, 0, 0, 60, 3600, 6 * 3600, *[abs(s) for s in SPANS]])
    return st.builds(
        lambda a, b, c: timedelta(seconds=a + b + c), steps, steps, st.sampled_from([-1, 0, 0, 0, 1])
    )


def values(event_type: str, name: str) -> st.SearchStrategy[Any]:
    """Values of a payload field, sometimes none."""
    spec = FIELDS[event_type][name]
    kind = spec.arrow
    if pa.types.is_list(kind):
        chosen: st.SearchStrategy[Any] = st.lists(
            st.sampled_from(spec.codes or ((*LANGUAGES, "x") if name == "languages" else (*FACILITIES, "x"))),
            max_size=3 if name == "languages" else 2,
        )
    elif spec.codes:
        chosen = st.sampled_from(spec.codes).map(str)
    elif pa.types.is_boolean(kind):
        chosen = st.booleans()
    elif pa.types.is_integer(kind):
        chosen = st.sampled_from([1, 2, 3, 2020, 2025])
    elif pa.types.is_floating(kind):
        chosen = st.sampled_from([float(n) for n in NUMBERS] + [69.5, 70.0, 100.0])
    elif pa.types.is_timestamp(kind):
        signs = st.sampled_from([-1, 1])
        chosen = st.builds(lambda s, d, sign: s + d * sign, st.sampled_from(STARTS), moments(), signs)
    elif name == "assigned_facility":
        chosen = st.sampled_from(FACILITIES)
    elif name == "form_version":
        chosen = st.sampled_from(["2020", "2025", "1999"])
    elif name == "officer":
        chosen = st.sampled_from(OFFICERS)
    elif name == "finding":
        chosen = st.sampled_from(["F1", "F2"])
    else:
        chosen = st.sampled_from(["x", "y", ""] if not spec.required else ["x"])
    return chosen if spec.required else st.one_of(chosen, chosen, chosen, st.none())


@cache
def related(kind: SubjectKind) -> tuple[tuple[str, ...], ...]:
    """For each rule of a kind, the event types it looks at."""
    found = []
    for rule in CATALOG.values():
        if rule.subject is kind:
            chosen = [n for n in (rule.on, *rule.nodes()) if isinstance(n, Sel) and len(n.types) < 20]
            named = {t for n in chosen for t in n.types}
            named |= set(STAY_TYPES) if rule.reads_stay else set()
            found.append(tuple(sorted(named or set(types_of(kind)))))
    return tuple(found)


@cache
def fields_of(event_type: str) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each payload field that a rule may read."""
    return {n: values(event_type, n) for n, spec in FIELDS[event_type].items() if not spec.personal}


MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TICK = timedelta(microseconds=1)


def about(moment: datetime, sort: int) -> tuple[datetime, datetime | None]:
    """The moment as sources know it: exactly, to the minute, to the day, or about."""
    match sort:
        case 0:
            begin = moment.replace(second=0)
            return begin, begin + MINUTE - TICK
        case 1:
            begin = moment.replace(hour=4, minute=0, second=0)
            return begin, begin + DAY - TICK
        case 2:
            return moment, moment + timedelta(hours=1)
        case 3:
            return moment.replace(second=0), moment.replace(second=40)
        case 4:
            return moment - timedelta(hours=30), moment + timedelta(hours=6)
    return moment, None


SORTS = st.sampled_from([(9,), (9,), (0, 9), (0,), (1,), (1, 0, 9), (2, 4, 9), (0, 3), (0, 1, 2, 3, 4, 9)])
"""How the moments of a history are known, each event by one of these (`about`)."""
START, ZONE_NAME = st.sampled_from(STARTS), st.sampled_from(ZONES)
MOMENT, PLACE = moments(), st.sampled_from([*FACILITIES, None])
RECORDED = st.one_of(st.none(), MOMENT)
ACTOR, ROLE = st.sampled_from([*OFFICERS, *OFFICERS, "federal-1", None]), st.sampled_from(ROLES)
REASON = st.sampled_from([None, None, "stated"])
SOURCE = st.sampled_from(["a.csv", "b.csv", None])
CORRECTION = st.integers(0, 15).map(lambda n: n == 0)


@st.composite
def history(draw: st.DrawFn, types: tuple[str, ...], others: tuple[str, ...]) -> list[Row]:
    """One subject's events of the given types, some more than once, and now and then one of the others."""
    chosen = draw(st.lists(st.sampled_from(types), min_size=1, max_size=7))
    if draw(st.booleans()):
        chosen.append(draw(st.sampled_from(others)))
    start, zone = draw(START), draw(ZONE_NAME)
    sorts = st.sampled_from(draw(SORTS))
    rows: list[Row] = []
    for place, event_type in enumerate(chosen):
        moment, recorded = start + draw(MOMENT), draw(RECORDED)
        moment, latest = about(moment, draw(sorts))
        row: Row = {
            "id": UUID(int=place),
            "type": event_type,
            "version": 1,
            "agency": AGENCY,
            "facility": draw(PLACE),
            "occurred_at": moment,
            "occurred_by": latest,
            "zone": zone,
            "recorded_at": None if recorded is None else moment + recorded,
            "actor": draw(ACTOR),
            "actor_role": draw(ROLE),
            "source_kind": "import",
            "source_file": draw(SOURCE),
            "reason": draw(REASON),
        }
        if place and draw(CORRECTION):
            row["corrects"] = rows[draw(st.integers(0, place - 1))]["id"]
        row |= {name: draw(strategy) for name, strategy in fields_of(event_type).items()}
        rows.append({k: v for k, v in row.items() if v is not None})
    return rows


def named(rows: list[Row], subject: str, number: int) -> list[Row]:
    """A drawn history as that of a subject, with ids that no other number gives."""

    def own(id_: UUID) -> UUID:
        return UUID(int=(number << 16) + id_.int)

    return [
        row | {"subject": subject} | {k: own(row[k]) for k in ("id", "corrects") if k in row} for row in rows
    ]


def histories(kind: SubjectKind) -> list[st.SearchStrategy[list[Row]]]:
    """A strategy for each rule of a kind."""
    found = [history(types, types_of(kind)) for types in related(kind)]
    return [*found, history(STAY_TYPES, types_of(kind))] if kind is SubjectKind.BOOKING else found
