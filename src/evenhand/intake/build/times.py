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
_NO_TIME = r"^[^:]*$"
_PART_OF_DAY = {"start": 0, "noon": DAY // 2, "end": DAY - 1_000_000}


@dataclass
class Moments:
    """Times of a view's rows, in microseconds since 1970; `ok` where there is one.

    `given`: there was text. `fixed`: the text had an offset, so that `micros` is UTC; otherwise it is
    local. `day_only`, `two_digit`: what was read into the text.
    """

    text: pa.Array
    micros: Ints
    given: Mask
    ok: Mask
    fixed: Mask
    day_only: Mask
    two_digit: Mask


@dataclass
class Instants:
    """Moments as UTC. `later`: what to add for the second of a repeated hour; `gap`: shifted forward."""

    moments: Moments
    utc: Ints
    later: Ints
    gap: Mask


def moments(view: View, cell: Cell, dates: tuple[str, ...], policies: Policies) -> Moments:
    """Read a cell's text as times, trying its formats in order."""
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
    found = Moments(text, np.zeros(size, np.int64), given, *(np.zeros(size, bool) for _ in range(4)))
    for form in cell.formats or dates:
        left = np.flatnonzero(given & ~found.ok)
        if not len(left):
            break
        part = text if len(left) == size else text.take(pa.array(left))
        _read(found, left, part, form, policies, view.duck)
    if cell.day != "start":
        found.micros[found.day_only] += _PART_OF_DAY[cell.day]
    return found


def _read(found: Moments, left: Ints, text: pa.Array, form: str, policies: Policies, duck: Duck) -> None:
    fixed = np.zeros(len(left), dtype=bool)
    day_only = np.zeros(len(left), dtype=bool)
    two_digit = np.zeros(len(left), dtype=bool)
    if form == ISO:
        micros, ok, fixed = _iso(text, duck)
        day_only = mask_of(pc.match_substring_regex(text, _NO_TIME))
    elif form == EXCEL:
        micros, ok = _excel(text)
        day_only = micros % DAY == 0
    else:
        micros, ok = _strptime(text, form, duck)
        day_only[:] = not any(mark in form for mark in ("%H", "%I", "%X", "%c"))
        if "%y" in form:
            two_digit = ok.copy()
            micros = _to_century(micros, ok, policies.two_digit_year_pivot)
    low = np.datetime64(f"{policies.earliest_year:04}-01-01", "us").astype(np.int64)
    high = np.datetime64(f"{policies.latest_year + 1:04}-01-01", "us").astype(np.int64)
    ok = ok & (micros >= low) & (micros < high)
    where = left[ok]
    found.micros[where] = micros[ok]
    found.ok[where] = True
    found.fixed[where] = fixed[ok]
    found.day_only[where] = day_only[ok]
    found.two_digit[where] = two_digit[ok]


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
    """Local moments as UTC. In a skipped hour the time moves forward by the gap; in a repeated hour it
    is the earlier of the two, with the difference in `later`."""
    utc, later = found.micros.copy(), np.zeros(len(found.micros), dtype=np.int64)
    gap = np.zeros(len(utc), dtype=bool)
    for code, zone in enumerate(zones):
        local = np.flatnonzero(found.ok & ~found.fixed & (zone_codes == code))
        if not len(local):
            continue
        times = pa.array(found.micros[local], pa.timestamp("us"))
        early = pc.assume_timezone(times, zone, ambiguous="earliest", nonexistent="latest")
        late = pc.assume_timezone(times, zone, ambiguous="latest", nonexistent="latest")
        early_us = early.cast(pa.int64()).to_numpy()
        later[local] = late.cast(pa.int64()).to_numpy() - early_us
        back = pc.local_timestamp(early).cast(pa.int64()).to_numpy()
        utc[local] = early_us
        skipped = local[back != found.micros[local]]
        gap[skipped] = True
        for index in skipped.tolist():
            # The offset before the gap, as PEP 495 has it for fold=0.
            wall = np.datetime64(int(found.micros[index]), "us").astype(datetime)
            moved = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
            utc[index] = np.datetime64(moved, "us").astype(np.int64)
    return Instants(found, utc, later, gap)
