"""The whole answer on re-booking: curves, policies and limits, or what the record lacks."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from evenhand.figures.rebooking.curves import Curve, curves
from evenhand.figures.rebooking.episodes import LIMITS, POLICIES, NoEpisodesError, episodes
from evenhand.record.store import Record


@dataclass(frozen=True)
class Study:
    """`cannot_tell` says why there are no curves, where there are none."""

    record: Record
    threshold: int
    curves: tuple[Curve, ...] = ()
    cannot_tell: str = ""
    policies: tuple[str, ...] = POLICIES
    limits: tuple[str, ...] = LIMITS
    left_out: str = ""
    """How many people are left out because their days are not known; not exact for few."""


def study(record: Record, threshold: int) -> Study:
    """Read the record and estimate. Raises `RecordError` where a part cannot be read."""
    with tempfile.TemporaryDirectory(prefix="evenhand-") as scratch:
        try:
            found = episodes(record, Path(scratch))
        except NoEpisodesError as error:
            return Study(record, threshold, cannot_tell=str(error))
    shown = curves(found, threshold)
    if not shown:
        return Study(record, threshold, cannot_tell=f"not shown: fewer than {threshold} people were released")
    if not any(curve.estimates for curve in shown):
        return Study(
            record, threshold, cannot_tell=f"not shown: each step tells of fewer than {threshold} people"
        )
    return Study(record, threshold, tuple(shown), left_out=_left_out(found.left_out, threshold))


def _left_out(people: int, threshold: int) -> str:
    if not people:
        return ""
    number = f"Fewer than {threshold:,}" if people < threshold else f"{people:,}"
    return f"{number} people left out: their days are not known."
