"""Counties by their sufficient statistics alone: the simulator's probabilities, without its events.

A county's bookings fall on jails, charges and groups in the simulator's shares, and have an event with the
simulator's probability. Thousands of counties take seconds. That records of the simulator itself agree with
them is checked in `records.py`.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from evenhand.simulate.biases.bias import CHARGES, SHARES, Measure
from evenhand.simulate.calendar import MINUTE
from evenhand.simulate.offenses import OFFENSES
from evenhand.simulate.people import GROUPS
from evenhand.uniformity.statistics.stratified import Strata
from evenhand.uniformity.statistics.survival import Times

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ALL = dict(GROUPS["race_ethnicity"])
NAMES = tuple(name for name in ALL if name != "unknown")
"""The groups; white is the reference and the largest."""
HISPANIC = NAMES.index("hispanic")
JAILS = 3
COMMON = CHARGES.index("35")
"""The charge on which the mix and the process turn where places differ: drug possession."""


@dataclass(frozen=True)
class Process:
    """Probabilities of a booking's group and stratum (`mix`) and of its event: shape (groups, strata)."""

    mix: Floats
    share: Floats

    def shifted(self, by: float, group: int = HISPANIC) -> "Process":
        """The event more or less often for one group."""
        share = self.share.copy()
        share[group] += by
        return replace(self, share=share)


def process(measure: Measure = Measure.STEPS) -> Process:
    """The simulator's process without a bias: strata are jail and first charge."""
    group = np.array([ALL[name] for name in NAMES], dtype=float)
    mix = np.outer(group / group.sum(), np.tile(_charges(), JAILS) / JAILS)
    return Process(mix, np.full(mix.shape, SHARES[measure]))


def confounded(moved: float = 0.4, by: float = -0.15, measure: Measure = Measure.STEPS) -> Process:
    """The same for all groups within a charge; but one group has a charge oftener, and with it the event is
    rarer for everyone (as `charge=35:race_ethnicity=hispanic:0.4` and `steps:charge=35:-0.15` do)."""
    plain = process(measure)
    mix, share = plain.mix.copy(), plain.share.copy()
    of_charge = np.tile(np.arange(len(CHARGES)) == COMMON, JAILS)
    own = mix[HISPANIC]
    mix[HISPANIC] = own * (1 - moved) + moved * own.sum() * of_charge / JAILS
    share[:, of_charge] += by
    return Process(mix, share)


def by_jail(process: Process) -> Process:
    """With the jails alone as strata, for times, which do not go by charge: the formula for their power is
    one for many cases a stratum."""
    shape = (len(NAMES), JAILS, -1)
    mix = process.mix.reshape(shape).sum(axis=2)
    return Process(mix, (process.share * process.mix).reshape(shape).sum(axis=2) / mix)


def _charges() -> Floats:
    weight = np.zeros(len(CHARGES))
    for offense in OFFENSES:
        weight[CHARGES.index(offense.ncic_class)] += offense.weight
    return weight / weight.sum()


def draw(rng: np.random.Generator, process: Process, counties: int, bookings: int) -> list[Strata]:
    """So many counties with so many bookings each."""
    cases = rng.multinomial(bookings, process.mix.ravel(), size=counties).reshape(
        counties, *process.mix.shape
    )
    events = rng.binomial(cases, process.share)
    return [Strata(x, n) for x, n in zip(events, cases, strict=True)]


def minutes(delay: int = 0) -> Floats:
    """The probability of each whole minute from booking to screening, as the simulator draws it."""
    even = np.arange(1 << 20, dtype=np.int64)
    seconds = MINUTE + (49 * MINUTE * (even * even >> 20) >> 20) + delay * MINUTE
    counted: Floats = np.bincount(seconds // MINUTE, minlength=64) / len(even)
    return counted


def draw_times(
    rng: np.random.Generator, process: Process, counties: int, bookings: int, delay: int = 0
) -> list[Times]:
    """Times to screening, later by `delay` minutes for one group; nobody is lost from view."""
    usual, late = minutes(), minutes(delay)
    found = []
    for _ in range(counties):
        cases = rng.multinomial(bookings, process.mix.ravel()).reshape(process.mix.shape)
        events = rng.multinomial(cases, usual)
        events[HISPANIC] = rng.multinomial(cases[HISPANIC], late)
        some = events.any(axis=0)
        stratum, time = np.nonzero(some)
        counts = events[:, stratum, time]
        found.append(Times(stratum, time, counts, np.zeros_like(counts)))
    return found
