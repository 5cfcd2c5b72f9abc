"""The whole registry in memory: from sheets as read to agreements, agencies, requests and changes."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evenhand.registry.agencies import identify_agencies, known_place
from evenhand.registry.agreements import identify_agreements, line_key
from evenhand.registry.changes import Change, find_changes
from evenhand.registry.cleaning import Clean
from evenhand.registry.corpus import Corpus, assemble
from evenhand.registry.decisions import Clusters, Decision, Override, Verdict
from evenhand.registry.evidence import Evidence
from evenhand.registry.history import Agreement, Request, Status, trace, trace_requests
from evenhand.registry.ids import Issued, Keys, choose_keys, make_id
from evenhand.registry.lines import Lines, Node, draw_lines, first, last
from evenhand.registry.matching import Match, Subject, match
from evenhand.registry.places import Gazetteer
from evenhand.registry.reading import Pool, Raw, SheetFile


@dataclass
class Agency:
    """One agency: the key of its id, the spellings that name it, the latest name, and its match."""

    key: str
    keys: list[str]
    node: Node
    subject: Subject
    name: str
    names: dict[str, int]
    counties: dict[str, int]
    match: Match
    first_listed: date | None = None
    last_listed: date | None = None

    @cached_property
    def id(self) -> str:
        return make_id("agency", self.key)


@dataclass
class Registry:
    """Everything that the sheets imply. Agencies and agreements are in the order of their keys."""

    corpus: Corpus
    lines: Lines
    evidence: Evidence
    agencies: dict[str, Agency]
    agreements: dict[str, Agreement]
    requests: list[Request]
    decisions: list[Decision]
    agency_of_node: list[str]
    agreement_of_line: list[str]
    issued: Issued = field(default_factory=Issued)

    @cached_property
    def agency_ids(self) -> dict[str, str]:
        return {key: agency.id for key, agency in self.agencies.items()}

    @cached_property
    def agreement_ids(self) -> dict[str, str]:
        return {key: make_id("agreement", key) for key in self.agreements}

    @cached_property
    def changes(self) -> list[Change]:
        """All changes, by sheet, then agency."""
        return find_changes(
            self.corpus,
            self.lines,
            self.agency_of_node,
            self.agreement_of_line,
            list(self.agreements.values()),
            self.requests,
        )

    @cached_property
    def latest_contents(self) -> NDArray[np.int32]:
        """The last sheet (its place among all) in which each distinct row stands."""
        found = np.full(len(self.corpus.contents), -1, np.int32)
        np.maximum.at(found, self.corpus.content, self.corpus.sheet)
        return found

    def used_keys(self) -> tuple[Keys, Keys]:
        """The keys of this build's agencies and agreements, and the key that the id of each is made from."""
        agencies = {node.key: key for node, key in zip(self.lines.nodes, self.agency_of_node, strict=True)}
        return agencies, {line: key for key, a in self.agreements.items() for line in a.keys}

    @property
    def review(self) -> list[Decision]:
        """What the rules would not decide, the likeliest pair first."""
        open_ = [d for d in self.decisions if d.verdict is Verdict.REVIEW]
        return sorted(open_, key=lambda d: (-d.score, d.left, d.right))

    def with_status(self, status: Status) -> list[Agreement]:
        return [a for a in self.agreements.values() if a.status is status]


def build_registry(
    sheets: Sequence[SheetFile],
    pool: Pool,
    places: Gazetteer,
    overrides: Sequence[Override] = (),
    issued: Issued | None = None,
    known: Callable[[Raw], Clean | str | None] = lambda raw: None,
    matched: Callable[[Subject], Match | None] = lambda subject: None,
) -> Registry:
    """Build the registry. The same sheets, overrides and ids issued give the same result in any order.

    `known` and `matched` give what is known already of a row cleaned and an agency matched.
    """
    issued = issued or Issued()
    corpus = assemble(sheets, pool, places, known)
    lines = draw_lines(corpus)
    evidence = Evidence(corpus, lines)
    clusters, decisions = identify_agencies(evidence, places, overrides, issued)
    groups, more = identify_agreements(evidence, clusters, overrides, issued)
    rank = {node.key: _agency_rank(node, evidence, places) for node in lines.nodes}
    agency_key = choose_keys(clusters.groups(), issued.agencies, lambda key: rank[key])
    by_key = {line_key(lines.nodes[line.node], line): line for line in lines.lines if line.listed}
    agreement_key = choose_keys(
        groups.groups(),
        issued.agreements,
        lambda key: (-by_key[key].listed.bit_count(), first(by_key[key].listed)),
    )
    agency_of_line = {k: agency_key[lines.nodes[line.node].key] for k, line in by_key.items()}
    agreements = trace(groups.groups(), by_key, agency_of_line, agreement_key, evidence)
    agencies = _agencies(
        clusters, agency_key, evidence, rank, lambda subject: matched(subject) or match(subject, places)
    )
    listed = {key: list(evidence.lines_of(agency.keys)) for key, agency in agencies.items()}
    requests = trace_requests(listed, agreements, evidence)
    return Registry(
        corpus,
        lines,
        evidence,
        agencies,
        {a.key: a for a in sorted(agreements, key=lambda a: a.key)},
        requests,
        [*decisions, *more],
        [agency_key[node.key] for node in lines.nodes],
        [
            agreement_key[line_key(lines.nodes[line.node], line)] if line.listed else ""
            for line in lines.lines
        ],
        issued,
    )


def _agency_rank(node: Node, evidence: Evidence, places: Gazetteer) -> tuple[object, ...]:
    """A spelling of a known place first, then the one that most sheets have, then the earliest."""
    known = {True: 0, None: 1, False: 2}[known_place(places, node)]
    own = evidence.lines_of([node.key])
    sheets = sum(line.listed.bit_count() + line.pending.bit_count() for line in own)
    return known, -sheets, (evidence.span(own) or (date.max,))[0]


def _agencies(
    clusters: Clusters,
    key_of: dict[str, str],
    evidence: Evidence,
    rank: Mapping[str, tuple[object, ...]],
    matched: Callable[[Subject], Match],
) -> dict[str, Agency]:
    found: dict[str, Agency] = {}
    for keys in clusters.groups():
        nodes = [evidence.node(key) for key in keys]
        names: dict[str, int] = defaultdict(int)
        counties: dict[str, int] = defaultdict(int)
        county_texts: set[str] = set()
        for node in nodes:
            for text, rows in node.texts.items():
                names[text] += rows
            for fips, rows in node.counties.items():
                counties[fips] += rows
            county_texts |= node.county_texts
        latest = max(nodes, key=lambda n: (_latest(n, evidence), sum(n.texts.values()), n.key))
        ranked = tuple(sorted(counties, key=lambda f: (-counties[f], f)))
        best = min(nodes, key=lambda n: (*rank[n.key], n.key))
        subject = Subject(best.state, best.name, best.type, ranked, tuple(sorted(county_texts)))
        span = evidence.span(evidence.lines_of(keys))
        found[key_of[keys[0]]] = Agency(
            key_of[keys[0]],
            keys,
            latest,
            subject,
            latest.text,
            dict(sorted(names.items())),
            dict(counties),
            matched(subject),
            *(span or (None, None)),
        )
    return dict(sorted(found.items()))


def _latest(node: Node, evidence: Evidence) -> date:
    own = evidence.lines_of([node.key])
    listed = [evidence.force_days[last(line.listed)] for line in own if line.listed]
    asked = [evidence.pending_days[last(line.pending)] for line in own if line.pending]
    return max(listed, default=max(asked, default=date.min))
