"""The rule book: the whole catalog as JSON, as Markdown and as pages, generated from the rules."""

from collections.abc import Iterable
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from evenhand.audit.output import dump
from evenhand.audit.rule_entry import Entry, as_json, entry
from evenhand.page.pages import environment
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.catalog.left_out import LEFT_OUT
from evenhand.rules.rule import Rule
from evenhand.rules.wording import BASIS_MEANS, SEVERITY_MEANS, USE_MEANS, WILL

JSON, MARKDOWN, INDEX = "catalog.json", "rules.md", "index.html"


def catalog_json(rules: Iterable[Rule]) -> dict[str, Any]:
    return {
        "evenhand": version("evenhand"),
        "groups": dict(GROUPS),
        "rules": [as_json(rule) for rule in rules],
    }


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
            use_means=USE_MEANS,
            will=WILL,
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
            use_means=USE_MEANS,
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
            use_means=USE_MEANS,
            will=WILL,
            left_out=LEFT_OUT,
            version=version("evenhand"),
        ),
        encoding="utf-8",
    )
    for code, title, entries in groups:
        (folder / f"{code}.html").write_text(page(code, title, entries, codes), encoding="utf-8")
