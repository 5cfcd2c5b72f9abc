"""Where several rules on agreements and officers could report one fault, one does."""

import pytest

from evenhand.rules.answer import Verdict
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import parse
from evenhand.rules.rule import Severity

AGREEMENT_RULES = frozenset({"AGR-01", "AGR-03", "AGR-10"})
OFFICER_RULES = frozenset({"OFF-05", "OFF-07", "OFF-09"})
_W25 = "-9d agreement.took_effect model=WSO template=2025"
_UNREAD = "-9d agreement.took_effect template=2009"
_CERTIFIED = "-9d officer.nominated | -8d officer.certified"
_READY = f"{_CERTIFIED} | -7d officer.authorized | -7d officer.form_70_006_issued"


def broken(rules: frozenset[str], text: str) -> set[str]:
    answers = {}
    for name in rules:
        example = parse(text, CATALOG[name].subject)
        answers[name] = judge(CATALOG[name], example.history, example.context).verdict
    return {name for name, verdict in answers.items() if verdict is Verdict.BROKEN}


@pytest.mark.parametrize(
    ("background", "reports"),
    [
        ("1s agreement.took_effect", "AGR-01"),
        ("-9d agreement.took_effect | -1d agreement.suspended", "AGR-10"),
        ("-9d agreement.took_effect | -1d agreement.ended", "AGR-10"),
        ("-9d agreement.took_effect | -2d agreement.suspended | -1d agreement.reinstated", "AGR-10"),
        (f"{_W25} | -1d agreement.suspended", "AGR-01"),
        (f"{_W25} | -1d agreement.ended", "AGR-10"),
        (f"{_UNREAD} | -1d agreement.suspended", "AGR-01"),
        (f"{_UNREAD} | -1d agreement.ended", "AGR-01"),
        ("-9d agreement.took_effect template= | -1d agreement.ended", "AGR-01"),
    ],
)
def test_an_act_without_an_agreement_in_force_is_one_finding(background: str, reports: str) -> None:
    assert broken(AGREEMENT_RULES, f"0h warrant.served | {background}") == {reports}


@pytest.mark.parametrize(
    ("background", "reports"),
    [
        ("-9d officer.nominated", "OFF-09"),
        ("-9d officer.assigned | -5d officer.credential_issued", "OFF-09"),
        (_CERTIFIED, "OFF-05"),
        (f"{_CERTIFIED} | -7d officer.authorized", "OFF-05"),
        ("-9d officer.form_70_006_issued", "OFF-05"),
        ("-9d officer.authorized | -8d officer.certified | -7d officer.form_70_006_issued", "OFF-05"),
        (f"{_READY} | -1d officer.revoked", "OFF-07"),
        (f"{_READY} | -1d officer.suspended", "OFF-07"),
        (f"{_READY} | -1d officer.left", "OFF-07"),
    ],
)
def test_an_act_of_an_officer_without_authority_is_one_finding(background: str, reports: str) -> None:
    assert broken(OFFICER_RULES, f"0h interview.held | {background}") == {reports}


def severities(rule: str, text: str) -> list[Severity]:
    example = parse(text, CATALOG[rule].subject)
    return [b.severity for b in judge(CATALOG[rule], example.history, example.context).breaches]


@pytest.mark.parametrize(
    ("rule", "text", "severity"),
    [
        ("AGR-17", "-9d agreement.took_effect | 0h conflict.noted", Severity.VIOLATION),
        ("AGR-17", "-9d agreement.took_effect | 0h conflict.noted | 9d conflict.reported", Severity.WARNING),
        ("OFF-02", "-9d background_check.done | 0h officer.authorized", Severity.VIOLATION),
        ("OFF-02", "-9d officer.eligibility_decided | 0h officer.authorized", Severity.WARNING),
        ("OFF-13", f"0h officer.revoked written=no | {_W25}", Severity.VIOLATION),
        ("OFF-13", "0h officer.revoked written=no", Severity.WARNING),
    ],
)
def test_a_breach_is_as_grave_as_the_duty_that_it_breaks(rule: str, text: str, severity: Severity) -> None:
    assert severities(rule, text) == [severity]


def test_a_card_that_never_comes_back_is_one_finding() -> None:
    reasons = "0h officer.revoked | 5d officer.left | 9d officer.credential_requested"
    text = f"-9d officer.credential_issued | {reasons}"
    assert severities("OFF-08", text) == [Severity.WARNING]


def test_a_rule_whose_only_basis_is_the_agreement_names_its_templates() -> None:
    for rule in CATALOG.values():
        if rule.group in ("AGR", "OFF") and {str(c.basis) for c in rule.citations} == {"agreement"}:
            assert all(term.templates for term in rule.terms), rule.id


def test_pages_are_given_for_each_template_that_a_term_names() -> None:
    for rule in CATALOG.values():
        if rule.group in ("AGR", "OFF"):
            cited = {template for c in rule.citations for template, _ in c.pages}
            assert {str(t) for term in rule.terms for t in term.templates} <= cited, rule.id
