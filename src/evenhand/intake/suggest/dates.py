"""Which date formats a column's texts have, and which doubts are left: orders, centuries, odd texts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa

from evenhand.intake.build.absent import State
from evenhand.intake.build.absent import words as no_time
from evenhand.intake.build.times import moments
from evenhand.intake.build.view import View
from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import EXCEL, ISO, Cell, Policies
from evenhand.intake.suggest.look import Column

_DAYS = (
    "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y", "%Y/%m/%d", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y",
    "%B %d, %Y", "%b %d %Y", "%Y-%m-%d", "%d %b %Y", "%m.%d.%Y", "%m.%d.%y", "%Y%m%d", "%m%d%Y",
    "%A, %B %d, %Y",
)  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %H%M", " %H:%M:%S.%f",
    " at %I:%M %p", " %H:%M %Z", " %H:%M:%S %Z", " %I:%M %p %Z", " %I:%M:%S %p %Z",
)  # fmt: skip
_SHAPES = (
    (re.compile(r"\d{13}"), "epoch_ms"),
    (re.compile(r"\d{10}"), "epoch_s"),
    (re.compile(r"/Date\(-?\d+([+-]\d{4})?\)/"), "/Date(ms)/"),
)
"""Moments counted from 1970."""
CLOCKS = (
    (re.compile(r"\d{1,2}:\d\d:\d\d(\.\d+)?"), " %H:%M:%S"),
    (re.compile(r"\d{1,2}:\d\d"), " %H:%M"),
    (re.compile(r"\d{1,2}:\d\d:\d\d ?[AaPp][Mm]"), " %I:%M:%S %p"),
    (re.compile(r"\d{1,2}:\d\d ?[AaPp][Mm]"), " %I:%M %p"),
    (re.compile(r"\d{1,4}"), " %H%M"),
)
"""Shapes of a time of day in a column of its own."""
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)|(\d\d)()(\d\d)((?:19|20)\d\d)(?!\d)")
PLACEHOLDER = re.compile(r"(?<!\d)(0001|1601|1753|1899|1900|1970|2079|2099|2999|9999)(?!\d)")
"""Years by which systems say that there is no date; intake knows the days."""
ENOUGH = 0.5
"""A column is one of dates if at least this share of its texts are; the others are asked about."""
_LOOKED_AT, _SHAPED = 3000, 200


@dataclass(frozen=True)
class Dates:
    """A column's date formats, in the order in which they are tried.

    `order`: "month" or "day" where some text proves it, "open" where each text can be read both ways, "mixed"
    where texts prove both, "" where no text has such a form. `formats` has the month first if it is open or
    mixed. `unread`: texts that no format reads. `short_years`: years of two digits. `day_only`: no time of
    day. `proofs`: a text that proves each order.
    """

    formats: tuple[str, ...]
    order: str
    unread: tuple[str, ...]
    short_years: tuple[int, ...]
    day_only: bool
    proofs: dict[str, str] = field(default_factory=dict)

    def day_first(self) -> tuple[str, ...]:
        """The formats with the day before the month."""
        return tuple(day_first(form) for form in self.formats)


def day_first(form: str) -> str:
    """A format with the month and the day swapped; one that has a month's name stays."""
    return re.sub(r"^%m([-/.]?)%d", r"%d\1%m", form)


def read_share(texts: list[str], formats: tuple[str, ...], duck: Duck) -> list[bool]:
    """Which of the texts are dates in one of the formats."""
    view = View(pa.table({"x": pa.array(texts, pa.string())}), np.arange(len(texts)), (), duck)
    return [bool(ok) for ok in moments(view, Cell(column="x"), formats, Policies(latest_year=9999)).ok]


def guess_dates(column: Column, duck: Duck, *, named_date: bool) -> Dates | None:
    """The formats that read the column, or None when it is no column of dates.

    Every distinct text is tried. Numbers are taken as dates only under a date's name.
    """
    texts = _without_words(column.counts)
    digits = all(re.fullmatch(r"\d+(\.\d+)?", t) for t in texts if re.search(r"\d", t))
    if not texts or (digits and not named_date):
        return None
    order, proofs = _order(texts)
    formats, left = _formats(texts, duck, digits=digits, order=order)
    left = [t for t in left if not PLACEHOLDER.search(t)]
    if not formats or len(left) > (1 - ENOUGH) * len(texts):
        return None
    read = [t for t in texts if t not in set(left)]
    if order == "mixed" and left:
        swapped = read_share(left, tuple(day_first(f) for f in formats), duck)
        left = [t for t, ok in zip(left, swapped, strict=True) if not ok]
    day_only = all(not re.search(r"%[HI]|epoch|Date", f) for f in formats if f not in (ISO, EXCEL))
    if ISO in formats:
        day_only = day_only and all(":" not in t for t in read)
    if EXCEL in formats:
        day_only = day_only and all("." not in t for t in read)
    short = any("%y" in f for f in formats)
    return Dates(
        formats,
        order,
        tuple(left),
        tuple(sorted({int(m[4]) for t in read if (m := _NUMERIC.match(t)) and len(m[4] or "") == 2}))
        if short
        else (),
        day_only,
        proofs,
    )


