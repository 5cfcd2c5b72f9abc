"""Which spellings name one agency: ordered steps, each explained, from exact to judged by evidence.

A step joins two spellings, keeps them apart, or leaves the pair for review. Two spellings that a sheet lists
beside each other under one model are never joined by judgement.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from evenhand.registry.decisions import (
    BEFORE_REASON,
    DECIDED_BEFORE,
    Clusters,
    Decision,
    Override,
    Verdict,
)
from evenhand.registry.evidence import HANDOVER_GAP, Evidence
from evenhand.registry.ids import Issued, issued_groups
from evenhand.registry.joining import Joining
from evenhand.registry.lines import Node
from evenhand.registry.names import Body, place_of
from evenhand.registry.places import Gazetteer

SAME, DIFFERENT, REVIEW = Verdict.SAME, Verdict.DIFFERENT, Verdict.REVIEW

_COUNTY_BODIES = frozenset({Body.SHERIFF, Body.JAIL, Body.PROSECUTOR})
_RENAMED_ALIKE = 70
"""Least similarity (0 to 100, by shared words) of a name and the one that takes its place."""


@dataclass(kw_only=True)
class AgencyStep(Joining):
    """The joining of spellings."""

    places: Gazetteer

    def together(self, a: str, b: str) -> int:
        """Sheets that list the two groups beside each other under one model."""
        left = self.evidence.lines_of(self.clusters.members(a))
        return self.evidence.together(left, self.evidence.lines_of(self.clusters.members(b)))


def identify_agencies(
    evidence: Evidence,
    places: Gazetteer,
    overrides: Sequence[Override] = (),
    issued: Issued | None = None,
) -> tuple[Clusters, list[Decision]]:
    """Groups of spelling keys (`STATE|words`), one for each agency, and every decision in its order.

    What `issued` has joined stays joined, unless these sheets list it side by side.
    """
    keys = [node.key for node in evidence.lines.nodes]
    forced = {o.pair[1:]: o for o in overrides if o.subject == "agency" and {o.left, o.right} <= set(keys)}
    apart = [p for p, o in forced.items() if o.verdict is DIFFERENT]
    issued = issued or Issued()
    step = AgencyStep(
        evidence=evidence,
        places=places,
        clusters=Clusters(keys, apart),
        forced=forced,
        settled=issued.settled_agencies,
    )
    for node in evidence.lines.nodes:
        _writings(step, node)
    _type_words(step)
    _misprinted_states(step)
    _misspelt(step)
    _renamed(step)
    for first_key, *others in issued_groups(keys, issued.agencies):
        for key in others:
            if not step.joined(first_key, key) and not step.together(first_key, key):
                step.decide(Decision("agency", DECIDED_BEFORE, SAME, first_key, key, BEFORE_REASON, score=70))
    _counties(step)
    step.carry_out_overrides("agency")
    return step.clusters, step.decisions


def _writings(step: AgencyStep, node: Node) -> None:
    """Writings with the same words: they differ in case, marks and spaces, or in a common word."""
    best = node.text
    for text in sorted(node.texts):
        if text == best:
            continue
        plain = text.casefold() == best.casefold()
        step.decisions.append(
            Decision(
                "agency",
                "exact" if plain else "common word",
                SAME,
                f"{node.state}|{text}",
                node.key,
                "the same but for capitals" if plain else f"the same words as {best!r}",
                f"{node.texts[text]} rows",
                100,
            )
        )


# --- type words


def _type_words(step: AgencyStep) -> None:
    """`Sheriff's Department` for `Sheriff's Office`, `Town of`, the state's name before a state agency."""
    groups: dict[tuple[str, Body, str], list[Node]] = defaultdict(list)
    for node in step.evidence.lines.nodes:
        if node.name.core or node.name.numbers:
            groups[node.state, node.name.body, " ".join(sorted(node.name.core.split()))].append(node)
    for nodes in groups.values():
        for a, b in combinations(nodes, 2):
            if not step.joined(a.key, b.key):
                _same_core(step, a, b, nodes)


