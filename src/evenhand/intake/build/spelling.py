"""One spelling for times that are written in several: 24:00, a.m., blanks, fractions, and time zones."""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Ints, Mask, mask_of

HOUR = 3_600_000_000
OFFSETS = {
    "UTC": 0, "GMT": 0, "Z": 0,
    "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "HDT": -9, "SST": -11, "CHST": 10,
}  # fmt: skip
"""Hours from UTC of the abbreviations that U.S. systems write behind a time."""
EXACT = ("UTC", "GMT", "Z")
"""Abbreviations that give the moment by themselves; the others must agree with the jail's zone."""
GENERIC = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
    "AKT": "America/Anchorage", "HT": "Pacific/Honolulu", "AT": "America/Puerto_Rico",
}  # fmt: skip
"""Abbreviations for local time, summer and winter, each with a zone that has it."""
NAMED = (*OFFSETS, *GENERIC)

_BLANKS = r"[\s\x{00A0}\x{2007}\x{2009}\x{202F}]+"
_DAY_HALF = r"(\d) ?([AaPp])\.? ?[Mm]?\.?( [A-Za-z+-].*)?$"
_COMMA_FRACTION = r"(:\d\d),(\d+)"
_LONG_FRACTION = r"(:\d\d\.\d{6})\d+"
_NEXT_MIDNIGHT = (
    r"([T ])24(:?)00((?::?00(?:\.0+)?)?(?: ?(?:(?i:z|utc|gmt|[a-z]{1,3}t)|[+-]\d\d:?\d\d))?(?: \d{4})?)$"
)
_COMPACT_DAY = r"^(\d{4})(\d\d)(\d\d)([T ].*)?$"
_OFFSET_END = r"( ?(?:Z|[+-][\d:]+))?$"
_COMPACT_SECONDS = r"([T ])(\d\d)(\d\d)(\d\d)(\.\d+)?" + _OFFSET_END
_COMPACT_MINUTES = r"([T ])(\d\d)(\d\d)" + _OFFSET_END
_BEFORE_OFFSET = r"(:\d\d(?:\.\d+)?) (Z|[+-]\d\d(?::?\d\d)?)$"
_ZONE = (
    r"^(?P<before>.*?\d(?: ?[AaPp]\.? ?[Mm]\.?)?) ?"
    rf"(?P<zone>(?i:{'|'.join(sorted(NAMED, key=len, reverse=True))})|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?)"
    r"(?P<after> \d{4})?$"
)


def tidy(text: pa.Array) -> tuple[pa.Array, Mask]:
    """Write times in the one spelling that the formats read; and tell which of them were 24:00.

    24:00 becomes 00:00 of the same day, to which a day has to be added.
    """
    text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, _BLANKS, " "))
    text = pc.replace_substring_regex(text, r"(\d)t(\d)", r"\1T\2")
    text = pc.replace_substring_regex(text, _DAY_HALF, r"\1 \2M\3")
    text = pc.replace_substring_regex(text, _COMMA_FRACTION, r"\1.\2")
    text = pc.replace_substring_regex(text, _LONG_FRACTION, r"\1")
    ended = mask_of(pc.match_substring_regex(text, _NEXT_MIDNIGHT))
    if ended.any():
        text = pc.replace_substring_regex(text, _NEXT_MIDNIGHT, r"\100\200\3")
    return text, ended


def tidy_format(form: str) -> str:
    """The strptime format for tidy texts: one blank before AM or PM."""
    return re.sub(r"\s*%p", " %p", form)


def tidy_iso(text: pa.Array) -> pa.Array:
    """Write tidy ISO 8601 times in the extended form, with an offset right behind the time."""
    text = pc.replace_substring_regex(text, r"(\d) ?z$", r"\1Z")
    text = pc.replace_substring_regex(text, _COMPACT_DAY, r"\1-\2-\3\4")
    text = pc.replace_substring_regex(text, _COMPACT_SECONDS, r"\1\2:\3:\4\5\6")
    text = pc.replace_substring_regex(text, _COMPACT_MINUTES, r"\1\2:\3\4")
    return pc.replace_substring_regex(text, _BEFORE_OFFSET, r"\1\2")


@dataclass
class Zoned:
    """Texts without their time zone (null where there was none), and what the zone says.

    `offset`: microseconds from UTC. `name`: the abbreviation's place in `NAMED`, or -1 for an offset.
    """

    text: pa.Array
    offset: Ints
    name: Ints


def without_zone(text: pa.Array) -> Zoned:
    """Take the time zone from the end of each text, or from before the year at its end."""
    found = pc.extract_regex(text, _ZONE)
    rest = pc.binary_join_element_wise(pc.struct_field(found, "before"), pc.struct_field(found, "after"), "")
    coded = pc.dictionary_encode(pc.utf8_upper(pc.struct_field(found, "zone")))
    read = [_zone(given) for given in coded.dictionary.to_pylist()]
    index = pc.fill_null(coded.indices, len(read)).to_numpy()
    offsets, names = zip(*read, (0, -1), strict=True)
    return Zoned(rest, np.array(offsets, dtype=np.int64)[index], np.array(names, dtype=np.int64)[index])


def without_zone_format(form: str) -> str:
    """The strptime format for texts whose zone was taken off."""
    return re.sub(r"\s*%[Zz]", "", form)


def _zone(given: str) -> tuple[int, int]:
    """A zone's offset in microseconds and its place in `NAMED`."""
    if given in OFFSETS:
        return OFFSETS[given] * HOUR, NAMED.index(given)
    if given in GENERIC:
        return 0, NAMED.index(given)
    found = re.fullmatch(r"(?:UTC|GMT)?([+-]\d\d):?(\d\d)?", given)
    assert found is not None, given
    hours, minutes = found.groups("0")
    sign = -1 if hours[0] == "-" else 1
    return int(hours) * HOUR + sign * int(minutes) * HOUR // 60, -1
