"""States, counties (Census FIPS codes) and the agencies that report to the FBI: what a name can refer to."""

import csv
import gzip
import io
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

_DATA = files("evenhand.registry") / "data"


@dataclass(frozen=True)
class County:
    """A county, parish, borough or independent city. `key` is its name without the word for what it is."""

    state: str
    fips: str
    name: str
    key: str


class FbiAgency(NamedTuple):
    """An agency in the FBI's list: its ORI, published name, state, county names and type of agency."""

    ori: str
    name: str
    state: str
    counties: tuple[str, ...]
    type: str


_COUNTY_WORDS = re.compile(
    r"\b(county|counties|conty|couny|countey|counry|parish|borough|municipality|census area|"
    r"city and borough|municipio|planning region)\b"
)


class _PlaceLetters(dict[int, str]):
    """What becomes of a lower-case letter in a place's key; any that is not named becomes a space."""

    def __missing__(self, letter: int) -> str:
        self[letter] = " "
        return " "


_PLACE_LETTERS = _PlaceLetters(
    {ord(c): c for c in "abcdefghijklmnopqrstuvwxyz0123456789"} | dict.fromkeys(map(ord, "'’.`"), "")
)
_PLACE_LETTERS[ord("ñ")] = "n"
_PLACE_WORDS = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}


@lru_cache(maxsize=1 << 16)
def place_key(text: str) -> str:
    """A place's name for comparison: `St. Mary's County` and `Saint Marys` are `saint marys`."""
    return " ".join([_PLACE_WORDS.get(w, w) for w in text.lower().translate(_PLACE_LETTERS).split()])


@lru_cache(maxsize=1 << 16)
def county_key(text: str) -> str:
    """A county's name for comparison, without `county` and the like: `De Kalb County` is `dekalb`."""
    key = place_key(_COUNTY_WORDS.sub(" ", text.lower()))
    return _JOINED.get(key, key)


_JOINED = {
    "de kalb": "dekalb",
    "la salle": "lasalle",
    "de soto": "desoto",
    "de witt": "dewitt",
    "la porte": "laporte",
    "mc kenzie": "mckenzie",
    "dade": "dade",
}


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """The places and agencies against which names are read. It is compared by identity, so that what is
    drawn from it can be kept. `listed` are the rows of the FBI's list, in `_FBI_COLUMNS`."""

    states: dict[str, str]
    counties: dict[str, dict[str, County]]
    listed: Sequence[tuple[str, ...]]

    @cached_property
    def state_names(self) -> dict[str, str]:
        """Code by upper-case name."""
        return {name.upper(): code for code, name in self.states.items()}

    @cached_property
    def fbi(self) -> dict[str, tuple[FbiAgency, ...]]:
        """The FBI's list by state."""
        found: dict[str, list[FbiAgency]] = defaultdict(list)
        for ori, name, state, county, kind in self.listed:
            unplaced = "NOT SPECIFIED" in county or "UNMAPPED" in county
            counties = () if unplaced else tuple(county.split(", "))
            found[state].append(FbiAgency(ori, " ".join(name.split()), state, counties, kind))
        return {state: tuple(agencies) for state, agencies in found.items()}

    @cached_property
    def cities(self) -> dict[str, frozenset[str]]:
        """Keys of places with a police force of their own in the FBI's list, by state."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, name, state, _, kind in self.listed:
            if kind in ("City", "Tribal"):
                found[state].add(place_key(name))
        return {state: frozenset(names) for state, names in found.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of a place's or agency's name; such a word is not taken for a mistyped one."""
        found = set(" ".join([place_key(name) for _, name, *_ in self.listed]).split())
        for counties in self.counties.values():
            found.update(w for key in counties for w in key.split())
        return frozenset(found)

    @cached_property
    def of_county(self) -> dict[tuple[str, str], tuple[FbiAgency, ...]]:
        """The sheriffs and county police of each state and county (by its key)."""
        found: dict[tuple[str, str], list[FbiAgency]] = defaultdict(list)
        for state, agencies in self.fbi.items():
            for agency in agencies:
                if agency.type == "County":
                    for key in dict.fromkeys(map(county_key, agency.counties)):
                        found[state, key].append(agency)
        return {place: tuple(agencies) for place, agencies in found.items()}

    def county(self, state: str, text: str) -> County | None:
        """The county of that exact name in a state."""
        key = county_key(text)
        counties = self.counties.get(state, {})
        found = counties.get(key) or counties.get(key.replace(" ", ""))
        if found is None and key.startswith("saint "):
            found = counties.get("sainte " + key[6:])
        if found is None and state == "VA":
            found = counties.get(key.removesuffix(" city") + " city")
        return found

    def nearest_county(self, state: str, text: str) -> tuple[County, int] | None:
        """The one county whose name is nearest by letters typed wrong (at most 2), and their number."""
        key = county_key(text)
        if len(key) < 3:
            return None
        limit = 1 if len(key) < 6 else 2
        counties = self.counties.get(state, {})
        from rapidfuzz import process
        from rapidfuzz.distance import DamerauLevenshtein

        hits = process.extract(
            key, counties.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=limit, limit=3
        )
        if not hits:
            return None
        if len(hits) > 1 and hits[0][1] == hits[1][1]:
            return None
        return counties[str(hits[0][0])], int(hits[0][1])


