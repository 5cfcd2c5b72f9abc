"""Whatever the umask, only their owner can read the files that commands make, but for published ones."""

import csv
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from evenhand.cli import main
from ledger.made import series
from ledger.test_command import as_lines

EVENHAND = str(Path(sys.executable).with_name("evenhand"))
PUBLISHED = ("rules", "published")
BOOKINGS = "Booking No,Booked,Sex\n1001,2025-03-01 10:00,F\n1002,2025-03-02 11:00,M\n"


@pytest.fixture(params=[0o000, 0o077], ids=["umask 000", "umask 077"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def made(folder: Path, *arguments: str) -> None:
    """Run a command on names in the folder; those that begin with a colon are such names."""
    words = [str(folder / word[1:]) if word.startswith(":") else word for word in arguments]
    result = CliRunner().invoke(main, words)
    assert result.exit_code in (0, 1), result.output


def readable(folder: Path) -> list[str]:
    """The files and folders that others may read, list or write."""
    found = [path for path in folder.rglob("*") if not path.is_symlink()]
    return sorted(
        str(path.relative_to(folder)) for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077
    )


@pytest.mark.trial
def test_commands_write_for_their_owner_alone(umask: int, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir(mode=0o700)
    work = tmp_path / "work"
    work.mkdir(mode=0o700)
    (tmp_path / "in" / "jail.csv").write_text(BOOKINGS)
    made(
        work,
        "simulate",
        "--bookings",
        "60",
        "--ledger",
        "--export",
        ":new/e.csv",
        "--out",
        ":new/record",
    )
    made(work, "audit", ":new/record", "--out", ":audit", "--rule", "HLD-01")
    made(work, "figures", ":new/record", "--year", "FY2025", "--out", ":figures")
    made(work, "detainers", ":new/record", "--out", ":detainers")
    made(work, "rebooking", ":new/record", "--out", ":rebooking")
    made(work, "uniformity", ":new/record", "--out", ":uniformity")
    made(work, "uniformity", "watch", ":new/record", "--state", ":states/state.json")
    made(work, "record", "schema", "--out", ":schema.json")
    made(work, "case", "new", ":case.yaml")
    made(work, "case", "judge", ":case.yaml", "--html", ":case.html")
    made(work, "intake", "suggest", str(tmp_path / "in" / "jail.csv"), "--out", ":mapping.toml")
    made(work, "ledger", "init", "--ledger", ":ledger", "--origin", "ledger.example/jail")
    (tmp_path / "in" / "events.jsonl").write_bytes(as_lines(series(20)))
    made(work, "ledger", "append", "--ledger", ":ledger", str(tmp_path / "in" / "events.jsonl"))
    made(work, "ledger", "checkpoint", "--ledger", ":ledger")
    made(work, "ledger", "export", "--ledger", ":ledger", "--out", ":published")
    made(work, "rules", "export", "--out", ":rules")
    with (work / "new" / "e.csv").open() as rows:
        subject = next(csv.DictReader(rows))["subject"]
    made(work, "audit", "why", ":audit", f"HLD-01:{subject}", "--html", ":why.html")
    assert (work / "why.html").is_file()
    assert [name for name in readable(work) if name.split("/")[0] not in PUBLISHED] == []
    for name in PUBLISHED:
        assert stat.S_IMODE((work / name).stat().st_mode) == 0o755
        assert json.loads((work / name / ".evenhand-output.json").read_text())["files"]


@pytest.mark.trial
def test_the_desk_writes_for_its_owner_alone(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}

    def desk(*arguments: str) -> None:
        command = [EVENHAND, "desk", "--demonstration", "--folder", str(tmp_path / "desk"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, umask=0o000, env=env)
        assert done.returncode == 0, done.stderr

    desk("manage", "migrate", "--verbosity", "0")
    desk("checkpoint")
    desk("backup", "--out", str(tmp_path / "backup"))
    desk("export", "--out", str(tmp_path / "record"))
    assert readable(tmp_path) == []
