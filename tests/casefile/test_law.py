"""Public court cases and audits, each as a case file, with the answers of a lay reading of the holding."""

from pathlib import Path

import pytest

from evenhand.casefile.judge import Judged, judged
from evenhand.casefile.read import read_case
from evenhand.rules.answer import Verdict
from evenhand.rules.explain import ANSWERS

LAW = Path(__file__).parents[1] / "cases" / "law"
RULES = {
    "AUTHORITY": "AUT-01",
    "LOCAL-AUTHORITY": "AUT-01",
    "WARRANT-1357a2": "AUT-02",
    "NEUTRAL-REVIEW": "AUT-03",
    "BAIL": "BAL-01",
    "OPEN-CLAIM": "CIT-05",
    "FORM-ASKS-NO-HOLD": "HLD-04",
}
"""Rules that the cases call by what they ask."""
NOTHING_BROKEN = "nothing broken"


def expectations() -> list[tuple[str, str, str]]:
    return [
        (path.stem, RULES.get(name, name), answer)
        for path in sorted(LAW.glob("*.yaml"))
        for name, answer in read_case(path).should.items()
    ]


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Judged]]:
    return {
        path.stem: {found.rule.id: found for found in judged(read_case(path))} for path in LAW.glob("*.yaml")
    }


def test_there_are_all_cases() -> None:
    assert len(list(LAW.glob("*.yaml"))) == 18


@pytest.mark.parametrize(("case", "rule", "should"), expectations())
def test_a_case_is_answered_as_it_was_decided(
    case: str, rule: str, should: str, answers: dict[str, dict[str, Judged]]
) -> None:
    if rule == "*":
        assert should == NOTHING_BROKEN
        broken = {i: a.explanation.why for i, a in answers[case].items() if a.verdict is Verdict.BROKEN}
        assert broken == {}
    else:
        found = answers[case][rule]
        assert ANSWERS[found.verdict] == should, found.explanation.why


@pytest.mark.parametrize("path", sorted(LAW.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_answer_has_a_reason(path: Path, answers: dict[str, dict[str, Judged]]) -> None:
    for found in answers[path.stem].values():
        assert found.explanation.verdict is found.verdict, found.rule.id
        assert found.explanation.why
        if found.verdict is Verdict.BROKEN:
            assert found.explanation.evidence
