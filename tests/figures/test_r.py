"""The committed numbers of R are those that R gives now."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "r"


@pytest.mark.trial
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_committed_estimates_are_those_of_r_now() -> None:
    said = subprocess.run(
        ["Rscript", str(FOLDER / "survival.R")], check=True, capture_output=True, text=True
    ).stdout
    now, committed = json.loads(said), json.loads((FOLDER / "survival.json").read_text())
    assert [case["name"] for case in now] == [case["name"] for case in committed]
    for new, old in zip(now, committed, strict=True):
        for name in ("time", "event", "at", "survival", "lower", "upper"):
            assert new[name] == pytest.approx(old[name], abs=1e-12)
