"""Which date formats a column's texts have."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from evenhand.intake.build.times import moments
from evenhand.intake.build.view import View
from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import EXCEL, ISO, Cell, Policies
from evenhand.intake.suggest.look import Column

_DAYS = (
    "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y", "%Y/%m/%d", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y",
    "%B %d, %Y", "%b %d %Y", "%d %b %Y", "%m.%d.%Y", "%Y%m%d", "%m%d%Y", "%d/%m/%Y", "%d/%m/%y",
    "%d.%m.%Y",
)  # fmt: skip
_TIMES = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %I:%M%p", " %H%M", " %H:%M:%S.%f", "")
CLOCKS = (
    (re.compile(r"\d{1,2}:\d\d:\d\d(\.\d+)?"), " %H:%M:%S"),
    (re.compile(r"\d{1,2}:\d\d"), " %H:%M"),
    (re.compile(r"\d{1,2}:\d\d:\d\d ?[AaPp][Mm]"), " %I:%M:%S %p"),
    (re.compile(r"\d{1,2}:\d\d ?[AaPp][Mm]"), " %I:%M %p"),
    (re.compile(r"\d{1,4}"), " %H%M"),
)
"""Shapes of a time of day in a column of its own."""
_NOTHING = re.compile(r"0{2,4}[-/.]?0{2}[-/.]?0{2,4}([ T]0+:00(:00)?)?|[-/\s:]+|1900-01-01( 00:00:00)?")
ENOUGH = 0.9


@dataclass(frozen=True)
class Dates:
    """A column's date formats, in order; `null`: texts that stand for no date; `day_only`: no time of day."""

    formats: tuple[str, ...]
    null: tuple[str, ...]
    day_only: bool
    share: float


def read_share(texts: list[str], formats: tuple[str, ...], duck: Duck) -> list[bool]:
    """Which of the texts are dates in one of the formats."""
    view = View(pa.table({"x": pa.array(texts, pa.string())}), np.arange(len(texts)), (), duck)
    return [bool(ok) for ok in moments(view, Cell(column="x"), formats, Policies()).ok]


def guess_dates(column: Column, duck: Duck, *, named_date: bool) -> Dates | None:
    """The formats that read the column, or None when it is no column of dates.

    Month first is tried before day first. Numbers are taken as Excel's days only under a date's name.
    """
    null = tuple(t for t in column.counts if _NOTHING.fullmatch(t))
    texts = [t for t in column.counts if t not in null][:3000]
    if not texts:
        return None
    digits = all(re.fullmatch(r"\d+(\.\d+)?", t) for t in texts)
    if digits and not named_date:
        return None
    left, chosen = texts, []
    for _ in range(4):
        best, best_ok = None, [False] * len(left)
        for form in _candidates(left, digits=digits):
            ok = read_share(left, (form,), duck)
            if sum(ok) > sum(best_ok):
                best, best_ok = form, ok
            if all(ok):
                break
        if best is None or sum(best_ok) < max(1, 0.02 * len(texts)):
            break
        chosen.append(best)
        left = [t for t, ok in zip(left, best_ok, strict=True) if not ok]
        if not left:
            break
    share = 1 - len(left) / len(texts)
    if share < ENOUGH:
        return None
    day_only = all("%H" not in f and "%I" not in f for f in chosen if f not in (ISO, EXCEL))
    if ISO in chosen:
        day_only = day_only and all(":" not in t for t in texts)
    return Dates(tuple(chosen), null, day_only, share)


def _candidates(texts: Iterable[str], *, digits: bool) -> Iterable[str]:
    if not digits:
        yield ISO
    for day in _DAYS:
        for time in _TIMES:
            yield day + time
    if digits:
        yield EXCEL


def guess_clock(column: Column) -> tuple[str, bool] | None:
    """The format of a column of times of day and whether it wants padding to four digits; or None."""
    texts = list(column.counts)[:500]
    for shape, form in CLOCKS:
        fits = [t for t in texts if shape.fullmatch(t)]
        if texts and len(fits) >= ENOUGH * len(texts):
            if form == " %H%M" and not all(int(t) <= 2400 and int(t) % 100 < 60 for t in fits):
                return None
            return form, form == " %H%M"
    return None
