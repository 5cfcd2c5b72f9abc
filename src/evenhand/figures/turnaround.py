"""How long ICE's review of a determination took: means and percentiles, withheld for few cases."""

from dataclasses import dataclass

from evenhand.figures.cube import Cell, Path
from evenhand.figures.measures.encounters import REVIEWED
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
            needed = [-(-100 * threshold // min(p, 100 - p)) for p in PERCENTILES]
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
