"""Local times as instants: formats, two-digit years, and the hours that daylight saving skips or repeats."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.absent import Export, State, States, day_numbers, words
from evenhand.intake.build.spelling import (
    EXACT,
    GENERIC,
    HOUR,
    NAMED,
    OFFSETS,
    tidy,
    tidy_format,
    tidy_iso,
    without_zone,
    without_zone_format,
)
from evenhand.intake.build.view import Ints, Mask, View, joined, mask_of
from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import ASP_DATE, EPOCH_MS, EPOCH_S, EXCEL, ISO, Cell, Policies
from evenhand.record.query import quoted

DAY = 24 * HOUR
_EXCEL_EPOCH = np.datetime64("1899-12-30", "us").astype(np.int64)
_ISO_DAY = r"^\d{4}-\d\d-\d\d$"
_ISO_OFFSET = r"(?:Z|[+-]\d\d(?::?\d\d)?)$"
_ISO_MINUTE = rf"[T ]\d{{1,2}}:\d\d(?:{_ISO_OFFSET[:-1]})?$"
_ISO_TIME = r"^\d{4}-\d\d-\d\d[T ](?:[01]?\d|2[0-3]):\d\d(?::\d\d(?:\.\d+)?)?" + rf"(?:{_ISO_OFFSET[:-1]})?$"
_MIDNIGHT = r"[ T](?:0+:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?|12:00(?::00)? ?[Aa]\.?[Mm]\.?)$"
_EPOCHS = {
    EPOCH_S: (r"^(?P<number>-?\d{1,12}(?:\.\d+)?)$", 1_000_000),
    EPOCH_MS: (r"^(?P<number>0|-?\d{12,15}(?:\.\d+)?)$", 1_000),
    ASP_DATE: (r"^\\?/Date\((?P<number>-?\d{1,15})(?:[+-]\d{4})?\)\\?/$", 1_000),
}
"""Formats of numbers since 1970: the shape of the text, and the unit in microseconds."""
_NUMBERS = (EXCEL, *_EPOCHS)
_NAMES = (ISO, *_NUMBERS)
_EXACT_DECIMALS = 5
"""From so many decimals on, an Excel number gives the second."""
_SECONDS = ("%S", "%f", "%g", "%n", "%c", "%X", "%T")
_MINUTES = ("%M", "%R")
_HOURS = ("%H", "%I")
WIDTHS = {"second": 0, "minute": HOUR // 60, "hour": HOUR, "day": DAY}
"""How long the interval is that a time stands for, in microseconds; a local day may be longer or shorter."""


@dataclass
class Moments:
    """Times of a view's rows, in microseconds since 1970; a time only where `state` is READ.

    `fixed`: the text had an offset, so that `micros` is UTC; otherwise it is local. `wall`: the local time
    that the text shows. `zone`: the place in `NAMED` of the abbreviation behind the time, or -1.
    `width`: one of `WIDTHS`; `around`: how far off on both sides a rounded time may be. `timed`: the text has
    a time of day; `midnight`: it is 00:00. `two_digit`: the year has two digits.
    """

    text: pa.Array
    state: States
    micros: Ints
    wall: Ints
    fixed: Mask
    zone: Ints
    width: Ints
    around: Ints
    timed: Mask
    midnight: Mask
    two_digit: Mask

    @property
    def ok(self) -> Mask:
        """Rows with a time."""
        return np.asarray(self.state == State.READ)

    @property
    def given(self) -> Mask:
        """Rows with a text that is a time or should be one."""
        return np.asarray((self.state != State.EMPTY) & (self.state < State.WORD))


@dataclass
class Instants:
    """Moments as UTC, the earliest and the latest.

    `later`: what to add to the earliest for the second of a repeated hour. `gap`: shifted forward.
    `day`: where the text shows midnight, how long after it the local day ends; 0 elsewhere.
    """

    moments: Moments
    utc: Ints
    latest: Ints
    later: Ints
    gap: Mask
    day: Ints


def moments(
    view: View, cell: Cell, dates: tuple[str, ...], policies: Policies, precision: str | None = None
) -> Moments:
    """Read a cell's text as times, trying its formats in order.

    A format says how precisely a time is known; `precision` overrules it where the text has a time of day.
    """
    day, clock, text = _texts(view, cell)
    formats = cell.formats or dates
    found = _nothing_read(text)
    _read_all(found, _unread(found), text, formats, policies, view.duck)
    left = _unread(found)
    if len(left):
        _read_untidy(found, left, text, formats, policies, view.duck)
    left = _unread(found)
    if len(left) and clock is not None:
        # The day is known where the time of day is no time.
        left = left[words(clock.take(pa.array(left))) != State.UNREAD]
        _read_all(found, left, day, formats, policies, view.duck)
    left = np.flatnonzero(found.state == State.UNREAD)
    if len(left):
        found.state[left] = words(day.take(pa.array(left)))
    placeholders = day_numbers(policies.placeholders)
    dated = (found.state == State.READ) | (found.state == State.BEYOND)
    found.state[dated & np.isin(found.wall // DAY, placeholders)] = State.PLACEHOLDER
    early = np.datetime64(f"{policies.earliest_year:04}-01-01", "us").astype(np.int64)
    found.state[(found.state == State.BEYOND) & (found.micros < early)] = State.UNREAD
    if precision is not None:
        found.width[found.timed], found.around[found.timed] = WIDTHS[precision], 0
        found.midnight[:] = False
    return found


def _texts(view: View, cell: Cell) -> tuple[pa.Array, pa.Array | None, pa.Array]:
    """A cell's day and time of day (None if it is one column), and both as one text."""
    if cell.date is None:
        text = view.cell_text(cell)
        return text, None, text
    day = view.cell_text(Cell(column=cell.date, null=cell.null))
    time = view.text(cell.time) if cell.time is not None else pa.nulls(len(view), pa.string())
    padded = time if cell.pad is None else pc.utf8_lpad(time, width=cell.pad, padding="0")
    # Workbooks and databases give a date as midnight of the day, and its time apart.
    day = pc.if_else(pc.is_valid(time), pc.replace_substring_regex(day, _MIDNIGHT, ""), day)
    text = joined([day, padded], " ")
    return day, time, pc.if_else(pc.is_valid(day), text, pa.scalar(None, pa.string()))


