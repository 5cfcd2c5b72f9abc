"""Which lines are one agreement: ordered steps over each agency's models and signing days.

A line is one spelling, model and signing day. Retyped days, doubled rows and rows put under the wrong agency
are joined where the sheets show it; a new signing day with a document of its own is a new agreement.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import combinations

from rapidfuzz.distance import DamerauLevenshtein

from evenhand.registry.cleaning import Model
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
from evenhand.registry.lines import Line, Node, first, last

SAME, DIFFERENT, REVIEW = Verdict.SAME, Verdict.DIFFERENT, Verdict.REVIEW

RETYPED_DAYS = 31
"""A day that moves by at most this much from one sheet to the next is a correction, not a new agreement."""


def line_key(node: Node, line: Line) -> str:
    """`STATE|words|MODEL|day`: names a line in decisions and overrides."""
    return f"{node.key}|{line.model}|{line.signed or 'no day'}"


@dataclass
class Group:
    """Lines already known to be one agreement: their key, days, sheets and links together."""

    key: str
    signed: date | None
    listed: int
    links: frozenset[str]


@dataclass(kw_only=True)
class AgreementStep(Joining):
    """The joining of lines."""

    agencies: Clusters
    lines: dict[str, Line]

    def group(self, key: str) -> Group:
        """The group of a line's key."""
        members = sorted(self.clusters.members(key))
        listed, links = 0, frozenset[str]()
        for member in members:
            listed |= self.lines[member].listed
            links |= self.lines[member].links
        return Group(key, self.lines[key].signed, listed, links)


def identify_agreements(
    evidence: Evidence,
    agencies: Clusters,
    overrides: Sequence[Override] = (),
    issued: Issued | None = None,
) -> tuple[Clusters, list[Decision]]:
    """Groups of line keys, one for each agreement, and every decision. Lines only pending sheets have are no
    agreements and are left out. What `issued` has joined stays joined, unless sheets list it side by side."""
    lines = {
        line_key(evidence.lines.nodes[line.node], line): line for line in evidence.lines.lines if line.listed
    }
    forced = {
        o.pair[1:]: o for o in overrides if o.subject == "agreement" and {o.left, o.right} <= lines.keys()
    }
    apart = [p for p, o in forced.items() if o.verdict is DIFFERENT]
    issued = issued or Issued()
    step = AgreementStep(
        evidence=evidence,
        agencies=agencies,
        clusters=Clusters(lines, apart),
        lines=lines,
        forced=forced,
        settled=issued.settled_agreements,
    )
    _exact(step)
    _restated_agencies(step)
    _restated_states(step)
    _corrected_days(step)
    _corrected_models(step)
    for first_key, *others in issued_groups(lines, issued.agreements):
        for key in others:
            if step.joined(first_key, key):
                continue
            if not step.group(first_key).listed & step.group(key).listed:
                reason = BEFORE_REASON
                step.decide(Decision("agreement", DECIDED_BEFORE, SAME, first_key, key, reason, score=70))
    step.carry_out_overrides("agreement")
    return step.clusters, step.decisions


def _by_agency(step: AgreementStep) -> dict[tuple[str, Model], list[str]]:
    found: dict[tuple[str, Model], list[str]] = defaultdict(list)
    for key, line in sorted(step.lines.items()):
        node = step.evidence.lines.nodes[line.node]
        found[step.agencies.find(node.key), line.model].append(key)
    return found


def _exact(step: AgreementStep) -> None:
    """Spellings of one agency, with one model and one signing day."""
    for keys in _by_agency(step).values():
        by_day: dict[date | None, list[str]] = defaultdict(list)
        for key in keys:
            by_day[step.lines[key].signed].append(key)
        for same in by_day.values():
            for other in same[1:]:
                reason = "one agency, model and signing day under two spellings"
                step.decide(Decision("agreement", "exact", SAME, same[0], other, reason, score=100))


# --- rows put under the wrong agency


def _restated_agencies(step: AgreementStep) -> None:
    """An agreement that a sheet gives to another body of the same place, with the same model and day."""
    nodes = step.evidence.lines.nodes
    for handover in step.evidence.handovers():
        old, new = (step.evidence.lines.lines[n] for n in (handover.old, handover.new))
        a, b = nodes[old.node], nodes[new.node]
        if step.agencies.find(a.key) == step.agencies.find(b.key):
            continue
        county = bool(set(a.counties) & set(b.counties))
        linked = bool(old.links & new.links)
        core = (
            bool(a.name.core) and a.name.core.split()[0] == b.name.core.split()[0] if b.name.core else False
        )
        if not (county or linked or core):
            continue
        if a.name.body is b.name.body and (not (county and core) or a.name.numbers != b.name.numbers):
            continue
        facts = [f"signed {old.signed}, {old.model}"]
        facts += ["the same link"] * linked + ["the same county"] * county + ["the same place's name"] * core
        facts += [f"{handover.rivals} other changes could be meant"] * bool(handover.rivals)
        decision = Decision(
            "agreement",
            "agency restated",
            SAME if (county + linked + core >= 2 or not handover.rivals) else REVIEW,
            line_key(a, old),
            line_key(b, new),
            "the row was given to another body of the same place; model and signing day stayed",
            "; ".join(facts),
            60 + 15 * linked + 10 * county + 10 * core - 20 * bool(handover.rivals),
        )
        if _goes_on(step, a, old, handover.new):
            continue
        step.decide(decision)


