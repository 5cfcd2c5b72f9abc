"""Rounding that hides a few cases: of numbers that no solver protects, such as shares and their bases.

A share of n cases told to a tenth of a percent is the count itself where n is known and below a thousand, and
two such shares tell of one case more or less. A step of the rounding is therefore worth more cases than the
threshold: the lowest step can be none, a small number, or the threshold.
"""

from collections.abc import Callable
from math import ceil, floor

_FEWEST = 20
"""Numbers of cases are shown to a multiple of this at least."""
_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def about(number: int) -> int:
    """A number to two significant digits, and to a multiple of 20 at least."""
    size = max(int(10 ** max(len(str(number)) - 2, 0)), _FEWEST)
    return (2 * number + size) // (2 * size) * size


def step(of: int, threshold: int) -> float:
    """The least of the usual steps (1, 2, 5) that is worth more than `threshold` cases."""
    return next((step for step in _STEPS if step * of > threshold), _STEPS[-1])


def nearest(share: float, size: float) -> float:
    """The multiple of a step nearest to a share; a half goes up."""
    return _multiple(share, size, lambda times: floor(times + 0.5))


def below(share: float, size: float) -> float:
    """The multiple of a step at or below a share."""
    return _multiple(share, size, floor)


def above(share: float, size: float) -> float:
    """The multiple of a step at or above a share, 1 at most."""
    return min(_multiple(share, size, ceil), 1.0)


def _multiple(share: float, size: float, whole: Callable[[float], int]) -> float:
    # Without rounding first, 0.3 / 0.1 would lie below 3.
    return round(whole(round(share / size, 9)) * size, 3)
