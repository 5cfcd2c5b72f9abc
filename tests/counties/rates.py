"""How often something happened in so many counties, and how often it should have."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenhand.uniformity.statistics.estimate import Cannot
from evenhand.uniformity.statistics.shares import clopper_pearson


@dataclass(frozen=True)
class Rate:
    """`wanted` is the nominal or predicted rate; `most`: it is an upper bound; `least`: a lower one."""

    what: str
    hits: int
    trials: int
    wanted: float
    bound: str = "is"

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Clopper-Pearson."""
        found = clopper_pearson(self.hits, self.trials, level)
        assert not isinstance(found, Cannot)
        assert found.low is not None
        assert found.high is not None
        return found.low, found.high

    def agrees(self, level: float = 0.999) -> bool:
        """Whether the interval of this level allows what is wanted."""
        low, high = self.interval(level)
        above, below = high >= self.wanted, low <= self.wanted
        return {"is": above and below, "at most": below, "at least": above, "above": low > self.wanted}[
            self.bound
        ]

    def row(self) -> str:
        """A row of a table in Markdown."""
        low, high = self.interval()
        share = self.hits / self.trials
        wanted = f"{self.bound} {self.wanted:.1%}" if self.bound != "is" else f"{self.wanted:.1%}"
        return f"| {self.what} | {self.trials:,} | {share:.1%} | {low:.1%} to {high:.1%} | {wanted} |"


def rate(what: str, hits: npt.NDArray[np.bool_] | Sequence[bool], wanted: float, bound: str = "is") -> Rate:
    """A rate from its single outcomes."""
    found = np.asarray(hits)
    return Rate(what, int(found.sum()), len(found), float(wanted), bound)
