"""ICE's own tables: the shipped mappings tell what the rows say, and nothing of the person."""

import csv
import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from evenhand.audit.command import audit_command
from evenhand.intake.mapping.load import load_mapping
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from intake.federal_tables import ARRESTS, DETAINERS, DETENTIONS, GROUPS, REDACTED, at, detainer, stint, write
from intake.taking import run

PENNSYLVANIA = Path(__file__).parents[3] / "shared" / "data" / "custody" / "pa-detainers-2007-2015.csv.gz"
PERSON = "f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed"
OTHER = "0ddba110ddba110ddba110ddba110ddba110ddba"

History = list[dict[str, Any]]


def take(source: Path, name: str) -> tuple[Record, str]:
    out = source.parent / f"{source.name}-record"
    status, said = run(source, "--mapping", name, "--out", out)
    assert status == 0, said
    return Record(out), said


def histories(record: Record) -> list[History]:
    return [events for _, events in record.histories(SubjectKind.BOOKING)]


def told(history: History) -> list[tuple[Any, ...]]:
    return [(e["type"], e["facility"], e.get("destination") or e.get("cause")) for e in history]


def public_bytes(record: Record) -> bytes:
    """Every value of the public files as text, with the names of the files."""
    parts = []
    for path in sorted(record.folder.rglob("*")):
        if path.is_file() and "personal" not in path.relative_to(record.folder).parts:
            parts.append(path.name)
            if path.suffix == ".parquet":
                parts.append(str(pq.read_table(path).to_pylist()))
            else:
                parts.append(path.read_text("utf-8", errors="replace"))
    return "\n".join(parts).encode()


def says_nothing_of_the_person(record: Record) -> bool:
    whole = public_bytes(record)
    return not any(str(v).encode() in whole for v in GROUPS.values() if v not in (REDACTED, 1991))


def broken(record: Record) -> int:
    """How many findings an audit has."""
    out = record.folder.parent / f"{record.folder.name}-audit"
    result = CliRunner().invoke(
        audit_command, [str(record.folder), "--out", str(out)], catch_exceptions=False
    )
    assert result.exit_code in (0, 1), result.output
    return int(pq.read_table(out / "findings.parquet").num_rows)


# --- detainers ---------------------------------------------------------------------------------------------


@pytest.fixture
def detainers(tmp_path: Path) -> Record:
    rows = [
        detainer(PERSON, 1, **{"Detainer Lift Reason": "Booked into Detention"}),
        # The same row again, as the released tables have it.
        detainer(PERSON, 1, **{"Detainer Lift Reason": "Booked into Detention"}),
        # The same person and day, and another form: another detainer.
        detainer(PERSON, 1, **{"Detainer Type": "I247G - Request for Advance Notification of Release"}),
        detainer(None, 2, **{"Facility State": "HAWAII", "Detainer Lift Reason": "Died"}),
        detainer(OTHER, 3, **{"Facility State": None, "Detainer Type": "A form of 2031"}),
        detainer(OTHER, 4, **{"Detainer Prepare Date": None}),
    ]
    record, _ = take(write(tmp_path / "detainers.xlsx", DETAINERS, rows), "ice-detainers")
    return record


def test_each_row_is_a_detainer_of_its_own(detainers: Record) -> None:
    assert detainers.manifest.counts.events == {"detainer.issued": 5}
    assert [s for s, _ in detainers.histories(SubjectKind.BOOKING)] == ["1-10", "1-11", "1-12", "1-8", "1-9"]


def test_every_sheet_of_the_workbook_is_read(tmp_path: Path) -> None:
    source = write(tmp_path / "two.xlsx", DETAINERS, [detainer(PERSON, 1)], [detainer(OTHER, 2)])
    record, _ = take(source, "ice-detainers")
    assert [s for s, _ in record.histories(SubjectKind.BOOKING)] == ["1-8", "2-8"]


def test_the_lift_reason_stays_in_ices_words(detainers: Record) -> None:
    events = [history[0] for history in histories(detainers)]
    assert Counter(e.get("lift_reason") for e in events) == {None: 2, "Booked into Detention": 2, "Died": 1}
    assert Counter(e.get("form_version") for e in events) == {"I-247A": 3, "I-247G": 1, None: 1}


def test_a_day_is_the_day_of_the_facilitys_state(detainers: Record) -> None:
    moments = {e["zone"]: e["occurred_at"].isoformat() for (e,) in histories(detainers)}
    assert moments["Pacific/Honolulu"] == "2024-10-02T10:00:00+00:00"
    assert moments["America/Chicago"] == "2024-10-01T05:00:00+00:00"
    assert moments["America/New_York"] == "2024-10-03T04:00:00+00:00"
    assert all(e["occurred_by"] > e["occurred_at"] for (e,) in histories(detainers))


