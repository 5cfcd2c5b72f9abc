"""Write `docs/law-cases.md` from `tests/cases/law`; with `check`, say whether the page is current."""

import sys
import tomllib
from pathlib import Path

from evenhand.casefile.case import Case
from evenhand.casefile.judge import Judged, judged
from evenhand.casefile.read import read_case
from evenhand.rules.answer import Verdict
from evenhand.rules.explain import ANSWERS

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases" / "law"
PAGE = ROOT / "docs" / "law-cases.md"
BEARING = ("AUT", "BAL", "CIT", "DET-01", "DET-08", "HLD-01", "HLD-04")
"""The rules that bear on what the courts decided."""

ROWS = tomllib.loads((ROOT / "scripts" / "law_cases.toml").read_text(encoding="utf-8"))
CASES_AND_VARIANTS: dict[str, dict[str, str]] = ROWS["cases"] | ROWS["variants"]

HEAD = """# Public cases, and the answers of the rules
Each row is a public court case or audit, written as a case file (`tests/cases/law`) and judged with
`evenhand case judge`. The findings are a lay reading of secondary sources; a lawyer must check them. Times
that the sources do not give are plausible, not known. To write this page again, run
`python scripts/law_cases.py`.

"Broken" lists the broken rules with their severity. A rule based on a court decision gives a warning, not a
violation, because courts differ. "Cannot tell" counts the rules that need facts that the file does not have.
The last column says what the rules cannot answer.
"""
TABLE = """
| Case | What the court or auditor found | Broken | Cannot tell | Limits of the rules |
|---|---|---|---|---|
"""


def page() -> str:
    """The page's text."""
    cases = _table("cases")
    variants = _table("variants")
    differing = [line for stem in CASES_AND_VARIANTS for line in _differences(stem)]
    rest = "\n".join(f"- {line}" for line in differing) or "None."
    return (
        f"{HEAD}{TABLE}{cases}\n\n## Variants\nThe same cases with one fact changed.\n{TABLE}{variants}\n\n"
        f"## Answers that differ from the lay reading\n{rest}\n"
    )


def _table(kind: str) -> str:
    return "\n".join(_row(stem, **row) for stem, row in ROWS[kind].items())


def _row(stem: str, name: str, limits: str) -> str:
    path = CASES / f"{stem}.yaml"
    case, answers = read_case(path), _answers(stem)
    citation = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    broken = [found for found in answers.values() if found.verdict is Verdict.BROKEN]
    open_ = [found.rule.id for found in answers.values() if found.verdict is Verdict.CANNOT_TELL]
    bearing = [rule for rule in open_ if rule.startswith(BEARING)]
    told = "<br>".join(f"{found.rule.id} ({found.explanation.severity})" for found in broken) or "none"
    counted = f"{len(open_)} rules, among them {', '.join(bearing)}" if bearing else f"{len(open_)} rules"
    return f"| {name}, {citation} | {_cell(case)} | {told} | {counted} | {limits} |"


def _cell(case: Case) -> str:
    return case.finding.replace("|", "/")


def _answers(stem: str) -> dict[str, Judged]:
    return {found.rule.id: found for found in judged(read_case(CASES / f"{stem}.yaml"))}


ASKED_AS = {
    "AUTHORITY": "AUT-01",
    "LOCAL-AUTHORITY": "AUT-01",
    "WARRANT-1357a2": "AUT-02",
    "NEUTRAL-REVIEW": "AUT-03",
    "BAIL": "BAL-01",
    "OPEN-CLAIM": "CIT-05",
    "FORM-ASKS-NO-HOLD": "HLD-04",
}
"""The rule that each question of a case file is."""


def _differences(stem: str) -> list[str]:
    answers, name = _answers(stem), CASES_AND_VARIANTS[stem]["name"]
    found = []
    for asked, should in read_case(CASES / f"{stem}.yaml").should.items():
        if asked == "*":
            continue
        rule = ASKED_AS.get(asked, asked)
        answer = ANSWERS[answers[rule].verdict]
        if answer != should:
            words = answer.replace("_", " ")
            found.append(f"{name}: {rule} answers {words}; the lay reading is {should.replace('_', ' ')}.")
    return found


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        sys.exit(
            0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page() else f"{PAGE} is not current"
        )
    PAGE.write_text(page(), encoding="utf-8")
