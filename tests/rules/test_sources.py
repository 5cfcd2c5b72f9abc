"""Each rule's sources bear its severity, its templates and its pages."""

import re
from dataclasses import replace

import pytest

from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.catalog.left_out import LEFT_OUT
from evenhand.rules.examples import parse
from evenhand.rules.rule import Basis, Citation, Rule, Severity, Term, substitute
from evenhand.rules.template import Template
from rules.agreement_texts import is_on_page, numbers, pages

RULES = pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
DECIDING = re.compile(
    r"\b(must|shall|only|not authorized|cannot|no more than|no later than|not to exceed|in no case)\b",
    re.IGNORECASE,
)
"""The words that make a duty; without one, a breach is no violation."""
PROMISE = re.compile(r"\bwill\b", re.IGNORECASE)
BINDING = {Basis.STATUTE, Basis.TREATY, Basis.REGULATION, Basis.DIRECTIVE, Basis.FORM, Basis.AGREEMENT}

QUOTED_PAGES = [
    pytest.param(citation, template, page, id=f"{rule.id} {template} {page}")
    for rule in CATALOG.values()
    for citation in rule.citations
    for template, page in citation.pages
]


def of_severity(rule: Rule, severity: Severity) -> list[Term]:
    return [term for term in rule.terms if rule.severity_of(term) is severity]


# --- agreements --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", Template)
def test_the_text_of_each_template_is_here(template: Template) -> None:
    assert {1, 5, 9} <= set(pages(template))


def test_words_that_the_page_does_not_have_are_not_found_there() -> None:
    assert is_on_page("shall ... within 48 hours ... excluding weekends", "J25", "p. 10")
    assert not is_on_page("shall ... within 48 hours ... excluding weekends", "J25", "p. 9")
    assert not is_on_page("shall ... within 24 hours ... excluding weekends", "J25", "p. 10")
    assert not is_on_page("excluding weekends ... within 48 hours", "W19", "p. 9")


@RULES
def test_an_agreement_is_cited_with_section_template_and_page(rule: Rule) -> None:
    for citation in rule.citations:
        if citation.basis is Basis.AGREEMENT:
            assert citation.section
            assert citation.quote
            assert citation.pages
            for template, page in citation.pages:
                assert Template(template)
                assert set(numbers(page)) <= set(pages(template))
        else:
            assert not citation.pages


@pytest.mark.parametrize(("citation", "template", "page"), QUOTED_PAGES)
def test_the_quotation_is_on_the_page(citation: Citation, template: str, page: str) -> None:
    assert is_on_page(citation.quote, template, page), citation.quote


@RULES
def test_a_term_is_asked_under_no_template_that_is_not_cited(rule: Rule) -> None:
    cited = {template for citation in rule.citations for template, _ in citation.pages}
    if rule.basis is Basis.AGREEMENT:
        assert {str(t) for term in rule.terms for t in term.templates} <= cited


@RULES
def test_a_rule_of_agreements_alone_is_asked_under_templates_only(rule: Rule) -> None:
    if all(citation.basis is Basis.AGREEMENT for citation in rule.citations):
        assert all(term.templates for term in rule.terms)


# --- severities --------------------------------------------------------------------------------------------


BY_OTHER_WORDS = {
    "AGR-02": 'the agreement is "effective upon signature of both parties": without both there is none',
    "OFF-02Q": 'the check "requires all candidates" to complete the questionnaire',
    "UNI-05": '"bound by" civil rights laws; 42 U.S.C. 2000d ("no person shall") was not read',
    "LAN-03": 'section 504 "requires the LEA to provide" communication',
    "DET-01": "two secondary sources say must or shall; the directive's section was not read",
    "DET-03": 'the form says "complete box 1 or 2"',
}
"""Violations that rest on no word of the list. Read them first when the severities are reviewed."""


@RULES
def test_a_violation_rests_on_words_that_bind(rule: Rule) -> None:
    if of_severity(rule, Severity.VIOLATION) and rule.id not in BY_OTHER_WORDS:
        quotes = [c.quote for c in rule.citations if c.basis in BINDING and not c.unverified]
        assert any(DECIDING.search(quote) for quote in quotes), quotes


GRACE = {"HLD-03"}
"""A bound of ours that is added to the source's own: what is later than both is later than the source's."""


@RULES
def test_no_violation_rests_on_a_bound_of_ours(rule: Rule) -> None:
    """What passes is no violation if our bounds are all but nothing; it may be a warning then."""
    hasty = rule
    for span in rule.own_bounds:
        hasty = substitute(hasty, span, replace(span, seconds=1))
    if hasty is rule or rule.id in GRACE:
        return
    for text in rule.passes:
        example = parse(text, rule.subject)
        found = {breach.severity for breach in judge(hasty, example.history, example.context).breaches}
        assert Severity.VIOLATION not in found, text


@RULES
def test_no_violation_rests_on_practice_a_claim_or_a_court(rule: Rule) -> None:
    if rule.basis not in BINDING:
        assert not of_severity(rule, Severity.VIOLATION)


@RULES
def test_a_promise_is_a_warning_that_rests_on_will(rule: Rule) -> None:
    for term in rule.terms:
        if term.promise:
            assert rule.severity_of(term) is Severity.WARNING
            quotes = [c.quote for c in rule.citations if c.basis is Basis.AGREEMENT]
            assert any(PROMISE.search(quote) for quote in quotes), quotes


@RULES
def test_the_rule_has_the_gravest_severity_of_its_terms(rule: Rule) -> None:
    assert rule.severity is rule.severities[0]


# --- what is left out --------------------------------------------------------------------------------------


def test_a_dropped_rule_is_not_in_the_catalog() -> None:
    assert not {"AGR-07", "TRF-02", "TRF-04", "UNI-04"} & set(CATALOG)


def test_a_duty_left_out_in_part_belongs_to_a_rule() -> None:
    for duty in LEFT_OUT:
        assert duty.why
        if duty.part_of:
            assert duty.part_of in CATALOG