def test_a_row_without_a_day_and_an_unknown_form_are_quarantined(detainers: Record) -> None:
    entries = {(e["row"], e["column"]): e for e in detainers.quarantine().to_pylist()}
    assert entries.keys() == {(12, "Detainer Type"), (13, "Detainer Prepare Date")}
    assert entries[12, "Detainer Type"]["value"] == "A form of 2031"


@pytest.mark.parametrize("name", ["ice-detainers", "ice-arrests", "ice-detentions", "pa-detainers"])
def test_no_column_of_a_persons_birth_citizenship_or_group_is_mapped(name: str) -> None:
    words = ("Birth", "Citizenship", "Ethnicity", "Religion", "Gender", "Entry Status")
    assert not [c for c in load_mapping(name)[0].needed() if any(word in c for word in words)]


def test_nothing_of_the_person_is_public(detainers: Record) -> None:
    assert says_nothing_of_the_person(detainers)
    assert PERSON.encode() not in public_bytes(detainers)


def test_a_key_of_rows_keeps_rows_that_are_alike(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("day\n2024-05-01\n2024-05-01\n")
    text = (
        'name = "m"\nagency = "DHS-ICE"\nzone = "UTC"\nsubject = { row = true }\n{}'
        '[[event]]\ntype = "detainer.issued"\nat = "day"\n'
    )
    (tmp_path / "m.toml").write_text(text.replace("{}", ""))
    status, said = run(tmp_path / "a.csv", "--mapping", tmp_path / "m.toml", "--check")
    assert status == 2
    assert 'set duplicate_rows = "keep"' in said
    (tmp_path / "m.toml").write_text(text.replace("{}", '[policies]\nduplicate_rows = "keep"\n'))
    sources = (tmp_path / "a.csv", tmp_path / "a.csv")
    status, said = run(*sources, "--mapping", tmp_path / "m.toml", "--out", tmp_path / "r")
    assert status == 0, said
    subjects = [s for s, _ in Record(tmp_path / "r").histories(SubjectKind.BOOKING)]
    assert subjects == ["1-2", "1-3", "2-2", "2-3"]


def test_a_workbook_of_another_release_is_refused_by_the_name_of_its_column(tmp_path: Path) -> None:
    columns = ["Detainer Prepared Date" if c == "Detainer Prepare Date" else c for c in DETAINERS]
    source = write(tmp_path / "later.xlsx", columns, [{"Detainer Prepared Date": at(1)}])
    status, said = run(source, "--mapping", "ice-detainers", "--out", tmp_path / "out")
    assert status == 2
    assert "Detainer Prepare Date" in said
    assert "Detainer Prepared Date" in said


# --- arrests -----------------------------------------------------------------------------------------------


def test_arrests_have_their_method_and_minute(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "Apprehension Date": at(5, 14, 30),
            "Apprehension State": "CALIFORNIA",
            "Apprehension Method": "CAP Local Incarceration",
            "Unique Identifier": PERSON,
        },
        {"Apprehension Date": at(6, 9, 5), "Unique Identifier": PERSON},
    ]
    record, _ = take(write(tmp_path / "arrests.xlsx", ARRESTS, rows), "ice-arrests")
    first, second = (history[0] for history in histories(record))
    assert (first["type"], first["method"], first["agency"]) == (
        "immigration_arrest.made",
        "CAP Local Incarceration",
        "DHS-ICE",
    )
    assert first["occurred_at"].isoformat() == "2024-10-05T21:30:00+00:00"
    assert (first["occurred_by"] - first["occurred_at"]).total_seconds() == pytest.approx(60, abs=1)
    assert second.get("method") is None
    assert second["zone"] == "America/New_York"
    assert says_nothing_of_the_person(record)
    assert PERSON.encode() not in public_bytes(record)
    assert broken(record) == 0


# --- detentions --------------------------------------------------------------------------------------------


def _stays(tmp_path: Path) -> Record:
    moved = (at(1, 8, 10), at(20, 4, 0), "Removed")
    rows = [
        stint(PERSON, moved[0], at(1, 8, 10), at(2, 9, 0), "HOLDAAA", "Transferred", *moved[1:]),
        stint(PERSON, moved[0], at(2, 15, 0), at(9, 7, 0), "JAILBBB", "Transferred", *moved[1:], bond=900),
        # The stint again, with another bond.
        stint(PERSON, moved[0], at(2, 15, 0), at(9, 7, 0), "JAILBBB", "Transferred", *moved[1:], bond=500),
        stint(PERSON, moved[0], at(9, 12, 0), at(20, 4, 0), "CAMPCCC", "Removed", *moved[1:]),
        # Another stay of the same person, in one stint.
        stint(PERSON, at(25), at(25), at(26), "HOLDAAA", "Bonded Out - IJ", at(26), "Bonded Out - IJ"),
        # Still detained.
        stint(OTHER, at(3), at(3), at(4), "HOLDAAA", "U.S. Marshals or other agency"),
        stint(OTHER, at(3), at(6), None, "JAILBBB", None),
        # Died in custody: neither freed nor handed over.
        stint("d", at(7), at(7), at(8), "JAILBBB", "Died", at(8), "Died"),
        # Identifiers that are missing or redacted make no person.
        stint(None, at(9), at(9), at(10), "JAILBBB", "Removed", at(10), "Removed"),
        stint(REDACTED, at(9), at(9), at(10), "JAILBBB", "Removed", at(10), "Removed"),
    ]
    record, _ = take(write(tmp_path / "detentions.xlsx", DETENTIONS, rows), "ice-detentions")
    return record


