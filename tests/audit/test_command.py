"""The audit command: what it prints, its exit status, what it refuses."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from audit.command import audit, run
from audit.records import of_bookings, of_example
from evenhand.audit.findings import COLUMNS
from evenhand.record.events import SubjectKind
from evenhand.record.folder import MARKER
from evenhand.record.store import Record
from halting import halted, interrupt

LATE = "0h person.booked | 2h screening.opened | 3h screening.closed"
IN_TIME = "0h person.booked | 30m screening.opened | 3h screening.closed"
NEXT_DAY = "24h person.booked | 26h screening.opened | 27h screening.closed"
EVENHAND = str(Path(sys.executable).with_name("evenhand"))
OUTPUTS = [MARKER, "findings.csv", "findings.parquet", "report.html", "summary.json"]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return of_bookings(tmp_path_factory.mktemp("record") / "record", [LATE, IN_TIME, NEXT_DAY])


def summary(folder: Path) -> dict:
    return json.loads((folder / "summary.json").read_text())


# --- what comes out ----------------------------------------------------------------------------------------


def test_four_files_and_nothing_beside_them(record: Record, tmp_path: Path) -> None:
    audit(record.folder, tmp_path / "out", "--rule", "UNI-01")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == OUTPUTS
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_terminal_shows_coverage_before_the_rules(record: Record, tmp_path: Path) -> None:
    text = audit(record.folder, tmp_path / "out", "--group", "UNI").stdout
    assert text.index(" acts judged") < text.index("Coverage: ") < text.index("UNI-01")
    assert "not asked" in text
    line = next(line for line in text.splitlines() if line.startswith("UNI-01"))
    assert line.split()[-3:] == ["1", "2", "0"]
    assert str(tmp_path / "out" / "report.html") in text


def test_terminal_names_what_is_missing(tmp_path: Path) -> None:
    record = of_example(tmp_path / "r", "0h person.booked | ~screening.opened", SubjectKind.BOOKING)
    text = audit(record.folder, tmp_path / "out", "--rule", "UNI-01").stdout
    assert "Coverage: 0 of 1 rules (0%): 0 answered, 0 in part" in text
    (rule,) = summary(tmp_path / "out")["rules"]
    assert "screening.opened" in rule["missing"]


def test_summary(record: Record, tmp_path: Path) -> None:
    audit(record.folder, tmp_path / "out", "--rule", "UNI-01", "--fail-on", "warning")
    found = summary(tmp_path / "out")
    assert found["bookings"] == 3
    assert found["events"] == sum(record.manifest.counts.events.values())
    assert (found["rows"]["quarantined"], found["coverage"], found["bar"]) == (0, 1.0, "warning")
    assert found["window"] == {"from": None, "to": None}
    assert len(found["record_manifest_sha256"]) == 64
    (rule,) = found["rules"]
    assert (rule["id"], rule["severity"], rule["basis"]) == ("UNI-01", "notice", "claim")
    assert (rule["holds"], rule["broken"], rule["cannot_tell"], rule["not_applicable"]) == (1, 2, 0, 0)
    assert (rule["citation"], rule["reach"], rule["missing"]) == ("Claim C04", "answered", [])


def test_csv_has_the_same_rows_as_parquet(record: Record, tmp_path: Path) -> None:
    audit(record.folder, tmp_path / "out", "--rule", "UNI-01")
    table = pq.read_table(tmp_path / "out" / "findings.parquet")
    assert table.column_names == list(COLUMNS)
    with (tmp_path / "out" / "findings.csv").open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == len(table) == 2
    for text, row in zip(rows, table.to_pylist(), strict=True):
        assert text["subject"] == row["subject"]
        assert text["when"] == row["when"].strftime("%Y-%m-%dT%H:%M:%SZ")
        assert text["deadline"] == row["deadline"].strftime("%Y-%m-%dT%H:%M:%SZ")
        assert float(text["missed_by_s"]) == row["missed_by_s"] == 3600.0
        assert text["evidence"].split() == row["evidence"]
        assert len(row["evidence"]) >= 2
        assert (text["source_file"], int(text["source_row"])) == (row["source_file"], row["source_row"])


def test_json_is_all_that_stands_on_stdout(record: Record, tmp_path: Path) -> None:
    done = subprocess.run(
        [EVENHAND, *_words(record, tmp_path, "--json", "--rule", "UNI-01", "--fail-on", "notice")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout) == summary(tmp_path / "out")


def _words(record: Record, tmp_path: Path, *more: str) -> list[str]:
    return ["audit", str(record.folder), "--out", str(tmp_path / "out"), *more]


def test_an_old_audit_is_replaced_whole(record: Record, tmp_path: Path) -> None:
    audit(record.folder, tmp_path / "out", "--rule", "UNI-01")
    audit(record.folder, tmp_path / "out", "--rule", "UNI-02")
    assert [r["id"] for r in summary(tmp_path / "out")["rules"]] == ["UNI-02"]


# --- exit status -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "bar", "status"),
    [
        ("HLD-01", "violation", 1),
        ("HLD-01", "warning", 1),
        ("HLD-01", "notice", 1),
        ("HLD-01", "never", 0),
        ("UNI-05", "notice", 0),
        ("REC-01V", "violation", 0),
        ("REC-01V", "warning", 1),
        ("REC-01V", "notice", 1),
        ("SCO-06", "violation", 0),
        ("SCO-06", "warning", 0),
        ("SCO-06", "notice", 1),
        ("SCO-06", "never", 0),
    ],
)
def test_exit_status_is_one_at_or_above_the_bar(
    rule: str, bar: str, status: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("status")
    texts = [
        "0h person.booked recorded_at=8d | 0h custody.release_due | 0h custody.hold_started | "
        "20d custody.released",
        BROKEN_NOTICE,
    ]
    record = of_bookings(folder / "record", texts)
    assert audit(record.folder, folder / "out", "--rule", rule, "--fail-on", bar).exit_code == status


def _notice() -> str:
    from evenhand.rules.catalog import CATALOG

    return next(text for text in CATALOG["SCO-06"].fails)


BROKEN_NOTICE = _notice()


def test_a_record_without_bookings_is_judged(tmp_path: Path) -> None:
    record = of_example(tmp_path / "r", "0h agreement.suspended", SubjectKind.AGREEMENT)
    assert audit(record.folder, tmp_path / "out", "--rule", "UNI-01").exit_code == 0
    assert summary(tmp_path / "out")["bookings"] == 0


def test_an_empty_record_is_judged(tmp_path: Path) -> None:
    from audit.records import write

    write(tmp_path / "r", [], provides={"person.booked": [], "screening.opened": []})
    assert audit(tmp_path / "r", tmp_path / "out", "--rule", "UNI-01", "--rule", "AGR-02").exit_code == 0
    found = summary(tmp_path / "out")
    assert (found["events"], found["coverage"], found["acts"]) == (0, 0.0, 0)
    assert found["reach"] == {"answered": 0, "partly": 0, "not": 1, "not_asked": 1}
    assert "No act broke a rule" in (tmp_path / "out" / "report.html").read_text()


# --- choice, window, bounds --------------------------------------------------------------------------------


def test_rules_and_groups_add_up_in_the_order_of_the_catalog(record: Record, tmp_path: Path) -> None:
    audit(record.folder, tmp_path / "out", "--rule", "uni-05", "--group", "agr", "--group", "The hold clock")
    ids = [r["id"] for r in summary(tmp_path / "out")["rules"]]
    assert {i.split("-")[0] for i in ids} == {"AGR", "UNI", "HLD"}
    assert ids.count("UNI-05") == 1
    assert ids.index("AGR-01") < ids.index("UNI-05") < ids.index("HLD-01")


@pytest.mark.parametrize(
    ("words", "subjects"),
    [
        ((), ["B-000", "B-002"]),
        (("--to", "2025-06-03"), ["B-000"]),
        (("--from", "2025-06-03"), ["B-002"]),
        (("--from", "2025-06-02", "--to", "2025-06-04"), ["B-000", "B-002"]),
        # The booking was at 08:00 in New York: the first moment of the window is in it, the last is not.
        (("--from", "2025-06-02T08:00:00"), ["B-000", "B-002"]),
        (("--from", "2025-06-02T12:00:01Z"), ["B-002"]),
        (("--to", "2025-06-02T12:00:00+00:00"), []),
        (("--from", "2025-07-01"), []),
    ],
)
def test_only_acts_in_the_window_are_judged(
    record: Record, tmp_path: Path, words: tuple[str, ...], subjects: list[str]
) -> None:
    result = audit(record.folder, tmp_path / "out", "--rule", "UNI-01", "--fail-on", "notice", *words)
    rows = pq.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    assert [r["subject"] for r in rows] == subjects
    assert result.exit_code == bool(subjects)
    (rule,) = summary(tmp_path / "out")["rules"]
    assert rule["broken"] == len(subjects)
    assert rule["holds"] + rule["broken"] + rule["not_applicable"] == 3


def test_what_lies_outside_the_window_is_still_seen(tmp_path: Path) -> None:
    """An act in the window is judged by what came before it and by what comes after."""
    text = "-1h person.booked | 0h determination.made | 0h determination.reviewed | 30h warrant.served"
    record = of_bookings(tmp_path / "r", [text])
    result = audit(record.folder, tmp_path / "out", "--rule", "SUP-02", "--from", "2025-06-03")
    assert result.exit_code == 0
    (rule,) = summary(tmp_path / "out")["rules"]
    assert (rule["holds"], rule["broken"]) == (1, 0)


def test_days_are_utc_in_a_record_of_several_zones(tmp_path: Path) -> None:
    from audit.records import bookings, provides_of, write

    rows, example = bookings([LATE, NEXT_DAY])
    for row in rows:
        if row["subject"] == "B-001":
            row["zone"] = "America/Los_Angeles"
    record = write(tmp_path / "r", [*rows, *example.around], provides=provides_of(example))
    audit(record.folder, tmp_path / "out", "--rule", "UNI-01", "--from", "2025-06-03")
    assert summary(tmp_path / "out")["window"]["from"] == "2025-06-03T00:00:00+00:00"


def test_a_bound_of_ours_can_be_set_and_is_stated(tmp_path: Path) -> None:
    record = of_bookings(tmp_path / "r", ["0h person.booked | 0h custody.release_due | 5h custody.released"])
    assert audit(record.folder, tmp_path / "a", "--rule", "HLD-06", "--fail-on", "notice").exit_code == 0
    result = audit(
        record.folder, tmp_path / "b", "--rule", "HLD-06", "--fail-on", "notice", "--bound", "hld-06=4h"
    )
    assert result.exit_code == 1
    assert summary(tmp_path / "b")["settings"] == {"HLD-06": {"bound_s": [14400], "default_s": [21600]}}
    page = " ".join((tmp_path / "b" / "report.html").read_text().split())
    assert "4 hours in this audit; the default is 6 hours" in page
    assert '<td class="broken">4 hours</td><td>6 hours</td>' in page
    assert "<td>6 hours</td><td>6 hours</td>" in (tmp_path / "a" / "report.html").read_text()


# --- bad usage and input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--rule", "UNI-1"), "did you mean UNI-01?"),
        (("--rule", "HDL-01"), "did you mean HLD-01?"),
        (("--rule", ""), "no rule ''"),
        (("--group", "HDL"), "did you mean HLD?"),
        (("--group", "weather"), "The groups: AGR, OFF"),
        (("--from", "yesterday"), "'yesterday' is no date: write it like 2025-01-31"),
        (("--from", "2025-02-30"), "is no date"),
        (("--to", "31.12.2025"), "is no date"),
        (("--from", "2025-06-03", "--to", "2025-06-03"), "--to is the first day left out"),
        (("--fail-on", "death"), "death"),
        (("--bound", "HLD-06"), "Write it like SUP-06=12h"),
        (("--bound", "HLD-06=soon"), "'soon' is not a length of time"),
        (("--bound", "HLD-06=0h"), "is not a length of time"),
        (("--bound", "HLD-06=-4h"), "is not a length of time"),
        (("--bound", "HLD-06=4"), "is not a length of time"),
        (("--bound", "HLD-60=4h"), "did you mean HLD-06?"),
        (("--bound", "HLD-01=4h"), "a source states it"),
        (("--bound", "CMP-05=4h"), "Give 2 lengths in this order"),
        (("--bound", "HLD-06=4h", "--group", "UNI"), "not among the rules of this audit"),
        (("--against-truth",), "is not a simulated record"),
        (("--colour",), "No such option"),
    ],
)
def test_bad_usage_is_told_and_ends_with_two(
    record: Record, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    result = audit(record.folder, tmp_path / "out", *words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not result.stdout
    assert not (tmp_path / "out").exists()


def test_out_is_asked_for(record: Record) -> None:
    assert run("audit", record.folder).exit_code == 2


def test_no_record(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        result = audit(folder, tmp_path / "out")
        assert (result.exit_code, "is no record" in result.stderr) == (2, True)


def test_out_is_a_file(record: Record, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    result = audit(record.folder, tmp_path / "out")
    assert (result.exit_code, "is a file" in result.stderr) == (2, True)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_of_other_things_is_not_replaced(record: Record, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    result = audit(record.folder, tmp_path)
    assert (result.exit_code, "letter.txt" in result.stderr) == (2, True)
    assert audit(record.folder, record.folder).exit_code == 2
    assert audit(record.folder, record.folder.parent).exit_code == 2
    assert Record(record.folder).manifest == record.manifest


def test_a_folder_that_cannot_be_written(record: Record, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = audit(record.folder, tmp_path / "file" / "out")
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def _damaged(tmp_path: Path, how: str) -> Path:
    record = of_bookings(tmp_path / "r", [LATE])
    part = record.files(SubjectKind.BOOKING)[0]
    content = part.read_bytes()
    match how:
        case "gone":
            part.unlink()
        case "truncated":
            part.write_bytes(content[: len(content) // 2])
        case "changed":
            # One bit in the data pages: the footer still reads.
            part.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
        case "no manifest":
            (tmp_path / "r" / "manifest.json").write_text("{")
    return record.folder


@pytest.mark.parametrize("how", ["gone", "truncated", "changed", "no manifest"])
def test_a_damaged_record_is_refused(tmp_path: Path, how: str) -> None:
    folder = _damaged(tmp_path, how)
    result = audit(folder, tmp_path / "out", "--rule", "UNI-01")
    assert result.exit_code == 2
    assert str(folder) in result.stderr
    assert "run the intake again" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_failed_audit_leaves_the_old_one(record: Record, tmp_path: Path) -> None:
    audit(record.folder, tmp_path / "out", "--rule", "UNI-01")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    assert audit(_damaged(tmp_path, "changed"), tmp_path / "out").exit_code == 2
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "r"]


@pytest.mark.parametrize("name", ["a folder", "it's [here]", "100% *new*?", "öffentlich"])
def test_names_of_folders_are_taken_as_they_are(tmp_path: Path, name: str) -> None:
    record = of_bookings(tmp_path / "record", [LATE])
    assert audit(record.folder, tmp_path / name, "--rule", "UNI-01", "--fail-on", "notice").exit_code == 1
    assert sorted(p.name for p in (tmp_path / name).iterdir()) == OUTPUTS


def test_stopped_by_hand_the_old_audit_stays(record: Record, tmp_path: Path) -> None:
    audit(record.folder, tmp_path / "out", "--rule", "UNI-01")
    before = (tmp_path / "out" / "summary.json").read_bytes()
    process = halted(*_words(record, tmp_path))
    assert list(tmp_path.glob(".out.new-*"))
    told = interrupt(process)
    assert process.returncode == 130, told
    assert "as it was before" in told
    assert "Traceback" not in told
    assert (tmp_path / "out" / "summary.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
