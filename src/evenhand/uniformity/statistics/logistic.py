"""Logistic regression on grouped counts with fixed effects: a second way to adjust, and a check of the first.

The model is the usual binomial one (McCullagh and Nelder 1989, chapter 4): the log odds of the event are the
sum of an effect of the group and one effect for each place, charge class, hour band and weekday. It is fitted
by iteratively reweighted least squares over sums by level: the libraries at hand want a dense
table of millions of rows by hundreds of columns. The fit is unconditional; with few cases at a place the
group's effect is a little too large (Neyman and Scott 1948), so that places where all or none have the event
are left out, as they tell nothing of the groups.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenhand.uniformity.statistics.estimate import Cannot, Estimate, critical, exp, finite

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_ROUNDS, _CLOSE, _FLAT = 40, 1e-9, 1e-5


@dataclass(frozen=True)
class Cells:
    """Counts of events and cases in cells of a group and the levels of several factors.

    All arrays have one entry a cell. `group` and each of `factors` are numbers from 0; group 0 is the
    reference.
    """

    group: Ints
    factors: tuple[Ints, ...]
    events: Ints
    cases: Ints


@dataclass(frozen=True)
class Effects:
    """The odds ratio of each group (by its number) to the reference; how many cells and cases were used."""

    odds_ratio: dict[int, Estimate | Cannot]
    cells: int
    cases: int


def logistic(cells: Cells) -> Effects | Cannot:
    """Odds ratios of the groups, adjusted for all factors at once (main effects), with Wald intervals."""
    keep, lost = _informative(cells)
    groups = [int(g) for g in np.unique(cells.group) if g]
    if not keep.any():
        return Cannot("no cells with and without events")
    group = cells.group[keep]
    if not (group == 0).any() or 0 in lost:
        return Cannot("the reference group has no events, or only events, where groups could be compared")
    present = [g for g in groups if g not in lost and (group == g).any()]
    if not present:
        return Cannot("no other group has both cases with and without events")
    design = _Design(group, present, [f[keep] for f in cells.factors])
    fitted = _fit(design, cells.events[keep].astype(float), cells.cases[keep].astype(float))
    if isinstance(fitted, Cannot):
        return fitted
    found: dict[int, Estimate | Cannot] = {
        g: Cannot("the group has no events, or only events: its odds ratio is not finite") for g in groups
    }
    z = critical()
    for place, g in enumerate(present):
        if fitted.determined[place] < 1 - 1e-6:
            found[g] = Cannot("the group cannot be told apart from the factors in these cells")
            continue
        value, error = float(fitted.coefficients[place]), math.sqrt(fitted.covariance[place, place])
        if abs(value) > 15:
            found[g] = Cannot("the factors separate the group's events from the rest: no finite odds ratio")
            continue
        ends = (finite(exp(value - z * error)), finite(exp(value + z * error)))
        found[g] = Estimate(exp(value), *ends)
    return Effects(found, int(keep.sum()), int(cells.cases[keep].sum()))


def _informative(cells: Cells) -> tuple[npt.NDArray[np.bool_], set[int]]:
    """The cells left when levels with all events or none are dropped, again and again; and groups so lost."""
    keep = cells.cases > 0
    lost: set[int] = set()
    while True:
        before = int(keep.sum())
        for factor in (cells.group, *cells.factors):
            if not keep.any():
                return keep, lost
            size = int(factor.max()) + 1
            events = np.bincount(factor[keep], cells.events[keep], size)
            cases = np.bincount(factor[keep], cells.cases[keep], size)
            flat = (events <= 0) | (events >= cases)
            if factor is cells.group:
                lost |= {int(g) for g in np.flatnonzero(flat & (cases > 0))}
            keep &= ~flat[factor]
        if int(keep.sum()) == before:
            return keep, lost


class _Design:
    """Indicator columns for the groups but the reference, then for the levels of each factor.

    Sums over cells are sums by level (`bincount`), and their cross products sums by pairs of levels, so that
    no table of cells by columns is ever made.
    """

    def __init__(self, group: Ints, present: Sequence[int], factors: Sequence[Ints]) -> None:
        places = np.full(int(group.max()) + 1, len(present))
        places[list(present)] = np.arange(len(present))
        # The columns of the reference and of the later factors' first levels are left out in the end.
        self.codes = [places[group], *(np.unique(f, return_inverse=True)[1] for f in factors)]
        self.sizes = [len(present) + 1, *(int(c.max()) + 1 for c in self.codes[1:])]
        self.starts = np.cumsum([0, *self.sizes])
        pairs = [(a, b) for b in range(len(self.codes)) for a in range(b)]
        self.pairs = [(a, b, self.codes[a] * self.sizes[b] + self.codes[b]) for a, b in pairs]
        self.kept = np.delete(np.arange(self.starts[-1]), [len(present), *self.starts[2:-1]])

    def sums(self, values: Floats) -> Floats:
        """The sum of the values over the cells of each column."""
        found = [np.bincount(c, values, n) for c, n in zip(self.codes, self.sizes, strict=True)]
        summed: Floats = np.concatenate(found)[self.kept]
        return summed

    def products(self, weights: Floats) -> Floats:
        """The weighted cross products of the columns."""
        found = np.zeros((self.starts[-1], self.starts[-1]))
        for a, b, code in self.pairs:
            block = np.bincount(code, weights, self.sizes[a] * self.sizes[b])
            rows, columns = (slice(self.starts[k], self.starts[k + 1]) for k in (a, b))
            found[rows, columns] = block.reshape(self.sizes[a], self.sizes[b])
        found += found.T
        np.fill_diagonal(
            found,
            np.concatenate([np.bincount(c, weights, n) for c, n in zip(self.codes, self.sizes, strict=True)]),
        )
        kept: Floats = found[np.ix_(self.kept, self.kept)]
        return kept

    def linear(self, coefficients: Floats) -> Floats:
        """The sum of the coefficients of each cell's columns."""
        whole = np.zeros(self.starts[-1])
        whole[self.kept] = coefficients
        total = np.zeros(len(self.codes[0]))
        for code, start in zip(self.codes, self.starts, strict=False):
            total += whole[start + code]
        return total


