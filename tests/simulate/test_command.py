"""`evenhand simulate` as a user meets it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evenhand.cli import main
from evenhand.record.store import Record
from simulate.making import make
from waiting import until


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["simulate", *(str(a) for a in arguments)])


def test_it_writes_a_record_with_its_truth(tmp_path: Path) -> None:
    result = run("--bookings", 1000, "--out", tmp_path / "r")
    assert result.exit_code == 0, result.output
    assert "1,000 bookings" in result.output
    assert len(Record(tmp_path / "r").truth()) >= 80


def test_without_faults_there_is_no_truth(tmp_path: Path) -> None:
    assert run("--bookings", 50, "--faults", "none", "--out", tmp_path / "r").exit_code == 0
    assert len(Record(tmp_path / "r").truth()) == 0


def test_rates_of_a_file_are_followed(tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text('[rates]\nUNI-01 = 0.05\n"HLD-06" = 0\n')
    assert run("--bookings", 1000, "--faults", tmp_path / "f.toml", "--out", tmp_path / "r").exit_code == 0
    assert Record(tmp_path / "r").truth()["rule"].to_pylist() == ["UNI-01"] * 50


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("[rates]\nUNI-99 = 0.1\n", ["f.toml", "rates.UNI-99", "Use one of", "UNI-01"]),
        ("[rates]\nUNI-01 = 2\n", ["f.toml", "rates.UNI-01", "2", "from 0 to 1"]),
        ("[rates]\nUNI-01 = 'often'\n", ["f.toml", "rates.UNI-01", "often", "from 0 to 1"]),
        ("[rates]\nUNI-01 = true\n", ["f.toml", "rates.UNI-01", "True"]),
        ("[rates]\nUNI-01 = nan\n", ["f.toml", "rates.UNI-01", "nan"]),
        ("[rates]\nUNI-01 = 0.4\nUNI-02 = 0.4\n", ["f.toml", "0.8", "Lower some"]),
        ("[rate]\nUNI-01 = 0.4\n", ["f.toml", "rate is not known", "[rates]"]),
        ("rates = 3\n", ["f.toml", "rates is 3", "[rates]"]),
        ("[rates\n", ["f.toml", "not TOML"]),
    ],
)
def test_a_bad_file_of_rates_is_named_with_key_and_remedy(
    tmp_path: Path, content: str, parts: list[str]
) -> None:
    (tmp_path / "f.toml").write_text(content)
    result = run("--bookings", 10, "--faults", tmp_path / "f.toml", "--out", tmp_path / "r")
    assert result.exit_code == 2
    flat = " ".join(result.output.split())
    assert all(part in flat for part in parts), flat
    assert not (tmp_path / "r").exists()


def test_a_file_that_is_no_text_or_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_bytes(b"\xff\xfe[")
    result = run("--bookings", 10, "--faults", tmp_path / "f.toml", "--out", tmp_path / "r")
    assert result.exit_code == 2
    assert "UTF-8" in result.output
    result = run("--bookings", 10, "--faults", tmp_path / "no.toml", "--out", tmp_path / "r")
    assert result.exit_code == 2
    assert "no.toml" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--bookings", -1),
        ("--bookings", 10, "--start", "1999-01-01"),
        ("--bookings", 10, "--start", "soon"),
        ("--bookings", 10, "--years", 0.1),
        ("--bookings", 10, "--seed", -4),
    ],
)
def test_what_is_out_of_range_is_refused(tmp_path: Path, arguments: tuple[object, ...]) -> None:
    result = run(*arguments, "--out", tmp_path / "r")
    assert result.exit_code == 2
    assert str(arguments[-1]) in result.output
    assert not (tmp_path / "r").exists()


def test_a_file_in_the_place_of_the_record_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("mine")
    result = run("--bookings", 10, "--out", tmp_path / "r")
    assert result.exit_code == 1
    assert "r is a file" in result.output
    assert (tmp_path / "r").read_text() == "mine"


@pytest.mark.parametrize("before", [pytest.param(0, marks=pytest.mark.trial), 7])
def test_interrupting_leaves_what_was_there(tmp_path: Path, before: int) -> None:
    out, export = tmp_path / "r", tmp_path / "jail.csv"
    if before:
        make(out, before)
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from evenhand.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "simulate", "--bookings", "900000"]
    process = subprocess.Popen(
        [*command, "--out", str(out), "--export", str(export)], stderr=subprocess.PIPE, text=True
    )
    until(lambda: any(tmp_path.glob(".r.new-*/*")), process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Stopped" in errors
    assert "Traceback" not in errors
    assert [p.name for p in tmp_path.iterdir()] == (["r"] if before else [])
    if before:
        assert Record(out).manifest.counts.cases["booking"] == before
