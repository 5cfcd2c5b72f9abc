"""Evidence against 'no difference' that may be looked at on any day, for ever.

A block's two-by-two table (group or reference, event or none) with its margins given follows, where the odds
are the same, the hypergeometric law, whatever the share of the event is in that block; where they differ by
an odds ratio, Fisher's noncentral hypergeometric law. The likelihood ratio of the two is an e-variable: its
mean is 1 if there is no difference. The product over the blocks is an e-process, and so is its average over
odds ratios drawn from a normal law of their logarithm (Robbins 1970, Annals of Mathematical Statistics
41:1397). By Ville's inequality it ever reaches 1 / alpha with a probability of at most alpha.

Sources: the conditional likelihood of stratified tables: Birch (1964), JRSS B 26:313; e-processes of two by
two tables: Turner, Ly and Grünwald (2024), Journal of Statistical Planning and Inference 230:106116; the same
at each moment of a time to an event, where the odds are those of the event among those at risk: ter Schure,
Pérez-Ortiz, Ly and Grünwald (2024), New England Journal of Statistics in Data Science 2:190 (anytime-valid
log-rank test); inversion to a confidence sequence: Howard and others (2021), Annals of Statistics 49:1055;
several comparisons: Vovk and Wang (2021), Annals of Statistics 49:1736.

No library at hand has the conditional likelihood of strata; all of it rests on one sum, written out below.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PRIOR_SD = 0.5
"""Spread of the log odds ratio for which the evidence is tuned: e**0.5 = 1.65 is a usual one."""
_POINTS, _REACH, _BEND = 121, 3.0, 5.0
_ROOM = 4_000_000
"""Terms of the sum held at once."""


def _grid() -> tuple[Floats, Floats]:
    """Log odds ratios, closer together near zero, which is one of them; and the log of their weights."""
    even = np.linspace(-1, 1, _POINTS)
    points = _REACH * np.sinh(_BEND * even) / math.sinh(_BEND)
    points[_POINTS // 2] = 0.0
    weights = np.gradient(points) * np.exp(-0.5 * (points / PRIOR_SD) ** 2)
    return points, np.log(weights / weights.sum())


GRID, _LOG_WEIGHTS = _grid()
_ZERO = _POINTS // 2


@dataclass(frozen=True)
class Tables:
    """Two-by-two tables, one entry each: cases of the reference and of the group, events of both together and
    of the group. `day` is when a table was complete.
    """

    reference: Ints
    group: Ints
    events: Ints
    group_events: Ints
    day: Ints

    def __len__(self) -> int:
        return len(self.day)

    def telling(self) -> "Tables":
        """Those that can tell of a difference."""
        cases = self.reference + self.group
        keep = (self.reference > 0) & (self.group > 0) & (self.events > 0) & (self.events < cases)
        return self.where(keep)

    def where(self, keep: npt.NDArray[np.bool_]) -> "Tables":
        """Some of the tables."""
        return Tables(
            self.reference[keep],
            self.group[keep],
            self.events[keep],
            self.group_events[keep],
            self.day[keep],
        )


def log_ratios(tables: Tables) -> Floats:
    """The log likelihood ratio of each odds ratio in `GRID` to none: shape (tables, points)."""
    margins = np.stack([tables.reference, tables.group, tables.events], axis=1)
    distinct, at = np.unique(margins, axis=0, return_inverse=True)
    scale = _log_normalizers(distinct)
    return tables.group_events[:, None] * GRID - (scale - scale[:, [_ZERO]])[at.ravel()]


def _log_normalizers(margins: Ints) -> Floats:
    """log of the sum over x of C(group, x) C(reference, events - x) e**(x theta), by margins and theta."""
    from scipy.special import gammaln

    reference, group, events = margins.T
    low, high = np.maximum(0, events - reference), np.minimum(group, events)
    width = high - low + 1
    found = np.empty((len(margins), _POINTS))
    order = np.argsort(width, kind="stable")
    since = 0
    while since < len(order):
        until = since + 1
        while until < len(order) and width[order[until]] * (until + 1 - since) * _POINTS <= _ROOM:
            until += 1
        some = order[since:until]
        x = low[some, None] + np.arange(int(width[some].max()))
        inside = x <= high[some, None]
        x = np.where(inside, x, low[some, None])
        g, r, m = group[some, None], reference[some, None], events[some, None]
        terms = -gammaln(x + 1) - gammaln(g - x + 1) - gammaln(m - x + 1) - gammaln(r - m + x + 1)
        terms = np.where(inside, terms, -np.inf)[:, :, None] + x[:, :, None] * GRID
        top = terms.max(axis=1)
        found[some] = top + np.log(np.exp(terms - top[:, None]).sum(axis=1))
        since = until
    return found


def by_day(tables: Tables, days: Ints) -> Floats:
    """The log ratios added up by day: shape (days, points); `days` rise and hold all of the tables' days."""
    summed = np.zeros((len(days), _POINTS))
    at = np.searchsorted(days, tables.day)
    step = max(1, _ROOM // _POINTS)
    for since in range(0, len(tables), step):
        some = np.zeros(len(tables), dtype=bool)
        some[since : since + step] = True
        np.add.at(summed, at[some], log_ratios(tables.where(some)))
    return summed


def log_e(ratios: Floats) -> Floats:
    """The log of the e-value of log ratios (last axis: `GRID`) added up so far."""
    weighted = ratios + _LOG_WEIGHTS
    top = weighted.max(axis=-1)
    logs: Floats = top + np.log(np.exp(weighted - top[..., None]).sum(axis=-1))
    return logs


def most_likely(ratios: Floats) -> float | None:
    """The odds ratio of the greatest likelihood, between the points of the grid; none at its ends."""
    top = int(ratios.argmax())
    if top in (0, _POINTS - 1):
        return None
    near = slice(top - 1, top + 2)
    a, b, _ = np.polyfit(GRID[near] - GRID[top], ratios[near] - ratios[top], 2)
    return math.exp(GRID[top] - b / (2 * a)) if a < 0 else math.exp(GRID[top])


def confidence_sequence(ratios: Floats, alpha: float) -> tuple[float | None, float | None]:
    """The odds ratios not yet refuted: with probability 1 - alpha the true one is never left out.

    The ends lie on the grid, to the outside; an end beyond the grid is none.
    """
    kept = np.flatnonzero(log_e(ratios) - ratios < math.log(1 / alpha))
    low, high = int(kept.min()) - 1, int(kept.max()) + 1
    return (
        math.exp(GRID[low]) if low >= 0 else None,
        math.exp(GRID[high]) if high < _POINTS else None,
    )


def adjusted(logs: Floats) -> Floats:
    """Log e-values of a family adjusted for its size: shape (days, comparisons), as given.

    Each is the least average with any others (closed testing with averages: Vovk and Wang 2021, section 5).
    If those at or above log(1 / alpha) are reported, then the chance of ever reporting one where there is no
    difference is at most alpha.
    """
    order = np.argsort(logs, axis=1, kind="stable")
    rising = np.exp(np.minimum(np.take_along_axis(logs, order, axis=1), 600.0))
    smallest = np.cumsum(rising, axis=1)
    count = np.arange(1, logs.shape[1] + 1)
    least = rising.copy()
    for place in range(1, logs.shape[1]):
        others = smallest[:, :place] + rising[:, [place]]
        least[:, place] = np.minimum(rising[:, place], (others / (count[:place] + 1)).min(axis=1))
    found = np.empty_like(least)
    np.put_along_axis(found, order, least, axis=1)
    logs_found: Floats = np.log(np.maximum(found, 1e-300))
    return logs_found


def shares_at(
    odds_ratio: float | None, reference: int, group: int, events: int, *, low: bool = True
) -> tuple[float, float]:
    """The shares of the reference and the group that an odds ratio means when all events are as many as seen.

    Without an odds ratio: the extreme, all events in the reference (`low`) or in the group.
    """
    if odds_ratio is None:
        first = reference if low else group
        taken = min(first, events)
        rest = events - taken
        at_reference, at_group = (taken, rest) if low else (rest, taken)
        return at_reference / reference, at_group / group
    below, above = 0.0, 1.0
    for _ in range(60):
        p = (below + above) / 2
        q = odds_ratio * p / (1 - p + odds_ratio * p)
        below, above = (p, above) if reference * p + group * q < events else (below, p)
    return p, odds_ratio * p / (1 - p + odds_ratio * p)