def _order(texts: list[str]) -> tuple[str, dict[str, str]]:
    """Whether the month or the day comes first, and a text that proves each."""
    proofs: dict[str, str] = {}
    some = False
    for text in texts:
        found = _NUMERIC.match(text)
        if found is None:
            continue
        some = some or not PLACEHOLDER.search(text)
        first, second = int(found[1] or found[5]), int(found[3] or found[7])
        if first > 12:
            proofs.setdefault("day", text)
        elif second > 12:
            proofs.setdefault("month", text)
        if len(proofs) == 2:
            return "mixed", proofs
    return (next(iter(proofs)) if proofs else "open" if some else ""), proofs


def _formats(texts: list[str], duck: Duck, *, digits: bool, order: str) -> tuple[tuple[str, ...], list[str]]:
    """The formats, those that read most first, and the texts that none of them reads."""
    chosen: list[str] = []
    left = texts
    for _ in range(6):
        sample = [t for t in left if re.search(r"\d", t)][:_LOOKED_AT]
        best, best_ok = None, 0
        for form in _candidates(sample, digits=digits, order=order):
            ok = sum(read_share(sample, (form,), duck))
            if ok > best_ok:
                best, best_ok = form, ok
            if ok == len(sample):
                break
        if best is None:
            break
        chosen.append(best)
        read = read_share(left, (best,), duck)
        left = [t for t, is_date in zip(left, read, strict=True) if not is_date]
        if not left:
            break
    return tuple(chosen), left


@cache
def _shape_of(form: str) -> re.Pattern[str]:
    """What texts of a format look like, roughly: it saves trying most formats."""
    letters = dict.fromkeys(("%b", "%B", "%A", "%p"), r"[A-Za-z.]+")
    shapes = {**letters, "%Z": r"(?:[A-Z]{1,5}|[+-]\d\d:?\d\d)"}
    shape = ""
    for part in re.split(r"(%[A-Za-z])", form):
        text = re.escape(part).replace(r"\ ", r"\s*")
        shape += shapes.get(part, r"\d+") if part.startswith("%") else text
    return re.compile(shape + r"\s*")


def _candidates(texts: list[str], *, digits: bool, order: str) -> Iterator[str]:
    for shape, name in _SHAPES:
        if any(shape.fullmatch(t) for t in texts):
            yield name
    if not digits:
        yield ISO
    for time in _TIMES:
        for day in _DAYS:
            form = (day_first(day) if order == "day" else day) + time
            if any(_shape_of(form).fullmatch(text) for text in texts[:_SHAPED]):
                yield form
    if digits and all(20_000 <= float(t) < 60_000 for t in texts):
        yield EXCEL


def _without_words(texts: Iterable[str]) -> list[str]:
    """The texts without those that intake knows to stand for no time, such as IN CUSTODY or 00/00/0000."""
    every = list(texts)
    unread = no_time(pa.array(every, pa.string())) == State.UNREAD
    return [text for text, keep in zip(every, unread.tolist(), strict=True) if keep]


def unsure_centuries(years: Iterable[int], *, birth: bool) -> tuple[list[int], int]:
    """The years of two digits that can be of either century, and the pivot that reads the rest.

    A booking is not after the present, and no person in jail is under 10 or over 99 years old.
    """
    now = date.today().year % 100
    years = list(years)
    if birth:
        return [y for y in years if now - 10 < y <= now], now
    return [y for y in years if now < y <= 50], now


def guess_clock(column: Column) -> tuple[str, bool] | None:
    """The format of a column of times of day and whether it wants padding to four digits; or None."""
    texts = list(column.counts)[:_LOOKED_AT]
    for shape, form in CLOCKS:
        fits = [t for t in texts if shape.fullmatch(t)]
        if texts and len(fits) >= ENOUGH * len(texts):
            if form == " %H%M" and not all(int(t) <= 2400 and int(t) % 100 < 60 for t in fits):
                return None
            return form, form == " %H%M"
    return None
