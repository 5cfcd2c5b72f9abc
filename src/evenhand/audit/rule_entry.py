"""One rule of the rule book: its parts in words, and as plain JSON values."""

from dataclasses import dataclass
from typing import Any

from evenhand.rules.catalog import GROUPS
from evenhand.rules.rule import Rule, Term
from evenhand.rules.wording import (
    Outline,
    citation_with_quote,
    outline,
    selection_text,
    severity_text,
    span_text,
    term_scope,
    term_severity,
    value_text,
)


@dataclass(frozen=True)
class TermText:
    """What a rule asks in one period, in words.

    `scope` is empty if it asks it of all acts, `severity` if it is that of all the rule's terms.
    """

    scope: str
    severity: str
    holds: Outline
    deadline: str


@dataclass(frozen=True)
class Entry:
    """A rule in words."""

    rule: Rule
    citations: tuple[str, ...]
    judged_at: str
    when: Outline | None
    terms: tuple[TermText, ...]
    bounds: tuple[str, ...]

    @property
    def severity(self) -> str:
        """All severities of a breach, the gravest first."""
        return severity_text(self.rule)

    @property
    def examples(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Histories by the answer they get, in the notation of `evenhand.rules.examples`."""
        rule = self.rule
        listed = (("holds", rule.passes), ("broken", rule.fails), ("cannot tell", rule.unclear))
        return tuple((answer, texts) for answer, texts in listed if texts)


def entry(rule: Rule) -> Entry:
    return Entry(
        rule,
        tuple(citation_with_quote(c) for c in rule.citations),
        selection_text(rule.on),
        outline(rule.when) if rule.when else None,
        tuple(_term(rule, term) for term in rule.terms),
        tuple(span_text(span) for span in rule.own_bounds),
    )


def _term(rule: Rule, term: Term) -> TermText:
    return TermText(
        term_scope(term),
        term_severity(rule, term),
        outline(term.holds),
        value_text(term.deadline) if term.deadline else "",
    )


def as_json(rule: Rule) -> dict[str, Any]:
    """A rule as plain JSON values; its conditions as nested lines of text."""
    told = entry(rule)
    return {
        "id": rule.id,
        "group": rule.group,
        "group_title": GROUPS[rule.group],
        "sentence": rule.sentence,
        "citations": [
            {
                "source": c.source,
                "section": c.section,
                "effective": c.effective.isoformat() if c.effective else None,
                "until": c.until.isoformat() if c.until else None,
                "unverified": c.unverified,
                "basis": str(c.basis),
                "pages": dict(c.pages),
                "quote": c.quote,
            }
            for c in rule.citations
        ],
        "severity": str(rule.severity),
        "basis": str(rule.basis),
        "use": str(rule.use),
        "guard": rule.guard,
        "subject_kind": str(rule.subject),
        "judged_at": list(rule.on.types),
        "when": _nested(told.when) if told.when else None,
        "terms": [
            {
                "effective": term.effective.isoformat() if term.effective else None,
                "until": term.until.isoformat() if term.until else None,
                "models": list(term.models),
                "templates": list(term.templates),
                "severity": str(rule.severity_of(term)),
                "promise": term.promise,
                "holds": _nested(text.holds),
                "deadline": text.deadline or None,
            }
            for term, text in zip(rule.terms, told.terms, strict=True)
        ],
        "own_bounds_s": [span.seconds for span in rule.own_bounds],
        "examples": {
            "holds": list(rule.passes),
            "broken": list(rule.fails),
            "cannot_tell": list(rule.unclear),
        },
    }


def _nested(told: Outline) -> dict[str, Any]:
    nested: dict[str, Any] = {"text": told.text}
    if told.under:
        nested["under"] = [_nested(o) for o in told.under]
    return nested