def _same_core(step: AgencyStep, a: Node, b: Node, nodes: list[Node]) -> None:
    counties = f"counties {_counties_text(a)} and {_counties_text(b)}"
    decision = Decision(
        "agency",
        "type word",
        SAME,
        a.key,
        b.key,
        "the same place and kind of body; the words for the kind of body differ",
        counties,
        95,
    )
    if a.of_one_county or b.of_one_county:
        _same_name_in_two_counties(step, replace(decision, step="county"), a, b)
        return
    if a.name.numbers != b.name.numbers:
        if a.name.numbers and b.name.numbers:
            return
        numbered = {n.name.numbers for n in nodes if n.name.numbers}
        if len(numbered) > 1:
            return
        decision = replace(
            decision, reason="the same place and kind of body; one names no district", score=80
        )
    if a.name.forms != b.name.forms and a.name.forms and b.name.forms:
        step.decide(replace(decision, verdict=DIFFERENT, reason="a borough and a township are two places"))
        return
    if a.name.forms != b.name.forms and len({n.name.forms for n in nodes if n.name.forms}) > 1:
        step.decide(
            replace(decision, verdict=REVIEW, reason="it may be the borough or the township", score=60)
        )
        return
    if (
        a.name.body is not Body.SHERIFF
        and a.name.of_county != b.name.of_county
        and not _no_county(step, a, b)
    ):
        step.decide(
            replace(decision, verdict=DIFFERENT, reason="one is of a county, the other of a town of its name")
        )
        return
    apart = step.together(a.key, b.key)
    if apart and _bare(a) != _bare(b):
        step.decide(
            replace(decision, verdict=REVIEW, reason=f"{apart} sheets list both under one model", score=70)
        )
        return
    if apart:
        decision = replace(decision, evidence=f"{counties}; {apart} sheets list it in both ways at once")
    step.decide(decision)


def _same_name_in_two_counties(step: AgencyStep, decision: Decision, a: Node, b: Node) -> None:
    """A name that a sheet lists in two counties at once: two towns; a row without a county may be either."""
    if a.of_one_county and b.of_one_county:
        reason = "one name in two counties, listed side by side"
        step.decide(replace(decision, verdict=DIFFERENT, reason=reason))
    else:
        reason = "it gives no county, and the name is listed in two"
        step.decide(replace(decision, verdict=REVIEW, reason=reason, score=50))


def _bare(node: Node) -> tuple[str, ...]:
    """A name's words without `city of` or a university's `board of trustees`, which name no other body."""
    words = node.name.words
    if node.name.body is Body.CAMPUS:
        return tuple(node.name.core.split())
    return words[2:] if words[0] in ("city", "town", "village") and words[1:2] == ("of",) else words


def _no_county(step: AgencyStep, a: Node, b: Node) -> bool:
    """Whether the one that says it is of a county names no county of the state."""
    named = a if a.name.of_county else b
    return step.places.county(named.state, named.name.core) is None


def _counties_text(node: Node) -> str:
    return ", ".join(sorted(node.counties)) or "none"


# --- states


def _misprinted_states(step: AgencyStep) -> None:
    """A county body of a county that its state does not have, in another state where that body is listed."""
    by_words: dict[str, list[Node]] = defaultdict(list)
    for node in step.evidence.lines.nodes:
        by_words[node.name.key].append(node)
    for nodes in by_words.values():
        for node in nodes:
            if len(nodes) < 2 or not _misplaced(step, node):
                continue
            for other in nodes:
                if other.state != node.state and not _misplaced(step, other):
                    _same_words(step, node, other)


def _misplaced(step: AgencyStep, node: Node) -> bool:
    """Whether the gazetteer does not have the county or town that a name names in its state."""
    place = place_of(node.name)
    if node.name.body in _COUNTY_BODIES and node.name.of_county:
        return step.places.county(node.state, _county_words(node)) is None
    if node.name.body is Body.POLICE and not node.name.of_county:
        return place not in step.places.cities.get(node.state, frozenset())
    return False


def _county_words(node: Node) -> str:
    """The words before `county` or `parish` in a name."""
    words = list(node.name.words)
    for place, word in enumerate(words):
        if word in ("county", "parish") and place:
            return " ".join(w for w in words[:place] if w != "metropolitan")
    return node.name.core


