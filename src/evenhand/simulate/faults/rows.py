"""Dealing out the faults of officers, agreements, complaints and reviews."""

from collections.abc import Mapping
from itertools import count as count_from

from evenhand.record.events import SubjectKind
from evenhand.simulate.chance import Dice
from evenhand.simulate.faults.background import RowFault
from evenhand.simulate.faults.oversight import OVERSIGHT
from evenhand.simulate.faults.staff import STAFF
from evenhand.simulate.rows import History

ROW_FAULTS: tuple[RowFault, ...] = (*STAFF, *OVERSIGHT)
"""All faults of subjects with few events. Those of one rule take turns."""
Pairs = list[tuple[str, str]]


def put_in(
    dice: Dice,
    kind: SubjectKind,
    histories: list[History],
    rates: Mapping[str, float],
    until: int,
    least: int,
) -> Pairs:
    """Edit the histories of one kind; gives (rule, subject) of what they then break.

    A rate is a share of all histories of the kind; `least` of each rule's faults are put in where the rate
    is above zero and a history fits. A history takes at most one fault; the rules with the fewest fitting
    histories choose first.
    """
    by_rule: dict[str, list[RowFault]] = {}
    for fault in ROW_FAULTS:
        if fault.kind is kind and rates.get(fault.rule):
            by_rule.setdefault(fault.rule, []).append(fault)
    fitting = {
        rule: [k for k, h in enumerate(histories) if any(f.fits(h, until) for f in faults)]
        for rule, faults in by_rule.items()
    }
    taken: set[int] = set()
    broken: Pairs = []
    for rule in sorted(by_rule, key=lambda r: (len(fitting[r]), r)):
        free = [k for k in fitting[rule] if k not in taken]
        count = min(len(free), max(least, round(rates[rule] * len(histories))))
        order = dice.shuffled(len(free))[:count].tolist()
        for place, turn in zip(order, count_from(0), strict=False):
            history = histories[free[place]]
            fit = [fault for fault in by_rule[rule] if fault.fits(history, until)]
            fault = fit[turn % len(fit)]
            fault.edit(history, dice)
            taken.add(free[place])
            broken += [(each, history.subject) for each in (rule, *fault.breaks)]
    return broken