def _nothing_read(text: pa.Array) -> Moments:
    size = len(text)
    state = np.where(mask_of(pc.is_valid(text)), State.UNREAD, State.EMPTY).astype(np.int8)

    def zeros() -> Ints:
        return np.zeros(size, dtype=np.int64)

    def none() -> Mask:
        return np.zeros(size, dtype=bool)

    return Moments(
        text,
        state,
        micros=zeros(),
        wall=zeros(),
        fixed=none(),
        zone=np.full(size, -1, dtype=np.int64),
        width=zeros(),
        around=zeros(),
        timed=none(),
        midnight=none(),
        two_digit=none(),
    )


def _unread(found: Moments) -> Ints:
    return np.flatnonzero((found.state == State.UNREAD) | (found.state == State.BEYOND))


def _read_untidy(
    found: Moments, left: Ints, text: pa.Array, formats: tuple[str, ...], policies: Policies, duck: Duck
) -> None:
    """Read texts with odd blanks, spellings of a.m. and p.m., fractions, and 24:00."""
    part, ended = tidy(text.take(pa.array(left)))
    tidied = pa.nulls(len(text), pa.string())
    tidied = pc.replace_with_mask(tidied, pa.array(np.isin(np.arange(len(text)), left)), part)
    for form in formats:
        again = _unread(found)
        if len(again):
            part = tidied.take(pa.array(again))
            part = tidy_iso(part) if form == ISO else part
            _read(found, again, part, form if form in _NAMES else tidy_format(form), policies, duck)
    next_day = left[ended & (found.state[left] == State.READ)]
    found.micros[next_day] += DAY
    found.wall[next_day] += DAY
    found.midnight[next_day] = False


def _read_all(
    found: Moments, left: Ints, text: pa.Array, formats: tuple[str, ...], policies: Policies, duck: Duck
) -> None:
    for form in formats:
        if not len(left):
            return
        part = text if len(left) == len(text) else text.take(pa.array(left))
        _read(found, left, part, form, policies, duck)
        left = left[found.state[left] != State.READ]


@dataclass
class _Reading:
    """What one format reads of some texts; see `Moments`."""

    micros: Ints
    ok: Mask
    wall: Ints
    width: Ints
    fixed: Mask
    zone: Ints
    around: Ints