def _same_words(step: AgencyStep, wrong: Node, right: Node) -> None:
    a, b = step.evidence.lines_of([wrong.key]), step.evidence.lines_of([right.key])
    shared, links = step.evidence.shared_lines(a, b), step.evidence.shared_links(a, b)
    near = _near(step, wrong, right)
    facts = []
    if shared:
        facts.append("the same model and signing day")
    if links:
        facts.append("the same link")
    if near:
        facts.append("listed one after the other")
    decision = Decision(
        "agency",
        "state misprinted",
        SAME if shared or links else REVIEW,
        wrong.key,
        right.key,
        f"{wrong.state} has no such place and {right.state} has",
        ", ".join(facts) or "nothing else ties the two",
        90 if shared or links else 55 if near else 25,
    )
    if decision.verdict is REVIEW and (not near or step.together(wrong.key, right.key)):
        return
    if decision.verdict is REVIEW:
        few = sum(line.rows for line in a) <= 5
        if wrong.name.body in _COUNTY_BODIES:
            decision = replace(decision, verdict=SAME, score=85)
        elif few and _county_fits(step, wrong, right.state):
            facts.append(f"few rows, whose county {right.state} has")
            decision = replace(decision, verdict=SAME, score=75, evidence=", ".join(facts))
        elif few and not wrong.county_texts and _follows(step, wrong, right):
            facts.append("few rows, and the other is first listed within ten days")
            decision = replace(decision, verdict=SAME, score=70, evidence=", ".join(facts))
        elif not _county_fits(step, wrong, right.state):
            return
    step.decide(decision)


def _county_fits(step: AgencyStep, node: Node, state: str) -> bool:
    """Whether a state has the county that a spelling's rows give."""
    return any(step.places.county(state, text) is not None for text in node.county_texts)


def _follows(step: AgencyStep, a: Node, b: Node, days: int = 10) -> bool:
    """Whether one is first listed just after the other is last listed."""
    x, y = (step.evidence.span(step.evidence.lines_of([n.key])) for n in (a, b))
    return x is not None and y is not None and 0 <= (y[0] - x[1]).days <= days


def _near(step: AgencyStep, a: Node, b: Node, days: int = 60) -> bool:
    """Whether the time in which one is listed touches the other's."""
    x, y = (step.evidence.span(step.evidence.lines_of([n.key])) for n in (a, b))
    if x is None or y is None:
        return False
    return (max(x[0], y[0]) - min(x[1], y[1])).days <= days


# --- misspelt places


def _misspelt(step: AgencyStep) -> None:
    """Places that differ by one or two letters: joined where one is no known place, or evidence ties them."""
    groups: dict[tuple[str, Body], list[Node]] = defaultdict(list)
    for node in step.evidence.lines.nodes:
        if len(node.name.core) >= 4:
            groups[node.state, node.name.body].append(node)
    for nodes in groups.values():
        for a, b, distance in sorted(_alike(nodes), key=lambda p: (p[2], p[0].key, p[1].key)):
            if not step.joined(a.key, b.key) and a.name.numbers == b.name.numbers:
                _judge_spelling(step, a, b, distance)


def _alike(nodes: list[Node]) -> Iterator[tuple[Node, Node, int]]:
    cores = [node.name.core for node in nodes]
    for place, core in enumerate(cores):
        limit = 1 if len(core) < 6 else 2 if len(core) < 14 else 3
        hits = process.extract(
            core, cores[place + 1 :], scorer=DamerauLevenshtein.distance, score_cutoff=limit, limit=None
        )
        for _, distance, index in sorted(hits, key=lambda h: h[2]):
            if distance:
                yield nodes[place], nodes[place + 1 + index], int(distance)


def known_place(places: Gazetteer, node: Node) -> bool | None:
    """Whether the gazetteer has a spelling's place; `None` where it could not be expected to."""
    if node.name.body is Body.SHERIFF and not node.name.of_county:
        return places.county(node.state, node.name.core) is not None
    if node.name.body in _COUNTY_BODIES and node.name.of_county:
        return places.county(node.state, _county_words(node)) is not None
    if node.name.body is Body.POLICE and not node.name.of_county:
        return place_of(node.name) in places.cities.get(node.state, frozenset())
    return None


