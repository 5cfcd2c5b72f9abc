"""What the data at hand say of a claim, in numbers with their intervals, or why they say nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

from evenhand.disclosure.rounding import about, below, step

THRESHOLD = 11
LEVEL = 0.95
_FEW = 2 * THRESHOLD


class Status(StrEnum):
    """How far a claim could be answered."""

    TEXT = "answered from texts"
    MEASURED = "measured"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Result:
    """One measured number. `share` has a 95% interval; `text` is the sentence that is shown.

    `of` is about how many cases stand behind it, so that no small number follows from a share.
    """

    measure: str
    text: str
    share: float | None = None
    low: float | None = None
    high: float | None = None
    of: int | None = None


@dataclass(frozen=True)
class Answer:
    """The results for one claim from one source of data; `missing` names what that source lacks."""

    source: str
    date: str = ""
    results: tuple[Result, ...] = ()
    missing: tuple[str, ...] = ()


def share(measure: str, number: int, of: int) -> Result:
    """A share with Wilson's interval (E. B. Wilson, JASA 22, 1927), worked out from what is shown.

    The share is given as a range that is worth more cases than the threshold, so that neither a small number
    of cases nor a change of a few can be told; `Result.share` is its middle. Withheld where too few cases
    stand behind it.
    """
    if of == 0:
        return Result(measure, f"{measure}: no cases.")
    if of <= _FEW:
        return Result(measure, f"{measure}: withheld, as fewer than {_FEW + 1} cases stand behind it.")
    size, base = step(of, THRESHOLD), about(of)
    least = min(below(number / of, size), 1 - size)
    most = least + size
    low, high = _wilson(least, base)[0], _wilson(most, base)[1]
    text = f"{measure}: {least:.1%} to {most:.1%} of about {base:,} (95% interval {low:.1%} to {high:.1%})."
    return Result(measure, text, round(least + size / 2, 4), round(low, 3), round(high, 3), base)


def _wilson(share: float, of: int) -> tuple[float, float]:
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
    middle = share + z**2 / (2 * of)
    reach = z * sqrt(share * (1 - share) / of + (z / (2 * of)) ** 2)
    scale = 1 + z**2 / of
    return max((middle - reach) / scale, 0.0), min((middle + reach) / scale, 1.0)


def parts(measure: str, rows: Mapping[str, int]) -> list[Result]:
    """The share of each part of a whole; small parts, and others with them, are withheld."""
    from evenhand.disclosure.linked import Cell
    from evenhand.figures.cube import Cube, Dimension, Table
    from evenhand.figures.measures.base import Figure
    from evenhand.figures.publish import Control, publish

    dimension = Dimension("part", ("part",))
    counts: dict[Cell, int] = {((name,),): number for name, number in rows.items() if number}
    cube = Cube("parts", measure, "cases", "", (dimension,), (Table("parts", measure, {"part": 1}),), counts)
    shown = publish(Figure(cube), Control(THRESHOLD))
    of, results = sum(rows.values()), []
    for name in sorted(rows):
        label = f"{measure}: {name}"
        # Without the sum of all, a share would tell it.
        if shown.total is None or shown.value(((name,),)) is None:
            results.append(Result(label, f"{label}: withheld."))
        else:
            results.append(share(label, rows[name], of))
    return results
