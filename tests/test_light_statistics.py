"""Figures and uniformity work without the libraries that only tests and benchmarks use."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from audit.command import run

HEAVY = ("pandas", "matplotlib", "lifelines", "statsmodels")
WITHOUT = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from evenhand.cli import main
main()
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("light") / "record"
    result = run("simulate", "--bookings", 400, "--seed", 3, "--out", folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.mark.parametrize(
    "words",
    [
        "figures {record} --year FY2025 --out out",
        "uniformity {record} --officers --out out",
        "uniformity watch {record}",
        "rebooking {record}",
        "detainers {record}",
        "claims --record {record}",
    ],
)
def test_a_command_needs_no_library_of_the_tests(record: Path, tmp_path: Path, words: str) -> None:
    command = [word.format(record=record) for word in [*words.split(), "--json"]]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *command], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    # The process's own stdout: a solver that prints its name would break the JSON.
    assert json.loads(done.stdout)
