"""The rule book: the whole catalog as JSON, as Markdown and as pages, generated from the rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from evenhand.audit.summary import dump
from evenhand.audit.wording import (
    BASIS_MEANS,
    SEVERITY_MEANS,
    Outline,
    citation_text,
    outline,
    own_bounds,
    selection_text,
    span_text,
    term_scope,
    value_text,
)
from evenhand.page.pages import environment
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.catalog.left_out import LEFT_OUT
from evenhand.rules.rule import Rule, Term

JSON, MARKDOWN, INDEX = "catalog.json", "rules.md", "index.html"


@dataclass(frozen=True)
class TermText:
    """What a rule asks in one period, in words; `scope` is empty if it asks it of all acts."""

    scope: str
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
    def examples(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Histories by the answer they get, in the notation of `evenhand.rules.examples`."""
        rule = self.rule
        listed = (("holds", rule.passes), ("broken", rule.fails), ("cannot tell", rule.unclear))
        return tuple((answer, texts) for answer, texts in listed if texts)


def entry(rule: Rule) -> Entry:
    return Entry(
        rule,
        tuple(citation_text(c) for c in rule.citations),
        selection_text(rule.on),
        outline(rule.when) if rule.when else None,
        tuple(_term(term) for term in rule.terms),
        tuple(span_text(span) for span in own_bounds(rule)),
    )


def _term(term: Term) -> TermText:
    return TermText(term_scope(term), outline(term.holds), value_text(term.deadline) if term.deadline else "")


# --- JSON --------------------------------------------------------------------------------------------------


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
            }
            for c in rule.citations
        ],
        "severity": str(rule.severity),
        "basis": str(rule.basis),
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
                "holds": _nested(text.holds),
                "deadline": text.deadline or None,
            }
            for term, text in zip(rule.terms, told.terms, strict=True)
        ],
        "own_bounds_s": [span.seconds for span in own_bounds(rule)],
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


def catalog_json(rules: Iterable[Rule]) -> dict[str, Any]:
    return {
        "evenhand": version("evenhand"),
        "groups": dict(GROUPS),
        "rules": [as_json(rule) for rule in rules],
    }


# --- pages -------------------------------------------------------------------------------------------------


def _groups(rules: Iterable[Rule]) -> list[tuple[str, str, list[Entry]]]:
    return [
        (code, GROUPS[code], [entry(r) for r in members])
        for code, members in groupby(rules, key=lambda r: r.group)
    ]


def markdown(rules: Iterable[Rule]) -> str:
    """The rule book as one Markdown page."""
    return (
        environment("evenhand.audit")
        .get_template("rule_book.md.j2")
        .render(
            groups=_groups(rules),
            severity_means=SEVERITY_MEANS,
            basis_means=BASIS_MEANS,
            left_out=LEFT_OUT,
        )
    )


def page(code: str, title: str, entries: list[Entry], codes: list[str]) -> str:
    """The HTML page of one group."""
    return (
        environment("evenhand.audit")
        .get_template("rule_group.html.j2")
        .render(
            code=code,
            title=title,
            entries=entries,
            codes=codes,
            basis_means=BASIS_MEANS,
            version=version("evenhand"),
        )
    )


def file_names() -> set[str]:
    """The names of all files of the rule book."""
    return {JSON, MARKDOWN, INDEX, *(f"{code}.html" for code in GROUPS)}


def export(folder: Path) -> None:
    """Write the whole catalog into the folder: JSON, one Markdown page, an HTML page for each group."""
    rules = tuple(CATALOG.values())
    groups = _groups(rules)
    codes = [code for code, _, _ in groups]
    (folder / JSON).write_text(dump(catalog_json(rules)), encoding="utf-8")
    (folder / MARKDOWN).write_text(markdown(rules), encoding="utf-8")
    index = environment("evenhand.audit").get_template("rule_index.html.j2")
    (folder / INDEX).write_text(
        index.render(
            groups=groups,
            severity_means=SEVERITY_MEANS,
            basis_means=BASIS_MEANS,
            left_out=LEFT_OUT,
            version=version("evenhand"),
        ),
        encoding="utf-8",
    )
    for code, title, entries in groups:
        (folder / f"{code}.html").write_text(page(code, title, entries, codes), encoding="utf-8")
