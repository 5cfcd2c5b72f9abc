"""`evenhand audit why`: a finding's id leads to the reason for it."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit.command import audit
from audit.records import of_bookings
from evenhand.cli import main

TEXTS = [
    "0h person.booked | 30m screening.opened | 3h screening.closed",
    "0h person.booked | 2h screening.opened | 3h screening.closed",
    "40d person.booked | 40d3h screening.opened",
]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("why")
    record = of_bookings(folder / "record", TEXTS)
    audit(record.folder, folder / "out", "--rule", "UNI-01", "--rule", "UNI-02")
    return folder / "out"


def why(*words: object) -> Result:
    return CliRunner().invoke(main, ["audit", "why", *map(str, words)])


def findings(out: Path) -> list[dict[str, str]]:
    with (out / "findings.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_each_finding_has_an_id_of_its_own_in_the_first_column(out: Path) -> None:
    rows = findings(out)
    assert next(iter(rows[0])) == "finding"
    assert len({row["finding"] for row in rows}) == len(rows) > 0


def test_ids_are_the_same_in_every_audit_of_the_record(out: Path, tmp_path: Path) -> None:
    audit(out.parent / "record", tmp_path / "again", "--rule", "UNI-01")
    ids = {row["finding"] for row in findings(tmp_path / "again")}
    assert ids == {row["finding"] for row in findings(out) if row["rule"] == "UNI-01"}


def test_a_finding_is_explained(out: Path) -> None:
    row = next(r for r in findings(out) if r["subject"] == "B-001")
    done = why(out, row["finding"])
    assert done.exit_code == 0, done.output
    assert f"Booking B-001, finding {row['finding']}" in done.output
    assert "UNI-01: broken" in done.output
    assert "(1 hour too late)" in done.output
    assert "Sources" in done.output


def test_in_the_folder_of_the_audit_the_id_is_enough(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(out)
    assert why(findings(out)[0]["finding"][:8]).exit_code == 0


def test_a_rule_and_a_subject_are_explained_whatever_the_answer(out: Path) -> None:
    found = json.loads(why(out, "uni-01:B-000", "--json").output)
    assert (found["rule"], found["subject"], found["answer"]) == ("UNI-01", "B-000", "holds")
    assert found["finding"] is None


def test_as_a_page(out: Path, tmp_path: Path) -> None:
    assert why(out, "UNI-01:B-001", "--html", tmp_path / "why.html").exit_code == 0
    text = (tmp_path / "why.html").read_text(encoding="utf-8")
    assert "What the rule requires" in text
    assert "<script" not in text


def test_the_reports_own_text_is_the_same(out: Path) -> None:
    row = next(r for r in findings(out) if r["subject"] == "B-001")
    reason = json.loads(why(out, row["finding"], "--json").output)["why"]
    assert reason.replace("“", "").split(":")[0] in (out / "report.html").read_text().replace("“", "")
    assert row["finding"] in (out / "report.html").read_text()


def test_a_bound_of_the_audit_is_used(tmp_path: Path) -> None:
    text = "0h person.booked | 1h determination.made | 6h determination.reviewed"
    record = of_bookings(tmp_path / "record", [text])
    audit(record.folder, tmp_path / "out", "--rule", "SUP-06", "--bound", "SUP-06=2h")
    found = json.loads(why(tmp_path / "out", "SUP-06:B-000", "--json").output)
    assert found["answer"] == "broken"
    assert found["clocks"][0]["deadline"].startswith("2 hours after")


@pytest.mark.parametrize(
    ("finding", "part"),
    [
        ("ffffffffffff", "No finding begins with"),
        ("", "No finding begins with"),
        ("%", "No finding begins with"),
        ("UNI-01:B-999", "no booking 'B-999'"),
        ("UNI-99:B-001", "there is no rule"),
    ],
)
def test_what_cannot_be_explained_says_what_to_do(out: Path, finding: str, part: str) -> None:
    done = why(out, finding)
    assert done.exit_code == 2
    assert part in done.output


def test_a_folder_without_an_audit(tmp_path: Path) -> None:
    done = why(tmp_path, "abc")
    assert done.exit_code == 2
    assert "not contain a finished audit" in done.output


def test_another_record_is_refused(out: Path, tmp_path: Path) -> None:
    other = of_bookings(tmp_path / "other", TEXTS[:1])
    done = why(out, "UNI-01:B-000", "--record", other.folder)
    assert done.exit_code == 2
    assert "not the record of this audit" in done.output


def test_a_record_that_was_moved_can_be_named(out: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    (out.parent / "record").rename(moved)
    try:
        assert "--record" in why(out, "UNI-01:B-000").output
        assert why(out, "UNI-01:B-000", "--record", moved).exit_code == 0
    finally:
        moved.rename(out.parent / "record")
