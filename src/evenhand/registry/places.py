"""States, counties (Census FIPS codes) and the agencies that report to the FBI: what a name can refer to."""

import csv
import gzip
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

_DATA = files("evenhand.registry") / "data"


@dataclass(frozen=True)
class County:
    """A county, parish, borough or independent city. `key` is its name without the word for what it is."""

    state: str
    fips: str
    name: str
    key: str


@dataclass(frozen=True)
class FbiAgency:
    """An agency in the FBI's list: its ORI, published name, state, county names and type of agency."""

    ori: str
    name: str
    state: str
    counties: tuple[str, ...]
    type: str
    officers: int


_COUNTY_WORDS = re.compile(
    r"\b(county|counties|conty|couny|countey|counry|parish|borough|municipality|census area|"
    r"city and borough|municipio|planning region)\b"
)


@lru_cache(maxsize=1 << 16)
def place_key(text: str) -> str:
    """A place's name for comparison: `St. Mary's County` and `Saint Marys` are `saint marys`."""
    text = text.lower().replace("’", "'").replace("ñ", "n")
    text = re.sub(r"['.`]", "", text)
    text = re.sub(r"[^a-z0-9]+", " ", text)
    text = re.sub(r"\bste\b", "sainte", re.sub(r"\bst\b", "saint", text))
    text = re.sub(r"\bft\b", "fort", re.sub(r"\bmt\b", "mount", text))
    return " ".join(text.split())


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


@dataclass(frozen=True)
class Gazetteer:
    """The places and agencies against which names are read."""

    states: dict[str, str]
    counties: dict[str, dict[str, County]]
    fbi: dict[str, tuple[FbiAgency, ...]]

    @cached_property
    def state_names(self) -> dict[str, str]:
        """Code by upper-case name."""
        return {name.upper(): code for code, name in self.states.items()}

    @cached_property
    def cities(self) -> dict[str, frozenset[str]]:
        """Keys of places with a police force of their own in the FBI's list, by state."""
        found: dict[str, set[str]] = defaultdict(set)
        for state, agencies in self.fbi.items():
            found[state] = {place_key(a.name) for a in agencies if a.type in ("City", "Tribal")}
        return {state: frozenset(names) for state, names in found.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of a place's or agency's name; such a word is not taken for a mistyped one."""
        found = {w for agencies in self.fbi.values() for a in agencies for w in place_key(a.name).split()}
        for counties in self.counties.values():
            found.update(w for key in counties for w in key.split())
        return frozenset(found)

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
        hits = process.extract(
            key, counties.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=limit, limit=3
        )
        if not hits:
            return None
        if len(hits) > 1 and hits[0][1] == hits[1][1]:
            return None
        return counties[str(hits[0][0])], int(hits[0][1])


@lru_cache(maxsize=4)
def gazetteer(agencies: Path | None = None) -> Gazetteer:
    """The gazetteer with the FBI's list from `agencies` (its columns as in the bundled list), else the
    bundled one."""
    states = {r["code"]: r["name"] for r in _rows(_DATA.joinpath("states.csv").read_text())}
    counties: dict[str, dict[str, County]] = defaultdict(dict)
    for row in _rows(_DATA.joinpath("counties.csv").read_text()):
        name = row["name"]
        key = county_key(name.lower())
        county = County(row["state"], row["fips"], name, key)
        counties[row["state"]][key if key not in counties[row["state"]] else key + " city"] = county
    if agencies is None:
        text = gzip.decompress(_DATA.joinpath("agencies.csv.gz").read_bytes()).decode()
    else:
        raw = agencies.read_bytes()
        text = (gzip.decompress(raw) if agencies.suffix == ".gz" else raw).decode("utf-8-sig")
    fbi: dict[str, list[FbiAgency]] = defaultdict(list)
    for row in _rows(text):
        agency = _fbi_agency(row)
        fbi[agency.state].append(agency)
    return Gazetteer(states, dict(counties), {s: tuple(a) for s, a in fbi.items()})


_FBI_STATES = {"NB": "NE", "GM": "GU"}


def _fbi_agency(row: dict[str, str]) -> FbiAgency:
    state = row.get("state") or row.get("state_abbr", "")
    county = row.get("county") or row.get("county_name", "")
    counties = () if "NOT SPECIFIED" in county or "UNMAPPED" in county else tuple(county.split(", "))
    officers = row.get("officers") or row.get("officer_ct") or "0"
    return FbiAgency(
        row["ori"],
        " ".join((row.get("name") or row.get("pub_agency_name", "")).split()),
        _FBI_STATES.get(state, state),
        counties,
        row.get("type") or row.get("agency_type_name", ""),
        int(officers) if officers.isdigit() else 0,
    )


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


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
    hits = process.extract(
        name, places.state_names.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=3, limit=2
    )
    if hits and (len(hits) == 1 or hits[0][1] < hits[1][1]) and len(name) > 3 + hits[0][1]:
        good = JaroWinkler.similarity(name, str(hits[0][0])) >= 0.88
        if good:
            return StateReading(places.state_names[str(hits[0][0])], "state's spelling corrected")
    return StateReading(None)
