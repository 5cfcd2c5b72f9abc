"""Local times as instants: formats, two-digit years, and the hours that daylight saving skips or repeats."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Ints, Mask, View, joined, mask_of
from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import EXCEL, ISO, Cell, Policies
from evenhand.record.query import quoted

DAY = 86_400_000_000
_EXCEL_EPOCH = np.datetime64("1899-12-30", "us").astype(np.int64)
_OFFSET = r"(?:[Zz]|[+-]\d\d:?\d\d)$"
_NO_TIME = r"^\d{4}-?\d\d-?\d\d$"
_NO_SECONDS = r"[T ]\d\d:?\d\d(?:[Zz]|[+-]\d\d:?\d\d)?$"
_NEXT_MIDNIGHT = r"([T ])24(:?)00"
_SECONDS = ("%S", "%f", "%g", "%n", "%c", "%X", "%T")
_MINUTES = ("%M", "%R")
_HOURS = ("%H", "%I")
WIDTHS = {"second": 0, "minute": 60_000_000, "hour": 3_600_000_000, "day": DAY}
"""How long the interval is that a time stands for, in microseconds; a local day may be longer or shorter."""


@dataclass
class Moments:
    """Times of a view's rows, in microseconds since 1970; `ok` where there is one.

    `given`: there was text. `fixed`: the text had an offset, so that `micros` is UTC; otherwise it is
    local. `width`: one of `WIDTHS`. `timed`: the text has a time of day; `midnight`: it is 00:00.
    `two_digit`: the year has two digits.
    """

    text: pa.Array
    micros: Ints
    given: Mask
    ok: Mask
    fixed: Mask
    width: Ints
    timed: Mask
    midnight: Mask
    two_digit: Mask


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
    if cell.date is not None:
        day = view.cell_text(Cell(column=cell.date, null=cell.null))
        time = view.text(cell.time) if cell.time is not None else pa.nulls(len(view), pa.string())
        if cell.pad is not None:
            time = pc.utf8_lpad(time, width=cell.pad, padding="0")
        # A workbook gives a date as midnight of the day, and its time apart.
        day = pc.if_else(pc.is_valid(time), pc.replace_substring_regex(day, r"[ T]0+:00(:00)?$", ""), day)
        text = joined([day, time], " ")
        text = pc.if_else(pc.is_valid(day), text, pa.scalar(None, pa.string()))
    else:
        text = view.cell_text(cell)
    given = mask_of(pc.is_valid(text))
    size = len(view)
    none, zero = np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int64)
    found = Moments(text, zero, given, none, none.copy(), zero.copy(), none.copy(), none.copy(), none.copy())
    # 24:00 is the end of the day.
    ended = mask_of(pc.match_substring_regex(text, _NEXT_MIDNIGHT))
    if ended.any():
        text = pc.replace_substring_regex(text, _NEXT_MIDNIGHT, r"\100\200")
    for form in cell.formats or dates:
        left = np.flatnonzero(given & ~found.ok)
        if not len(left):
            break
        part = text if len(left) == size else text.take(pa.array(left))
        _read(found, left, part, form, policies, view.duck)
    found.micros[ended & found.ok] += DAY
    found.midnight &= ~ended
    if precision is not None:
        found.width[found.timed] = WIDTHS[precision]
        found.midnight[:] = False
    return found


def _read(found: Moments, left: Ints, text: pa.Array, form: str, policies: Policies, duck: Duck) -> None:
    fixed = np.zeros(len(left), dtype=bool)
    two_digit = np.zeros(len(left), dtype=bool)
    width = np.full(len(left), _width_of(form), dtype=np.int64)
    if form == ISO:
        micros, ok, fixed = _iso(text, duck)
        width[mask_of(pc.match_substring_regex(text, _NO_SECONDS))] = WIDTHS["minute"]
        width[mask_of(pc.match_substring_regex(text, _NO_TIME))] = DAY
    elif form == EXCEL:
        micros, ok = _excel(text)
        width[mask_of(pc.match_substring_regex(text, r"^\d+$"))] = DAY
    else:
        micros, ok = _strptime(text, form, duck)
        if "%y" in form:
            two_digit = ok.copy()
            micros = _to_century(micros, ok, policies.two_digit_year_pivot)
    low = np.datetime64(f"{policies.earliest_year:04}-01-01", "us").astype(np.int64)
    high = np.datetime64(f"{policies.latest_year + 1:04}-01-01", "us").astype(np.int64)
    ok = ok & (micros >= low) & (micros < high)
    timed = width < DAY
    where = left[ok]
    found.micros[where] = micros[ok]
    found.ok[where] = True
    found.fixed[where] = fixed[ok]
    found.width[where] = width[ok]
    found.timed[where] = timed[ok]
    found.midnight[where] = (timed & (micros % DAY == 0))[ok]
    found.two_digit[where] = two_digit[ok]


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


def _iso(text: pa.Array, duck: Duck) -> tuple[Ints, Mask, Mask]:
    # An ISO text begins with a year of four digits; DuckDB's cast would take others too.
    shaped = mask_of(pc.match_substring_regex(text, r"^\d{4}-?\d\d-?\d\d"))
    offset = mask_of(pc.match_substring_regex(text, _OFFSET)) & shaped
    table = pa.table({"x": text, "o": pa.array(offset), "s": pa.array(shaped)})
    answer = duck.ask(
        "SELECT CASE WHEN o THEN epoch_us(TRY_CAST(x AS TIMESTAMPTZ)) "
        "WHEN s THEN epoch_us(TRY_CAST(CASE WHEN x SIMILAR TO '\\d{8}.*' THEN "
        "x[:4] || '-' || x[5:6] || '-' || x[7:] ELSE x END AS TIMESTAMP)) END AS y FROM t",
        t=table,
    )
    micros, ok = _micros(answer["y"])
    return micros, ok, offset


def _excel(text: pa.Array) -> tuple[Ints, Mask]:
    """Excel's serial numbers: days since 1899-12-30 with a fraction, rounded to the second."""
    shaped = mask_of(pc.match_substring_regex(text, r"^\d{1,6}(\.\d+)?$"))
    numbers = pc.if_else(pa.array(shaped), text, pa.scalar(None, pa.string())).cast(pa.float64())
    days = np.nan_to_num(numbers.to_numpy(zero_copy_only=False))
    # Serial 60 is a day that never was (29 February 1900).
    ok = shaped & (days > 60)
    return _EXCEL_EPOCH + np.round(days * 86400).astype(np.int64) * 1_000_000, ok


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


def instants(found: Moments, zone_codes: npt.NDArray[np.int32], zones: list[str]) -> Instants:
    """Local moments as UTC intervals.

    In a skipped hour the time moves forward by the gap. A time in a repeated hour may be either of the two:
    the earlier one is the earliest moment, the later one the latest, and the difference is in `later`.
    """
    size = len(found.micros)
    whole = found.width == DAY
    # A time known to the day, or the minute, begins with it.
    local = found.micros // np.maximum(found.width, 1) * np.maximum(found.width, 1)
    utc, later, end = local.copy(), np.zeros(size, dtype=np.int64), local + np.maximum(found.width, 1) - 1
    gap, day = np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int64)
    for code, zone in enumerate(zones):
        here = found.ok & (zone_codes == code)
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
        midnights = np.flatnonzero(here & found.midnight)
        if len(midnights):
            # A system that stores days as midnight of UTC means the local day of that date.
            day[midnights] = _utc(found.micros[midnights] + DAY, zone)[0] - 1 - utc[midnights]
    return Instants(found, utc, end, later, gap, day)


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
