"""Explain a rule's answer for one history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from evenhand.record.labels import KINDS, event_label
from evenhand.record.time import Moment, moment_of
from evenhand.rules.algebra import AgreementStanding, Field, Later, walk
from evenhand.rules.answer import Verdict, unanswerable
from evenhand.rules.case import History, View, applies, broken_term
from evenhand.rules.context import Context
from evenhand.rules.explain.clock import Reckoning, reckon
from evenhand.rules.explain.steps import Step, Steps, deciding, template_unread
from evenhand.rules.explain.words import interval_text, missing_words, selection_words
from evenhand.rules.rule import Citation, Rule, Term
from evenhand.rules.standing import NEVER, Row
from evenhand.rules.template import Template
from evenhand.rules.wording import citation_text, term_scope

ANSWERS: dict[Verdict, str] = {
    Verdict.BROKEN: "broken",
    Verdict.CANNOT_TELL: "cannot_tell",
    Verdict.HOLDS: "holds",
    Verdict.NOT_APPLICABLE: "not_applicable",
}
"""The answers in JSON."""
UNREAD_TEMPLATE = "template not read"
_FACTS = 3
_MINUTE = timedelta(minutes=1)
_STAY_EVENTS = ("began", "due", "ended", "left", "to_ice")


@dataclass(frozen=True)
class EventLine:
    """One event as an explanation shows it."""

    id: str
    type: str
    when: str
    facility: str | None = None
    actor: str | None = None
    source: str | None = None

    @property
    def label(self) -> str:
        return event_label(self.type)

    def as_json(self) -> dict[str, Any]:
        content = {"id": self.id, "type": self.type, "label": self.label, "when": self.when}
        more = {"facility": self.facility, "actor": self.actor, "source": self.source}
        return content | {k: v for k, v in more.items() if v is not None}


@dataclass(frozen=True)
class Source:
    """A source of the rule: its text as cited, and the deciding words."""

    text: str
    basis: str
    quote: str

    def as_json(self) -> dict[str, Any]:
        return {"citation": self.text, "basis": self.basis} | ({"quote": self.quote} if self.quote else {})


@dataclass(frozen=True)
class Explanation:
    """The answer at one act (the deciding act if none was named), and the reason.

    `why` is the reason in a few sentences. `scope` shows why the rule or its term applies, and `term` what it
    requires, each as a tree. `clocks`: how each deadline is computed, for the earliest and the latest start
    where they differ. `evidence`: the events that show it, the act first. `missing`: what information the
    answer needs.
    """

    rule: Rule
    verdict: Verdict
    why: str
    act: EventLine | None = None
    severity: str = ""
    scope: Step | None = None
    term: Step | None = None
    clocks: tuple[Reckoning, ...] = ()
    evidence: tuple[EventLine, ...] = ()
    sources: tuple[Source, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def answer(self) -> str:
        return ANSWERS[self.verdict]

    @property
    def needs(self) -> tuple[str, ...]:
        """Say in words what information the answer needs."""
        return tuple(missing_words(name) for name in self.missing)

    def as_json(self) -> dict[str, Any]:
        """The explanation as plain JSON values."""
        return {
            "rule": self.rule.id,
            "sentence": self.rule.sentence,
            "answer": self.answer,
            "severity": self.severity,
            "why": self.why,
            "missing": list(self.missing),
            "act": self.act.as_json() if self.act else None,
            "applies": self.scope.as_json() if self.scope else None,
            "condition": self.term.as_json() if self.term else None,
            "clocks": [{"deadline": c.title, "days": list(c.lines)} for c in self.clocks],
            "evidence": [e.as_json() for e in self.evidence],
            "sources": [s.as_json() for s in self.sources],
        }

    def lines(self) -> Iterator[str]:
        """The explanation as plain text, a line at a time."""
        yield f"{self.rule.id}: {self.answer.replace('_', ' ')}"
        yield self.rule.sentence
        yield ""
        if self.act:
            yield f"Act: {self.act.label}, {self.act.when}"
        yield f"Why: {self.why}"
        for title, step in (("Does the rule apply?", self.scope), ("What the rule requires", self.term)):
            if step is not None:
                yield ""
                yield title
                yield from (f"  {'  ' * depth}{text}" for depth, text in step.lines())
        for clock in self.clocks:
            yield ""
            yield f"Clock: {clock.title}"
            yield from (f"  {line}" for line in clock.lines)
        if self.evidence:
            yield ""
            yield "Events"
            for event in self.evidence:
                place = f" ({event.source})" if event.source else ""
                yield f"  {event.label}, {event.when}{place}"
        yield ""
        yield "Sources"
        for source in self.sources:
            yield f"  {source.text}"
            if source.quote:
                yield f"    “{source.quote}”"
        if self.needs:
            yield ""
            yield "Information needed"
            yield from (f"  {need}" for need in self.needs)


def explain(
    rule: Rule,
    history: Sequence[Row],
    context: Context,
    activation: UUID | None = None,
    around: Mapping[UUID, Row] | None = None,
) -> Explanation:
    """Explain the rule's answer at an act, given by its id, or at the deciding act if None.

    `around` holds events of other histories (officers, agreements, facilities) by id, which are then named as
    evidence. Raises `LookupError` if the rule is not judged at such an act.
    """
    lacking = unanswerable(rule, context.provides)
    if lacking and activation is None:
        return _without_act(rule, Verdict.CANNOT_TELL, tuple(sorted(lacking)))
    views = list(History(history, context).acts(rule))
    if activation is not None:
        views = [v for v in views if v.this["id"] == activation]
        if not views:
            raise LookupError(f"{rule.id} is not judged at the event {activation}")
    if not views:
        return _without_act(rule, Verdict.NOT_APPLICABLE, ())
    return _explain(rule, min(views, key=lambda v: v.judge(rule)[0]), around or {})


def not_asked(rule: Rule, why: str) -> Explanation:
    """Explain that a rule is not applicable, for the stated reason."""
    return Explanation(
        rule, Verdict.NOT_APPLICABLE, why, None, str(rule.severity), sources=_sources(rule, None)
    )


def _without_act(rule: Rule, verdict: Verdict, missing: tuple[str, ...]) -> Explanation:
    acts = selection_words(rule.on)
    if verdict is Verdict.CANNOT_TELL:
        why = f"The record does not show {'; '.join(map(missing_words, missing))}."
    else:
        why = f"This {KINDS[rule.subject]}'s history has no {acts}."
    return Explanation(
        rule, verdict, why, None, str(rule.severity), sources=_sources(rule, None), missing=missing
    )


def _explain(rule: Rule, view: View, around: Mapping[UUID, Row]) -> Explanation:
    verdict, missing = view.judge(rule)
    steps = Steps(view)
    term = _deciding_term(rule, view, verdict)
    scope = steps.of(applies(rule, term))
    form = view.value(Field(AgreementStanding(), "form")).known if rule.reads_agreement else None
    asked = steps.of(term.holds) if verdict is not Verdict.NOT_APPLICABLE else None
    return Explanation(
        rule,
        verdict,
        _why(rule, view, verdict, scope, asked, tuple(sorted(missing))),
        _line(view.this, ZoneInfo(view.this["zone"])),
        str(rule.severity_of(term)),
        scope if scope.under or verdict is Verdict.NOT_APPLICABLE or scope.truth is None else None,
        asked,
        tuple(_clocks(view, term)) if asked else (),
        tuple(_evidence(rule, view, around)),
        _sources(rule, form),
        tuple(sorted(missing)) if verdict is Verdict.CANNOT_TELL else (),
    )


def _deciding_term(rule: Rule, view: View, verdict: Verdict) -> Term:
    if verdict is Verdict.BROKEN:
        return broken_term(rule, view)
    for term in rule.terms:
        under, holds = view.truth(applies(rule, term))[0], view.truth(term.holds)[0]
        if under is False:
            continue
        if (verdict is Verdict.HOLDS) is (holds is True):
            return term
    return rule.terms[0]


def _why(
    rule: Rule, view: View, verdict: Verdict, scope: Step, asked: Step | None, missing: tuple[str, ...]
) -> str:
    if verdict is Verdict.NOT_APPLICABLE:
        if all(template_unread(view, applies(rule, term)) for term in rule.terms):
            return f"The rule does not cover the template of the agreement in force: {UNREAD_TEMPLATE}."
        facts = [step.fact for step in deciding(scope) if step.fact]
        scopes = "; ".join(filter(None, map(term_scope, rule.terms)))
        if facts or not scopes:
            return " ".join(("The rule does not apply to this act.", *facts[:_FACTS]))
        return f"The rule does not apply to this act. It applies to {scopes}."
    assert asked is not None
    if verdict is Verdict.CANNOT_TELL:
        needs = [missing_words(name) for name in missing]
        rest = f"; and {len(needs) - 4} more" if len(needs) > 4 else ""
        unclear = scope if scope.truth is None else asked
        facts = [s.fact for s in deciding(unclear) if s.fact and not _only_gaps(s.fact)]
        return " ".join([f"The answer depends on {'; '.join(needs[:4])}{rest}.", *facts[:2]])
    facts = [step.fact or f"{step.claim}." for step in deciding(asked)]
    return " ".join(dict.fromkeys(facts[:_FACTS])) or "The rule requires nothing more of this act."


def _only_gaps(fact: str) -> bool:
    """Whether a fact repeats what is missing and gives no known value."""
    return fact.startswith("Missing: ") or (
        ": not known" in fact and fact.count(": not known") == fact.count(": ")
    )


def _clocks(view: View, term: Term) -> Iterator[Reckoning]:
    """Compute each deadline of the term, from the earliest and the latest possible start."""
    laters = (n for n in walk((term.deadline, term.holds)) if isinstance(n, Later))
    seen = set()
    for later in laters:
        start = view.value(later.start)
        first, last = start.earliest, start.latest
        # Within a minute, both print the same.
        close = first is not None and last is not None and last - first < _MINUTE
        for moment in (first, None if close else last):
            if moment not in (None, NEVER) and (moment, later.span) not in seen:
                seen.add((moment, later.span))
                yield reckon(moment, later.span, view.this["zone"])


def _evidence(rule: Rule, view: View, around: Mapping[UUID, Row]) -> Iterator[EventLine]:
    """List the events that show the answer once each, the act first."""
    found: list[Any] = [view.this["id"]]
    found += [event["id"] for ref in rule.refs if (event := view.find(ref).event) is not None]
    if rule.reads_stay:
        moments = (getattr(view.stay, name) for name in _STAY_EVENTS)
        found += [moment.event for moment in moments if moment is not None and moment.event is not None]
    for reads, stood in (
        (rule.reads_officer, view.officer),
        (rule.reads_agreement, view.agreement),
        (rule.reads_facility, view.facility),
    ):
        if reads and stood is not None:
            found.append(stood.event)
    own = {event["id"]: event for event in view.events}
    for identity in dict.fromkeys(found):
        row = own.get(identity) or around.get(identity)
        if row is not None:
            yield _line(row, ZoneInfo(row["zone"]))


def _line(row: Row, zone: ZoneInfo) -> EventLine:
    source = row.get("source_file")
    if source is not None and row.get("source_row") is not None:
        source = f"{source}, row {row['source_row']}"
    moment: Moment = moment_of(row)
    return EventLine(
        str(row["id"]),
        row["type"],
        interval_text(moment, zone),
        row.get("facility"),
        row.get("actor"),
        source,
    )


def _sources(rule: Rule, form: Any) -> tuple[Source, ...]:
    return tuple(Source(_cited(c, form), str(c.basis), c.quote) for c in rule.citations)


def _cited(citation: Citation, form: Any) -> str:
    """Give the citation. For an agreement, name only the page of the template in force, if it is known."""
    pages = dict(citation.pages)
    if form in pages and form in tuple(Template):
        return f"{citation.source} {citation.section} ({form} {pages[form]})".replace("  ", " ")
    return citation_text(citation)
