"""A tree that shows, for one act, whether each part of a condition is true and which values it compared."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from evenhand.record.events import EVENT_TYPES
from evenhand.record.time import Moment, moment_of
from evenhand.rules.algebra import (
    AgreementStanding,
    And,
    Compare,
    Condition,
    Contains,
    Exists,
    FacilityStanding,
    Field,
    Given,
    In,
    Later,
    Lit,
    Not,
    ObservedUntil,
    OfficerStanding,
    Op,
    Or,
    StayStanding,
    This,
    Unknown,
    Value,
    sel,
    selection,
    walk,
)
from evenhand.rules.case import View, Worth
from evenhand.rules.explain.words import (
    capital,
    happening_words,
    interval_text,
    missing_words,
    plain_value,
    selection_words,
    value_words,
)
from evenhand.rules.standing import NEVER
from evenhand.rules.template import UNREAD, Template
from evenhand.rules.wording import MOMENT_OPS, OPS, length

_STANDINGS = (OfficerStanding, AgreementStanding, FacilityStanding, StayStanding)
_MISSED = {
    Op.LE: "late",
    Op.LT: "late",
    Op.GE: "early",
    Op.GT: "early",
}


@dataclass(frozen=True)
class Step:
    """One condition and whether it is true. `fact`: what the record shows; `missing`: what it lacks.

    `joint`: how the steps below combine: "all", "any", "not", or empty for a plain condition.
    """

    claim: str
    truth: bool | None
    fact: str = ""
    missing: tuple[str, ...] = ()
    under: tuple["Step", ...] = ()
    joint: str = ""
    compares: bool = field(default=False, compare=False)
    about: frozenset[Any] = field(default=frozenset(), compare=False, repr=False)

    @property
    def answer(self) -> str:
        return {True: "yes", False: "no", None: "not known"}[self.truth]

    def as_json(self) -> dict[str, Any]:
        """The step and those under it as plain JSON values."""
        content: dict[str, Any] = {"claim": self.claim, "truth": self.truth}
        if self.fact:
            content["fact"] = self.fact
        if self.missing:
            content["missing"] = list(self.missing)
        if self.under:
            content["under"] = [step.as_json() for step in self.under]
        return content

    def lines(self, depth: int = 0) -> list[tuple[int, str]]:
        """Each condition with its truth, indented by depth, in reading order."""
        text = f"{self.claim} {self.answer}" if self.under else f"{self.claim}: {self.answer}"
        text += f". {self.fact}" if self.fact and self.fact != f"{self.claim}." else ""
        return [(depth, text), *(line for step in self.under for line in step.lines(depth + 1))]


def deciding(step: Step) -> list[Step]:
    """Find the plain conditions that decide a step. Comparisons come first; repeats are dropped."""
    found = list(dict.fromkeys(_deciding(step)))
    compared = frozenset(thing for leaf in found if leaf.compares for thing in leaf.about)
    shown = [leaf for leaf in found if leaf.compares or not (leaf.about and leaf.about <= compared)]
    return sorted(shown, key=lambda leaf: not leaf.compares)


def _deciding(step: Step) -> Iterable[Step]:
    if not step.under:
        return [step]
    if step.joint == "not":
        return _deciding(step.under[0])
    settled = [s for s in step.under if s.truth is step.truth]
    alone = step.truth is (step.joint == "any")
    chosen = settled[:1] if alone and step.truth is not None else settled
    return [leaf for s in chosen for leaf in _deciding(s)]


class Steps:
    """Makes the steps of conditions, as one act sees them."""

    def __init__(self, view: View) -> None:
        self.view, self.zone = view, ZoneInfo(view.this["zone"])

    def of(self, condition: Condition, negated: bool = False) -> Step:
        """Give the condition, whether it is true, and the facts that decide it.

        `negated`: the condition is under a "not", so its failure is no shortfall.
        """
        truth, missing = self.view.truth(condition)
        lacks = tuple(sorted(missing)) if truth is None else ()
        match condition:
            case And(parts=(only,)) | Or(parts=(only,)):
                return self.of(only, negated)
            case And(parts=()):
                return Step("Always", True)
            case And(parts=parts):
                shown = [p for p in parts if truth is not False or not isinstance(p, Unknown)]
                under = tuple(self.of(p, negated) for p in shown)
                return Step("All of these:", truth, missing=lacks, under=under, joint="all")
            case Or(parts=parts):
                under = tuple(self.of(p, negated) for p in parts)
                return Step("At least one of these:", truth, missing=lacks, under=under, joint="any")
            case Not(part=part):
                inner = self.of(part, not negated)
                if inner.under:
                    return Step("Not:", truth, missing=lacks, under=(inner,), joint="not")
                claim = _denied(inner.claim)
                return Step(claim, truth, inner.fact, lacks, (), "", inner.compares, inner.about)
            case Unknown(what=what):
                return Step(f"{capital(what)}", None, missing=lacks)
        claim, fact = self._plain(condition, negated)
        if truth is None and not fact:
            fact = "Missing: " + "; ".join(map(missing_words, lacks)) + "."
        read = (n for n in walk(condition) if isinstance(n, Field))
        about: frozenset[Any] = frozenset(n.of if n.name == "occurred_at" else n for n in read)
        if isinstance(condition, Exists):
            about = frozenset({condition.of})
        return Step(claim, truth, fact, lacks, (), "", isinstance(condition, Compare), about)

    def _plain(self, condition: Condition, negated: bool) -> tuple[str, str]:
        """Give a plain condition as a claim, and what the record shows."""
        match condition:
            case Compare(left=left, op=op, right=right):
                return self._compare(left, op, right, negated)
            case In(value=value, codes=codes):
                claim = f"{capital(value_words(value))} is {' or '.join(map(plain_value, codes))}"
                return claim, self._value_fact(value)
            case Contains(items=items, value=value):
                claim = f"{capital(value_words(items))} include {value_words(value)}"
                return claim, self._value_fact(items)
            case Given(field=given):
                return self._given(given)
            case Exists():
                return happening_words(condition.of), self._existence(condition)
        raise TypeError(condition)

    def _given(self, given: Field) -> tuple[str, str]:
        claim = f"{capital(value_words(given))} is on record"
        truth, _ = self.view.truth(Given(given))
        if truth is False:
            return claim, f"{capital(value_words(given))}: none on record."
        return claim, self._value_fact(given) if truth else ""

    def _existence(self, condition: Exists) -> str:
        ref, truth = condition.of, self.view.truth(condition)[0]
        if truth is False:
            return f"{_absence(happening_words(ref))}."
        if truth is None or isinstance(ref, (This, *_STANDINGS)):
            return ""
        found = self.view.find(ref)
        moment = Moment(found.earliest, found.latest)
        if found.event is not None:
            moment = moment_of(found.event)
        return f"{selection_words(selection(ref))}: {interval_text(moment, self.zone)}."

    def _compare(self, left: Value, op: Op, right: Value, negated: bool) -> tuple[str, str]:
        if isinstance(right, Lit) and isinstance(right.value, bool) and op in (Op.EQ, Op.NE):
            words = value_words(left)
            holds = right.value is (op is Op.EQ)
            return f"{capital(words)} is {'yes' if holds else 'no'}", self._value_fact(left)
        a, b = self.view.value(left), self.view.value(right)
        moments = any(isinstance(v, datetime) for v in (a.earliest, a.latest, b.earliest, b.latest))
        claim = f"{capital(value_words(left))} {(MOMENT_OPS if moments else OPS)[op]} {value_words(right)}"
        facts = [
            f"{_named(v)}: {self.worth_text(w)}" for v, w in ((left, a), (right, b)) if not isinstance(v, Lit)
        ]
        fact = capital("; ".join(facts))
        to_record = isinstance(left, ObservedUntil) or isinstance(right, ObservedUntil)
        missed = "" if negated or to_record else _difference(a, op, b)
        return claim, f"{fact}{missed}." if fact else ""

    def _value_fact(self, value: Value) -> str:
        return f"{capital(value_words(value))}: {self.worth_text(self.view.value(value))}."

    def _surely_absent(self, name: str) -> bool:
        """Whether the record would show every event of this type, back to the booking."""
        context = self.view.context
        return name in EVENT_TYPES and not context.cut and not context.provides.lacking(sel(name))

    def worth_text(self, worth: Worth) -> str:
        """What a value can be, in words."""
        if worth.earliest is None and worth.latest is None:
            names = sorted(worth.missing)
            if names and all(self._surely_absent(name) for name in names):
                return "none on record"
            return "not known" + (f" ({'; '.join(map(missing_words, names[:3]))})" if names else "")
        known = worth.earliest if worth.earliest is not None else worth.latest
        if isinstance(known, datetime):
            return (
                "never" if known == NEVER else interval_text(Moment(worth.earliest, worth.latest), self.zone)
            )
        if worth.earliest == worth.latest:
            return plain_value(known)
        if worth.latest is None:
            return f"at least {plain_value(worth.earliest)}"
        return f"{plain_value(worth.earliest)} to {plain_value(worth.latest)}"


def _denied(claim: str) -> str:
    """Negate a claim."""
    if " is on record" in claim:
        return claim.replace(" is on record", " is not on record", 1)
    for verb, denied in ((" is ", " is not "), (" include ", " do not include ")):
        if verb in claim:
            return claim.replace(verb, denied, 1)
    return f"Not true: {claim}"


def _named(value: Value) -> str:
    """Give the short name of a value. The claim already describes a deadline in full."""
    if isinstance(value, Later):
        return "the limit" if value.span.seconds < 0 else "the deadline"
    return value_words(value)


def _absence(claim: str) -> str:
    """Turn the claim that something is on record into its opposite."""
    if claim.startswith(("The ", "An ", "A ")):
        return claim.replace(" is on record", " is not on record", 1)
    return "No " + claim


def _difference(a: Worth, op: Op, b: Worth) -> str:
    """Give the shortest time by which a comparison of two moments fails."""
    sides = {
        Op.LE: (a.earliest, b.latest),
        Op.LT: (a.earliest, b.latest),
        Op.GE: (b.earliest, a.latest),
        Op.GT: (b.earliest, a.latest),
    }.get(op)
    if sides is None or not all(isinstance(s, datetime) and s != NEVER for s in sides):
        return ""
    over = (sides[0] - sides[1]).total_seconds()
    return f" ({length(over)} too {_MISSED[op]})" if over >= 1 else ""


def template_unread(view: View, condition: Condition) -> bool:
    """Whether a condition fails because the text of the agreement's template was not read."""
    if view.truth(condition)[0] is not False:
        return False
    fields = {node for node in walk(condition) if isinstance(node, Field)}
    if Field(AgreementStanding(), "form") in fields:
        return bool(view.value(Field(AgreementStanding(), "form")).known == UNREAD)
    years = {view.value(node).known for node in fields if node.name == "template"}
    return bool(years - {None}) and not years & {template.year for template in Template}
