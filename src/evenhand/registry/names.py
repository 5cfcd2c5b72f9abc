"""Reading an agency's name: its words in one spelling, what kind of body it names, and of which place.

`Lampass County Sheriff's Dept.` has the words `lampass county sheriff department`, is a sheriff, and is of
`lampass`. Words are compared, never shown: the registry shows a name as a sheet gave it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from evenhand.registry.places import Gazetteer, place_key


class Body(StrEnum):
    """What kind of body an agency is."""

    SHERIFF = "sheriff"
    POLICE = "police"
    CONSTABLE = "constable"
    MARSHAL = "marshal"
    JAIL = "jail"
    PROSECUTOR = "prosecutor"
    STATE = "state agency"
    CAMPUS = "campus"
    AIRPORT = "airport or port"
    REGIONAL = "regional body"
    TRIBAL = "tribal agency"
    UNKNOWN = "unknown"


_ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "pd": ("police", "department"),
    "dept": ("department",),
    "dps": ("department", "of", "public", "safety"),
    "doc": ("department", "of", "corrections"),
    "bocc": ("board", "of", "county", "commissioners"),
    "twp": ("township",),
    "pct": ("precinct",),
    "da": ("district", "attorney"),
    "st": ("saint",),
    "ste": ("sainte",),
    "ft": ("fort",),
    "and": (),
    "the": (),
    "sheriffs": ("sheriff",),
    "constables": ("constable",),
    "marshals": ("marshal",),
    "attorneys": ("attorney",),
    "generals": ("general",),
    "prosecutors": ("prosecutor",),
    "departments": ("department",),
    "services": ("service",),
    "correction": ("corrections",),
    "correctional": ("corrections",),
    "thp": ("highway", "patrol"),
    "dist": ("district",),
}
_NUMBERS = {
    **{
        word: str(n)
        for n, word in enumerate(
            [
                "first",
                "second",
                "third",
                "fourth",
                "fifth",
                "sixth",
                "seventh",
                "eighth",
                "ninth",
                "tenth",
                "eleventh",
                "twelfth",
            ],
            1,
        )
    }
}
_VOCABULARY = (
    "police",
    "department",
    "sheriff",
    "sheriffs",
    "office",
    "county",
    "constable",
    "constables",
    "constables",
    "township",
    "borough",
    "university",
    "corrections",
    "correctional",
    "enforcement",
    "judicial",
    "district",
    "agricultural",
    "detention",
    "attorney",
    "commissioners",
    "highway",
    "investigation",
    "criminal",
    "precinct",
)
_PROTECTED = frozenset({"country", "counts", "borough", "marshall", "offices", *_VOCABULARY})

_TYPE_WORDS = frozenset(
    [
        "sheriff",
        "office",
        "department",
        "police",
        "constable",
        "marshal",
        "county",
        "parish",
        "of",
        "service",
        "public",
        "safety",
        "city",
        "town",
        "village",
        "borough",
        "township",
        "metropolitan",
        "state",
        "precinct",
        "district",
        "ward",
        "law",
        "enforcement",
    ]
)
_FORMS = ("borough", "township", "city", "town", "village")


@dataclass(frozen=True)
class Name:
    """A name read. `core` is its place words in their order, `numbers` its precinct or district, `forms` the
    kinds of municipality that it says (a borough and a township of one name are two places)."""

    words: tuple[str, ...]
    body: Body
    core: str
    numbers: tuple[str, ...]
    forms: frozenset[str]
    of_county: bool

    @property
    def key(self) -> str:
        return " ".join(self.words)


def tidy(text: str) -> tuple[str, list[str]]:
    """A name as it is shown: spaces, apostrophes and a state's code at the end put right; and the steps."""
    steps: list[str] = []
    shown = text.replace("\xa0", " ").replace("​", "")
    if shown != text:
        steps.append("no-break space replaced")
    straight = shown.replace("’", "'").replace("‘", "'").replace("`", "'")
    if straight != shown:
        steps.append("apostrophe straightened")
    single = " ".join(straight.split())
    if single != straight.strip():
        steps.append("inner spaces reduced")
    elif single != straight:
        steps.append("agency trimmed")
    comma = single.strip(" ,;")
    if comma != single:
        steps.append("stray comma removed")
    return comma, steps


@lru_cache(maxsize=1 << 14)
def _words(text: str, state: str, known: frozenset[str], state_name: str) -> tuple[str, ...]:
    text = text.strip()
    if state and "," in text:
        text = re.sub(rf",\s*{state}\.?$", "", text, flags=re.I)
    text = re.sub(r"['’](?=s\b)", "", text, flags=re.I)
    text = re.sub(r"['’.\"“”]", "" if "." not in text else " ", re.sub(r"(?<=\w)\.(?=\w)", " ", text))
    if state == "MT":
        text = re.sub(r"^MT\b", "Montana", text)
    if "constable" in text.lower():
        text = re.sub(rf"\b{state}\b(?=\s+state constable)", state_name, text, flags=re.I)
    tokens = re.findall(r"[a-z0-9]+", text.lower().replace("ñ", "n"))
    result: list[str] = []
    for token in tokens:
        token = _NUMBERS.get(token, token)
        if token[0].isdigit():
            token = re.sub(r"^(\d+)(st|nd|rd|th)$", r"\1", token)
        if token == "mt":
            token = "mount"
        result.extend(_ABBREVIATIONS.get(token) or ((token,) if token not in ("and", "the") else ()))
    return tuple(_spelt(token, known) for token in result)


