"""What the data at hand say of a claim, in numbers with their intervals, or why they say nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

THRESHOLD = 11
LEVEL = 0.95


class Status(StrEnum):
    """How far a claim could be answered."""

    TEXT = "answered from texts"
    MEASURED = "measured"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Result:
    """One measured number. `share` has a 95% interval; `text` is the sentence that is shown.

    `of` is about how many cases stand behind it, to two digits, so that no small number follows from a share.
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


def about(number: int) -> int:
    """A number to two significant digits."""
    size = int(10 ** max(len(str(number)) - 2, 0))
    return (2 * number + size) // (2 * size) * size


def share(measure: str, number: int, of: int) -> Result:
    """A share with Wilson's interval (E. B. Wilson, JASA 22, 1927).

    Withheld where fewer cases than the threshold stand behind it; a bound where so few are on one side.
    """
    if of == 0:
        return Result(measure, f"{measure}: no cases.")
    if of < THRESHOLD:
        return Result(measure, f"{measure}: withheld, as fewer than {THRESHOLD} cases stand behind it.")
    base = about(of)
    if 0 < number < THRESHOLD:
        return Result(measure, f"{measure}: less than {THRESHOLD / of:.1%} of about {base:,}.", of=base)
    if 0 < of - number < THRESHOLD:
        return Result(measure, f"{measure}: more than {1 - THRESHOLD / of:.1%} of about {base:,}.", of=base)
    low, high = _wilson(number, of)
    text = f"{measure}: {number / of:.1%} of about {base:,} (95% interval {low:.1%} to {high:.1%})."
    return Result(measure, text, round(number / of, 3), round(low, 3), round(high, 3), base)


def _wilson(number: int, of: int) -> tuple[float, float]:
    share, z = number / of, NormalDist().inv_cdf(0.5 + LEVEL / 2)
    middle = share + z**2 / (2 * of)
    reach = z * sqrt(share * (1 - share) / of + (z / (2 * of)) ** 2)
    scale = 1 + z**2 / of
    return max((middle - reach) / scale, 0.0), min((middle + reach) / scale, 1.0)


def parts(measure: str, rows: Mapping[str, int]) -> list[Result]:
    """The share of each part of a whole; small parts, and others with them, are withheld."""
    from evenhand.figures.cube import Cell, Cube, Dimension, Table
    from evenhand.figures.measures.base import Figure
    from evenhand.figures.publish import Control, publish

    dimension = Dimension("part", ("part",))
    counts: dict[Cell, int] = {((name,),): number for name, number in rows.items() if number}
    cube = Cube("parts", measure, "cases", "", (dimension,), (Table("parts", measure, {"part": 1}),), counts)
    shown = publish(Figure(cube), Control(THRESHOLD))
    of, results = sum(rows.values()), []
    for name in sorted(rows):
        label = f"{measure}: {name}"
        if shown.value(((name,),)) is None:
            results.append(Result(label, f"{label}: withheld."))
        else:
            results.append(share(label, rows[name], of))
    return results
