"""The curves as they may be shown: no step of fewer people than the threshold, and no group that small."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evenhand.disclosure.rounding import about, above, below, nearest, step
from evenhand.figures.rebooking.episodes import Episodes, together
from evenhand.figures.rebooking.survival import Durations, Estimate, estimates

HORIZONS = (30, 90, 180, 365, 730, 1095, 1826)
ALL = "all releases"


@dataclass(frozen=True)
class Curve:
    """One group: about how many people, and the share booked again by each horizon that may be shown.

    Shares are rounded (`disclosure.rounding`), and intervals widened to the same steps.
    """

    group: str
    people: int
    estimates: tuple[Estimate, ...]


def curves(found: Episodes, threshold: int, horizons: Sequence[int] = HORIZONS) -> list[Curve]:
    """All releases, then by cause. Empty where there are fewer people than the threshold.

    A horizon is shown when, since the last one shown, nobody or at least as many people as the threshold were
    booked again, and as many are still observed and not booked again. Causes with too few are joined until
    none is too small, as the number of a small group could else be had by subtraction.
    """
    everyone = found.all
    if everyone.people < threshold:
        return []
    shown = [_curve(ALL, everyone, _allowed([everyone], threshold, horizons), threshold)]
    groups = _joined(found.by_cause, threshold)
    if len(groups) > 1:
        days = _allowed([everyone, *groups.values()], threshold, horizons)
        shown += [_curve(cause, group, days, threshold) for cause, group in groups.items()]
    return shown


def _curve(name: str, group: Durations, days: Sequence[int], threshold: int) -> Curve:
    size = step(group.people, threshold)
    shown = tuple(_rounded(estimate, size) for estimate in estimates(group, days))
    return Curve(name, about(group.people), shown)


def _rounded(estimate: Estimate, size: float) -> Estimate:
    low = None if estimate.low is None else below(estimate.low, size)
    high = None if estimate.high is None else above(estimate.high, size)
    return replace(estimate, share=nearest(estimate.share, size), low=low, high=high)


def _joined(by_cause: dict[str, Durations], threshold: int) -> dict[str, Durations]:
    """The causes, the small ones joined, with the next smallest if need be."""
    groups = sorted(by_cause.items(), key=lambda item: item[1].people)
    while len(groups) > 1 and _small(groups[0][1], threshold):
        (one, left), (other, right), *rest = groups
        joined = f"{one}, {other}", together((left, right))
        groups = sorted([joined, *rest], key=lambda item: item[1].people)
    return dict(sorted(groups))


def _small(group: Durations, threshold: int) -> bool:
    events = group.events_by(max(group.days))
    return min(events, group.people - events) < threshold


def _allowed(groups: Sequence[Durations], threshold: int, horizons: Sequence[int]) -> list[int]:
    """The horizons that tell of no small number in any of the groups."""
    shown: list[int] = []
    before = [0] * len(groups)
    for day in horizons:
        if any(day > max(group.days) for group in groups):
            break
        events = [group.events_by(day) for group in groups]
        left = [sum(n for d, n in zip(g.days, g.numbers, strict=True) if d > day) for g in groups]
        steps = [now - then for now, then in zip(events, before, strict=True)]
        if all(step == 0 or step >= threshold for step in steps) and min(left) >= threshold:
            shown.append(day)
            before = events
    return shown
