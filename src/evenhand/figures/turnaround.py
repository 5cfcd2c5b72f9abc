"""How long ICE's review of a determination took: means and percentiles, withheld for few cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evenhand.disclosure.linked import Cell, Path
from evenhand.figures.editions import Edition
from evenhand.figures.measures.encounters import REVIEWED
from evenhand.figures.place import state_of
from evenhand.figures.publish import Published
from evenhand.figures.source import Source

PERCENTILES = (10, 25, 50, 75, 90)
DEFINITION = (
    "Hours from the last determination of an encounter to the first review by ICE that followed it. A mean "
    "needs as many reviewed encounters as the threshold; a percentile needs that many on either side of it. "
    "Only reviews whose two moments are known to the hour or better count: a day is not taken as midnight. "
    "Encounters that were never reviewed have no time: their number stands in the table of reviews."
)


@dataclass(frozen=True)
class TurnAround:
    """Hours to the review for one group; None where too few cases stand behind."""

    group: str
    value: str
    mean: float | None
    percentiles: tuple[float | None, ...]
    cell: Cell
    """The cell of the cube of encounters that counts the reviewed ones of the group."""
    at_least: int
    """How many reviewed cases there must be, as one can tell from what is shown."""


def repeated(found: Sequence[TurnAround], published: Published, before: Edition) -> list[TurnAround]:
    """The times of an edition before, except those of groups whose number changed enough to be shown anew.

    A mean of n cases and one of n + 1 would tell the hours of the one.
    """
    now = {(t.group, t.value): t for t in found}
    then = {(t.group, t.value): t for t in _of_edition(before)}
    shown = []
    for key in [*now, *(key for key in then if key not in now)]:
        one = now.get(key) or then[key]
        if published.cube.one(one.cell) not in published.changed:
            nothing = replace(one, mean=None, percentiles=(None,) * len(PERCENTILES))
            old = then.get(key, nothing)
            one = replace(one, mean=old.mean, percentiles=old.percentiles)
        shown.append(one)
    return shown


def told(before: Edition, threshold: int) -> dict[Cell, int]:
    """How many reviewed cases there must be at least, as the times of an edition tell."""
    return {
        one.cell: max((n for n, p in zip(_needed(threshold), one.percentiles, strict=True) if p), default=1)
        for one in _of_edition(before)
    }


def _of_edition(before: Edition) -> Iterator[TurnAround]:
    for row in before.content.get("turn_around", []):
        state = state_of(row["value"]) if row["group"] == "agency" else row["value"]
        cell = _cell(row["group"], row["value"], state)
        times = tuple(row["hours"][f"p{p}"] for p in PERCENTILES)
        yield TurnAround(row["group"], row["value"], row["mean_hours"], times, cell, 1)


def _needed(threshold: int) -> list[int]:
    """How many cases each percentile needs, for as many as the threshold on either side of it."""
    return [-(-100 * threshold // min(p, 100 - p)) for p in PERCENTILES]


def turn_around(source: Source, threshold: int) -> list[TurnAround]:
    """For all, each state, each agency and each model, from the table `encountered`. Hours to a tenth."""
    groups = [("all", "''"), ("state", "state"), ("agency", "agency")]
    if source.has_models:
        groups.append(("model", "model"))
    quantiles = [p / 100 for p in PERCENTILES]
    found = []
    for group, column in groups:
        rows = source.rows(
            f"SELECT {column} AS value, any_value(state), count(*), avg(hours), "
            f"quantile_cont(hours, {quantiles}) FROM encountered "
            "WHERE hours IS NOT NULL GROUP BY value ORDER BY value"
        )
        for value, state, number, mean, times in rows:
            needed = _needed(threshold)
            shown = tuple(
                round(time, 1) if number >= need else None for time, need in zip(times, needed, strict=True)
            )
            at_least = max((need for need in (threshold, *needed) if number >= need), default=1)
            average = round(mean, 1) if number >= threshold else None
            cell = _cell(group, value, state)
            found.append(TurnAround(group, value or "all", average, shown, cell, at_least))
    return found


def _cell(group: str, value: str, state: str) -> Cell:
    place: Path = {"state": (value,), "agency": (state, value)}.get(group, ())
    model: Path = (value,) if group == "model" else ()
    return place, model, (), (), (REVIEWED,)
