"""Rules in words: spans, acts, values and conditions as plain text, for pages and the terminal.

A condition becomes an `Outline`: a line and the lines under it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from evenhand.rules import state_law
from evenhand.rules.algebra import (
    AgreementStanding,
    And,
    Clock,
    Compare,
    Condition,
    Contains,
    Count,
    Earliest,
    Exists,
    FacilityStanding,
    Field,
    First,
    Given,
    In,
    Last,
    Later,
    Latest,
    Lit,
    Next,
    Not,
    ObservedUntil,
    OfficerStanding,
    Op,
    Or,
    Prev,
    Ref,
    Sel,
    Span,
    StayStanding,
    This,
    Unknown,
    Value,
)
from evenhand.rules.rule import Basis, Citation, Rule, Severity, Term, Use

UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))

SEVERITY_MEANS: dict[Severity, str] = {
    Severity.VIOLATION: 'The source says "must", "shall", "only", "cannot", "no more than" or '
    '"no later than", and we read its text. The record shows the opposite.',
    Severity.WARNING: 'The source says "should" or "generally", or an agreement says "will". Or we did not '
    "read the text, or the time limit is ours, or the source is a court decision.",
    Severity.NOTICE: 'The source is good practice, a claim, or a text that says "expected". '
    "It states no duty.",
}
WILL = (
    'If an agreement states a duty with "will", a breach is a warning. '
    "The setting will-as-violation makes it a violation."
)
USE_MEANS: dict[Use, str] = {
    Use.BLOCKS: "Before the act (can block it) and in the audit.",
    Use.WARNS: "Before the act (as a warning) and in the audit.",
    Use.AUDIT: "In the audit only.",
}
BASIS_MEANS: dict[Basis, str] = {
    Basis.STATUTE: "A statute.",
    Basis.TREATY: "A treaty.",
    Basis.REGULATION: "A federal regulation.",
    Basis.DIRECTIVE: "A directive or policy of DHS or ICE.",
    Basis.FORM: "A federal form and its instructions.",
    Basis.AGREEMENT: "The signed agreement.",
    Basis.COURT: "A court's decision.",
    Basis.CLAIM: "Not law: what the program says about itself. The rule tests that claim.",
    Basis.PRACTICE: "Good practice. No statute or agreement states it in these words.",
}

_CLOCKS: dict[Clock, str] = {
    Clock.REAL: "",
    Clock.NO_WEEKENDS: " (Saturdays and Sundays not counted)",
    Clock.NO_WEEKENDS_OR_HOLIDAYS: " (Saturdays, Sundays and federal holidays not counted)",
}
OPS: dict[Op, str] = {
    Op.EQ: "is",
    Op.NE: "is not",
    Op.LE: "is at most",
    Op.LT: "is less than",
    Op.GE: "is at least",
    Op.GT: "is more than",
}
MOMENT_OPS: dict[Op, str] = {
    Op.EQ: "is at",
    Op.NE: "is not at",
    Op.LE: "is no later than",
    Op.LT: "is before",
    Op.GE: "is no earlier than",
    Op.GT: "is after",
}


@dataclass(frozen=True)
class Outline:
    """A line of text with the lines under it."""

    text: str
    under: tuple["Outline", ...] = ()

    def lines(self, depth: int = 0) -> list[tuple[int, str]]:
        """Each line with its depth, in reading order."""
        return [(depth, self.text), *(pair for o in self.under for pair in o.lines(depth + 1))]


def length(seconds: float) -> str:
    """A length of time in its two largest units: `3 days 4 hours`, `12 seconds`."""
    left = abs(int(seconds))
    if left == 0:
        return "under a second" if seconds else "0 seconds"
    parts = []
    for name, size in UNITS:
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number:,} {name}{'' if number == 1 else 's'}")
    return " ".join(parts[:2])


def span_text(span: Span) -> str:
    """A span with its clock: `48 hours (Saturdays and Sundays not counted)`."""
    hours, rest = divmod(abs(span.seconds), 3600)
    # Sources state a short deadline in hours.
    text = f"{hours} hours" if not rest and 1 < hours <= 72 else length(span.seconds)
    return text + _CLOCKS[span.clock]


def selection_text(chosen: Sel) -> str:
    """What a selection selects: `warrant.signed (form is I-200)`."""
    types = " or ".join(chosen.types) if len(chosen.types) < 12 else "any event"
    narrowed = [f"{name} is {' or '.join(map(_code_text, codes))}" for name, codes in chosen.where]
    narrowed += [f"{name} is given" for name in chosen.having]
    narrowed += [f"{name} is less than {bound:g}" for name, bound in chosen.below]
    return f"{types} ({', '.join(narrowed)})" if narrowed else types


def _code_text(code: str | bool) -> str:
    return {True: "yes", False: "no"}[code] if isinstance(code, bool) else code


def ref_text(ref: Ref) -> str:
    match ref:
        case This():
            return "the act"
        case Prev(sel=chosen, on=on):
            return f"the latest {selection_text(chosen)} at or before the act{_same(on)}"
        case Next(sel=chosen, on=on, strictly=strictly):
            when = "after" if strictly else "at or after"
            return f"the next {selection_text(chosen)} {when} the act{_same(on)}"
        case First(sel=chosen):
            return f"the first {selection_text(chosen)}"
        case Last(sel=chosen, on=on):
            return f"the last {selection_text(chosen)}{_same(on)}"
        case OfficerStanding():
            return "the officer's status at that moment"
        case AgreementStanding():
            return "the agreement at that moment"
        case FacilityStanding():
            return "the facility at that moment"
        case StayStanding():
            return "the stay in jail"


def _same(on: tuple[str, ...]) -> str:
    return f" with the same {' and '.join(on)}" if on else ""


def value_text(value: Value) -> str:
    match value:
        case Field(of=of, name="occurred_at"):
            return ref_text(of)
        case Field(of=of, name=name):
            return f"{name} of {ref_text(of)}"
        case Lit(value=datetime() as moment):
            return moment.date().isoformat()
        case Lit(value=bool() as flag):
            return _code_text(flag)
        case Lit(value=plain):
            return str(plain)
        case ObservedUntil():
            return "the end of the record"
        case Later(start=start, span=span):
            side = "before" if span.seconds < 0 else "after"
            return f"{span_text(span)} {side} {value_text(start)}"
        case Count(sel=chosen, since=Prev() as since):
            return f"the number of {selection_text(chosen)} from {ref_text(since)} to the act"
        case Count(sel=chosen):
            return f"the number of {selection_text(chosen)}"
        case Earliest(values=values):
            return f"the earliest of: {'; '.join(value_text(v) for v in values)}"
        case Latest(values=values):
            return f"the latest of: {'; '.join(value_text(v) for v in values)}"


def is_moment(value: Value) -> bool:
    match value:
        case Field(name=name):
            return name.endswith("_at") or name in ("due", "valid_from", "valid_until")
        case ObservedUntil() | Later() | Earliest() | Latest():
            return True
        case Lit(value=datetime()):
            return True
    return False


def outline(condition: Condition) -> Outline:
    """A condition in words."""
    for named, text in state_law.IN_WORDS:
        if condition is named:
            return Outline(text)
    match condition:
        case And(parts=()):
            return Outline("always")
        case And(parts=(only,)) | Or(parts=(only,)):
            return outline(only)
        case And(parts=parts):
            return Outline("all of:", tuple(outline(p) for p in parts))
        case Or(parts=parts):
            return Outline("at least one of:", tuple(outline(p) for p in parts))
        case Not(part=Exists(of=of)):
            return Outline(_absent(of))
        case Not(part=part):
            inner = outline(part)
            return Outline(f"not: {inner.text}", inner.under)
        case Compare(left=left, op=op, right=right):
            words = MOMENT_OPS if is_moment(left) and is_moment(right) else OPS
            return Outline(f"{value_text(left)} {words[op]} {value_text(right)}")
        case In(value=value, codes=codes):
            return Outline(f"{value_text(value)} is {' or '.join(codes)}")
        case Contains(items=items, value=value):
            return Outline(f"{value_text(items)} include {value_text(value)}")
        case Given(field=field):
            return Outline(f"{value_text(field)} is given")
        case Exists(of=OfficerStanding()):
            return Outline("the officer is known to the record at that moment")
        case Exists(of=AgreementStanding()):
            return Outline("an agreement of the agency is known at that moment")
        case Exists(of=FacilityStanding()):
            return Outline("posters in English and Spanish were attested at the facility by that moment")
        case Exists(of=of):
            return Outline(f"{_happening(of)} happened{_where(of)}")
        case Unknown(what=what):
            return Outline(f"cannot tell: {what}")


def _absent(of: Ref) -> str:
    match of:
        case OfficerStanding():
            return "the officer is not known to the record at that moment"
        case AgreementStanding():
            return "no agreement of the agency is known at that moment"
        case FacilityStanding():
            return "no posters in English and Spanish were attested at the facility by that moment"
        case _:
            return f"no {_happening(of)} happened{_where(of)}"


def _happening(of: Ref) -> str:
    match of:
        case Prev(sel=chosen) | Next(sel=chosen) | First(sel=chosen) | Last(sel=chosen):
            return selection_text(chosen)
        case _:
            return ref_text(of)


def _where(of: Ref) -> str:
    match of:
        case Prev(on=on):
            return f" at or before the act{_same(on)}"
        case Next(on=on, strictly=strictly):
            return f" {'after' if strictly else 'at or after'} the act{_same(on)}"
        case Last(on=on):
            return _same(on)
        case _:
            return ""


def citation_text(citation: Citation) -> str:
    """A citation with the days of its force, and a mark where its text was not read in full."""
    notes = []
    if citation.effective:
        notes.append(f"from {citation.effective.isoformat()}")
    if citation.until:
        notes.append(f"until {citation.until.isoformat()}")
    if citation.unverified:
        notes.append("unverified: the text was not read in full")
    return f"{citation} ({'; '.join(notes)})" if notes else str(citation)


def citation_with_quote(citation: Citation) -> str:
    """A citation with its deciding words."""
    text = citation_text(citation)
    return f'{text}: "{citation.quote}"' if citation.quote else text


def severity_text(rule: Rule) -> str:
    """Name all severities of a rule, the most severe first: `violation or warning`."""
    return " or ".join(map(str, rule.severities))


def term_severity(rule: Rule, term: Term) -> str:
    """Give the severity of one term, if it can differ from that of the rule; else empty."""
    severity = str(rule.severity_of(term))
    if term.promise:
        return f'{severity}: the agreement says "will"'
    return severity if len(rule.severities) > 1 else ""


def term_scope(term: Term) -> str:
    """Say which acts a term applies to; empty if to all."""
    parts = []
    if term.effective:
        parts.append(f"acts from {term.effective.isoformat()}")
    if term.until:
        parts.append(f"acts before {term.until.isoformat()}")
    if term.models:
        parts.append(f"agreements of the model {' or '.join(term.models)}")
    if term.templates:
        parts.append(f"agreements of the template {' or '.join(map(str, term.templates))}")
    return "; ".join(parts)


def span_of(text: str) -> timedelta:
    """`1d12h`, `90m` as a length. Raises `ValueError` for anything else, and for zero."""
    sizes = {name[0]: size for name, size in UNITS}
    total, number = 0, ""
    for mark in text.strip().lower():
        if mark.isascii() and mark.isdigit():
            number += mark
        elif mark in sizes and number:
            total, number = total + int(number) * sizes[mark], ""
        else:
            total, number = 0, "bad"
            break
    if number or not 0 < total <= 100 * 366 * 86400:
        raise ValueError(f"{text!r} is not a length of time. Write it like 90m, 48h or 1d12h.")
    return timedelta(seconds=total)