def _read(found: Moments, left: Ints, text: pa.Array, form: str, policies: Policies, duck: Duck) -> None:
    """Read the texts of the rows `left` by one format."""
    two_digit = "%y" in form
    if form == ISO:
        read = _iso(text, duck)
    elif form == EXCEL:
        read = _excel(text)
    elif form in _EPOCHS:
        read = _epoch(text, *_EPOCHS[form])
    elif "%Z" in form or "%z" in form:
        read = _zoned(text, form, policies, duck)
    else:
        read = _by_format(text, form, policies, duck)
    low = np.datetime64(f"{policies.earliest_year:04}-01-01", "us").astype(np.int64)
    high = np.datetime64(f"{policies.latest_year + 1:04}-01-01", "us").astype(np.int64)
    outside = read.ok & ((read.micros < low) | (read.micros >= high))
    if outside.any() and form not in _NUMBERS:
        # Another format may yet read it. A year of less than four digits is not one.
        outside &= mask_of(pc.match_substring_regex(text, r"\d{4}"))
        where = left[outside]
        found.state[where] = State.BEYOND
        found.micros[where] = read.micros[outside]
        found.wall[where] = read.wall[outside]
    ok = read.ok & (read.micros >= low) & (read.micros < high)
    timed = read.width < DAY
    where = left if ok.all() else left[ok]
    found.state[where] = State.READ
    found.micros[where] = read.micros[ok]
    found.wall[where] = read.wall[ok]
    found.fixed[where] = read.fixed[ok]
    found.zone[where] = read.zone[ok]
    found.width[where] = read.width[ok]
    found.around[where] = read.around[ok]
    found.timed[where] = timed[ok]
    found.midnight[where] = (timed & (read.wall % DAY == 0))[ok]
    found.two_digit[where] = two_digit


def _width_of(form: str) -> int:
    """How precisely a format gives a time; ISO and Excel texts are looked at one by one."""
    if form in (ISO, EXCEL) or any(mark in form for mark in _SECONDS):
        return WIDTHS["second"]
    if any(mark in form for mark in _MINUTES):
        return WIDTHS["minute"]
    return WIDTHS["hour"] if any(mark in form for mark in _HOURS) else DAY


def _micros(column: pa.ChunkedArray) -> tuple[Ints, Mask]:
    ok = mask_of(pc.is_valid(column))
    values = pc.fill_null(column.cast(pa.int64()), 0).to_numpy()
    return np.array(values, dtype=np.int64), ok


def _strptime(text: pa.Array, form: str, duck: Duck) -> tuple[Ints, Mask]:
    answer = duck.ask(
        f"SELECT try_strptime(x, {quoted(form)})::TIMESTAMP AS y FROM t", t=pa.table({"x": text})
    )
    return _micros(answer["y"])


def _local_reading(micros: Ints, ok: Mask, width: Ints) -> _Reading:
    none, zero = np.zeros(len(micros), dtype=bool), np.zeros(len(micros), dtype=np.int64)
    return _Reading(micros, ok, micros, width, none, np.full(len(micros), -1, dtype=np.int64), zero)


def _by_format(text: pa.Array, form: str, policies: Policies, duck: Duck) -> _Reading:
    """Texts in a strptime format."""
    micros, ok = _strptime(text, form, duck)
    if "%y" in form:
        micros = _to_century(micros, ok, policies.two_digit_year_pivot)
    ok &= _has_all_digits(text, form)
    return _local_reading(micros, ok, np.full(len(text), _width_of(form), dtype=np.int64))


def _has_all_digits(text: pa.Array, form: str) -> Mask:
    """Whether numbers that stand side by side in the format have all their digits."""
    whole = np.ones(len(text), dtype=bool)
    shape = _digits_of(form)
    if shape is not None:
        longest = len(re.sub(r"%[mdyHIMS]", "00", form.replace("%Y", "0000")))
        short = np.flatnonzero(pc.fill_null(pc.binary_length(text), 0).to_numpy() != longest)
        whole[short] = mask_of(pc.match_substring_regex(text.take(pa.array(short)), shape))
    return whole


@cache
def _digits_of(form: str) -> str | None:
    """The shape of a format in which numbers stand side by side, None for others.

    DuckDB would read `123` by %H%M as 12:03.
    """
    if not re.search(r"%[YmdyHIMS]%[YmdyHIMS]", form):
        return None
    shape, before = "^", False
    for mark, number in re.findall(r"(%(.)|[^%]+)", form):
        if number and number in "YmdyHIMS":
            beside = before or bool(re.search(re.escape(mark) + r"%[YmdyHIMS]", form))
            shape += r"\d{4}" if number == "Y" else r"\d\d" if beside else r"\d{1,2}"
        elif number:
            shape += ".+?"
        else:
            shape += re.sub(r"(\\ )+", r"\\s+", re.escape(mark))
        before = bool(number and number in "YmdyHIMS")
    return shape + "$"


def _zoned(text: pa.Array, form: str, policies: Policies, duck: Duck) -> _Reading:
    """Texts with a time zone, an offset or an abbreviation, where the format has %Z."""
    zoned = without_zone(text)
    read = _by_format(zoned.text, without_zone_format(form), policies, duck)
    read.zone = zoned.name
    generic = zoned.name >= NAMED.index(next(iter(GENERIC)))
    read.fixed = ~generic
    read.micros = read.wall - zoned.offset
    return read