def _judge_spelling(step: AgencyStep, a: Node, b: Node, distance: int) -> None:
    left, right = step.evidence.lines_of([a.key]), step.evidence.lines_of([b.key])
    known = (known_place(step.places, a), known_place(step.places, b))
    shared = step.evidence.shared_lines(left, right)
    links = step.evidence.shared_links(left, right)
    county = set(a.counties) & set(b.counties)
    facts = [f"{distance} letters differ"]
    facts += ["the same model and signing day"] * bool(shared) + ["the same link"] * bool(links)
    facts += ["the same county"] * bool(county)
    decision = Decision(
        "agency", "misspelt place", REVIEW, a.key, b.key, "", ", ".join(facts), 100.0 - 10 * distance
    )
    if a.name.forms != b.name.forms and a.name.forms and b.name.forms:
        step.decide(replace(decision, verdict=DIFFERENT, reason="a borough and a township are two places"))
    elif known == (True, True):
        step.decide(replace(decision, verdict=DIFFERENT, reason="the state has places of both names"))
    elif (sheets := step.together(a.key, b.key)) > 0:
        step.decide(replace(decision, verdict=DIFFERENT, reason=f"{sheets} sheets list both under one model"))
    elif shared or links:
        step.decide(replace(decision, verdict=SAME, reason="one place spelt in two ways"))
    elif a.counties and b.counties and not county:
        step.decide(replace(decision, verdict=DIFFERENT, reason="their rows give different counties"))
    elif True in known and _near(step, a, b):
        unknown = b if known[0] else a
        if a.name.body in _COUNTY_BODIES or county:
            step.decide(
                replace(
                    decision,
                    verdict=SAME,
                    reason=f"{unknown.state} has no {_county_words(unknown)!r}; the other is a place there",
                )
            )
        else:
            step.decide(replace(decision, reason="only one is a known place, and nothing else ties them"))
    elif county and _near(step, a, b):
        step.decide(replace(decision, verdict=SAME, reason="one place spelt in two ways, in one county"))
    else:
        step.decide(replace(decision, reason="nearly one spelling, but nothing else ties them", score=40))


# --- renamed


def _renamed(step: AgencyStep) -> None:
    """A name that ends as a like name begins, with the same state, model and signing day."""
    offers: list[tuple[float, Decision]] = []
    for handover in step.evidence.handovers():
        old = step.evidence.lines.lines[handover.old]
        new = step.evidence.lines.lines[handover.new]
        a, b = step.evidence.lines.nodes[old.node], step.evidence.lines.nodes[new.node]
        if step.joined(a.key, b.key) or not _like_bodies(a, b):
            continue
        alike = fuzz.token_set_ratio(a.name.core, b.name.core)
        linked, county = bool(old.links & new.links), bool(set(a.counties) & set(b.counties))
        if county and a.name.numbers and a.name.numbers == b.name.numbers and not handover.rivals:
            alike = 100.0
        hole = handover.gap == 0 and not handover.rivals and a.name.body is b.name.body
        hole = hole and old.listed.bit_count() <= HANDOVER_GAP
        score = 0.6 * alike + 25 * linked + 15 * county + 30 * hole - 5 * max(handover.gap - 1, 0)
        facts = [f"signed {old.signed}, {old.model}", f"names {alike:.0f} of 100 alike"]
        facts += ["the same link"] * linked + ["the same county"] * county
        facts += [f"{handover.rivals} other changes could be meant"] * bool(handover.rivals)
        facts += ["it stands just where the other is missing"] * hole
        if alike >= _RENAMED_ALIKE or linked or hole:
            offers.append(
                (score, Decision("agency", "renamed", SAME, a.key, b.key, "", "; ".join(facts), score))
            )
    taken: set[tuple[str, str]] = set()
    for score, offer in sorted(offers, key=lambda o: (-o[0], o[1].left, o[1].right)):
        if step.joined(offer.left, offer.right):
            continue
        if (offer.left, "ends") in taken or (offer.right, "begins") in taken:
            continue
        if (sheets := step.together(offer.left, offer.right)) > 0:
            reason = f"one took the other's place, but {sheets} sheets list both under one model"
            step.decide(replace(offer, verdict=REVIEW, reason=reason, score=score - 30))
            continue
        if score < 50:
            step.decide(replace(offer, verdict=REVIEW, reason="one took the other's place, by unlike names"))
            continue
        taken |= {(offer.left, "ends"), (offer.right, "begins")}
        step.decide(replace(offer, reason="one name ends where the other begins"))
    _asked_under_another_name(step)


