"""Many small shares drawn towards their common mean: a beta prior estimated from all (empirical Bayes).

Source: Casella (1985), American Statistician 39:83; Efron and Morris (1977). The prior is fitted by maximum
likelihood of the beta-binomial distribution (Griffiths 1973, Biometrics 29:637).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenhand.uniformity.statistics.estimate import LEVEL, Cannot, Estimate

Ints = npt.NDArray[np.int64]
_FLAT = 1e7


@dataclass(frozen=True)
class Shrunk:
    """The common prior Beta(a, b), and each unit's share with its interval under it, in the order given.

    `spread` is the standard deviation of the units' true shares as estimated; 0 where no spread beyond chance
    was found.
    """

    a: float
    b: float
    spread: float
    shares: tuple[Estimate, ...]


def shrink(events: Ints, cases: Ints) -> Shrunk | Cannot:
    """Shares of units with few cases each. Needs at least three units and some events and non-events."""
    from scipy.optimize import minimize
    from scipy.special import betaln
    from scipy.stats import beta

    if len(cases) < 3 or not (cases > 0).all():
        return Cannot("fewer than three units with cases: no common distribution can be estimated")
    if not 0 < events.sum() < cases.sum():
        return Cannot("no events, or an event in every case")
    mean = events.sum() / cases.sum()

    def unlikeliness(parameters: npt.NDArray[np.float64]) -> float:
        m, size = 1 / (1 + np.exp(-parameters[0])), np.exp(parameters[1])
        a, b = m * size, (1 - m) * size
        return -float((betaln(events + a, cases - events + b) - betaln(a, b)).sum())

    start = np.array([np.log(mean / (1 - mean)), np.log(20.0)])
    bounds = [(-20, 20), (np.log(1e-2), np.log(_FLAT))]
    fitted = minimize(unlikeliness, start, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-13})
    m, size = float(1 / (1 + np.exp(-fitted.x[0]))), float(np.exp(fitted.x[1]))
    a, b = m * size, (1 - m) * size
    low, high = beta.ppf([[(1 - LEVEL) / 2], [(1 + LEVEL) / 2]], events + a, cases - events + b)
    centre = (events + a) / (cases + a + b)
    spread = 0.0 if size > _FLAT / 10 else float(np.sqrt(m * (1 - m) / (size + 1)))
    shares = tuple(Estimate(float(v), float(x), float(y)) for v, x, y in zip(centre, low, high, strict=True))
    return Shrunk(a, b, spread, shares)
