"""What long work says on stderr while it goes on."""

import os
import pty
import subprocess
import sys

import pytest

from evenhand import progress

WORK = """
from evenhand.progress import one_step
with one_step("counting [all]") as report:
    report(1, 2)
    report(2, 2)
print("done")
"""


def test_short_work_says_nothing_where_no_terminal_is(capfd: pytest.CaptureFixture[str]) -> None:
    with progress.steps() as report:
        report("first", 1, 2)
        report("second", 2, 2)
    assert capfd.readouterr() == ("", "")


def test_long_work_says_a_line_now_and_then(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    with progress.steps({"a": "reading"}.__getitem__) as report:
        report("a", 1_000, 2_000)
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err == "reading: 1,000 of 2,000, 0 s\n"


def test_a_terminal_shows_a_bar_that_goes_when_the_work_is_done() -> None:
    outer, inner = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-c", WORK], stderr=inner, stdout=subprocess.PIPE, env=environment, check=True
    )
    os.close(inner)
    shown = os.read(outer, 100_000).decode()
    os.close(outer)
    assert done.stdout == b"done\n"
    assert "counting [all]" in shown
    assert "2/2" in shown
