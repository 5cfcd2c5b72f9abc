"""Finding the header row and what each column means, by its words and not by its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

COLUMNS = ("state", "agency", "type", "county", "support", "signed", "moa", "addendum")
"""What a sheet's columns can mean: the state; the law enforcement agency; its type; its county; the support
type (the model); the day signed; the agreement's link; the addendum's link."""

_SEARCHED_ROWS = 40

_MEANINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("signed", re.compile(r"\bsigned\b|\bsignature\b|\bdate\b|\beffective\b|\bexecuted\b")),
    ("addendum", re.compile(r"\baddend")),
    ("support", re.compile(r"\bsupport\b|\bmodel\b|\bprogram\b")),
    ("state", re.compile(r"\bstate\b|\bst\b|\bterritory\b|\bstate territory\b")),
    ("county", re.compile(r"\bcounty\b|\bparish\b|\bcounties\b")),
    ("type", re.compile(r"\btype\b|\blevel\b|\bjurisdiction\b")),
    ("agency", re.compile(r"\bagency\b|\bagencies\b|\blea\b|\blaw enforcement\b|\bentity\b|\bname\b")),
    ("moa", re.compile(r"\bmoas?\b|\bmou\b|\bagreement\b|\bmemorandum\b|\blink\b")),
)


@dataclass(frozen=True)
class Header:
    """The header's row (from 0) and the column of each meaning; `others` are columns of no meaning known."""

    row: int
    columns: dict[str, int]
    others: dict[str, int]

    @property
    def missing(self) -> list[str]:
        return [name for name in COLUMNS if name not in self.columns]


def meaning(text: str) -> str | None:
    """What a column headed `text` holds. `LAW ENFORCEMENT AGENCY` is an agency, `Agency type` a type."""
    words = re.sub(r"[^a-z]+", " ", text.lower()).strip()
    if not words or len(words) > 60:
        return None
    for name, pattern in _MEANINGS:
        if pattern.search(words):
            return name
    return None


def find_header(rows: Sequence[Sequence[Any]]) -> Header | None:
    """The first row that names at least the state, the agency and the support type."""
    for number, row in enumerate(rows[:_SEARCHED_ROWS]):
        columns: dict[str, int] = {}
        others: dict[str, int] = {}
        for column, value in enumerate(row):
            if not isinstance(value, str) or not value.strip():
                continue
            name = meaning(value)
            if name is None or name in columns:
                others[value.strip()] = column
            else:
                columns[name] = column
        if {"state", "agency", "support"} <= columns.keys():
            return Header(number, columns, others)
    return None


def headings(rows: Sequence[Sequence[Any]]) -> list[str]:
    """The texts of the first row that has any, to name in an error."""
    for row in rows[:_SEARCHED_ROWS]:
        texts = [str(v).strip() for v in row if str(v).strip()]
        if texts:
            return texts[:12]
    return []
