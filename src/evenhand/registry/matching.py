"""Matching agencies to the FBI's list (ORI) and to counties (FIPS): a score, the rule and the runner-up.

A campus, an airport or port, a constable, a state agency or a regional body is said to be one. It gets the
county that the sheets give it, if they do, and is never forced onto another.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from evenhand.registry.names import Body, Name
from evenhand.registry.places import County, FbiAgency, Gazetteer, county_key, place_key

GOOD, CLOSE = 100.0, 88.0
ASTRAY = "in another county than the sheets'"


@dataclass(frozen=True)
class Match:
    """An agency's match. `ori` and `county_fips` are empty where there is none; each has the rule that gave
    it. `runner_up` is the next best agency of the FBI's list, with its score."""

    body: Body
    ori: str
    ori_name: str
    ori_rule: str
    ori_score: float
    runner_up: str
    runner_up_score: float
    county_fips: str
    county_name: str
    county_rule: str


@dataclass(frozen=True)
class Subject:
    """What is known of an agency: state, name, and the counties that rows gave, the most frequent first."""

    state: str
    name: Name
    type: str
    counties: tuple[str, ...]
    county_texts: tuple[str, ...]

    @property
    def text(self) -> str:
        """All that is known, as a JSON list."""
        name = self.name
        known = (self.state, name.key, name.body, name.core, self.type, self.counties, self.county_texts)
        return json.dumps(known, ensure_ascii=False)


def match(subject: Subject, places: Gazetteer) -> Match:
    """Match one agency."""
    county, county_rule = _county(subject, places)
    agency, rule, score, rival, rival_score = _fbi(subject, county, places)
    body = subject.name.body
    if agency and body in (Body.POLICE, Body.UNKNOWN, Body.STATE):
        body = _body_by_type(agency, body)
    if agency and ASTRAY in rule and len(agency.counties) == 1:
        county = places.county(subject.state, agency.counties[0]) or county
        county_rule = "county of the matched agency, against the sheets'"
    if county is None and agency and _has_county(body) and len(agency.counties) == 1:
        county = places.county(subject.state, agency.counties[0])
        county_rule = "county of the matched agency" if county else county_rule
    if county is None:
        county_rule = _no_county(body, county_rule, agency)
    return Match(
        body,
        agency.ori if agency else "",
        agency.name if agency else "",
        rule,
        round(score, 1),
        f"{rival.ori} {rival.name}" if rival else "",
        round(rival_score, 1),
        county.fips if county else "",
        county.name if county else "",
        county_rule,
    )


def _has_county(body: Body) -> bool:
    return body not in (Body.STATE, Body.REGIONAL, Body.CAMPUS, Body.AIRPORT, Body.TRIBAL)


def _body_by_type(agency: FbiAgency, body: Body) -> Body:
    return {"University or College": Body.CAMPUS, "Tribal": Body.TRIBAL}.get(agency.type, body)


def _no_county(body: Body, rule: str, agency: FbiAgency | None) -> str:
    if not _has_county(body):
        return f"{body}: not of one county"
    if agency and len(agency.counties) > 1:
        return "its town lies in several counties"
    return rule


# --- counties


def _county(subject: Subject, places: Gazetteer) -> tuple[County | None, str]:
    name = subject.name
    if name.body is Body.STATE:
        return None, "state agency: not of one county"
    if name.of_county and name.body is not Body.REGIONAL:
        words = _words_before_county(name)
        for take in range(len(words), 0, -1):
            if found := places.county(subject.state, " ".join(words[-take:])):
                return found, "county in the name"
        if near := places.nearest_county(subject.state, " ".join(words)):
            return near[0], "county in the name, its spelling corrected"
    if name.body is Body.SHERIFF:
        found = places.county(subject.state, name.core)
        if found:
            return found, "county or city in the name"
        consolidated = _CONSOLIDATED.get((subject.state, name.core))
        if consolidated and (found := places.county(subject.state, consolidated)):
            return found, "city joined with its county"
    for fips in subject.counties:
        found = next((c for c in places.counties[subject.state].values() if c.fips == fips), None)
        if found:
            return found, "county given by the sheets"
    if name.body is Body.JAIL and (found := _leading_county(subject, places)):
        return found, "county in the name"
    if subject.county_texts:
        return None, f"the sheets give {subject.county_texts[0]!r}, which is no county of the state"
    return None, "no county given"


