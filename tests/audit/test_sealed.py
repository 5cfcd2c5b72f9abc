"""A record with a ledger: the audit states the checkpoint that it judged, and refuses what does not match."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from evenhand.cli import main
from evenhand.record.digest import sha256_of

PART = "events/booking/custody.released/part-00000.parquet"


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in args])


def audit(*args: str | Path) -> Result:
    """By one rule, since the ledger is checked before any is asked."""
    return run("audit", *args, "--rule", "UNI-02")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sealed") / "r"
    result = run("simulate", "--bookings", 50, "--seed", 3, "--faults", "none", "--out", out, "--ledger")
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture
def sealed(made: Path, tmp_path: Path) -> Path:
    """A copy, which a test may alter."""
    return shutil.copytree(made, tmp_path / "r")


def alter(record: Path) -> None:
    """Move one release by a minute, and adjust the manifest as a forger would."""
    table = pq.read_table(record / PART)
    moved = pc.add(table["occurred_at"], pa.scalar(60_000_000, pa.duration("us")))
    last = pa.array([n == len(table) - 1 for n in range(len(table))])
    table = table.set_column(table.column_names.index("occurred_at"), "occurred_at",
                             pc.if_else(last, moved, table["occurred_at"]))  # fmt: skip
    pq.write_table(table, record / PART)
    manifest = json.loads((record / "manifest.json").read_bytes())
    (file,) = (f for part in manifest["parts"]["booking"] for f in part["files"] if f["file"] == PART)
    file |= {"sha256": sha256_of(record / PART), "bytes": (record / PART).stat().st_size}
    (record / "manifest.json").write_text(json.dumps(manifest))


def test_the_checkpoint_that_was_judged_is_stated(sealed: Path, tmp_path: Path) -> None:
    result = audit(sealed, "--out", tmp_path / "a")
    assert result.exit_code == 0, result.output
    assert "The record is sealed, checkpoint evenhand.example/record, size" in " ".join(result.stdout.split())
    ledger = json.loads((tmp_path / "a/summary.json").read_bytes())["ledger"]
    assert ledger["matches"]
    assert ledger["checkpoint"] == (sealed / "ledger/checkpoint").read_text()
    assert "matches its ledger" in (tmp_path / "a/report.html").read_text()


def test_the_right_key_is_taken_and_a_wrong_one_refused(sealed: Path, tmp_path: Path) -> None:
    (own,) = (sealed / "ledger").glob("*.vkey")
    assert audit(sealed, "--out", tmp_path / "a", "--key", own).exit_code == 0
    assert not json.loads((tmp_path / "a/summary.json").read_bytes())["ledger"]["key_from_record"]
    run("simulate", "--bookings", 5, "--out", tmp_path / "other", "--ledger")
    (foreign,) = (tmp_path / "other/ledger").glob("*.vkey")
    refused = audit(sealed, "--out", tmp_path / "b", "--key", foreign)
    assert refused.exit_code == 2
    assert not (tmp_path / "b").exists()


def test_an_altered_record_is_refused_or_judged_loudly(sealed: Path, tmp_path: Path) -> None:
    alter(sealed)
    refused = audit(sealed, "--out", tmp_path / "a")
    assert refused.exit_code == 2
    assert "does NOT match its ledger" in refused.stderr
    assert not (tmp_path / "a").exists()
    judged = audit(sealed, "--out", tmp_path / "a", "--judge-altered", "--fail-on", "never")
    assert judged.exit_code == 0
    assert "does NOT match its ledger" in " ".join(judged.stdout.split())
    assert (
        "<strong>altered after it was sealed: The record does NOT match its ledger"
        in (tmp_path / "a/report.html").read_text()
    )
    assert json.loads((tmp_path / "a/summary.json").read_bytes())["ledger"]["matches"] is False


def test_a_ledger_may_be_required(tmp_path: Path) -> None:
    run("simulate", "--bookings", 5, "--out", tmp_path / "r")
    refused = audit(tmp_path / "r", "--out", tmp_path / "a", "--require-ledger")
    assert refused.exit_code == 2
    assert "carries no ledger" in refused.stderr
    assert audit(tmp_path / "r", "--out", tmp_path / "a", "--fail-on", "never").exit_code == 0
    assert "cannot show that nothing was altered" in (tmp_path / "a/report.html").read_text()


def test_an_intake_is_sealed_with_a_kept_key(tmp_path: Path) -> None:
    (tmp_path / "j.csv").write_text("no,in\n1,2025-06-02T08:00:00-04:00\n")
    (tmp_path / "m.toml").write_text(
        'name = "j"\nagency = "NC0600000"\nzone = "America/New_York"\nsubject = "no"\ndates = ["iso"]\n'
        '[[event]]\ntype = "person.booked"\nat = "in"\n'
    )
    made = run("ledger", "init", "--ledger", tmp_path / "log", "--origin", "jail.example/log")
    assert made.exit_code == 0, made.output
    (key,) = [
        p for p in (tmp_path / "log").rglob("*") if p.is_file() and "PRIVATE+KEY" in p.read_text("latin-1")
    ]
    taken = run("intake", tmp_path / "j.csv", "--mapping", tmp_path / "m.toml", "--out", tmp_path / "r",
                "--ledger-key", key)  # fmt: skip
    assert taken.exit_code == 0, taken.output
    audited = audit(tmp_path / "r", "--out", tmp_path / "a", "--require-ledger", "--fail-on", "never")
    assert audited.exit_code == 0, audited.output
    assert (
        "jail.example/log" in json.loads((tmp_path / "a/summary.json").read_bytes())["ledger"]["checkpoint"]
    )
