"""A rule: a sentence with its sources, and the condition that an event log must meet."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Any

from evenhand.record.events import EVENT_TYPES, SubjectKind
from evenhand.rules.algebra import (
    AGREEMENT,
    AgreementStanding,
    And,
    Clock,
    Compare,
    Condition,
    Count,
    FacilityStanding,
    Field,
    First,
    In,
    Last,
    Later,
    Lit,
    Next,
    OfficerStanding,
    Op,
    Or,
    Prev,
    Ref,
    RuleError,
    Sel,
    Span,
    This,
    Value,
    check_field,
    walk,
)
from evenhand.rules.standing import AGREEMENT_FIELDS, FACILITY_FIELDS, OFFICER_FIELDS

_STANDINGS = (OfficerStanding, AgreementStanding, FacilityStanding)


class Severity(StrEnum):
    VIOLATION = "violation"
    WARNING = "warning"
    NOTICE = "notice"


class Basis(StrEnum):
    """What kind of source a rule rests on; a claim is what the program says of itself, not law."""

    LAW = "law"
    AGREEMENT = "agreement"
    CLAIM = "claim"
    PRACTICE = "practice"


@dataclass(frozen=True)
class Citation:
    """Where a rule is written. `unverified`: the text was not read in full. Dates bound its force."""

    source: str
    section: str
    effective: date | None = None
    until: date | None = None
    unverified: bool = False

    def __str__(self) -> str:
        return f"{self.source} {self.section}".strip()


@dataclass(frozen=True)
class Term:
    """What a rule asked of acts in one period, under some models or templates of the agreement.

    `effective` is the first day, `until` the first day after (UTC). `deadline` and `done` are the moments
    that a finding states: by when, and when it came. `first_deadline` is the one that was set at first, if it
    can be moved; `stated_reason` where the record would state why it came late.
    """

    holds: Condition
    deadline: Value | None = None
    done: Value | None = None
    first_deadline: Value | None = None
    stated_reason: Value | None = None
    effective: date | None = None
    until: date | None = None
    models: tuple[str, ...] = ()
    templates: tuple[int, ...] = ()

    @property
    def applies(self) -> Condition:
        """That the activation falls under this term."""
        moment = Field(This(), "occurred_at")
        parts: list[Condition] = []
        if self.effective:
            parts.append(Compare(moment, Op.GE, Lit(_midnight(self.effective))))
        if self.until:
            parts.append(Compare(moment, Op.LT, Lit(_midnight(self.until))))
        if self.models:
            parts.append(In(Field(AGREEMENT, "model"), self.models))
        if self.templates:
            template = Field(AGREEMENT, "template")
            parts.append(Or(tuple(Compare(template, Op.EQ, Lit(t)) for t in self.templates)))
        return And(tuple(parts))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@dataclass(frozen=True)
class Rule:
    """One entry of the catalog.

    The rule is judged at each event that `on` selects in a history of `subject` where `when` holds. `passes`,
    `fails` and `unclear` are histories in the notation of `examples.py` on which the answer is holds, broken
    and cannot tell.
    """

    id: str
    sentence: str
    citations: tuple[Citation, ...]
    severity: Severity
    subject: SubjectKind
    on: Sel
    terms: tuple[Term, ...]
    passes: tuple[str, ...]
    fails: tuple[str, ...]
    unclear: tuple[str, ...] = ()
    when: Condition | None = None
    basis: Basis = Basis.AGREEMENT
    guard: bool = False

    def __post_init__(self) -> None:
        if not (self.citations and self.terms and self.passes and self.fails):
            raise RuleError(f"{self.id}: a rule has citations, terms, and examples that pass and fail")
        for name in self.on.types:
            if EVENT_TYPES[name].subject_kind is not self.subject:
                raise RuleError(f"{self.id}: {name} is no event of a {self.subject}")
        for node in self.nodes():
            if isinstance(node, Field):
                self._check_field(node)
            elif isinstance(node, Prev | Next | First | Last | Count):
                for name in node.sel.types:
                    if EVENT_TYPES[name].subject_kind is not self.subject:
                        raise RuleError(f"{self.id}: {name} is no event of a {self.subject}")

    def _check_field(self, node: Field) -> None:
        match node.of:
            case OfficerStanding():
                known = node.name in OFFICER_FIELDS
            case AgreementStanding():
                known = node.name in AGREEMENT_FIELDS
            case FacilityStanding():
                known = node.name in FACILITY_FIELDS
            case This():
                for name in self.on.types:
                    check_field(name, node.name)
                known = True
            case Prev(sel=selection) | Next(sel=selection) | First(sel=selection) | Last(sel=selection):
                for name in selection.types:
                    check_field(name, node.name)
                known = True
        if not known:
            raise RuleError(f"{self.id}: no standing {node.name!r}")

    @property
    def group(self) -> str:
        return self.id.split("-")[0]

    def nodes(self) -> tuple[Any, ...]:
        """All nodes of the rule's conditions."""
        return self._nodes

    @cached_property
    def _nodes(self) -> tuple[Any, ...]:
        stated = [
            (term.applies, term.holds, term.deadline, term.done, term.first_deadline, term.stated_reason)
            for term in self.terms
        ]
        return tuple(walk((self.when, *stated)))

    @cached_property
    def refs(self) -> tuple[Ref, ...]:
        """The other occurrences that the rule looks at, each once, in order; they are its evidence."""
        found = (n for n in self.nodes() if isinstance(n, Prev | Next | First | Last))
        return tuple(dict.fromkeys(found))

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        return tuple(dict.fromkeys(n for n in self.nodes() if isinstance(n, Count)))

    @cached_property
    def reads_officer(self) -> bool:
        return any(isinstance(n, OfficerStanding) for n in self.nodes())

    @cached_property
    def reads_agreement(self) -> bool:
        return any(isinstance(n, AgreementStanding) for n in self.nodes())

    @cached_property
    def reads_facility(self) -> bool:
        return any(isinstance(n, FacilityStanding) for n in self.nodes())

    @cached_property
    def alone(self) -> bool:
        """Whether the rule looks at nothing but the act itself and standings."""
        return not self.refs and not self.counts and not self.laters

    @cached_property
    def laters(self) -> tuple[Later, ...]:
        """Deadlines on clocks that skip days."""
        found = (n for n in self.nodes() if isinstance(n, Later) and n.span.clock is not Clock.REAL)
        return tuple(dict.fromkeys(found))

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        return tuple(dict.fromkeys(n for n in self.nodes() if isinstance(n, Span)))

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns of events that the rule reads, other than those that every rule does."""
        found = {n.name for n in self.nodes() if isinstance(n, Field) and not isinstance(n.of, _STANDINGS)}
        for chosen in (self.on, *(n for n in self.nodes() if isinstance(n, Sel))):
            found |= set(chosen.reads)
        found |= {key for ref in self.refs for key in getattr(ref, "on", ())}
        found |= {"actor"} if self.reads_officer else set()
        found |= {"agency"} if self.reads_agreement else set()
        found |= {"agency", "facility"} if self.reads_facility else set()
        return frozenset(found)

    def with_own_bound(self, seconds: int) -> "Rule":
        """The rule with its own bound (a setting, not a source's) set to another length."""
        spans = [s for s in self.spans if s.ours]
        if len(spans) != 1:
            raise RuleError(f"{self.id} has no single bound of its own to set")
        changed: Rule = substitute(self, spans[0], replace(spans[0], seconds=seconds))
        return changed


def substitute(node: Any, old: Any, new: Any) -> Any:
    """A copy of a node in which every `old` is `new`."""
    if node == old and type(node) is type(old):
        return new
    if isinstance(node, tuple):
        return tuple(substitute(item, old, new) for item in node)
    if hasattr(node, "__dataclass_fields__"):
        values = {name: getattr(node, name) for name in node.__dataclass_fields__}
        changed = {k: substitute(v, old, new) for k, v in values.items()}
        return node if changed == values else type(node)(**changed)
    return node
