"""The page of public cases is current and has every case."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_of_public_cases_is_current() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "law_cases.py"))
    remedy = "write it again: .venv/bin/python scripts/law_cases.py"
    assert (ROOT / "docs" / "law-cases.md").read_text(encoding="utf-8") == script["page"](), remedy
    stems = {path.stem for path in (ROOT / "tests" / "cases" / "law").glob("*.yaml")}
    assert set(script["CASES_AND_VARIANTS"]) == stems
