"""Who is booked: the personal part of a booking.

Sex, race and ethnicity and age group follow from the person's number and the seed alone. Nothing else in the
simulator reads them, and they read nothing else: the process is the same for every group. A bias, where one
is wanted, has to be put in on purpose and labelled.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenhand.simulate.calendar import Ints

SEX = (("male", 76), ("female", 24))
RACE_ETHNICITY = (
    ("white", 52),
    ("black", 26),
    ("hispanic", 16),
    ("asian_pacific_islander", 2),
    ("american_indian", 2),
    ("unknown", 2),
)
AGE_GROUP = (("18-24", 20), ("25-34", 34), ("35-44", 24), ("45-54", 14), ("55+", 8))
"""Shares in percent: round numbers for a made-up county."""
GROUPS = {"sex": SEX, "race_ethnicity": RACE_ETHNICITY, "age_group": AGE_GROUP}
ONE_IN_THREE_RETURNS = 75
"""So many persons for each hundred bookings; the first of them are booked a second time."""


@dataclass(frozen=True)
class People:
    """A batch's persons: their numbers, and for each group name the place of its value in `GROUPS`."""

    person: Ints
    groups: dict[str, Ints]


def draw_people(seed: int, first: int, count: int, total: int) -> People:
    """The persons of bookings `first` to `first + count`.

    A person's two bookings lie far apart in time, so that no stays of one person overlap.
    """
    persons = max(1, -(-total * ONE_IN_THREE_RETURNS // 100))
    person = np.arange(first, first + count, dtype=np.int64) % persons
    groups = {}
    for number, (name, shares) in enumerate(GROUPS.items()):
        edges = np.cumsum([share for _, share in shares])
        groups[name] = np.searchsorted(edges, _mixed(person, seed, number) % np.uint64(100), side="right")
    return People(person, groups)


def _mixed(person: Ints, seed: int, number: int) -> npt.NDArray[np.uint64]:
    """A well-mixed number for each person (the finalizer of SplitMix64)."""
    x = person.astype(np.uint64) + np.uint64((seed * 1_000_003 + number * 7_777_777_777) % (1 << 63))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return x ^ (x >> np.uint64(31))