def _like_bodies(a: Node, b: Node) -> bool:
    return a.name.body is b.name.body or Body.UNKNOWN in (a.name.body, b.name.body)


def _asked_under_another_name(step: AgencyStep) -> None:
    """An agency that only pending sheets list, and one of a like name that is in force soon after."""
    in_force = [
        n
        for n in step.evidence.lines.nodes
        if any(x.listed for x in step.evidence.lines.of_node(_i(step, n)))
    ]
    for node in step.evidence.lines.nodes:
        group = step.clusters.members(node.key)
        if any(line.listed for line in step.evidence.lines_of(group)):
            continue
        rivals: list[tuple[float, Node]] = []
        for other in in_force:
            if other.state != node.state or not _like_bodies(node, other) or step.joined(node.key, other.key):
                continue
            if node.name.numbers != other.name.numbers and node.name.numbers and other.name.numbers:
                continue
            alike = fuzz.token_set_ratio(node.name.core, other.name.core)
            if alike >= 88 and _same_model(step, node, other) and _near(step, node, other, 45):
                rivals.append((alike, other))
        if rivals:
            _judge_asked(step, node, rivals)


def _i(step: AgencyStep, node: Node) -> int:
    return step.evidence.by_key[node.key]


def _same_model(step: AgencyStep, a: Node, b: Node) -> bool:
    models = {x.model for x in step.evidence.lines.of_node(_i(step, a))}
    return any(x.model in models for x in step.evidence.lines.of_node(_i(step, b)))


def _judge_asked(step: AgencyStep, node: Node, rivals: list[tuple[float, Node]]) -> None:
    rivals.sort(key=lambda r: (-r[0], r[1].key))
    alike, best = rivals[0]
    groups = {step.clusters.find(r.key) for _, r in rivals}
    county = bool(set(node.counties) & set(best.counties))
    both_known = known_place(step.places, node) and known_place(step.places, best)
    decision = Decision(
        "agency",
        "renamed",
        REVIEW,
        node.key,
        best.key,
        "asked under one name and signed under the other, if they are one",
        f"names {alike:.0f} of 100 alike" + ("; the same county" if county else ""),
        alike / 2,
    )
    if step.together(node.key, best.key) or both_known:
        return
    unknown = known_place(step.places, node) is False and known_place(step.places, best) is True
    if len(groups) == 1 and (county or unknown) and alike >= 95 and node.name.forms == best.name.forms:
        decision = replace(
            decision, verdict=SAME, reason="asked under one name and signed under the other", score=alike
        )
    step.decide(decision)


# --- counties


def _counties(step: AgencyStep) -> None:
    """An agency whose rows give two counties: one corrected to the other, or the sheets' misprint."""
    for group in step.clusters.groups():
        given: dict[str, int] = defaultdict(int)
        for key in group:
            for fips, rows in step.evidence.node(key).counties.items():
                given[fips] += rows
        if len(given) < 2:
            continue
        node = step.evidence.node(group[0])
        named = step.places.county(node.state, _county_words(node)) if node.name.of_county else None
        order = sorted(given, key=lambda f: (-given[f], f))
        text = ", ".join(f"{fips} in {given[fips]} rows" for fips in order)
        if named and named.fips in given:
            reason = f"its name says {named.name}; the other county is a misprint"
        else:
            reason = "one agency; its county was corrected from sheet to sheet"
        step.decisions.append(Decision("agency", "county", SAME, group[0], group[0], reason, text, 90))
