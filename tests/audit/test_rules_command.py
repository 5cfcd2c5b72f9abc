"""The rules commands and the rule book."""

import json
from importlib.metadata import version
from pathlib import Path

import html5lib
import pytest

from audit.command import run
from evenhand.audit.rule_book import file_names, markdown
from evenhand.record.folder import MARKER
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.wording import BASIS_MEANS, citation_text

DOCS = Path(__file__).parents[2] / "docs"


def test_list_names_every_rule() -> None:
    lines = run("rules", "list").stdout.splitlines()
    assert [w for line in lines for w in line.split()[:1] if w in CATALOG] == list(CATALOG)


def test_list_of_a_group() -> None:
    text = run("rules", "list", "--group", "hld").stdout
    assert "HLD-01" in text
    assert "AGR-01" not in text


def test_list_as_json() -> None:
    listed = json.loads(run("rules", "list", "--json").stdout)
    assert [r["id"] for r in listed] == list(CATALOG)
    for told in listed:
        rule = CATALOG[told["id"]]
        assert told["sentence"] == rule.sentence
        assert told["severity"] == rule.severity
        assert told["basis"] == rule.basis
        assert [c["source"] for c in told["citations"]] == [c.source for c in rule.citations]
        assert told["examples"]["broken"] == list(rule.fails)
        assert len(told["terms"]) == len(rule.terms)
        assert all(t["holds"]["text"] for t in told["terms"])


@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_show_tells_the_whole_rule(rule) -> None:
    text = " ".join(run("rules", "show", rule.id.lower()).stdout.split())
    assert rule.sentence in text
    assert BASIS_MEANS[rule.basis] in text
    for citation in rule.citations:
        assert citation_text(citation) in text
    for example in (*rule.passes, *rule.fails, *rule.unclear):
        assert " ".join(example.split()) in text
    for term in rule.terms:
        if term.effective:
            assert f"acts from {term.effective}" in text
        for model in term.models:
            assert model in text
    assert ("Our time limit" in text) == any(s.ours for s in rule.spans)


def test_show_says_what_each_answer_looks_like() -> None:
    lines = run("rules", "show", "HLD-01").stdout.splitlines()
    assert "Holds if" in lines
    assert any(
        line.startswith("Deadline: 48 hours (Saturdays, Sundays and federal holidays") for line in lines
    )
    places = [lines.index(f"Examples: {answer}") for answer in ("holds", "broken", "cannot tell")]
    assert places == sorted(places)


def test_show_as_json() -> None:
    assert json.loads(run("rules", "show", "HLD-06", "--json").stdout)["own_bounds_s"] == [6 * 3600]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "HLD-1"), "did you mean HLD-01?"),
        (("show",), "Missing argument"),
        (("list", "--group", "HDL"), "did you mean HLD?"),
        (("export", "--format", "pdf"), "pdf"),
    ],
)
def test_bad_usage_ends_with_two(words: tuple[str, ...], told: str) -> None:
    result = run("rules", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_export_writes_the_book(tmp_path: Path) -> None:
    result = run("rules", "export", "--out", tmp_path / "book")
    assert result.exit_code == 0
    assert {p.name for p in (tmp_path / "book").iterdir()} == {*file_names(), MARKER}
    catalog = json.loads((tmp_path / "book" / "catalog.json").read_text())
    assert catalog["evenhand"] == version("evenhand")
    assert catalog["groups"] == GROUPS
    assert [r["id"] for r in catalog["rules"]] == list(CATALOG)
    pages = {
        p.name: html5lib.HTMLParser(strict=True).parse(p.read_bytes())
        for p in (tmp_path / "book").glob("*.html")
    }
    for page in pages.values():
        links = {e.get("href") for e in page.iter() if e.get("href", "#").partition("#")[0]}
        assert all((tmp_path / "book" / link.partition("#")[0]).is_file() for link in links)
    for rule in CATALOG.values():
        assert rule.id in {e.get("id") for e in pages[f"{rule.group}.html"].iter()}
    # A book that is there is replaced; anything else is not.
    assert run("rules", "export", "--out", tmp_path / "book").exit_code == 0
    assert run("rules", "export", "--out", tmp_path).exit_code == 2


def test_export_without_a_folder_prints() -> None:
    assert len(json.loads(run("rules", "export").stdout)["rules"]) == len(CATALOG)
    assert run("rules", "export", "--format", "markdown").stdout.startswith("# The rule book")


def test_the_rule_book_in_docs_is_current() -> None:
    remedy = "write it again: .venv/bin/evenhand rules export --format markdown > docs/rules.md"
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == markdown(CATALOG.values()), remedy