def _iso(text: pa.Array, duck: Duck) -> _Reading:
    # DuckDB's cast would drop what it does not know behind a time: PM, EST.
    timed = mask_of(pc.match_substring_regex(text, _ISO_TIME))
    days = np.zeros(len(text), dtype=bool)
    if not timed.all():
        days = ~timed & mask_of(pc.match_substring_regex(text, _ISO_DAY))
    offset = timed & mask_of(pc.match_substring_regex(text, _ISO_OFFSET))
    table = pa.table({"x": text, "o": pa.array(offset), "s": pa.array(timed | days)})
    answer = duck.ask(
        "SELECT CASE WHEN s THEN TRY_CAST(x AS TIMESTAMP) END AS wall, "
        "CASE WHEN o THEN epoch_us(TRY_CAST(x AS TIMESTAMPTZ)) END AS utc FROM t",
        t=table,
    )
    wall, ok = _micros(answer["wall"])
    width = np.where(days, DAY, WIDTHS["second"])
    width[timed & mask_of(pc.match_substring_regex(text, _ISO_MINUTE))] = WIDTHS["minute"]
    read = _local_reading(wall, ok, width)
    if offset.any():
        utc, known = _micros(answer["utc"])
        read.micros = np.where(offset, utc, wall)
        read.fixed = offset
        read.ok &= known | ~offset
    return read


def _epoch(text: pa.Array, shape: str, unit: int) -> _Reading:
    """Numbers since 1970 in UTC, in units of microseconds."""
    numbers = pc.struct_field(pc.extract_regex(text, shape), "number")
    ok = mask_of(pc.is_valid(numbers))
    values = np.nan_to_num(numbers.cast(pa.float64()).to_numpy(zero_copy_only=False))
    micros = np.round(values * unit).astype(np.int64)
    read = _local_reading(micros, ok, np.full(len(text), WIDTHS["second"], dtype=np.int64))
    read.fixed = ok
    return read


def _excel(text: pa.Array) -> _Reading:
    """Excel's serial numbers: days since 1899-12-30 with a fraction, rounded to the second.

    A file that rounds its numbers to few decimals gives times half a unit around them.
    """
    shaped = mask_of(pc.match_substring_regex(text, r"^\d{1,6}(\.\d+)?$"))
    numbers = pc.if_else(pa.array(shaped), text, pa.scalar(None, pa.string()))
    days = np.nan_to_num(numbers.cast(pa.float64()).to_numpy(zero_copy_only=False))
    # Serial 60 is a day that never was (29 February 1900).
    ok = shaped & (days > 60)
    micros = _EXCEL_EPOCH + np.round(days * 86400).astype(np.int64) * 1_000_000
    timed = days % 1 != 0
    read = _local_reading(micros, ok, np.where(timed, WIDTHS["second"], DAY))
    decimals = pc.utf8_length(pc.replace_substring_regex(numbers, r"^\d+\.?", ""))
    most = int(np.max(pc.fill_null(decimals, 0).to_numpy(), where=ok & timed, initial=0))
    if 0 < most < _EXACT_DECIMALS and not _whole_minutes(days[ok & timed], most):
        read.around[timed] = DAY // 10**most // 2
    return read


def _whole_minutes(days: npt.NDArray[np.float64], decimals: int) -> bool:
    """Whether numbers of few decimals are exact times, such as .4375 for 10:30, and not rounded ones."""
    minutes = days * 1440
    whole = np.abs(minutes - np.round(minutes)) < 1e-5
    return bool(whole.all()) and (decimals > 1 or bool((days % 1 == 0.5).all()))


def _to_century(micros: Ints, ok: Mask, pivot: int) -> Ints:
    """Years of two digits: up to the pivot they are of the 2000s, above it of the 1900s."""
    years = micros.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970
    digits = years % 100
    wanted = np.where(digits <= pivot, 2000, 1900) + digits
    for index in np.flatnonzero(ok & (years != wanted)).tolist():
        moment = datetime(1970, 1, 1) + (np.timedelta64(int(micros[index]), "us").astype(object))
        try:
            moved = moment.replace(year=int(wanted[index]))
            micros[index] = np.datetime64(moved, "us").astype(np.int64)
        except ValueError:
            ok[index] = False
    return micros