def test_stints_of_one_stay_are_one_history(tmp_path: Path) -> None:
    found = sorted((told(history) for history in histories(_stays(tmp_path))), key=str)
    booked = "person.booked"
    assert found == sorted(
        [
            [
                (booked, "HOLDAAA", None),
                ("custody.moved", "HOLDAAA", None),
                ("custody.moved", "JAILBBB", None),
                ("custody.departed", "CAMPCCC", "abroad"),
            ],
            [(booked, "HOLDAAA", None), ("custody.released", "HOLDAAA", "bond")],
            # Given to the marshals, and booked again.
            [
                (booked, "HOLDAAA", None),
                ("custody.departed", "HOLDAAA", "other_agency"),
                (booked, "JAILBBB", None),
            ],
            [(booked, "JAILBBB", None)],
        ],
        key=str,
    )


def test_rows_without_an_identifier_are_left_out_and_counted(tmp_path: Path) -> None:
    counts = _stays(tmp_path).manifest.counts
    assert counts.left_out == {"no identifier of the person": 2}
    assert counts.rows.quarantined == 0


def test_nothing_of_a_detained_person_is_public_and_no_rule_is_found_broken(tmp_path: Path) -> None:
    record = _stays(tmp_path)
    assert says_nothing_of_the_person(record)
    assert PERSON.encode() not in public_bytes(record)
    assert broken(record) == 0


# --- Pennsylvania ------------------------------------------------------------------------------------------


def test_rows_of_pennsylvanias_shape_that_are_alike_are_different_detainers(tmp_path: Path) -> None:
    source = tmp_path / "pa.csv"
    alike = '2012-05-01 00:00:00,United States Citizen Interviewed,"MADE UP JAIL, PA",TOWN,PENNSYLVANIA,\n'
    lifted = '2012-05-02 00:00:00,Lifted - Lack of Space,"MADE UP JAIL, PA",TOWN,PENNSYLVANIA,\n'
    source.write_text("date,lift_reason,det_facility,city,state,detainer_type\n" + alike * 2 + lifted)
    record, _ = take(source, "pa-detainers")
    assert record.manifest.counts.events == {"detainer.cancelled": 1, "detainer.issued": 3}
    last = dict(record.histories(SubjectKind.BOOKING))["1-4"]
    assert [e["type"] for e in last] == ["detainer.issued", "detainer.cancelled"]
    # The file does not say when the detainer was lifted.
    assert last[1]["occurred_at"].isoformat() == "2012-05-02T04:00:00+00:00"
    assert last[1]["occurred_by"].isoformat().startswith("2016-01-01T04:59:59")
    # That a citizen was interviewed is a reason of ICE's; who interviewed whom, and when, it does not say.
    assert all(e["type"] == "detainer.issued" for e in dict(record.histories(SubjectKind.BOOKING))["1-2"])


@pytest.fixture(scope="module")
def pennsylvania(tmp_path_factory: pytest.TempPathFactory) -> Record:
    if not PENNSYLVANIA.is_file():
        pytest.skip("the custody data sets are not in ../shared/data/custody")
    out = tmp_path_factory.mktemp("pa") / "record"
    status, said = run(PENNSYLVANIA, "--mapping", "pa-detainers", "--out", out)
    assert status == 0, said
    return Record(out)


def test_pennsylvania_every_row_is_a_detainer(pennsylvania: Record) -> None:
    counts = pennsylvania.manifest.counts
    assert counts.rows_in == 32_757
    assert pennsylvania.quarantine().num_rows == 0
    with gzip.open(PENNSYLVANIA, "rt", encoding="utf-8") as file:
        lifted = sum(row["lift_reason"].startswith("Lifted") for row in csv.DictReader(file))
    assert counts.events == {"detainer.issued": 32_757, "detainer.cancelled": lifted}
    assert counts.cases[SubjectKind.BOOKING] == 32_757


def test_pennsylvania_an_audit_finds_nothing_that_nobody_could_know(pennsylvania: Record) -> None:
    assert broken(pennsylvania) == 0
