"""Cleaning one row's cells, each step named. Nothing is guessed that the row itself does not show."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from evenhand.registry.names import Name, read_name, tidy
from evenhand.registry.places import Gazetteer, read_state
from evenhand.registry.reading import Raw
from evenhand.registry.workbook import plain_address


class Model(StrEnum):
    """The model of an agreement. `TFM_TRIBAL` is the task force model's form for a tribe."""

    JEM = "JEM"
    WSO = "WSO"
    TFM = "TFM"
    TFM_TRIBAL = "TFM-Tribal"
    UNCLEAR = "unclear"


FIRST_AGREEMENT, LAST_YEAR = date(1996, 9, 30), 2100
"""Section 287(g) was enacted on 30 September 1996: no agreement is older."""

_MODEL_WORDS = {
    "jail enforcement model": Model.JEM,
    "jail enforcement": Model.JEM,
    "jem": Model.JEM,
    "warrant service officer": Model.WSO,
    "warrant service officer model": Model.WSO,
    "wso": Model.WSO,
    "task force model": Model.TFM,
    "task force officer": Model.TFM,
    "task force": Model.TFM,
    "tfm": Model.TFM,
    "tribal task force model": Model.TFM_TRIBAL,
    "task force model tribal": Model.TFM_TRIBAL,
    "tribal": Model.TFM_TRIBAL,
}
_TYPES = {
    "county": "County",
    "parish": "County",
    "municipality": "Municipality",
    "municipal": "Municipality",
    "city": "Municipality",
    "state": "State Agency",
    "state agency": "State Agency",
    "tribal": "Tribe",
    "tribe": "Tribe",
    "territory": "State Agency",
}
_NOTHING = frozenset({"", "#na", "na", "n/a", "#n/a", "none", "-", "unknown", "county"})


@dataclass(frozen=True)
class Clean:
    """A row's cleaned values. `problem` says what could not be read; the row is kept all the same."""

    state: str
    agency: str
    name: Name
    type: str
    county: str
    county_fips: str
    model: Model
    signed: date | None
    moa_url: str
    addendum_url: str
    steps: tuple[str, ...]
    problem: str


def clean(raw: Raw, places: Gazetteer) -> Clean | str:
    """The cleaned row, or why the row is no observation: its state cannot be told."""
    steps: list[str] = []
    problems: list[str] = []
    state = read_state(raw.state, places)
    if state.code is None:
        said = ", ".join(t.strip() for t in raw if t.strip())
        return f"{raw.state.strip()!r} is no state or territory (the row says {said})"
    if state.step:
        steps.append(state.step)
    agency, done = tidy(raw.agency)
    steps += done
    kind = _type(raw.type, steps, problems)
    model = _model(raw.support, steps, problems)
    county, fips = _county(raw.county, state.code, steps, places)
    signed = read_signed(raw.signed, steps, problems)
    moa = _link(raw.moa_link, raw.moa, steps)
    addendum = _link(raw.addendum_link, raw.addendum, steps)
    name = read_name(agency, state.code, kind.lower(), places)
    if re.search(rf",\s*{state.code}$", agency):
        agency = re.sub(rf",\s*{state.code}$", "", agency)
        steps.append("state's code taken off the agency")
    return Clean(
        state.code,
        agency,
        name,
        kind,
        county,
        fips,
        model,
        signed,
        moa,
        addendum,
        tuple(steps),
        "; ".join(problems),
    )


@lru_cache(maxsize=1 << 12)
def _words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z#/]+", " ", text.lower()).split())


def _type(text: str, steps: list[str], problems: list[str]) -> str:
    words = _words(text)
    if words in _NOTHING - {"county"}:
        if words:
            steps.append("type's blank mark removed")
        return ""
    if words not in _TYPES:
        hit = process.extractOne(words, _TYPES.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=2)
        if hit is None:
            problems.append(f"type {text.strip()!r} is not known")
            return ""
        steps.append("type's spelling corrected")
        return _TYPES[str(hit[0])]
    if _TYPES[words] != text:
        steps.append("type trimmed" if text.strip() == _TYPES[words] else "type's other word read")
    return _TYPES[words]


