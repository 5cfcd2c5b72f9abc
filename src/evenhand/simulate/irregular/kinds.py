"""Irregular histories, as jails really write them: which booking has which irregularity.

Each has a share of all bookings. None breaks a rule: where the record does not show what a rule asks about,
the right answer is that it cannot tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum

import numpy as np

from evenhand.simulate.calendar import Ints
from evenhand.simulate.chance import Bools, Dice


class Kind(StrEnum):
    """The irregularities, by the name of their share."""

    EARLIER_STAY = "earlier_stay"
    WEEKENDS = "weekends"
    ABSENCE = "absence"
    MOVE = "move"
    LEFT_CUT = "left_cut"
    DAY_ONLY = "day_only"
    MINUTE_ONLY = "minute_only"
    HOLD_ONLY = "hold_only"
    OTHER_HOLD = "other_hold"
    SEVERAL_DUE = "several_due"
    REDETERMINED = "redetermined"
    BAIL = "bail"


class Precision(IntEnum):
    """How exactly a source states moments."""

    SECOND = 0
    MINUTE = 1
    DAY = 2


@dataclass
class Irregular:
    """The irregularities of a batch of bookings.

    `in_hold`: an absence falls into the hold on a detainer, if there is one. `cut_at`: where the history is
    cut on the left, how far along the stay, in thousandths; -1 where it is whole.
    """

    earlier_stay: Bools
    weekends: Ints
    absent: Bools
    in_hold: Bools
    moved: Bools
    cut_at: Ints
    precision: Ints
    hold_only: Bools
    other_hold: Bools
    several_due: Bools
    redetermined: Bools
    bail: Bools

    def make_plain(self, at: Ints, *, keep: frozenset[str] = frozenset()) -> None:
        """Take the irregularities from some bookings, but for those that are kept."""
        for each in fields(self):
            if each.name not in keep:
                getattr(self, each.name)[at] = -1 if each.name == "cut_at" else 0


_FINE = 1_000_000


def draw_irregular(dice: Dice, n: int, shares: Mapping[str, float], precision: Precision) -> Irregular:
    """Irregularities for `n` bookings; `precision` is that of the whole record."""

    def some(kind: Kind) -> Bools:
        return dice.between(0, _FINE - 1, n) < round(shares.get(kind, 0) * _FINE)

    cut, day, minute = some(Kind.LEFT_CUT), some(Kind.DAY_ONLY), some(Kind.MINUTE_ONLY)
    stated = np.where(day, Precision.DAY, np.where(minute, Precision.MINUTE, Precision.SECOND))
    return Irregular(
        earlier_stay=some(Kind.EARLIER_STAY),
        weekends=some(Kind.WEEKENDS) * dice.between(1, 2, n),
        absent=some(Kind.ABSENCE),
        in_hold=dice.share(600, n),
        moved=some(Kind.MOVE),
        cut_at=np.where(cut, dice.between(1, 999, n), -1),
        precision=np.maximum(stated, precision),
        hold_only=some(Kind.HOLD_ONLY),
        other_hold=some(Kind.OTHER_HOLD),
        several_due=some(Kind.SEVERAL_DUE),
        redetermined=some(Kind.REDETERMINED),
        bail=some(Kind.BAIL),
    )