_CONSOLIDATED = {
    ("FL", "jacksonville"): "duval",
    ("GA", "columbus"): "muscogee",
    ("LA", "orleans"): "orleans",
}


def _words_before_county(name: Name) -> list[str]:
    words = list(name.words)
    for place, word in enumerate(words):
        if word in ("county", "parish") and place:
            return [w for w in words[:place] if w != "metropolitan"]
        if word == "county" and words[place + 1 : place + 2] == ["of"]:
            return words[place + 2 : place + 3]
    return []


def _leading_county(subject: Subject, places: Gazetteer) -> County | None:
    words = subject.name.words
    for take in (3, 2, 1):
        if found := places.county(subject.state, " ".join(words[:take])):
            return found
    return None


# --- agencies of the FBI's list


def _fbi(
    subject: Subject, county: County | None, places: Gazetteer
) -> tuple[FbiAgency | None, str, float, FbiAgency | None, float]:
    name = subject.name
    if name.body is Body.SHERIFF:
        return _sheriff(subject, county, places)
    types, rule = _TYPES.get(name.body, ((), ""))
    if name.body is Body.POLICE and name.of_county:
        types, rule = ("County",), "county police by name"
    candidates = _candidates(subject.state, types, places)
    if name.body is Body.CONSTABLE:
        candidates = [(k, a) for k, a in candidates if "constable" in k]
        mine = [a for _, a in candidates if county and any(county_key(c) == county.key for c in a.counties)]
        if len(mine) > 1 and not any(a.name[-1:].isdigit() for a in mine):
            reason = f"constable: the list does not say which of {len(mine)} precincts each is"
            return None, reason, 0, mine[0], 0
    return _best(subject, _wanted(name, county, subject.state, places), candidates, county, rule)


def _wanted(name: Name, county: County | None, state: str, places: Gazetteer) -> list[str]:
    """The ways in which the FBI's list may write a name, the fullest first."""
    full = " ".join(w for w in name.words if w not in _UNLISTED)
    ways = [full]
    if name.body in (Body.POLICE, Body.MARSHAL, Body.REGIONAL, Body.CAMPUS, Body.AIRPORT):
        listed = [w for w in name.words if w not in _UNLISTED | _UNLISTED_LOCAL]
        ways = [" ".join(listed)]
        if listed and listed[-1] == "borough":
            ways.append(" ".join(listed[:-1]))
        if (len(listed) > 1 and listed[-1] == "city") or (
            listed[:1] and listed[0] in ("city", "town", "village")
        ):
            ways.append(" ".join(w for w in listed if w not in ("city", "town", "village")))
    if county and ways[0].endswith(f" {county.key}") and not name.of_county:
        ways.append(ways[0].removesuffix(f" {county.key}"))
    own = place_key(places.states.get(state, "")) + " "
    if name.body is Body.STATE and full.startswith(own):
        ways.append(full.removeprefix(own))
    return [w for w in dict.fromkeys(map(place_key, ways)) if w]


_UNLISTED_LOCAL = frozenset({"police", "marshal", "board", "trustees"})
_UNLISTED = frozenset({"department", "office", "of", "service", "public", "safety"})


_TYPES: dict[Body, tuple[tuple[str, ...], str]] = {
    Body.POLICE: (("City", "University or College", "Tribal"), "city police by name"),
    Body.CAMPUS: (("University or College",), "campus by name"),
    Body.AIRPORT: (("Other", "City"), "airport or port by name"),
    Body.CONSTABLE: (("Other", "County"), "constable by name"),
    Body.MARSHAL: (("City", "Other"), "marshal by town"),
    Body.STATE: (("State Police", "Other State Agency"), "state agency by name"),
    Body.REGIONAL: (("City", "Other", "County"), "regional body by name"),
    Body.PROSECUTOR: (("Other",), "prosecutor by name"),
    Body.JAIL: (("Other",), "jail by name"),
    Body.TRIBAL: (("Tribal",), "tribal agency by name"),
    Body.UNKNOWN: (("City", "Other", "Other State Agency"), "by name alone"),
}


