"""A rule: a sentence with its sources, and the condition that an event log must meet."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Any

from evenhand.record.events import EVENT_TYPES, FIELDS, SubjectKind
from evenhand.rules.algebra import (
    AGREEMENT,
    ENVELOPE_FIELDS,
    AgreementStanding,
    And,
    Clock,
    Compare,
    Condition,
    Count,
    Exists,
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
    StayStanding,
    This,
    Value,
    check_field,
    walk,
)
from evenhand.rules.standing import AGREEMENT_FIELDS, FACILITY_FIELDS, OFFICER_FIELDS, STAY_FIELDS
from evenhand.rules.template import Template

_STANDINGS = (OfficerStanding, AgreementStanding, FacilityStanding, StayStanding)


class Severity(StrEnum):
    VIOLATION = "violation"
    WARNING = "warning"
    NOTICE = "notice"


class Basis(StrEnum):
    """What kind of source a rule rests on; a claim is what the program says of itself, practice is ours."""

    STATUTE = "statute"
    TREATY = "treaty"
    REGULATION = "regulation"
    DIRECTIVE = "directive"
    FORM = "form"
    AGREEMENT = "agreement"
    COURT = "court"
    PRACTICE = "practice"
    CLAIM = "claim"


class Use(StrEnum):
    """Where a rule is asked: before an act, which it may block or warn of, and always in an audit."""

    BLOCKS = "blocks"
    WARNS = "warns"
    AUDIT = "audit"


@dataclass(frozen=True)
class Citation:
    """Where a rule is written.

    `pages`: for an agreement, each template with the page of its text, such as `("J20", "p. 9")`.
    `quote`: the deciding words. `unverified`: the text was not read in full. Dates bound its force.
    """

    source: str
    section: str
    basis: Basis
    effective: date | None = None
    until: date | None = None
    unverified: bool = False
    pages: tuple[tuple[str, str], ...] = ()
    quote: str = ""

    def __str__(self) -> str:
        pages = ", ".join(f"{template} {page}" for template, page in self.pages)
        return " ".join(part for part in (self.source, self.section, pages and f"({pages})") if part)


@dataclass(frozen=True)
class Term:
    """What a rule asked of acts in one period, under some models or templates of the agreement.

    `effective` is the first day, `until` the first day after (UTC). With `models` or `templates` the term
    applies only while an agreement of one of these is in force. `deadline` and `done` are the moments that a
    finding states: by when, and when it came. `first_deadline` is the one that was set at first, if it can be
    moved; `stated_reason` where the record would state why it came late. `severity` is that of a breach of
    this term, where it is not the rule's; `promise` marks a duty that the agreement states with "will".
    `while_in_force=False`: the agreement need not be in force at the act, only be of that template. In the
    history of an agreement, `effect` is the event that says of which template it is, in force or not.
    """

    holds: Condition
    deadline: Value | None = None
    done: Value | None = None
    first_deadline: Value | None = None
    stated_reason: Value | None = None
    effective: date | None = None
    until: date | None = None
    models: tuple[str, ...] = ()
    templates: tuple[Template, ...] = ()
    severity: Severity | None = None
    promise: bool = False
    while_in_force: bool = True
    effect: Ref | None = None

    @property
    def applies(self) -> Condition:
        """That the activation falls under this term."""
        moment = Field(This(), "occurred_at")
        parts: list[Condition] = []
        if self.effective:
            parts.append(Compare(moment, Op.GE, Lit(_midnight(self.effective))))
        if self.until:
            parts.append(Compare(moment, Op.LT, Lit(_midnight(self.until))))
        if self.effect is not None:
            if self.templates:
                parts.append(_takes_effect_as(self.effect, self.templates))
            return And(tuple(parts))
        if self.models or self.templates:
            parts.append(Exists(AGREEMENT))
            if self.while_in_force:
                parts.append(Compare(Field(AGREEMENT, "in_force"), Op.EQ, Lit(True)))
        if self.models:
            parts.append(In(Field(AGREEMENT, "model"), self.models))
        if self.templates:
            parts.append(In(Field(AGREEMENT, "form"), tuple(str(t) for t in self.templates)))
        return And(tuple(parts))


def _takes_effect_as(effect: Ref, templates: tuple[Template, ...]) -> Condition:
    """That the event brings an agreement of one of the templates into effect."""
    return Or(
        tuple(
            And(
                (
                    Compare(Field(effect, "model"), Op.EQ, Lit(template.model)),
                    Compare(Field(effect, "template"), Op.EQ, Lit(template.year)),
                )
            )
            for template in templates
        )
    )


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
    use: Use = Use.AUDIT

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
            case StayStanding():
                known = node.name in STAY_FIELDS
            case This():
                # A field that only some of the types have is unknown for the others.
                having = [n for n in self.on.types if node.name in FIELDS[n] or node.name in ENVELOPE_FIELDS]
                for name in having or self.on.types:
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

    @property
    def basis(self) -> Basis:
        """The kind of its first source, which decides it."""
        return self.citations[0].basis

    @property
    def guard(self) -> bool:
        """Whether the rule is asked before an act."""
        return self.use is not Use.AUDIT

    def severity_of(self, term: Term) -> Severity:
        """The severity of a breach of one of the rule's terms."""
        return term.severity or self.severity

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
    def reads_stay(self) -> bool:
        return any(isinstance(n, StayStanding) for n in self.nodes())

    @cached_property
    def alone(self) -> bool:
        """Whether the rule looks at nothing but the act itself and the standings of officers and agencies."""
        return not self.refs and not self.counts and not self.laters and not self.reads_stay

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

    @property
    def own_bounds(self) -> tuple[Span, ...]:
        """The lengths of time in the rule that no source states, in the order in which it names them."""
        return tuple(span for span in self.spans if span.ours)

    @property
    def severities(self) -> tuple[Severity, ...]:
        """The severities of a breach, each once, the gravest first."""
        found = {self.severity_of(term) for term in self.terms}
        return tuple(severity for severity in Severity if severity in found)

    def with_own_bounds(self, *seconds: int) -> "Rule":
        """The rule with its own bounds (settings, not a source's) set to other lengths, in their order."""
        spans = self.own_bounds
        if len(spans) != len(seconds):
            raise RuleError(f"{self.id} has {len(spans)} bounds of its own, not {len(seconds)}")
        if len(set(seconds)) != len(seconds):
            raise RuleError(f"{self.id}: set its bounds to different lengths")
        changed: Rule = self
        # By way of lengths that no bound has: one may be set to what another one is.
        for number, span in enumerate(spans):
            changed = substitute(changed, span, replace(span, seconds=-number - 1))
        for number, span in enumerate(spans):
            aside = replace(span, seconds=-number - 1)
            changed = substitute(changed, aside, replace(span, seconds=seconds[number]))
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
