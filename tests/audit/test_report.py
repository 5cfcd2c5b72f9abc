"""The report as a page: complete, valid, accessible, self-contained and small."""

import re
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from audit.command import audit
from audit.records import of_bookings
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.rule import Basis
from evenhand.rules.wording import severity_text

TEXTS = [
    "0h person.booked | 2h screening.opened | 3h screening.closed",
    "0h person.booked | 30m screening.opened | 3h screening.closed",
    "40d person.booked",
    "0h custody.release_due | 9h custody.released",
    "0h custody.release_due | 0h custody.hold_started | 50h custody.departed",
    "0h interview.held ground=accent",
    # More than are listed one by one, so that the rule gets its charts.
    *["0h person.booked | 90m screening.opened | 3h screening.closed"] * 12,
]
SVG = "{http://www.w3.org/2000/svg}svg"
CHOSEN = ("--group", "UNI", "--group", "HLD", "--group", "AGR")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    record = of_bookings(folder / "record", TEXTS)
    audit(record.folder, folder / "out", *CHOSEN)
    return folder / "out"


@pytest.fixture(scope="module")
def page(out: Path) -> str:
    return (out / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tree(page: str) -> Element:
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def words(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def by_id(tree: Element, name: str) -> Element:
    (found,) = [e for e in tree.iter() if e.get("id") == name]
    return found


# --- structure ---------------------------------------------------------------------------------------------


def test_language_title_and_viewport(tree: Element) -> None:
    assert tree.get("lang") == "en"
    assert words(tree.find("head/title")) == "Audit report: NC0600000"
    viewport = [m for m in tree.iter("meta") if m.get("name") == "viewport"]
    assert "width=device-width" in viewport[0].get("content")
    assert "user-scalable" not in viewport[0].get("content")


def test_headings_go_down_one_level_at_a_time(tree: Element) -> None:
    levels = [int(e.tag[1]) for e in tree.iter() if re.fullmatch(r"h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_first_link_skips_to_the_main_part(tree: Element) -> None:
    first = next(tree.iter("a"))
    assert by_id(tree, first.get("href")[1:]).tag == "main"


def test_ids_are_unique_and_every_inner_link_and_label_leads_somewhere(tree: Element) -> None:
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    targets = [a.get("href")[1:] for a in tree.iter("a")]
    for element in tree.iter():
        targets += (element.get("aria-labelledby") or "").split()
    assert not set(targets) - set(ids)


def test_tables_have_captions_and_scoped_headers(tree: Element) -> None:
    tables = list(tree.iter("table"))
    assert tables
    for table in tables:
        assert table.find("caption") is not None
        assert all(th.get("scope") for th in table.iter("th"))
        assert all(tr.find("th") is not None for tr in table.iter("tr"))


def test_wide_tables_scroll_by_keyboard_under_a_name(tree: Element) -> None:
    scrolling = [e for e in tree.iter("div") if e.get("class") == "scroll"]
    assert scrolling
    for element in scrolling:
        assert (element.get("role"), element.get("tabindex")) == ("region", "0")
        assert element.get("aria-label")


def test_charts_have_a_text_alternative(tree: Element) -> None:
    charts = [e for e in tree.iter(SVG) if e.get("role") == "img"]
    assert len(charts) >= 3
    assert [e for e in by_id(tree, "UNI-01").iter(SVG) if e in charts]
    for chart in charts:
        label = chart.get("aria-label") or words(by_id(tree, chart.get("aria-labelledby").split()[0]))
        assert label
    # The bars by facility repeat the number beside them.
    assert all(e.get("aria-hidden") == "true" for e in tree.iter(SVG) if e not in charts)


def test_nothing_is_fetched_and_nothing_runs(page: str, tree: Element) -> None:
    assert not [e for e in tree.iter() if e.tag in ("script", "link", "img", "iframe", "object", "base")]
    assert not re.search(r"url\(|@import|https?://", page)
    policy = next(m for m in tree.iter("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.get("content").startswith("default-src 'none'")


# --- content -----------------------------------------------------------------------------------------------


def test_coverage_comes_first(tree: Element) -> None:
    headings = [words(e) for e in tree.iter("h2")]
    assert headings[0] == "1. Coverage"
    lead = next(e for e in tree.iter("p") if e.get("class") == "lead")
    assert words(lead).startswith("70 acts judged; cannot tell for 4. To answer the most of these, add ")


def test_each_rule_has_its_sentence_sources_severity_and_basis(tree: Element) -> None:
    chosen = [r for r in CATALOG.values() if r.group in ("UNI", "HLD", "AGR")]
    for rule in chosen:
        text = words(by_id(tree, rule.id))
        assert rule.sentence in text
        assert f"Severity {severity_text(rule)}" in text
        for citation in rule.citations:
            assert str(citation) in text
        assert ("Not law: what the program says about itself" in text) == (rule.basis is Basis.CLAIM)
        assert ("No source states this limit" in text) == any(s.ours for s in rule.spans)
    assert {words(e) for e in tree.iter("h3")} >= {GROUPS[g] for g in ("UNI", "HLD", "AGR")}


def test_worst_cases_stand_first_with_their_delay(tree: Element) -> None:
    rows = [words(tr).split(" ", 1)[1] for tr in list(by_id(tree, "UNI-01").iter("table"))[-1].iter("tr")][1:]
    assert rows[0].startswith("B-002 jail-1 2025-07-12 08:00:00 EDT 2025-07-12 09:00:00 EDT")
    assert rows[0].endswith("never done")
    assert rows[1] == "B-000 jail-1 2025-06-02 08:00:00 EDT 2025-06-02 09:00:00 EDT 1 hour"


def test_it_says_how_to_dispute_and_what_a_finding_is_not(tree: Element) -> None:
    text = words(tree)
    assert "6. How to dispute a finding" in text
    assert "is not about the person booked" in text


def test_the_cases_hold_ids_and_no_officer(tree: Element) -> None:
    heads = {words(th) for table in tree.iter("table") for th in table.iter("th") if th.get("scope") == "col"}
    assert "Officer" not in heads
    assert "officer-1" not in words(tree)


# --- colours -----------------------------------------------------------------------------------------------


def _schemes() -> dict[str, dict[str, str]]:
    css = files("evenhand.page").joinpath("templates/page.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    light, dark, printed = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in blocks]
    return {"light": light, "dark": dark, "print": printed}


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_formula() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
@pytest.mark.parametrize("text", ["ink", "quiet", "link", "broken"])
def test_text_has_the_contrast_of_wcag_aa(scheme: str, ground: str, text: str) -> None:
    colours = _schemes()[scheme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mark", ["bar", "edge"])
def test_bars_and_edges_have_the_contrast_of_wcag_aa(scheme: str, mark: str) -> None:
    colours = _schemes()[scheme]
    assert contrast(colours[mark], colours["paper"]) >= 3


def test_both_schemes_set_the_same_colours() -> None:
    schemes = _schemes()
    assert schemes["light"].keys() == schemes["dark"].keys()
    assert schemes["print"].keys() <= schemes["light"].keys()


def test_every_colour_of_the_page_is_a_tested_one() -> None:
    css = files("evenhand.page").joinpath("templates/page.css").read_text()
    rules = re.sub(r":root \{.*?\}", "", css, flags=re.S)
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", rules)
    assert set(re.findall(r"var\(--(\w+)\)", rules)) <= _schemes()["light"].keys()
