"""An agreement that moves to the body of the same name in another state, which had asked for it."""

from datetime import date

from evenhand.registry.decisions import Verdict
from registry.sheets import Row, registry_of

DAY = "2025-06-04"
KANSAS = Row("Ellis County Sheriff's Office", "WSO", DAY, "KANSAS", county="Ellis County")
TEXAS = Row("Ellis County Sheriff's Office", "WSO", DAY, "TEXAS", county="Ellis County")
TEXAN_JAIL = Row("Ellis County Sheriff's Office", "JEM", "2025-04-16", "TEXAS", county="Ellis County")
FORCE = [[TEXAN_JAIL], [TEXAN_JAIL], [TEXAN_JAIL, TEXAS], [TEXAN_JAIL, KANSAS], [TEXAN_JAIL, KANSAS]]
ASKED = [[KANSAS], [KANSAS], [], [], []]


def test_it_is_one_agreement_of_the_agency_that_asked() -> None:
    registry = registry_of(FORCE, ASKED)
    (decision,) = [d for d in registry.decisions if d.step == "state misprinted"]
    assert (decision.subject, decision.verdict) == ("agreement", Verdict.SAME)
    assert "KS asked for it until 2025-06-03" in decision.evidence
    service = [a for a in registry.agreements.values() if a.model == "WSO"]
    assert [(a.agency[:2], a.signed) for a in service] == [("KS", date(2025, 6, 4))]
    assert len({key[:2] for key in registry.agencies}) == 2, "the Texan office keeps its own agreement"


def test_without_a_request_it_is_left_for_review() -> None:
    registry = registry_of(FORCE)
    (decision,) = [d for d in registry.decisions if d.step == "state misprinted"]
    assert decision.verdict is Verdict.REVIEW
    assert sum(a.model == "WSO" for a in registry.agreements.values()) == 2


def test_if_the_first_state_s_office_had_asked_too_it_is_left_for_review() -> None:
    registry = registry_of(FORCE, [[KANSAS, TEXAS], [KANSAS], [], [], []])
    assert [d.verdict for d in registry.decisions if d.step == "state misprinted"] == [Verdict.REVIEW]


def test_two_offices_listed_together_are_two() -> None:
    both = [TEXAN_JAIL, TEXAS, KANSAS]
    registry = registry_of([*FORCE[:3], both, both], ASKED)
    assert not [d for d in registry.decisions if d.step == "state misprinted"]
    assert sum(a.model == "WSO" for a in registry.agreements.values()) == 2