def _goes_on(step: AgreementStep, node: Node, old: Line, new: int) -> bool:
    """Whether the old agency keeps an agreement of that model and day under another spelling."""
    for key in step.agencies.members(node.key):
        for line in step.evidence.lines.of_node(step.evidence.by_key[key]):
            same = line.model is old.model and line.signed == old.signed
            if same and line is not old and line.listed and last(line.listed) > last(old.listed):
                return True
    return False


def _restated_states(step: AgreementStep) -> None:
    """An agreement that moves to the body of the same name in another state, which had asked for it."""
    nodes, lines = step.evidence.lines.nodes, step.evidence.lines.lines
    for handover in step.evidence.handovers(across_states=True):
        old, new = lines[handover.old], lines[handover.new]
        a, b = nodes[old.node], nodes[new.node]
        if a.state == b.state or step.joined(line_key(a, old), line_key(b, new)):
            continue
        start = step.evidence.force_days[first(old.listed)]
        asked = _asked_until(step, b, old.model)
        due = asked is not None and 0 <= (start - asked).days <= RETYPED_DAYS
        sure = due and _asked_until(step, a, old.model) is None and not handover.rivals
        facts = [f"signed {old.signed}, {old.model}"]
        facts += [f"the office in {b.state} asked for it until {asked}"] * due
        facts += ["the same link"] * bool(old.links & new.links)
        step.decide(
            Decision(
                "agreement",
                "state misprinted",
                SAME if sure else REVIEW,
                line_key(a, old),
                line_key(b, new),
                f"the row moved from {a.state} to the same body's name in {b.state}; model and day stayed",
                "; ".join(facts),
                80 if sure else 40,
            )
        )


def _asked_until(step: AgreementStep, node: Node, model: Model) -> date | None:
    """The last day on which a pending sheet listed an agency's request for a model."""
    own = step.evidence.lines_of(step.agencies.members(node.key))
    asked = [last(line.pending) for line in own if line.pending and line.model is model]
    return step.evidence.pending_days[max(asked)] if asked else None


# --- signing days


def _corrected_days(step: AgreementStep) -> None:
    for keys in _by_agency(step).values():
        heads = sorted({step.clusters.find(k) for k in keys})
        by_head = {h: sorted(set(keys) & step.clusters.members(h)) for h in heads}
        groups = [step.group(by_head[h][0]) for h in heads if _still_here(step, h, keys)]
        groups.sort(key=lambda g: (first(g.listed), last(g.listed), g.key))
        for a, b in combinations(groups, 2):
            if not step.joined(a.key, b.key):
                _judge_days(step, step.group(a.key), step.group(b.key))


def _still_here(step: AgreementStep, head: str, keys: list[str]) -> bool:
    """Whether an agreement's last rows are under this agency, and not under one that it was given to."""
    latest = max(step.clusters.members(head), key=lambda k: (last(step.lines[k].listed), k))
    return latest in keys