def _model(text: str, steps: list[str], problems: list[str]) -> Model:
    words = _words(text)
    if words in _MODEL_WORDS:
        if text.strip() != text:
            steps.append("support type trimmed")
        if words == "task force officer":
            steps.append("support type's other word read")
        return _MODEL_WORDS[words]
    if "trib" in words and "task" in words:
        steps.append("support type's other word read")
        return Model.TFM_TRIBAL
    hit = process.extractOne(words, _MODEL_WORDS.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=3)
    if hit is not None and len(words) > 8:
        steps.append("support type's spelling corrected")
        return _MODEL_WORDS[str(hit[0])]
    problems.append(f"support type {text.strip()!r} is not known" if words else "no support type")
    return Model.UNCLEAR


def _county(text: str, state: str, steps: list[str], places: Gazetteer) -> tuple[str, str]:
    shown = " ".join(text.replace("\xa0", " ").split())
    if _words(shown) in _NOTHING:
        if shown:
            steps.append("county's blank mark removed")
        return "", ""
    if shown != text:
        steps.append("county trimmed")
    if found := places.county(state, shown):
        return shown, found.fips
    if near := places.nearest_county(state, shown):
        steps.append("county's spelling corrected")
        return near[0].name, near[0].fips
    return shown, ""


def _link(link: str, text: str, steps: list[str]) -> str:
    found = link or (text.strip() if re.match(r"\s*https?:/", text) else "")
    if not found:
        return ""
    plain, unwrapped = plain_address(found)
    steps += unwrapped
    return plain


def read_signed(value: str, steps: list[str], problems: list[str]) -> date | None:
    """The day signed, from an ISO or American text, a text that lacks a stroke, or a serial number."""
    day, done, found = _signed(value)
    steps += done
    problems += found
    return day


@lru_cache(maxsize=1 << 14)
def _signed(value: str) -> tuple[date | None, list[str], list[str]]:
    """The day, the steps that read it and what could not be read. Few days stand in many rows."""
    steps: list[str] = []
    problems: list[str] = []
    text = " ".join(value.replace("\xa0", " ").split())
    if _words(text) in _NOTHING and not re.search(r"\d", text):
        if text:
            steps.append("signing day's blank mark removed")
        return None, steps, problems
    day = _from_text(text, steps)
    if day is None:
        problems.append(f"signing day {text!r} is no day")
        return None, steps, problems
    return _plausible(day, text, steps, problems), steps, problems


def _from_text(text: str, steps: list[str]) -> date | None:
    if re.fullmatch(r"\d{4}-\d\d?-\d\d?([T ].*)?", text):
        return _day(*map(int, text[:10].rstrip("T ").split("-")))
    if found := re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})", text):
        month, day, year = map(int, found.groups())
        steps.append("signing day read from text")
        return _day(year + 2000 if year < 100 else year, month, day)
    if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})((?:19|20)\d\d)", text):
        month, day, year = map(int, found.groups())
        steps.append("stroke added to the signing day")
        return _day(year, month, day)
    if found := re.fullmatch(r"(\d{5})(\.0+)?", text):
        steps.append("signing day read from a serial number")
        return date(1899, 12, 30) + timedelta(days=int(found.group(1)))
    for form in ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y"):
        try:
            day_read = datetime.strptime(text, form).date()
        except ValueError:
            continue
        steps.append("signing day read from text")
        return day_read
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _plausible(day: date, text: str, steps: list[str], problems: list[str]) -> date | None:
    """A year such as 5025 has one digit wrong where only one digit makes it a year of this program."""
    if day >= FIRST_AGREEMENT and day.year < LAST_YEAR:
        return day
    if day.year >= 3000 and 1996 <= day.year % 1000 + 2000 < LAST_YEAR:
        fixed = _day(day.year % 1000 + 2000, day.month, day.day)
        if fixed:
            steps.append("signing year's first digit corrected")
            return fixed
    problems.append(f"signing day {text!r} is outside the years of the program")
    return None