@dataclass(frozen=True)
class _Fit:
    """Coefficients and their covariance; `determined` is 1 where a coefficient is told by the cells."""

    coefficients: Floats
    covariance: Floats
    determined: Floats


def _fit(design: _Design, events: Floats, cases: Floats) -> _Fit | Cannot:
    mean = events.sum() / cases.sum()
    linear = np.full(len(cases), math.log(mean / (1 - mean)))
    last = _deviance(linear, events, cases)
    for _ in range(_ROUNDS):
        chance = np.clip(1 / (1 + np.exp(-linear)), 1e-12, 1 - 1e-12)
        weight = cases * chance * (1 - chance)
        information = design.products(weight)
        coefficients = _solved(information, design.sums(weight * linear + events - cases * chance))
        before, linear = linear, np.clip(design.linear(coefficients), -30, 30)
        deviance = _deviance(linear, events, cases)
        while deviance > last * (1 + 1e-12) + 1e-9 and np.abs(linear - before).max() > 1e-10:
            # The step went too far: half of it.
            linear = (linear + before) / 2
            deviance = _deviance(linear, events, cases)
        if abs(deviance - last) < _CLOSE * (abs(deviance) + 0.1):
            inverse = _pseudo_inverse(information)
            return _Fit(coefficients, inverse, np.diag(inverse @ information))
        last = deviance
    return Cannot("the fit did not converge: the factors separate events from the rest")


def _deviance(linear: Floats, events: Floats, cases: Floats) -> float:
    return float(-2 * (events * linear - cases * np.logaddexp(0, linear)).sum())


def _solved(information: Floats, right: Floats) -> Floats:
    """The solution of the normal equations.

    Levels that always come together leave directions open; the least-norm solution then serves as well.
    """
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    scale = 1 / np.sqrt(np.diag(information))
    try:
        factor = cho_factor(information * scale * scale[:, None], lower=True)
    except LinAlgError:
        return _pseudo_inverse(information) @ right
    if np.diag(factor[0]).min() < _FLAT:
        return _pseudo_inverse(information) @ right
    solution: Floats = scale * cho_solve(factor, scale * right)
    return solution


def _pseudo_inverse(information: Floats) -> Floats:
    return np.asarray(np.linalg.pinv(information, rcond=1e-11, hermitian=True), dtype=float)
