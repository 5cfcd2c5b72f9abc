"""Keys that a spreadsheet has changed, so that they are no longer the jail's own."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Mask, View, mask_of
from evenhand.intake.mapping.model import Mapping
from evenhand.intake.tally import Tallies

_CHANGED = {
    "a number in scientific notation": (
        r"^[1-9]([.,][0-9]+)?[eE]\+[0-9]{1,3}$|^[1-9][.,][0-9]+[eE][0-9]{1,3}$"
    ),
    "a cell too narrow to be shown": r"^#+$",
    "an error of the spreadsheet": r"^#(REF!|N/A|VALUE!|NAME\?|NULL!|NUM!|DIV/0!)$",
    "a formula": r"^=",
    "a number with decimals": r"^[0-9]+\.0+$",
    "a number of which digits after the 15th are lost": r"^[1-9][0-9]{14}0+$",
}
_ANY = "|".join(_CHANGED.values())
_SHORTENED = "a number that lost its leading zeros"
_MANY = 0.5
"""The share of keys of one length above which a shorter number stands out."""


class KeyLook:
    """Looks at the key's columns, as the file has them.

    `changed` counts rows with a changed key, by what happened to it and by column.
    """

    def __init__(self, mapping: Mapping) -> None:
        specs = [mapping.subject, *(b.subject for b in mapping.event if b.subject is not None)]
        self._columns = list(dict.fromkeys(column for spec in specs for column in spec.columns or ()))
        self.changed = Tallies()
        self._lengths: dict[str, Counter[tuple[int, bool]]] = {c: Counter() for c in self._columns}
        self._short: dict[str, dict[int, Tallies]] = {c: {} for c in self._columns}

    def look(self, view: View, live: Mask, file: str) -> None:
        for column in self._columns:
            if column not in view.table.column_names:
                continue
            text = view.text(column)
            found = live & mask_of(pc.match_substring_regex(text, _ANY))
            if found.any():
                here, rows = text.filter(pa.array(found)), view.rows[found]
                for what, pattern in _CHANGED.items():
                    matched = mask_of(pc.match_substring_regex(here, pattern))
                    self.changed.add(f"{column}: {what}", file, rows[matched])
            self._count_lengths(column, text, view, live, file)

    def _count_lengths(self, column: str, text: pa.Array, view: View, live: Mask, file: str) -> None:
        """Count numbers by their length, and whether they begin with a zero."""
        digits = live & mask_of(pc.utf8_is_digit(text))
        lengths = pc.fill_null(pc.utf8_length(text), 0).to_numpy(zero_copy_only=False)
        zero = mask_of(pc.starts_with(text, "0"))
        for length in np.unique(lengths[digits]).tolist():
            here = digits & (lengths == length)
            zeros = int((here & zero).sum())
            self._lengths[column][length, True] += zeros
            self._lengths[column][length, False] += int(here.sum()) - zeros
            self._short[column].setdefault(length, Tallies()).add(_SHORTENED, file, view.rows[here])

    def update(self, other: "KeyLook") -> None:
        """Add what was seen in another source."""
        self.changed.update(other.changed)
        for column in self._columns:
            self._lengths[column].update(other._lengths[column])
            for length, tallies in other._short[column].items():
                self._short[column].setdefault(length, Tallies()).update(tallies)

    def found(self) -> Tallies:
        """The rows with a changed key.

        Numbers of which nearly all have one length and some begin with a zero have a fixed length: a shorter
        one has lost its zeros. Without a leading zero they may be running numbers.
        """
        found = Tallies()
        found.update(self.changed)
        for column, counts in self._lengths.items():
            sizes: Counter[int] = Counter()
            for (length, _), rows in counts.items():
                sizes[length] += rows
            if not sizes:
                continue
            usual, rows = sizes.most_common(1)[0]
            if rows < _MANY * sizes.total() or not counts[usual, True]:
                continue
            for length in (n for n in sizes if n < usual and not counts[n, True]):
                for by_value in self._short[column][length].by_reason.values():
                    tallies = Tallies()
                    tallies.by_reason[f"{column}: {_SHORTENED}"] = by_value
                    found.update(tallies)
        return found
