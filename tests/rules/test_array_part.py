"""A part that does not hold whole histories in order is refused, and the file is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest

from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.rules.answer import Provides, Verdict
from evenhand.rules.array.engine import ArrayEngine
from evenhand.rules.case import Context
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import BASE, parse
from evenhand.rules.standing import build_standings
from rules.engines import EventsInMemory, in_memory, numbered

BOOKING = SubjectKind.BOOKING
TEXT = "0h person.booked | 1h screening.opened | 2h custody.released"


def part() -> EventsInMemory:
    histories = [parse(TEXT, BOOKING, subject=f"B-{n}").history for n in range(4)]
    return in_memory(BOOKING, numbered(histories))


def changed(event_type: str, change: Callable[[pa.Table], pa.Table]) -> EventsInMemory:
    whole = part()
    return replace(whole, tables={**whole.tables, event_type: change(whole.tables[event_type])})


def shifted(column: str, by: int) -> Callable[[pa.Table], pa.Table]:
    """The last row's number changed."""

    def shift(table: pa.Table) -> pa.Table:
        numbers = table[column].to_numpy().copy()
        numbers[-1] += by
        place = table.schema.get_field_index(column)
        return table.set_column(place, table.schema.field(column), pa.array(numbers))

    return shift


def last_moved_back(table: pa.Table) -> pa.Table:
    """The last event ten days earlier."""
    field = table.schema.field("occurred_at")
    moments = table["occurred_at"].cast(pa.int64()).to_numpy().copy()
    moments[-1] -= 10 * 86_400_000_000
    place = table.schema.get_field_index(field.name)
    return table.set_column(place, field, pa.array(moments).cast(field.type))


def judge(events: EventsInMemory) -> None:
    context = Context(Provides({}), BASE, build_standings([], []))
    provides = {name: frozenset() for name in events.tables}
    ArrayEngine(CATALOG.values(), replace(context, provides=Provides(provides))).judge(events)


def test_a_whole_part_is_judged() -> None:
    judge(part())


@pytest.mark.parametrize(
    ("damaged", "problem"),
    [
        (changed("custody.released", lambda t: t.slice(0, 3)), "hold 11 events, not 12"),
        (changed("custody.released", lambda t: pa.concat_tables([t, t.slice(3)])), "hold 13 events, not 12"),
        (changed("custody.released", lambda t: t.take([1, 0, 2, 3])), "custody.released in memory holds"),
        (
            changed("custody.released", shifted("pos", 9)),
            "released in memory holds events of another",
        ),
        (changed("custody.released", shifted("pos", -1)), "with the place of others"),
        (
            changed("person.booked", shifted("case", 9)),
            "booked in memory holds events of another part",
        ),
        (changed("custody.released", shifted("case", -1)), "in memory holds events that are not in order"),
        (
            changed("custody.released", last_moved_back),
            "released in memory holds events that are not",
        ),
        # Cut inside a history, or between two, by someone who also changed the numbers of the part.
        (replace(part(), cases=3), "another part"),
        (replace(part(), cases=5), "is cut"),
        (replace(part(), first_case=1), "another part"),
    ],
)
def test_damage_is_named(damaged: EventsInMemory, problem: str) -> None:
    with pytest.raises(RecordError, match=problem) as caught:
        judge(damaged)
    assert "run the intake again" in str(caught.value)


def test_histories_of_which_nothing_is_read_count_as_not_asked() -> None:
    """Only the event types that the rules name are read; the numbers of histories stay those of the part."""
    histories = [
        parse("0h person.booked", BOOKING, subject="B-0").history,
        parse("0h person.booked | 1h citizenship.claimed", BOOKING, subject="B-1").history,
        parse("0h charge.recorded", BOOKING, subject="B-2").history,
    ]
    events = in_memory(BOOKING, numbered(histories))
    provides = {name: frozenset() for name in ("citizenship.claimed", "citizenship.reported")}
    context = Context(Provides(provides), BASE + timedelta(days=40), build_standings([], []))
    verdicts = ArrayEngine([CATALOG["CIT-01"]], context).judge(events).tallies["CIT-01"].verdicts
    assert verdicts[Verdict.NOT_APPLICABLE] == 2
    assert verdicts.total() == 3
