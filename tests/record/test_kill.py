"""A kill at any moment leaves the old record or the new one."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from evenhand.cli import main
from evenhand.record.store import Record
from record.small_record import write

WRITER = """
import sys
from pathlib import Path
from record.small_record import write
print("ready", flush=True)
for size in range(1000, 10**9, 1000):
    write(Path(sys.argv[1]), 1000 + size % 5000)
"""


def kills(folder: Path, count: int) -> None:
    target = folder / "r"
    chance = random.Random(7)
    begun = time.monotonic()
    write(target, 5000)
    usual = time.monotonic() - begun
    for _ in range(count):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE,
                                   cwd=Path(__file__).parents[1])  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0, 2 * usual))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert Record(target).manifest.counts.cases["booking"] in range(1000, 6000, 1000)
        assert CliRunner().invoke(main, ["record", "check", str(target)]).exit_code == 0


def test_a_kill_leaves_a_whole_record(tmp_path: Path) -> None:
    kills(tmp_path, 6)


@pytest.mark.trial
def test_a_hundred_kills_leave_a_whole_record(tmp_path: Path) -> None:
    kills(tmp_path, 100)
