"""What stands in a column of times and is no time: words, placeholders, and moments after the export."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Ints, Mask, mask_of

States = npt.NDArray[np.int8]


class State(IntEnum):
    """What a cell of a time column gives. Those from `WORD` on are no time, and are counted."""

    EMPTY = 0
    READ = 1
    UNREAD = 2
    OTHER_ZONE = 3
    BEYOND = 4
    """A date outside `earliest_year` to `latest_year`, until the other states are settled."""
    WORD = 5
    UNKNOWN = 6
    PLACEHOLDER = 7
    AFTER_EXPORT = 8


MEANS = {
    State.WORD: "a word for no time",
    State.UNKNOWN: "a word for an unknown time",
    State.PLACEHOLDER: "a placeholder",
    State.AFTER_EXPORT: "after the export",
}
"""Why a cell is no time, as the report and the quarantine say it."""

WORDS = (
    "", "n/a", "na", "n.a", "nan", "nat", "null", "nil", "none", "blank", "empty",
    "no date", "no time", "no release", "no release date", "not available", "not applicable",
    "not released", "not yet released", "tbd", "t.b.d", "tba", "pending", "to be determined",
    "to be announced", "active", "active inmate", "current", "current inmate", "inmate", "present",
    "confined", "incarcerated", "housed", "detained", "incustody", "in custody", "in jail", "in facility",
    "in house", "still in", "still in custody", "still in jail", "still incarcerated", "still detained",
    "still housed", "still confined", "currently in custody", "currently in jail", "currently incarcerated",
)  # fmt: skip
"""Words for a time that is not there: it has not happened, or there is nothing to tell. Compared in lower
case, with one blank between words and no punctuation around them; so "" is any text without letters."""
UNKNOWN_WORDS = (
    "?", "??", "???", "unk", "unkn", "unknown", "not known", "undetermined", "not stated", "not recorded",
    "missing",
)  # fmt: skip
"""Words for something that happened at a time that nobody recorded."""

_ZEROS_OR_NINES = r"^(?:0[0\s/.:T-]*|9{2,4}[/.-]?9{2}[/.-]?9{2,4})$"


def words(text: pa.Array) -> States:
    """`WORD`, `UNKNOWN` or `PLACEHOLDER` (00/00/0000, 99/99/9999) for each text; `UNREAD` for any other."""
    plain = pc.replace_substring_regex(pc.utf8_lower(text), r"[_\s\x{00A0}-]+", " ")
    plain = pc.replace_substring_regex(plain, r"^[^\p{L}\p{N}?]+|[^\p{L}\p{N}?]+$", "")
    states = np.full(len(text), State.UNREAD, dtype=np.int8)
    states[mask_of(pc.is_in(plain, value_set=pa.array(WORDS)))] = State.WORD
    states[mask_of(pc.is_in(plain, value_set=pa.array(UNKNOWN_WORDS)))] = State.UNKNOWN
    states[mask_of(pc.match_substring_regex(text, _ZEROS_OR_NINES))] = State.PLACEHOLDER
    return states


def day_numbers(days: tuple[str, ...]) -> Ints:
    """ISO dates as days since 1970."""
    return np.array(days, dtype="datetime64[D]").astype(np.int64)


class Absent:
    """Counts the cells of time columns that are no time, by column, state and text.

    Of times after the export only the first text of a column is kept, as an example.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, State, str]] = Counter()
        self._batch: dict[tuple[str, State], list[tuple[Ints, pa.Array]]] = {}
        self._examples: dict[str, str] = {}

    def note(self, column: str, states: States, text: pa.Array, rows: Ints) -> None:
        """Note a column as it was read; `rows` are places in the batch, and may repeat."""
        for state in MEANS:
            index = np.flatnonzero(states == state)
            if len(index):
                found = (rows[index], text.take(pa.array(index)))
                self._batch.setdefault((column, state), []).append(found)

    def close_batch(self, kept: Mask) -> Counter[State]:
        """Count what was noted of the rows that are kept, each row of a column once; totals by state."""
        totals: Counter[State] = Counter()
        for (column, state), found in self._batch.items():
            rows, first = np.unique(np.concatenate([r for r, _ in found]), return_index=True)
            text = pa.concat_arrays([t for _, t in found]).take(pa.array(first[kept[rows]]))
            totals[state] += len(text)
            if state is State.AFTER_EXPORT and len(text):
                example = self._examples.setdefault(column, text[0].as_py())
                self.counts[column, state, f"such as {example}"] += len(text)
                continue
            for counted in pc.value_counts(text).to_pylist():
                self.counts[column, state, counted["values"]] += counted["counts"]
        self._batch = {}
        return totals


@dataclass(frozen=True)
class Export:
    """Up to when the source can tell of events: a stated local moment, else the moment of the intake.

    Both in microseconds since 1970; `local` has no zone.
    """

    local: int | None
    now: int


def export_of(stated: str | None) -> Export:
    """The end of the day that `exported_on` states, or now."""
    now = _micros(datetime.now(UTC).replace(tzinfo=None))
    if stated is None:
        return Export(None, now)
    return Export(_micros(datetime.combine(date.fromisoformat(stated) + timedelta(days=1), time())) - 1, now)


def _micros(moment: datetime) -> int:
    return int(np.datetime64(moment, "us").astype(np.int64))
