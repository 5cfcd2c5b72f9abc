"""The tables that the rules' expressions read, and how a selection is matched against events."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from evenhand.record.columns import event_schema
from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import Later, Sel
from evenhand.rules.clock import pieces
from evenhand.rules.rule import Rule
from evenhand.rules.standing import Standings, Timeline

NAIVE = pa.timestamp("us")
NAIVE_INSTANT = "timestamp(6)"
"""Instants are UTC without a zone here: sums of zoned ones go through a calendar, at many times the cost."""
Window = tuple[datetime | None, datetime | None]
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

OFFICER_SCHEMA = pa.schema(
    [
        ("officer", pa.string()),
        ("since", NAIVE),
        ("until", NAIVE),
        ("event", pa.uuid()),
        ("attested", pa.bool_()),
        ("designated", pa.bool_()),
        ("certified", pa.bool_()),
        ("authorized", pa.bool_()),
        ("revoked", pa.bool_()),
        ("suspended", pa.bool_()),
        ("left", pa.bool_()),
        ("refresher_overdue", pa.bool_()),
        ("assigned_facility", pa.string()),
    ]
)
AGREEMENT_SCHEMA = pa.schema(
    [
        ("party", pa.string()),
        ("since", NAIVE),
        ("until", NAIVE),
        ("event", pa.uuid()),
        ("in_force", pa.bool_()),
        ("suspended", pa.bool_()),
        ("ended", pa.bool_()),
        ("model", pa.string()),
        ("template", pa.int32()),
        ("facilities", pa.list_(pa.string())),
        ("detention_agreement", pa.string()),
    ]
)
FACILITY_SCHEMA = pa.schema(
    [
        ("operator", pa.string()),
        ("place", pa.string()),
        ("since", NAIVE),
        ("until", NAIVE),
        ("event", pa.uuid()),
        ("posters_attested_at", NAIVE),
    ]
)
CLOCK_SCHEMA = pa.schema(
    [
        ("clock", pa.int16()),
        ("clock_zone", pa.string()),
        ("utc_day", pa.date32()),
        ("since", NAIVE),
        ("until", NAIVE),
        ("shift", pa.int64()),
        ("fixed", NAIVE),
    ]
)


def naive_moment(moment: datetime) -> datetime:
    """An aware moment as the engine writes it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def instant(moment: datetime) -> ir.TimestampScalar:
    """An aware moment as a constant of the engine's."""
    return ibis.literal(naive_moment(moment), type=NAIVE_INSTANT)


def naive(table: pa.Table) -> pa.Table:
    """The table with its instants as the engine writes them."""
    fields = [f.with_type(NAIVE) if pa.types.is_timestamp(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))


def events_table(kind: SubjectKind, name: str, columns: Sequence[str] | None = None) -> ir.Table:
    """The unbound table of one kind's events, with all columns or with those named."""
    schema = naive(event_schema(kind).empty_table()).schema
    return ibis.table(_ibis_schema(pa.schema([schema.field(c) for c in columns or schema.names])), name=name)


def columns_judged(kind: SubjectKind, rules: Iterable[Rule]) -> tuple[str, ...]:
    """The columns from which the rules are judged and a breach is told, in the order of the schema."""
    wanted = {*columns_read(rules), "id", "pos", "subject", "agency", "facility", "actor"}
    return tuple(name for name in event_schema(kind).names if name in wanted)


def standing_table(name: str, schema: pa.Schema) -> ir.Table:
    return ibis.table(_ibis_schema(schema), name=name)


def _ibis_schema(schema: pa.Schema) -> ibis.Schema:
    uuids = {field.name for field in schema if field.type == pa.uuid()}
    others = ibis.Schema.from_pyarrow(pa.schema([f for f in schema if f.name not in uuids]))
    kinds = {f.name: dt.uuid if f.name in uuids else others[f.name] for f in schema}
    # A column that is never null may be joined from a side that finds nothing.
    return ibis.schema({name: kind.copy(nullable=True) for name, kind in kinds.items()})


def officer_rows(standings: Standings) -> pa.Table:
    """Officers' standings as a table of intervals; shape `OFFICER_SCHEMA`."""
    keyed = (({"officer": name}, timeline) for name, timeline in standings.officers.items())
    return _intervals(keyed, OFFICER_SCHEMA)


def agreement_rows(standings: Standings) -> pa.Table:
    """Agreements' standings as a table of intervals; shape `AGREEMENT_SCHEMA`."""
    keyed = (({"party": name}, timeline) for name, timeline in standings.agreements.items())
    return _intervals(keyed, AGREEMENT_SCHEMA)


def facility_rows(standings: Standings) -> pa.Table:
    """Facilities' standings as a table of intervals; shape `FACILITY_SCHEMA`."""
    keyed = (
        ({"operator": agency, "place": name}, timeline)
        for (agency, name), timeline in standings.facilities.items()
    )
    return _intervals(keyed, FACILITY_SCHEMA)


def _intervals(timelines: Iterable[tuple[dict[str, str], Timeline]], schema: pa.Schema) -> pa.Table:
    rows = []
    for key, timeline in timelines:
        ends = [*(s.since for s in timeline.standings), FOREVER][1:]
        for standing, until in zip(timeline.standings, ends, strict=True):
            rows.append(
                {
                    **key,
                    "since": standing.since,
                    "until": until,
                    "event": standing.event.bytes,
                    **standing.fields,
                }
            )
    return _table(rows, schema)


