"""A kill at any moment leaves the old record or the new one; memory is bounded whatever the size."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evenhand.record.store import Record
from intake.shapes import HEADER, ROWS, SIMPLE, csv_text, write_csv
from intake.taking import take
from memory import peak_of
from waiting import until

_MAIN = "from evenhand.cli import main; main()"


def _command(folder: Path, source: Path) -> list[str]:
    return [sys.executable, "-c", _MAIN, "intake", str(source), "--mapping", str(folder / "mapping.toml"), "--out", str(folder / "record")]  # fmt: skip


def _start(folder: Path, source: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(_command(folder, source), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _begun(folder: Path) -> subprocess.Popen[bytes]:
    """An intake of a large file over the record, which has begun to write."""
    process = _start(folder, folder / "large.csv")
    until(lambda: any(folder.glob(".record.new-*/.intake/*")), process)
    return process


def _events(folder: Path) -> int:
    return sum(Record(folder / "record").manifest.counts.events.values())


def _interrupt(folder: Path, kind: int, later: float = 0.0) -> int:
    """Send a signal to an intake, so long after it has begun; how many events the record then has."""
    process = _begun(folder)
    time.sleep(later)
    process.send_signal(kind)
    process.wait()
    return _events(folder)


def _usual(folder: Path) -> float:
    """How long such an intake takes on this machine from its begin; the record is left as it was."""
    shutil.copytree(folder / "record", folder / "kept")
    process = _begun(folder)
    begun = time.monotonic()
    assert process.wait() == 0
    took = time.monotonic() - begun
    shutil.rmtree(folder / "record")
    (folder / "kept").rename(folder / "record")
    return took


@pytest.fixture
def prepared(tmp_path: Path) -> tuple[Path, set[int]]:
    """A folder with a small record, and a large file to take in; the two possible numbers of events."""
    old = take(tmp_path, write_csv(tmp_path / "a.csv", csv_text()))
    rows = [[f"L{i}", *ROWS[0][1:]] for i in range(40_000)]
    write_csv(tmp_path / "large.csv", csv_text(rows))
    return tmp_path, {sum(old.counts.events.values()), 3 * 40_000}


def test_a_kill_leaves_the_old_record_or_the_new(prepared: tuple[Path, set[int]]) -> None:
    folder, possible = prepared
    usual = _usual(folder)
    for share in (0.0, 0.4, 0.8):
        assert _interrupt(folder, signal.SIGKILL, share * usual) in possible


def test_an_interrupt_leaves_the_old_record_and_no_scraps(prepared: tuple[Path, set[int]]) -> None:
    folder, possible = prepared
    assert _interrupt(folder, signal.SIGINT) in possible
    process = _start(folder, folder / "a.csv")
    assert process.wait() == 0
    assert not list(folder.glob(".record*"))


@pytest.mark.trial
def test_many_kills(prepared: tuple[Path, set[int]]) -> None:
    folder, possible = prepared
    chance, usual = random.Random(7), _usual(folder)
    seen = {_interrupt(folder, signal.SIGKILL, chance.uniform(0, 1.1 * usual)) for _ in range(25)}
    assert seen <= possible


def _peak(folder: Path, source: Path) -> tuple[int, int]:
    """The exit status and peak memory in MiB of an intake in a process of its own."""
    status, peak = peak_of(_command(folder, source))
    return status, peak // 1024


@pytest.mark.trial
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(SIMPLE)
    peaks = []
    for rows in (200_000, 1_600_000):
        source = tmp_path / "a.csv"
        with source.open("w") as out:
            out.write(",".join(HEADER) + "\n")
            order = list(range(rows))
            random.Random(1).shuffle(order)
            for i in order:
                out.write(f"L{i:09}," + ",".join(ROWS[0][1:]) + "\n")
        status, peak = _peak(tmp_path, source)
        assert status == 0
        peaks.append(peak)
        source.unlink()
    # Eight times the rows: DuckDB sorts within its limit of 1.5 GB, all else is by batch.
    assert peaks[1] < 2800, peaks


@pytest.mark.trial
def test_a_line_of_a_gigabyte_is_one_quarantined_row(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(SIMPLE)
    source = tmp_path / "a.csv"
    with source.open("wb") as out:
        out.write(csv_text().encode())
        out.write(b"B8,P,2020-01-05 10:00,,")
        for _ in range(1024):
            out.write(b"x" * (1 << 20))
        out.write(b",F,M,\n")
        out.write(b"B9,P,2020-01-05 10:00,,DUI,F,M,\n")
    status, peak = _peak(tmp_path, source)
    source.unlink()
    assert status == 0
    assert peak < 900
    record = Record(tmp_path / "record")
    (entry,) = record.quarantine().to_pylist()
    assert (entry["row"], len(entry["value"])) == (6, 201)
    assert record.manifest.counts.rows.told == 5