class AgencyListError(ValueError):
    """A list of agencies that cannot be used, and why."""


def gazetteer(agencies: Path | None = None) -> Gazetteer:
    """The gazetteer with the FBI's list from `agencies` (its columns as in the bundled list), else the
    bundled one, which is read once. Raises `AgencyListError`."""
    return _bundled() if agencies is None else _gazetteer(agencies)


@cache
def _bundled() -> Gazetteer:
    return _gazetteer(None)


def _gazetteer(agencies: Path | None) -> Gazetteer:
    named = _columns(_DATA.joinpath("states.csv").read_text(), ("code",), ("name",))
    states = {state[0]: state[1] for state in named}
    counties: dict[str, dict[str, County]] = defaultdict(dict)
    for state, fips, name in _columns(
        _DATA.joinpath("counties.csv").read_text(), ("state",), ("fips",), ("name",)
    ):
        key = county_key(name.lower())
        county = County(state, fips, name, key)
        counties[state][key if key not in counties[state] else key + " city"] = county
    try:
        listed = [
            (ori, name, _FBI_STATES.get(state, state), county, kind)
            for ori, name, state, county, kind in _columns(_listed(agencies), *_FBI_COLUMNS)
        ]
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise AgencyListError(f"the list of agencies {agencies or ''} cannot be used: {error}") from None
    return Gazetteer(states, dict(counties), listed)


def _listed(agencies: Path | None) -> str:
    if agencies is None:
        return gzip.decompress(_DATA.joinpath("agencies.csv.gz").read_bytes()).decode()
    raw = agencies.read_bytes()
    return (gzip.decompress(raw) if agencies.suffix == ".gz" else raw).decode("utf-8-sig")


_FBI_STATES = {"NB": "NE", "GM": "GU"}
_FBI_COLUMNS = (
    ("ori",),
    ("name", "pub_agency_name"),
    ("state", "state_abbr"),
    ("county", "county_name"),
    ("type", "agency_type_name"),
)
"""The columns of the bundled list, and what the FBI's own files call them."""


def _columns(text: str, *wanted: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The wanted columns of a CSV text, each under the first of its names that the text has; `ValueError` if
    it has none of them."""
    rows = csv.reader(io.StringIO(text))
    heading = next(rows, [])
    places: list[int] = []
    for names in wanted:
        place = next((heading.index(n) for n in names if n in heading), None)
        if place is None:
            raise ValueError(f"the list has no column {names[0]} (it has {', '.join(heading) or 'none'})")
        places.append(place)
    pick = itemgetter(*places)
    for row in rows:
        if row and len(row) < len(heading):
            said = f"line {rows.line_num} of the list has {len(row)} columns, its heading {len(heading)}"
            raise ValueError(f"{said}: put the line right")
        if row:
            yield pick(row)


@dataclass(frozen=True)
class StateReading:
    """What a state cell says: the code, or none; `step` names the correction that it needed."""

    code: str | None
    step: str = ""


def read_state(text: str, places: Gazetteer) -> StateReading:
    """A state or territory from its name or code, with few mistyped letters."""
    name = " ".join(text.replace("\xa0", " ").split()).upper().strip(".,")
    if code := places.state_names.get(name):
        return StateReading(code, "" if name == text else "state trimmed")
    if name in places.states:
        return StateReading(name, "state code read")
    named = {"COMMONWEALTH OF THE NORTHERN MARIANA ISLANDS": "MP", "CNMI": "MP", "VIRGIN ISLANDS": "VI"}
    if name in named:
        return StateReading(named[name], "state's other name read")
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

    hits = process.extract(
        name, places.state_names.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=3, limit=2
    )
    if hits and (len(hits) == 1 or hits[0][1] < hits[1][1]) and len(name) > 3 + hits[0][1]:
        good = JaroWinkler.similarity(name, str(hits[0][0])) >= 0.88
        if good:
            return StateReading(places.state_names[str(hits[0][0])], "state's spelling corrected")
    return StateReading(None)