def clock_rows(laters: Iterable[Later], zones: Iterable[str], first: datetime, last: datetime) -> pa.Table:
    """`clock.pieces` of each deadline node, numbered in order; shape `CLOCK_SCHEMA`."""
    zones = sorted(zones)
    rows = [
        {
            "clock": number,
            "clock_zone": piece.zone,
            "utc_day": piece.utc_day,
            "since": piece.since,
            "until": piece.until,
            "shift": piece.shift // timedelta(microseconds=1),
            "fixed": piece.fixed,
        }
        for number, later in enumerate(laters)
        for zone in zones
        for piece in pieces(later.span, zone, first, last)
    ]
    return _table(rows, CLOCK_SCHEMA)


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows with aware moments as a table of the schema."""
    aware = [f.with_type(pa.timestamp("us", tz="UTC")) if f.type == NAIVE else f for f in schema]
    return naive(pa.Table.from_pylist(rows, schema=pa.schema(aware)))


def skipping_laters(rules: Iterable[Rule]) -> tuple[Later, ...]:
    """All deadlines of the rules on clocks that skip days, each once, in order."""
    return tuple(dict.fromkeys(later for rule in rules for later in rule.laters))


def columns_read(rules: Iterable[Rule]) -> tuple[str, ...]:
    """The columns of events that the rules read, in order of name."""
    always = {"case", "type", "occurred_at", "zone"}
    return tuple(sorted(always.union(*(rule.columns for rule in rules))))


def matches(events: ir.Table, selection: Sel) -> ir.BooleanValue:
    """Which events are selected; never null."""
    parts = [
        events.type == selection.types[0] if len(selection.types) == 1 else events.type.isin(selection.types)
    ]
    parts += [events[field].isin(codes).fill_null(False) for field, codes in selection.where]
    parts += [events[field].notnull() for field in selection.having]
    parts += [(events[field] < bound).fill_null(False) for field, bound in selection.below]
    return reduce(lambda a, b: a & b, parts)


def within_window(moment: ir.TimestampValue, window: Window) -> ir.BooleanValue:
    """Whether the moment lies in [first, first after); an end that is None is open. Null for no moment."""
    since, until = (end and instant(end) for end in window)
    inside = ibis.literal(True)
    if since is not None:
        inside = inside & (moment >= since)
    if until is not None:
        inside = inside & (moment < until)
    return inside


def with_standings(events: ir.Table, *, officer: bool, agreement: bool, facility: bool) -> ir.Table:
    """The events with the standing of their actor, agency and facility (`officer__*` and so on)."""
    if officer:
        standing = standing_table("officer_standing", OFFICER_SCHEMA).rename("officer__{name}")
        events = events.left_join(
            standing,
            [
                events.actor == standing.officer__officer,
                events.occurred_at >= standing.officer__since,
                events.occurred_at < standing.officer__until,
            ],
        )
    if agreement:
        standing = standing_table("agreement_standing", AGREEMENT_SCHEMA).rename("agreement__{name}")
        events = events.left_join(
            standing,
            [
                events.agency == standing.agreement__party,
                events.occurred_at >= standing.agreement__since,
                events.occurred_at < standing.agreement__until,
            ],
        )
    if facility:
        standing = standing_table("facility_standing", FACILITY_SCHEMA).rename("facility__{name}")
        events = events.left_join(
            standing,
            [
                events.agency == standing.facility__operator,
                events.facility == standing.facility__place,
                events.occurred_at >= standing.facility__since,
                events.occurred_at < standing.facility__until,
            ],
        )
    return events


def with_clocks(table: ir.Table, starts: dict[int, tuple[ir.Value, ir.Value]]) -> ir.Table:
    """The table with a column `clock_<n>`, the deadline of clock n, for each `n: (start, zone)`."""
    table = table.mutate(
        **{f"start_{n}": start for n, (start, _) in starts.items()},
        **{
            f"zone_{n}": start.notnull().ifelse(zone, ibis.null("string"))
            for n, (start, zone) in starts.items()
        },
    )
    for n in starts:
        piece = standing_table("clock", CLOCK_SCHEMA)
        piece = piece.filter(piece.clock == n).rename(f"piece_{n}__{{name}}")
        start = table[f"start_{n}"]
        joined = table.left_join(
            piece,
            [
                table[f"zone_{n}"] == piece[f"piece_{n}__clock_zone"],
                start.date() == piece[f"piece_{n}__utc_day"],
                start >= piece[f"piece_{n}__since"],
                start < piece[f"piece_{n}__until"],
            ],
        )
        shifted = joined[f"start_{n}"] + joined[f"piece_{n}__shift"].as_interval("us")
        due = ibis.coalesce(joined[f"piece_{n}__fixed"], shifted)
        table = joined.mutate(**{f"clock_{n}": due}).drop(
            f"start_{n}", f"zone_{n}", *(f"piece_{n}__{c}" for c in CLOCK_SCHEMA.names)
        )
    return table