def _sheriff(
    subject: Subject, county: County | None, places: Gazetteer
) -> tuple[FbiAgency | None, str, float, FbiAgency | None, float]:
    if county is None:
        return None, "sheriff: its county cannot be told", 0, None, 0
    agencies = places.of_county.get((subject.state, county.key), ())
    offices = sorted(
        (a for a in agencies if "police" not in a.name.lower()),
        key=lambda a: (place_key(a.name) not in (county.key, f"{county.key} county"), a.ori),
    )
    if not offices:
        alone = [
            a
            for a in places.fbi.get(subject.state, ())
            if a.type == "City" and place_key(a.name) in (subject.name.core, county.key)
        ]
        if subject.name.core and alone and (subject.state, subject.name.core) in _CONSOLIDATED:
            return alone[0], "sheriff of a city joined with its county", 95, None, 0
        return None, "sheriff: the list has no office for the county", 0, None, 0
    rival = offices[1] if len(offices) > 1 else next((a for a in agencies if a not in offices), None)
    best = offices[0]
    exact = place_key(best.name) in (
        county.key,
        f"{county.key} county",
        f"{county.key} county sheriff office",
    )
    return best, "sheriff by county", GOOD if exact else 90.0, rival, 60.0 if rival else 0.0


@lru_cache(maxsize=1 << 10)
def _candidates(state: str, types: tuple[str, ...], places: Gazetteer) -> list[tuple[str, FbiAgency]]:
    return [(_listed_name(a), a) for a in places.fbi.get(state, ()) if a.type in types]


def _listed_name(agency: FbiAgency) -> str:
    # `Robinson Township, Allegheny County`: the county stands in a column of its own.
    name = re.sub(r",[^,]* County$", "", agency.name) if "," in agency.name else agency.name
    key = place_key(name)
    drop = _UNLISTED | ({"police"} if agency.type in ("City", "County") else frozenset())
    return " ".join(w for w in key.split() if w not in drop) or key


def _best(
    subject: Subject,
    wanted: list[str],
    candidates: Sequence[tuple[str, FbiAgency]],
    county: County | None,
    rule: str,
) -> tuple[FbiAgency | None, str, float, FbiAgency | None, float]:
    """The candidate most alike, in the right county where both say one; refused below `CLOSE`."""
    body = subject.name.body
    if not candidates or not wanted:
        return None, f"{body}: no agency of that kind is listed", 0, None, 0
    keys = [key for key, _ in candidates]
    scored: dict[int, float] = {}
    astray: set[int] = set()
    for way in wanted:
        for key, score, place in process.extract(way, keys, scorer=fuzz.ratio, score_cutoff=70, limit=5):
            adjusted, agency = float(score), candidates[place][1]
            if county and agency.counties:
                if any(county_key(c) == county.key for c in agency.counties):
                    adjusted += 3
                else:
                    astray.add(place)
                    lenient = score >= GOOD and not subject.name.forms
                    adjusted -= 12 if lenient else 30
            if subject.name.numbers and not set(subject.name.numbers) <= set(key.split()):
                adjusted -= 30
            scored[place] = max(scored.get(place, 0.0), min(adjusted, GOOD))
    if not scored:
        return None, f"{body}: none is alike enough", 0, None, 0
    order = sorted(scored, key=lambda p: (-scored[p], bool(candidates[p][1].counties), candidates[p][1].ori))
    best, score = candidates[order[0]][1], scored[order[0]]
    rival = candidates[order[1]][1] if len(order) > 1 else None
    rival_score = scored[order[1]] if len(order) > 1 else 0.0
    if score < CLOSE:
        return None, f"{body}: none is alike enough", 0, best, score
    if rival and rival_score >= score and not (rival.counties and not best.counties):
        return (
            None,
            f"{body}: {sum(1 for s in scored.values() if s >= score)} are as alike",
            0,
            rival,
            rival_score,
        )
    if order[0] in astray:
        return best, f"{rule}, {ASTRAY}", score, rival, rival_score
    return best, rule if score >= 99.9 else f"{rule}, nearly", score, rival, rival_score
