"""Personal data by the look of values: names, Social Security numbers, phone numbers, email addresses."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.personal.headers import BIRTH, EMAIL, NAME, PHONE, SSN

Mask = npt.NDArray[np.bool_]


def _words(name: str) -> list[str]:
    """The words of a list beside this module; its comments begin with `#`."""
    lines = (files("evenhand.intake.personal") / name).read_text("utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


_SSN = r"\d{3}[- ]\d\d[- ]\d{4}"
"""Also numbers that are never issued: people make them up, and tax numbers (ITIN) look like this."""
_PHONE = r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])\d{3}[ .-]\d{4}"
_CERTAIN = {SSN: f"^{_SSN}$", EMAIL: r"^[^@\s]+@[^@\s]+\.\p{L}{2,}$", PHONE: f"^{_PHONE}$"}
"""Forms that nothing else in a jail's export has."""

_PIECE = r"\p{L}[\p{L}\p{M}'’`.\- ]*"
_WITH_COMMA = rf"^{_PIECE},\s*{_PIECE}$"
_IN_WORDS = r"^\p{L}[\p{L}\p{M}'’`.\-]*(?: +\p{L}[\p{L}\p{M}'’`.\-]*){1,3}$"

_NOT_NAMES, _STATES, _GIVEN = (
    pa.array(_words(name), pa.string()) for name in ("not_names.txt", "states.txt", "given_names.txt")
)

_KEY_COMMA = r"\p{L}['’.\- ]*, *\p{L}"
_KEY_WORDS = r"^[^\d]*\p{L}{2}[^\d]* [^\d]*\p{L}{2}"
_KEY_WORD = r"(?i)^\p{L}*[aeiouy]\p{L}*$"
_KEY_DATE = r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}-\d\d-\d\d"
_KEY_NEAR = rf"[ ,@]|^\p{{L}}{{3,}}$|^(?:{_SSN}|{_PHONE}|{_KEY_DATE})$"
"""Most booking numbers have none of this: they are looked at no further."""
_BIRTH_YEARS = 15
"""Dates of one column that lie so many years apart (its middle 80%) are birth dates, not booking dates."""

_MANY_WORDS = 100
"""A key's column with so many different words holds names; one with few may hold facilities."""

_REMEMBERED = 100_000
"""So many of a field's values are remembered, so that a later batch does not count them again."""

_REFUSE_KEY, _REFUSE_FIELD, _MOST = 0.05, 0.2, 0.5
"""Shares of a key's values, or of a field's distinct values. A few names among keys are quarantined one by
one; from `_REFUSE_KEY` on the column is refused. In a field, a given name or a form such as an SSN's is a
strong sign (`_REFUSE_FIELD`). A comma between words is a weak one, so most values must have it (`_MOST`)."""


@dataclass(frozen=True)
class Look:
    """What values look like: `count` of `of` values look like `what`; `shape` is one of them, masked."""

    what: str
    count: int
    of: int
    shape: str

    def __str__(self) -> str:
        return f"{self.count:,} of {self.of:,} values look like {self.what}, such as {self.shape!r}"


def shape(value: str) -> str:
    """The value with its letters and digits masked: `Doe, John 7` becomes `Xxx, Xxxx 9`."""
    masked = re.sub(r"\d", "9", value[:40])
    return "".join(("X" if c.isupper() else "x") if c.isalpha() else c for c in masked)


def certain(values: pa.Array) -> dict[str, Mask]:
    """The values that surely are a Social Security number, an email address or a phone number, by kind."""
    return {what: _matches(values, pattern) for what, pattern in _CERTAIN.items()}


def personal_in_key(values: pa.Array) -> dict[str, Mask]:
    """The values that must not be, or be part of, a public key, by kind of personal data.

    A key has no words, so two words or a comma between letters are enough to look like a name.
    """
    rest = np.flatnonzero(_matches(values, _KEY_NEAR))
    found = {}
    if len(rest):
        for what, mask in _in_key(values.take(pa.array(rest)), len(values))[0].items():
            found[what] = np.zeros(len(values), dtype=bool)
            found[what][rest[mask]] = True
    return found


def _in_key(near: pa.Array, total: int) -> tuple[dict[str, Mask], Mask]:
    """Of a key column's values, those that look personal, by kind, and those that could be names.

    `near` are the values with words or such forms, of `total`. In a column of numbers, each text of several
    words looks like a name. In a column of words, such as the facility's part of a key, only a text with a
    comma or a given name does.
    """
    thing, given = _names_a_thing(near), _has_given_name(near)
    comma, words = _matches(near, _KEY_COMMA), _matches(near, _KEY_WORDS)
    name = (comma & ~thing) | ((comma | words) & given)
    several = comma | words
    if several.sum() <= _MOST * total:
        name |= comma | (words & ~thing)
    could_be = (several | _matches(near, _KEY_WORD)) & ~thing & ~name
    return {NAME: name, **certain(near)}, could_be


def _matches(values: pa.Array, pattern: str) -> Mask:
    return _mask(pc.match_substring_regex(values, pattern))


def _mask(condition: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), dtype=bool)