def instants(found: Moments, zone_codes: npt.NDArray[np.int32], zones: list[str], export: Export) -> Instants:
    """Local moments as UTC intervals.

    In a skipped hour the time moves forward by the gap. A time in a repeated hour may be either of the two:
    the earlier one is the earliest moment, the later one the latest, and the difference is in `later`. What
    lies surely after the export gets the state AFTER_EXPORT.
    """
    size = len(found.micros)
    whole = found.width == DAY
    # A time known to the day, or the minute, begins with it.
    local = found.micros // np.maximum(found.width, 1) * np.maximum(found.width, 1)
    utc, later, end = local.copy(), np.zeros(size, dtype=np.int64), local + np.maximum(found.width, 1) - 1
    gap, day = np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int64)
    dated = (found.state == State.READ) | (found.state == State.BEYOND)
    for code, zone in enumerate(zones):
        here = dated & (zone_codes == code)
        if not here.any():
            continue
        stated = here & found.fixed & whole
        if stated.any():
            local[stated] = _local(found.micros[stated], zone) // DAY * DAY
        rows = np.flatnonzero(here & (~found.fixed | whole))
        if len(rows):
            utc[rows], later[rows], gap[rows] = _utc(local[rows], zone)
            end[rows] = utc[rows] + later[rows] + np.maximum(found.width[rows], 1) - 1
        days = np.flatnonzero(here & whole)
        if len(days):
            end[days] = _utc(local[days] + DAY, zone)[0] - 1
            later[days] = 0
        _check_zones(found, utc, here, zone)
        _see_local_midnights(found, here & found.fixed & found.timed, zone)
        midnights = np.flatnonzero(here & found.midnight)
        if len(midnights):
            # A system that stores days as midnight of UTC means the local day of that date.
            day[midnights] = _utc(found.wall[midnights] + DAY, zone)[0] - 1 - utc[midnights]
        last = export.now if export.local is None else int(_utc(np.array([export.local]), zone)[0][0])
        found.state[here & (found.state != State.OTHER_ZONE) & (utc - found.around > last)] = (
            State.AFTER_EXPORT
        )
    found.state[found.state == State.BEYOND] = State.UNREAD
    for mask in (found.timed, found.midnight):
        mask &= found.ok
    return Instants(found, utc - found.around, end + found.around, later, gap, day)


def _check_zones(found: Moments, utc: Ints, here: Mask, zone: str) -> None:
    """Refuse times whose abbreviation, such as EST, is not the zone's own at that moment."""
    named = here & (found.zone >= 0)
    for index in np.unique(found.zone[named]).tolist():
        name = NAMED[index]
        rows = np.flatnonzero(named & (found.zone == index))
        if name in GENERIC:
            same = _utc(found.micros[rows], GENERIC[name])[0] == _utc(found.micros[rows], zone)[0]
        elif name in EXACT:
            continue
        else:
            micros = found.micros[rows]
            same = _local(micros, zone) - micros == OFFSETS[name] * HOUR
        found.state[rows[~same]] = State.OTHER_ZONE


def _see_local_midnights(found: Moments, rows: Mask, zone: str) -> None:
    """Mark times with an offset, or in UTC, that are midnight in the jail's zone."""
    # Offsets are of whole quarters of an hour.
    index = np.flatnonzero(rows & ~found.midnight & (found.micros % (HOUR // 4) == 0))
    if len(index):
        local = _local(found.micros[index], zone)
        midnight = local % DAY == 0
        found.midnight[index[midnight]] = True
        found.wall[index[midnight]] = local[midnight]


def _local(utc: Ints, zone: str) -> Ints:
    times = pa.array(utc, pa.timestamp("us", zone))
    local: Ints = pc.local_timestamp(times).cast(pa.int64()).to_numpy()
    return local


def _utc(local: Ints, zone: str) -> tuple[Ints, Ints, Mask]:
    """Local times as UTC; what to add for the second of a repeated hour; which lie in a skipped hour."""
    times = pa.array(local, pa.timestamp("us"))
    early = pc.assume_timezone(times, zone, ambiguous="earliest", nonexistent="latest")
    late = pc.assume_timezone(times, zone, ambiguous="latest", nonexistent="latest")
    utc = early.cast(pa.int64()).to_numpy().copy()
    later = late.cast(pa.int64()).to_numpy() - utc
    skipped = pc.local_timestamp(early).cast(pa.int64()).to_numpy() != local
    for index in np.flatnonzero(skipped).tolist():
        # The offset before the gap, as PEP 495 has it for fold=0.
        wall = np.datetime64(int(local[index]), "us").astype(datetime)
        moved = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
        utc[index] = np.datetime64(moved, "us").astype(np.int64)
    return utc, later, skipped
