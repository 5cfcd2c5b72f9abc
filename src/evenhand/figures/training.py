"""Training compliance: the shares that GAO-21-186 found no measure of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from evenhand.figures.editions import Edition
from evenhand.figures.measures.officers import CURRENT, histories, time_in_force, training_at
from evenhand.figures.publish import Published
from evenhand.figures.source import Source

_OF_TIME = "Officer-days in force with current training, over the year"


@dataclass(frozen=True)
class Share:
    """`number` of `of`, and the share; None where not to be shown or where there is nothing to share."""

    measure: str
    number: int | None
    of: int | None
    share: float | None


def compliance(
    source: Source, officers: Published, over_the_year: Published, editions: Sequence[Edition] = ()
) -> list[Share]:
    """Shares of officers at the end of the year, of agencies, and of the time in force over the year.

    The share of time is that of the last edition unless the number of officers changed enough to be shown.
    """
    if officers.figure.missing:
        return []
    agencies, all_current = _agencies(source)
    in_force, current = _time(source)
    of_year = over_the_year.total
    of_time = round(current / in_force, 2) if in_force and of_year else None
    everyone = ((),) * len(over_the_year.cube.dimensions)
    if editions and everyone not in over_the_year.changed:
        of_time = _time_before(editions[-1])
    return [
        _share(
            "Officers in force whose training is current, at the end of the year",
            officers.value(((), (), (CURRENT,))),
            officers.total,
        ),
        _share(
            "Agencies all of whose officers in force are current, at the end of the year",
            all_current,
            agencies,
        ),
        Share(_OF_TIME, None, None, of_time),
    ]


def _time_before(edition: Edition) -> float | None:
    rows = edition.content.get("training_compliance", [])
    return next((row["share"] for row in rows if row["measure"] == _OF_TIME), None)


def _share(measure: str, number: int | None, of: int | None) -> Share:
    share = round(number / of, 3) if number is not None and of else None
    return Share(measure, number, of, share)


def _agencies(source: Source) -> tuple[int, int]:
    """Agencies with an officer in force, and those whose officers are all current."""
    states: dict[str, set[str]] = {}
    for history in histories(source):
        if state := training_at(history, source.last_moment):
            states.setdefault(history[-1]["agency"], set()).add(state)
    return len(states), sum(found == {CURRENT} for found in states.values())


def _time(source: Source) -> tuple[timedelta, timedelta]:
    in_force = current = timedelta()
    for history in histories(source):
        one, with_training = time_in_force(history, *source.span_of(history[-1]["zone"]))
        in_force += one
        current += with_training
    return in_force, current