class _Tally:
    """Counts what a column's values look like, batch by batch."""

    def __init__(self) -> None:
        self._all = 0
        self._strong: Counter[str] = Counter()
        self._weak: Counter[str] = Counter()
        self._shapes: dict[str, str] = {}

    def _note(self, counts: Counter[str], what: str, values: pa.Array, mask: Mask) -> None:
        if mask.any():
            counts[what] += int(mask.sum())
            self._shapes.setdefault(what, shape(values[int(np.flatnonzero(mask)[0])].as_py()))

    def _look(self, counts: Counter[str], enough: Callable[[str, int], bool]) -> Look | None:
        for what, count in counts.most_common(1):
            if enough(what, count):
                return Look(what, count, self._all, self._shapes[what])
        return None


class KeyTally(_Tally):
    """Counts what the values of a key's column look like."""

    def __init__(self) -> None:
        super().__init__()
        self._years: list[npt.NDArray[np.int64]] = []
        self._words: set[str] = set()

    def add(self, values: pa.Array) -> None:
        """Count a batch's values (text; null is not counted)."""
        total = len(values) - values.null_count
        self._all += total
        near = values.filter(pa.array(_matches(values, _KEY_NEAR)))
        if not len(near):
            return
        strong, could_be = _in_key(near, total)
        for what, mask in strong.items():
            self._note(self._strong, what, near, mask)
        self._note(self._weak, NAME, near, could_be)
        self._words.update(pc.unique(near.filter(pa.array(could_be))).slice(0, _MANY_WORDS).to_pylist())
        dates = _matches(near, f"^(?:{_KEY_DATE})$")
        self._note(self._weak, BIRTH, near, dates)
        if dates.any():
            years = pc.extract_regex(near.filter(pa.array(dates)), r"(?P<y>\d{4})")
            self._years.append(pc.struct_field(years, "y").cast(pa.int64()).to_numpy())

    def verdict(self) -> Look | None:
        """What the column holds, if enough of its values look like personal data."""
        strong = self._look(self._strong, lambda what, count: count >= _REFUSE_KEY * self._all)
        return strong or self._look(self._weak, self._most)

    def _most(self, what: str, count: int) -> bool:
        if count <= _MOST * self._all:
            return False
        if what == BIRTH:
            return self._years_apart() >= _BIRTH_YEARS
        return len(self._words) >= max(3, min(0.3 * self._all, _MANY_WORDS))

    def _years_apart(self) -> float:
        low, high = np.percentile(np.concatenate(self._years), [10, 90])
        return float(high - low)


class FieldTally(_Tally):
    """Counts what the values of a public field look like, each value once."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def add(self, distinct: pa.Array) -> None:
        """Count a batch's distinct values (text; null is not counted)."""
        new = [v for v in distinct.drop_null().to_pylist() if v not in self._seen]
        if not new:
            return
        if len(self._seen) < _REMEMBERED:
            self._seen.update(new)
        values = pa.array(new, pa.string())
        self._all += len(values)
        for what, mask in _in_field(values).items():
            self._note(self._strong, what, values, mask)
        comma = (
            _matches(values, _WITH_COMMA)
            & ~_names_a_thing(values)
            & ~_is_in(values, r",\s*(?P<x>[\p{L} ]+)\.?$", _STATES)
        )
        self._note(self._weak, NAME, values, comma)

    def verdict(self) -> Look | None:
        """What the column holds, if enough of its values look like personal data."""
        return self._look(self._strong, self._many) or self._look(
            self._weak, lambda what, count: count > _MOST * self._all
        )

    def _many(self, what: str, count: int) -> bool:
        return count >= _MOST * self._all or (count >= _REFUSE_FIELD * self._all and count > 1)


def _in_field(values: pa.Array) -> dict[str, Mask]:
    """Strong signs of personal data in the values of a field."""
    thing = _names_a_thing(values)
    form = _matches(values, _WITH_COMMA) | _matches(values, _IN_WORDS)
    return {NAME: form & _has_given_name(values) & ~thing, **certain(values)}


def _has_given_name(values: pa.Array) -> Mask:
    """Values whose first or second word, or first word after a comma, is a common given name."""
    return (
        _is_in(values, r"^(?P<x>\p{L}+)[ .]", _GIVEN)
        | _is_in(values, r"^\S+ +(?P<x>\p{L}+)", _GIVEN)
        | _is_in(values, r",\s*(?P<x>\p{L}+)", _GIVEN)
    )


def _is_in(values: pa.Array, pattern: str, known: pa.Array) -> Mask:
    """Whether the part `x` of a pattern, in lower case, is one of the known words."""
    found = pc.utf8_lower(pc.struct_field(pc.extract_regex(values, pattern), "x"))
    return _mask(pc.is_in(found, value_set=known))


def _names_a_thing(values: pa.Array) -> Mask:
    """Values with a word of an offense, a place or an office: they name no person."""
    # A list of words is looked up; as one pattern it would take longer to compile than to use.
    words = pc.split_pattern_regex(pc.fill_null(pc.utf8_lower(values), ""), r"[^\p{L}\d'’]+")
    hits = _mask(pc.is_in(pc.list_flatten(words), value_set=_NOT_NAMES))
    found = np.zeros(len(values), dtype=bool)
    found[pc.list_parent_indices(words).to_numpy()[hits]] = True
    return found


def personal_by_look(values: pa.Array, *, key: bool = False) -> Look | None:
    """What a column's values (text) look like, or None. `key`: as strictly as a public key is judged."""
    tally = KeyTally() if key else FieldTally()
    tally.add(values if key else pc.unique(values))
    return tally.verdict()
