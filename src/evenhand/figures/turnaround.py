"""How long ICE's review of a determination took: means and percentiles, withheld for few cases."""

from dataclasses import dataclass

from evenhand.figures.cube import Cell, Path
from evenhand.figures.measures.determinations import REVIEWED
from evenhand.figures.publish import Control, Published
from evenhand.figures.source import Source

PERCENTILES = (10, 25, 50, 75, 90)
DEFINITION = (
    "Hours from a determination made in the year to the first review by ICE that followed it. A mean needs "
    "as many reviewed determinations as the threshold; a percentile needs that many on either side of it. "
    "Determinations that were never reviewed have no time: their number stands in the table of reviews."
)


@dataclass(frozen=True)
class TurnAround:
    """Hours to the review for one group: `reviewed` cases, None where withheld, and then the rest too."""

    group: str
    value: str
    reviewed: int | None
    mean: float | None
    percentiles: tuple[float | None, ...]


def turn_around(source: Source, determinations: Published, control: Control) -> list[TurnAround]:
    """For all, each state, each agency, and each model. Times in hours, to a tenth."""
    if determinations.figure.missing:
        return []
    groups = [("all", "''"), ("state", "state"), ("agency", "agency")]
    if source.has_models:
        groups.append(("model", "model"))
    quantiles = [p / 100 for p in PERCENTILES]
    found = []
    for group, column in groups:
        rows = source.rows(
            f"SELECT {column} AS value, any_value(state), count(*), avg(hours), "
            f"quantile_cont(hours, {quantiles}) FROM determined "
            "WHERE hours IS NOT NULL GROUP BY value ORDER BY value"
        )
        for value, state, number, mean, times in rows:
            shown = determinations.value(_cell(group, value, state))
            found.append(_shown(group, value or "all", shown, number, mean, times, control.threshold))
    return found


def _shown(
    group: str, value: str, shown: int | None, number: int, mean: float, times: list[float], threshold: int
) -> TurnAround:
    if shown is None or number < threshold:
        return TurnAround(group, value, shown, None, (None,) * len(PERCENTILES))
    percentiles = tuple(
        round(time, 1) if number * min(p, 100 - p) >= 100 * threshold else None
        for p, time in zip(PERCENTILES, times, strict=True)
    )
    return TurnAround(group, value, shown, round(mean, 1), percentiles)


def _cell(group: str, value: str, state: str) -> Cell:
    """The cell of the cube of determinations that counts a group's reviewed ones."""
    place: Path = {"state": (value,), "agency": (state, value)}.get(group, ())
    model: Path = (value,) if group == "model" else ()
    return place, model, (), (REVIEWED,)
