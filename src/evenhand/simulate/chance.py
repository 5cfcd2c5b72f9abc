"""Chance: streams of random whole numbers that depend on the seed and on nothing else.

Every part of a record draws from a stream of its own, and only whole numbers are drawn: the same seed gives
the same bytes whatever the machine, the batch before, or the settings of other parts.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from evenhand.simulate.calendar import Ints

Bools = npt.NDArray[np.bool_]


class Stream(IntEnum):
    """The parts that draw. The numbers stay as they are: they are part of what a seed means."""

    WORLD = 1
    BOOKINGS = 2
    PEOPLE = 3
    FAULTS = 4
    COMPLAINTS = 5
    REVIEWS = 6
    BIASES = 7
    IRREGULAR = 8


class Dice:
    """One stream of random whole numbers."""

    def __init__(self, seed: int, *key: int) -> None:
        self.rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))

    def between(self, low: int | Ints, high: int | Ints, n: int) -> Ints:
        """`n` whole numbers, each from `low` to `high`, both included."""
        return self.rng.integers(low, high, size=n, endpoint=True, dtype=np.int64)

    def early(self, low: int, high: int, n: int) -> Ints:
        """`n` whole numbers from `low` to `high`, the low ones oftener (the square of an even draw)."""
        draw = self.rng.integers(0, 1 << 20, size=n, dtype=np.int64)
        return low + ((high - low) * (draw * draw >> 20) >> 20)

    def share(self, per_mille: int, n: int) -> Bools:
        """True for about so many of a thousand."""
        return self.rng.integers(0, 1000, size=n, dtype=np.int64) < per_mille

    def choose(self, weights: Sequence[int], n: int) -> Ints:
        """`n` places in `weights`, each as often as its weight says."""
        edges = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(edges, self.rng.integers(0, edges[-1], size=n, dtype=np.int64), side="right")

    def one(self, low: int, high: int) -> int:
        """One whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high, endpoint=True))

    def shuffled(self, n: int) -> Ints:
        """The numbers below `n` in random order."""
        return self.rng.permutation(n)
