"""Many comparisons at once: the false discovery rate (Benjamini and Hochberg 1995, JRSS B 57:289)."""

from collections.abc import Sequence


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """The adjusted p-value of each test of a family: reject those at or below the wanted rate."""
    from scipy.stats import false_discovery_control

    return [float(q) for q in false_discovery_control(list(p), method="bh")] if p else []
