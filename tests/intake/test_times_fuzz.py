"""A true moment, written in some way with noise, is read back as itself, as exactly as it was written."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.intake.build.events import Builder
from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import Mapping
from evenhand.intake.readers.batch import Batch
from evenhand.intake.refusal import Refusals
from evenhand.record.events import SubjectKind

ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix",
    "America/Indiana/Indianapolis", "America/Indiana/Knox", "America/Kentucky/Louisville", "America/Boise",
    "America/Detroit", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico",
)  # fmt: skip
CHANGES = (
    datetime(2026, 3, 8, 5),
    datetime(2025, 11, 2, 4),
    datetime(2006, 4, 2, 5),
    datetime(2006, 10, 29, 4),
)
"""Shortly before the clocks change."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(0), timedelta(minutes=1), timedelta(days=1)


def by(form: str) -> Callable[[datetime], str]:
    return lambda local: local.strftime(form)


def serial(local: datetime) -> str:
    """Excel's number, never a whole one."""
    passed = local.replace(tzinfo=None) - datetime(1899, 12, 30)
    return f"{passed / DAY:.10f}"


def milliseconds(local: datetime) -> str:
    return str((local - EPOCH) // timedelta(milliseconds=1))


FORMS: dict[str, tuple[str, Callable[[datetime], str], timedelta, bool]] = {
    "iso minute": ("iso", by("%Y-%m-%dT%H:%M"), MINUTE, False),
    "iso second": ("iso", by("%Y-%m-%d %H:%M:%S"), SECOND, False),
    "iso compact": ("iso", by("%Y%m%dT%H%M%S"), SECOND, False),
    "iso fraction": ("iso", by("%Y-%m-%d %H:%M:%S.0000000"), SECOND, False),
    "iso offset": ("iso", lambda t: t.isoformat(), SECOND, True),
    "iso basic offset": ("iso", by("%Y-%m-%d %H:%M %z"), MINUTE, True),
    "iso day": ("iso", by("%Y-%m-%d"), DAY, False),
    "american": ("%m/%d/%Y %H:%M", by("%m/%d/%Y %H:%M"), MINUTE, False),
    "american short": ("%m/%d/%y %H%M", by("%m/%d/%y %H%M"), MINUTE, False),
    "american half days": ("%m/%d/%Y %I:%M:%S %p", by("%m/%d/%Y %I:%M:%S %p"), SECOND, False),
    "american half days, minute": ("%m/%d/%Y %I:%M%p", by("%m/%d/%Y %I:%M %p"), MINUTE, False),
    "american day": ("%m/%d/%Y", by("%m/%d/%Y"), DAY, False),
    "month name": ("%d-%b-%Y %H:%M:%S", by("%d-%b-%Y %H:%M:%S"), SECOND, False),
    "month in full": ("%B %d, %Y %I:%M %p", by("%B %d, %Y %I:%M %p"), MINUTE, False),
    "zone": ("%m/%d/%Y %H:%M %Z", by("%m/%d/%Y %H:%M %Z"), MINUTE, True),
    "zone and half days": ("%m/%d/%Y %I:%M:%S %p %Z", by("%m/%d/%Y %I:%M:%S %p %Z"), SECOND, True),
    "zone before the year": ("%a %b %d %H:%M:%S %Z %Y", by("%a %b %d %H:%M:%S %Z %Y"), SECOND, True),
    "excel": ("excel", serial, SECOND, False),
    "seconds": ("epoch_s", by("%s"), SECOND, True),
    "milliseconds": ("epoch_ms", milliseconds, SECOND, True),
    "asp": ("/Date(ms)/", lambda t: f"/Date({milliseconds(t)})/", SECOND, True),
}
"""The format in the mapping; how a moment is written; how exact that is; whether it says which hour in fall."""
FORMS["seconds"] = ("epoch_s", lambda t: str((t - EPOCH) // timedelta(seconds=1)), SECOND, True)

moments = st.one_of(
    st.datetimes(datetime(1980, 1, 1), datetime(2026, 1, 1)),
    st.builds(lambda day, passed: day + passed, st.sampled_from(CHANGES),
              st.timedeltas(timedelta(0), timedelta(hours=16))),
    st.dates(datetime(1990, 1, 1).date(), datetime(2025, 1, 1).date()).map(
        lambda day: datetime(day.year, day.month, day.day, 5)
    ),
)  # fmt: skip
noises = st.tuples(
    st.booleans(), st.booleans(), st.sampled_from(("", " ", "\u00a0", "  ")), st.integers(0, 5)
)


def noisy(text: str, noise: tuple[bool, bool, str, int], form: str) -> str:
    """The text with other blanks and case, and other spellings of AM and PM."""
    lower, blanks, around, half = noise
    for upper in ("AM", "PM"):
        letter = upper[0]
        spelled = (upper, upper.lower(), letter, letter.lower(), f"{letter.lower()}.m.", f"{letter}. M.")[
            half
        ]
        text = text.replace(f" {upper}", (" " if lower else "") + spelled)
    if blanks:
        text = text.replace(" ", "\u202f  ")
    if lower and form not in ("/Date(ms)/",):
        text = text.lower()
    return around + text + around


def end_of_day(local: datetime, write: Callable[[datetime], str], form: str) -> str | None:
    """A midnight as 24:00 of the day before, in forms of 24 hours and no offset."""
    before = write(local - timedelta(hours=12))
    if (
        local.strftime("%H%M%S") != "000000"
        or "12:00" not in before
        or "p" in form
        or (form == "iso" and "+" in before)
    ):
        return None
    if (local - timedelta(hours=12)).utcoffset() != local.utcoffset():
        return None
    return before.replace("12:00", "24:00")


def read(texts: list[str], zone: str, form: str) -> list[tuple[datetime, datetime] | None]:
    """The earliest and latest moments that intake reads, None where it refuses the row."""
    mapping = Mapping.model_validate(
        {
            "name": "a", "agency": "NC0600000", "zone": zone, "subject": "id", "dates": [form],
            "exported_on": "2026-06-01", "policies": {"placeholders": []},
            "event": [{"type": "person.booked", "at": "at"}],
        }
    )  # fmt: skip
    size, duck, refusals = len(texts), Duck(), Refusals("a.csv")
    table = pa.table({"id": [f"B{n}" for n in range(size)], "at": texts})
    try:
        batch = Batch(table, np.arange(size, dtype=np.int64), np.arange(size, dtype=np.uint64))
        events = Builder(mapping, 0, refusals, duck, None).build(batch).get(SubjectKind.BOOKING)
    finally:
        duck.close()
    found: list[tuple[datetime, datetime] | None] = [None] * size
    for event in events.to_pylist() if events is not None else []:
        found[event["_row"]] = (event["occurred_at"], event["occurred_by"] or event["occurred_at"])
    assert [n for n, moment in enumerate(found) if moment is None] == refusals.lost().tolist()
    return found


def expected(local: datetime, exact: timedelta, *, sure: bool) -> tuple[datetime, datetime]:
    """The first and the last moment that the written time can mean."""
    if exact == DAY:
        start = local.replace(hour=0, minute=0, second=0, fold=0)
        end = (start.replace(tzinfo=None) + DAY).replace(tzinfo=local.tzinfo)
        return start.astimezone(UTC), end.astimezone(UTC) - timedelta(microseconds=1)
    wall = local.replace(second=0) if exact == MINUTE else local
    first, second = (wall, wall) if sure else (wall.replace(fold=0), wall.replace(fold=1))
    end = second.astimezone(UTC) + exact - (timedelta(microseconds=1) if exact else timedelta(0))
    return first.astimezone(UTC), end


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    name=st.sampled_from(sorted(FORMS)),
    written=st.lists(st.tuples(moments, noises), min_size=1, max_size=40),
)
def test_a_written_moment_is_read_as_itself(
    zone: str, name: str, written: list[tuple[datetime, tuple[bool, bool, str, int]]]
) -> None:
    form, write, exact, sure = FORMS[name]
    truths, texts = [], []
    for moment, noise in written:
        local = moment.replace(microsecond=0, tzinfo=UTC).astimezone(ZoneInfo(zone))
        if noise[3] == 0:
            local = local.replace(hour=0, minute=0, second=0)
        if name == "excel" and local.strftime("%H%M%S") == "000000":
            local += timedelta(seconds=1)
        truths.append(local)
        ended = end_of_day(local, write, form) if noise[3] < 3 and exact != DAY else None
        texts.append(noisy(ended or write(local), noise, form))
    for text, local, found in zip(texts, truths, read(texts, zone, form), strict=True):
        assert found == expected(local, exact, sure=sure), (text, local)


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(sorted(FORMS)),
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2026, 1, 1)),
    rest=st.sampled_from((" XST", " (BC)", " foo", "!", " 2:30", "x", " EXT", " -1", " AMX", "/", " 12")),
)
def test_what_stands_behind_a_time_is_never_dropped(name: str, moment: datetime, rest: str) -> None:
    form, write, _, _ = FORMS[name]
    local = moment.replace(microsecond=0, tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))
    texts = [write(local) + rest, rest.strip() + write(local)]
    assert read(texts[:1], "America/New_York", form) == [None], texts[0]