def _judge_days(step: AgreementStep, a: Group, b: Group) -> None:
    linked = bool(a.links & b.links)
    together = (a.listed & b.listed).bit_count()
    gap = first(b.listed) - last(a.listed)
    days = abs((a.signed - b.signed).days) if a.signed and b.signed else 0
    facts = [f"signed {a.signed} and {b.signed}"]
    facts += ["the same link"] * linked + ["links of their own"] * bool(a.links and b.links and not linked)
    facts += [f"{together} sheets list both"] * bool(together)
    facts += [f"next listed {gap} sheets later"] * (gap > 0)
    decision = Decision("agreement", "day corrected", REVIEW, a.key, b.key, "", "; ".join(facts))
    if a.signed is None or b.signed is None:
        _judge_missing(step, decision, together, gap)
        return
    typo = _typing_slip(a.signed, b.signed)
    if together:
        if linked:
            reason, verdict, score = "listed twice; both rows lead to one document", SAME, 90.0
        elif days <= RETYPED_DAYS and not (a.links and b.links):
            reason, verdict, score = "listed twice, with the day retyped in one row", SAME, 80.0
        else:
            reason, verdict, score = "two agreements listed together", REVIEW, 50.0
    elif gap > HANDOVER_GAP:
        if linked and gap <= 4 * HANDOVER_GAP:
            reason, verdict, score = (
                "listed again with the day retyped; both lead to one document",
                SAME,
                80.0,
            )
        elif gap <= 4 * HANDOVER_GAP and not a.links:
            reason, verdict, score = (
                "listed with no document, gone for a few sheets, and listed with a new day",
                REVIEW,
                55.0,
            )
        else:
            reason, verdict, score = "one had ended before the other began", DIFFERENT, 90.0
    elif linked:
        reason, verdict, score = "the day was retyped; the document stayed", SAME, 95.0
    elif typo:
        reason, verdict, score = f"the day was retyped ({typo})", SAME, 90.0
    elif days <= RETYPED_DAYS:
        reason, verdict, score = "the day was retyped from one sheet to the next", SAME, 85.0
    elif not a.links and b.signed in {document_day(link) for link in b.links}:
        reason, verdict, score = "the day was put right when its document came, which bears it", SAME, 80.0
    elif a.links and b.links:
        reason, verdict, score = "a new day with a document of its own took its place", DIFFERENT, 85.0
    else:
        reason, verdict, score = "the day moved by more than a month, and no document tells", REVIEW, 60.0
    step.decide(replace(decision, reason=reason, verdict=verdict, score=score))


def _judge_missing(step: AgreementStep, decision: Decision, together: int, gap: int) -> None:
    decision = replace(decision, step="day missing")
    if together == 0 and gap <= HANDOVER_GAP:
        reason = "the sheets left the day out until then" if gap > 0 else "some sheets left the day out"
        step.decide(replace(decision, verdict=SAME, reason=reason, score=90))
    else:
        step.decide(
            replace(decision, reason="a row without a day stands beside or far from this one", score=50)
        )


_DOCUMENT_DAYS = (
    (re.compile(r"(?<!\d)(20\d\d)[-_.](\d\d?)[-_.](\d\d?)(?!\d)"), (0, 1, 2)),
    (re.compile(r"(?<!\d)(\d\d?)[-_.](\d\d?)[-_.](20\d\d|\d\d)(?!\d)"), (2, 0, 1)),
    (re.compile(r"(?<!\d)(\d\d)(\d\d)(20\d\d)(?!\d)"), (2, 0, 1)),
    (re.compile(r"(?<!\d)(\d\d)(\d\d)(\d\d)(?!\d)"), (2, 0, 1)),
)


@lru_cache(maxsize=1 << 13)
def document_day(link: str) -> date | None:
    """The day that a document's file name bears (`..._MOA_03262025.pdf`), if it bears one."""
    name = link.rsplit("/", 1)[-1]
    for pattern, (year, month, day) in _DOCUMENT_DAYS:
        if found := pattern.search(name):
            parts = found.groups()
            try:
                return date(int(parts[year]) % 100 + 2000, int(parts[month]), int(parts[day]))
            except ValueError:
                continue
    return None


def _typing_slip(a: date, b: date) -> str:
    """What one slip of typing would explain two days; empty if none would."""
    if (a.month, a.day) == (b.month, b.day) and abs(a.year - b.year) == 1:
        return "its year"
    if a.year == b.year and (a.month, a.day) == (b.day, b.month):
        return "month and day changed places"
    x, y = (f"{d.month}{d.day:02}{d.year}" for d in (a, b))
    if DamerauLevenshtein.distance(x, y) == 1 and (a.year == b.year):
        return "one digit"
    return ""


# --- models


def _corrected_models(step: AgreementStep) -> None:
    """A row whose model was changed from one sheet to the next while agency, day and document stayed."""
    nodes = step.evidence.lines.nodes
    for handover in step.evidence.handovers(across_models=True):
        old, new = (step.evidence.lines.lines[n] for n in (handover.old, handover.new))
        a, b = line_key(nodes[old.node], old), line_key(nodes[new.node], new)
        if step.joined(a, b) or (handover.gap == 0 and last(new.listed) < 0):
            continue
        linked = bool(old.links & new.links)
        reason = "the model was corrected; agency, day and document stayed"
        if not linked:
            reason = "the model may have been corrected, or one agreement ended as another was signed"
        facts = f"signed {old.signed}; {old.model} until the sheet before {new.model}"
        step.decide(
            Decision(
                "agreement",
                "model corrected",
                SAME if linked else REVIEW,
                a,
                b,
                reason,
                facts + "; the same link" * linked,
                85 if linked else 45,
            )
        )
