"""Faults of the key: histories that cannot be those of one person's stays under one number."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.keys import KeyLook
from evenhand.intake.build.view import Ints, Mask
from evenhand.intake.errors import IntakeError
from evenhand.intake.mapping.model import Mapping
from evenhand.intake.resolve.table import (
    earliest_of,
    end_of,
    ints,
    is_exit,
    is_type,
    keys_of,
    latest_of,
    texts,
)
from evenhand.intake.tally import EXAMPLES, Place
from evenhand.record.episode import EXIT_TYPES

TWO_PERSONS = "keys_of_two_persons"
TWO_TIMES = "keys_with_two_times_for_one_stay"
SAME_MINUTE = "keys_booked_twice_in_a_minute"
OVERLAPPING = "keys_with_overlapping_stays"
DUPLICATES = "duplicates_without_booking"
WITHOUT_BOOKING = "histories_without_booking"
NO_EXIT_BETWEEN = "booked_again_without_exit"

FAULTS = {
    TWO_PERSONS: "keys of which the rows name two persons or agencies, quarantined",
    TWO_TIMES: "keys of which the rows state two times for one booking or exit",
    SAME_MINUTE: "keys with two bookings in the same minute",
    OVERLAPPING: "keys with a stay that begins before the one before it ends",
    DUPLICATES: "keys without a booking of which rows are exact duplicates",
}
"""What is surely wrong with a key. Above a share of all keys, an intake is refused."""

WARNINGS = {
    WITHOUT_BOOKING: "histories without a booking",
    NO_EXIT_BETWEEN: "keys booked again without an exit between",
}
"""What may have another cause, such as an export that begins in the middle of a stay."""

_MINUTE = 60_000_000
_ENOUGH = 20
"""So many histories say whether an export has bookings; a cut from the middle of a log may have none."""
_LENGTHS = 3
"""Keys of so many lengths, of which the longest are at fault, may be cut."""
_SEXES = {"m": "m", "male": "m", "f": "f", "female": "f"}


class KeyFaults:
    """Counts the faults of keys in chunks of whole histories, with examples by file and row."""

    def __init__(self, mapping: Mapping, files: list[str]) -> None:
        made = mapping.made()
        self._books, self._exits = "person.booked" in made, bool(made & set(EXIT_TYPES))
        self._promised = any(block.type == "person.booked" for block in mapping.event)
        self._policies, self._files = mapping.policies, files
        self._columns = " + ".join(mapping.subject.needs())
        self._chunk: dict[str, set[str]] = {}
        self.keys = self.faulty = 0
        self._lengths: set[int] = set()
        self._faulty_lengths: set[int] = set()
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, list[tuple[Place, ...]]] = {}

    def add(self, fault: str, table: pa.Table, first: Ints, second: Ints | None = None) -> None:
        """Count the keys of the events at the places `first`; `second` are what they contradict."""
        if not len(first):
            return
        _, one_a_key = np.unique(keys_of(table)[first], return_index=True)
        first, second = first[one_a_key], None if second is None else second[one_a_key]
        keys = set(table["subject"].take(pa.array(first)).to_pylist())
        self._chunk.setdefault(fault, set()).update(keys)
        source, row = ints(table, "_source"), ints(table, "_row")
        shown = self.examples.setdefault(fault, [])
        for n in range(min(len(first), EXAMPLES - len(shown))):
            places = [first[n]] if second is None else [second[n], first[n]]
            shown.append(tuple(Place(self._files[source[p]], int(row[p])) for p in places))

    def look(self, table: pa.Table) -> None:
        """Find the faults that the resolved events of a chunk show."""
        if not self._books or not len(table):
            return
        subject, booked = keys_of(table), is_type(table, "person.booked")
        starts = np.flatnonzero(np.diff(subject, prepend=-1))
        self.add(WITHOUT_BOOKING, table, starts[~np.logical_or.reduceat(booked, starts)])
        times = earliest_of(table)
        exits = is_exit(table)
        order = np.lexsort((booked, times, subject))
        passed = np.cumsum(exits[order])
        at = np.flatnonzero(booked[order])
        places, counts = order[at], passed[at]
        same = subject[places][1:] == subject[places][:-1]
        before, after = places[:-1][same], places[1:][same]
        close = times[before] // _MINUTE == times[after] // _MINUTE
        close |= times[after] <= latest_of(table)[before]
        self.add(SAME_MINUTE, table, after[close], before[close])
        if self._exits:
            none = (counts[1:] == counts[:-1])[same] & ~close
            self.add(NO_EXIT_BETWEEN, table, after[none], before[none])
        self._overlapping(table, before[~close], after[~close], exits)

    def _overlapping(self, table: pa.Table, before: Ints, after: Ints, exits: Mask) -> None:
        """Find stays that begin before the exit of the row that tells of the stay before."""
        if not len(before):
            return
        subject, begun = keys_of(table), ints(table, "_begun")
        times, latest = earliest_of(table), latest_of(table)
        end = end_of(before, np.flatnonzero(exits), subject, begun)
        until = np.where(end >= 0, times[end], -1)
        wrong = (until >= 0) & (latest[after] < until)
        self.add(OVERLAPPING, table, after[wrong], before[wrong])

    def settle(self, keys: pa.ChunkedArray) -> None:
        """Count the faulty keys of a chunk that has these keys."""
        self.keys += len(keys)
        self._lengths.update(pc.unique(pc.utf8_length(keys)).to_pylist())
        faulty: set[str] = set()
        for fault, found in self._chunk.items():
            self.counts[fault] += len(found)
            if fault in FAULTS:
                faulty |= found
        self.faulty += len(faulty)
        self._faulty_lengths.update(map(len, faulty))
        self._chunk = {}

    def refuse(self) -> None:
        """Raise `IntakeError` if more keys are faulty than the mapping allows."""
        limit = self._policies.refuse_key_faults_above
        if self.keys and self.faulty / self.keys > limit:
            lines = "\n".join([*self._lines(FAULTS), *self._cut()])
            raise IntakeError(
                f"the key {self._columns} is at fault in {self.faulty:,} of {self.keys:,} histories, more "
                f"than {limit:.3%}. Nothing was taken in.\n{lines}\n"
                "  Name the column of the booking number in `subject`, state in `rows` or `once` what the "
                "rows are, or correct the export. To take it in all the same, raise [policies] "
                "refuse_key_faults_above."
            )
        limit = self._policies.refuse_without_booking_above
        without = self.counts[WITHOUT_BOOKING]
        if self._promised and self.keys >= _ENOUGH and without / self.keys > limit:
            lines = "\n".join(self._lines([WITHOUT_BOOKING]))
            raise IntakeError(
                f"{without:,} of {self.keys:,} histories have no booking, more than {limit:.1%}. Nothing was "
                f"taken in.\n{lines}\n  Correct the person.booked block of the mapping. If the export has no "
                "bookings, remove that block, or raise [policies] refuse_without_booking_above."
            )

    def warnings(self) -> list[str]:
        """A sentence for each kind of fault that was found, with examples."""
        return list(self._lines([*FAULTS, *WARNINGS]))

    def _cut(self) -> list[str]:
        """Say so if the keys at fault all have the greatest length of several: the export may cut them."""
        longest = max(self._lengths)
        if self._faulty_lengths != {longest} or len(self._lengths) < _LENGTHS:
            return []
        return [f"  All of them have {longest} characters, and no key has more: the export may cut the key."]

    def _lines(self, faults: "list[str] | dict[str, str]") -> list[str]:
        said = {**FAULTS, **WARNINGS}
        return [
            f"  {said[fault].capitalize()}: {self.counts[fault]:,}, such as {_told(self.examples[fault])}."
            for fault in faults
            if self.counts[fault]
        ]


def refuse_changed_keys(look: KeyLook, mapping: Mapping) -> list[str]:
    """Raise `IntakeError` for keys that a spreadsheet changed, or tell of them if the mapping takes them."""
    found = look.found()
    lines = [
        f"  {reason}: {tally.rows:,} rows, such as {', '.join(map(str, tally.examples))}."
        for reason, values in found.by_reason.items()
        for tally in values.values()
    ]
    if lines and not mapping.policies.key_as_it_is:
        listed = "\n".join(lines)
        raise IntakeError(
            "a spreadsheet has changed keys, so that different bookings may have the same one. Nothing was "
            f"taken in.\n{listed}\n  Export the file again with the key as text. If the keys are right as "
            "they are, add key_as_it_is = true under [policies]."
        )
    return lines


def persons_at_odds(table: pa.Table) -> tuple[Ints, Ints]:
    """For each key with two persons, the places of two bookings that name different ones.

    The person's number decides where the rows have one; otherwise the name, the date of birth, the sex and
    the agency: two jails may number alike.
    """
    booked = np.flatnonzero(is_type(table, "person.booked"))
    subject = keys_of(table)[booked]
    # A key with one booking names one person.
    again = subject[1:] == subject[:-1]
    several = np.concatenate((again, [False])) | np.concatenate(([False], again)) if len(booked) else again
    booked, subject = booked[several], subject[several]
    first, second = [], []
    numbered = np.zeros(int(subject.max(initial=-1)) + 1, dtype=bool)
    for name in ("person_key", "name", "birth_date", "sex", "agency"):
        if name not in table.column_names or not len(booked):
            continue
        values = _comparable(texts(table, name).take(pa.array(booked)), name)
        known = values >= 0
        if name == "person_key":
            numbered[subject[known]] = True
        else:
            known &= ~numbered[subject]
        index = np.flatnonzero(known)
        order = index[np.argsort(subject[index], kind="stable")]
        here, value = subject[order], values[order]
        unlike = np.flatnonzero((here[1:] == here[:-1]) & (value[1:] != value[:-1]))
        first.append(booked[order[unlike]])
        second.append(booked[order[unlike + 1]])
    if not first:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    one, other = np.concatenate(first), np.concatenate(second)
    _, only = np.unique(keys_of(table)[one], return_index=True)
    return one[only], other[only]


def _comparable(column: pa.Array, name: str) -> Ints:
    """Numbers for texts that mean the same; -1 where there is none."""
    folded = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    folded = pc.replace_substring_regex(folded, r"[\s,.]+", " ")
    if name == "sex":
        index = pc.index_in(folded, value_set=pa.array(list(_SEXES)))
        folded = pa.array(list(_SEXES.values())).take(index)
    codes: Ints = pc.fill_null(pc.dictionary_encode(folded).indices, -1).to_numpy(zero_copy_only=False)
    return codes


def _told(examples: list[tuple[Place, ...]]) -> str:
    return "; ".join(" and ".join(map(str, places)) for places in examples)
