"""Many comparisons at once: the false discovery rate (Benjamini and Hochberg 1995, JRSS B 57:289)."""

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """The adjusted p-value of each test of a family: reject those at or below the wanted rate."""
    values = np.array(p, dtype=float)
    largest_first = np.argsort(-values, kind="stable")
    ranks = np.arange(len(values), 0, -1)
    adjusted = np.empty(len(values))
    adjusted[largest_first] = np.minimum.accumulate(values[largest_first] * len(values) / ranks).clip(max=1)
    return [float(q) for q in adjusted]