@lru_cache(maxsize=1 << 14)
def _spelt(token: str, known: frozenset[str]) -> str:
    """A mistyped common word (`departement`) as it should be; a word that names a place is left alone."""
    if len(token) < 5 or token in known or token in _PROTECTED:
        return _ABBREVIATIONS.get(token, (token,))[0]
    limit = 1 if len(token) < 8 else 2
    hit = process.extractOne(token, _VOCABULARY, scorer=DamerauLevenshtein.distance, score_cutoff=limit)
    if hit is None or hit[0][0] != token[0]:
        return token
    return _ABBREVIATIONS.get(hit[0], (hit[0],))[0]


@lru_cache(maxsize=1 << 14)
def _read(text: str, state: str, stated_type: str, known: frozenset[str], state_name: str) -> Name:
    words = _words(text, state, known, state_name)
    state_words = tuple(state_name.lower().split())
    body = _body(words, state_words, stated_type)
    stripped = _without_state(words, state_words) if body is Body.STATE or "constable" in words else words
    core = [w for w in stripped if w not in _TYPE_WORDS and not w.isdigit()]
    if body not in (Body.SHERIFF, Body.POLICE, Body.CONSTABLE, Body.MARSHAL):
        core = [w for w in stripped if w not in ("of", "department", "office") and not w.isdigit()]
    if body is Body.CAMPUS:
        core = [w for w in core if w not in ("board", "trustees", "police", "district", "service")]
    return name_of(" ".join(words), body, " ".join(core))


@lru_cache(maxsize=1 << 14)
def name_of(words: str, body: Body, core: str) -> Name:
    """The name of some words, with what follows from them."""
    each = tuple(words.split())
    numbers = tuple(w for w in each if w.isdigit())
    forms = frozenset(w for w in each if w in ("borough", "township"))
    return Name(each, body, core, numbers, forms, bool({"county", "parish"} & set(each)))


def read_name(text: str, state: str, stated_type: str, places: Gazetteer) -> Name:
    """Read a tidy name in a state; `stated_type` is the sheet's own type of agency, lower case, or empty."""
    return _read(text, state, stated_type, places.words, places.states.get(state, ""))


def _without_state(words: tuple[str, ...], state_words: tuple[str, ...]) -> tuple[str, ...]:
    if state_words and words[: len(state_words)] == state_words and len(words) > len(state_words):
        return words[len(state_words) :]
    return words


def _body(words: tuple[str, ...], state_words: tuple[str, ...], stated_type: str) -> Body:
    have, text = set(words), " ".join(words)
    if have & {"tribe", "tribal", "pueblo", "rancheria"} or ("nation" in have and "police" in have):
        return Body.TRIBAL
    if have & {"university", "college", "school", "schools"}:
        return Body.CAMPUS
    if "airport" in have or "port authority" in text or "aviation" in have or "seaport" in have:
        return Body.AIRPORT
    if "sheriff" in have:
        return Body.SHERIFF
    if "constable" in have:
        return Body.CONSTABLE
    if "attorney general" in text or "fire marshal" in text:
        return Body.STATE
    if "task force" in text:
        return Body.REGIONAL
    if "prosecutor" in have or ("attorney" in have and "general" not in have):
        return Body.PROSECUTOR
    if "regional" in have or "cooperative" in have or "police authority" in text or "district jail" in text:
        return Body.REGIONAL
    named_state = bool(state_words) and words[: len(state_words)] == state_words
    town = stated_type[:4] == "muni" and "police" in have
    if named_state and not have & {"county", "parish", "city"} and not town:
        return Body.STATE
    if have & {"jail", "detention", "prison", "commissioners"} or (
        "corrections" in have and have & {"county", "parish", "dade"}
    ):
        return Body.JAIL
    if words[:1] == ("cnmi",):
        return Body.STATE
    if "criminal justice authority" in text:
        return Body.JAIL
    unplaced = re.match(r"(department|office|division|bureau) of\b", text) is not None
    if _state_words(text) or (stated_type[:5] == "state" and (unplaced or not have & {"police", "safety"})):
        return Body.STATE
    if "marshal" in have:
        return Body.MARSHAL
    if "police" in have or "public safety" in text:
        return Body.POLICE
    return Body.UNKNOWN


def _state_words(text: str) -> bool:
    return bool(
        re.search(
            r"\bstate (police|patrol|highway|troopers)\b|\bhighway patrol\b|\bnational guard\b|"
            r"\bdepartment of (corrections|public safety criminal|state|justice)\b|^office of agricultural\b",
            text,
        )
    )


def place_of(name: Name) -> str:
    """The key of the place that a name names, to look up in the gazetteer."""
    return place_key(name.core)
