"""The one reader of records, attacked: commands refuse what was altered and say how a record stands."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from evenhand.cli import main
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.folder import LEDGER_FOLDERS
from evenhand.record.ledger.seal import seal
from evenhand.record.store import Record
from record.small_record import relisted, write

PART = "events/booking/person.booked/part-00000.parquet"
PERSONAL = "personal/booking/person.booked/part-00000.parquet"
COMMANDS = {
    "audit": ["audit", "RECORD", "--out", "OUT", "--rule", "HLD-01", "--fail-on", "never"],
    "figures": ["figures", "RECORD", "--year", "FY2025", "--out", "OUT"],
    "detainers": ["detainers", "RECORD", "--out", "OUT"],
    "rebooking": ["rebooking", "RECORD", "--out", "OUT"],
    "uniformity": ["uniformity", "RECORD", "--out", "OUT"],
    "watch": ["uniformity", "watch", "RECORD"],
    "claims": ["claims", "--record", "RECORD", "C14"],
    "record check": ["record", "check", "RECORD"],
    "record show": ["record", "show", "RECORD"],
}
EVERY_COMMAND = pytest.mark.parametrize("command", COMMANDS)
READERS_OF_BOOKINGS = ("audit", "figures", "rebooking", "uniformity", "watch", "record check")


def run(command: str, record: Path, *more: str) -> Result:
    names = {"RECORD": str(record), "OUT": str(record.parent / "out")}
    return CliRunner().invoke(main, [names.get(word, word) for word in COMMANDS[command]] + list(more))


def plain(result: Result) -> str:
    return " ".join(result.output.split())


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "r"
    made = CliRunner().invoke(main, ["simulate", "--bookings", "60", "--ledger", "--out", str(folder)])
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture
def sealed(simulated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(simulated, tmp_path / "r"))


@pytest.fixture
def unsealed(sealed: Path) -> Path:
    for name in LEDGER_FOLDERS:
        shutil.rmtree(sealed / name)
    manifest = json.loads((sealed / "manifest.json").read_text())
    (sealed / "manifest.json").write_text(json.dumps(manifest | {"sealed": False}))
    return sealed


def alter(path: Path, column: str, change: Callable[[Any], Any]) -> None:
    table = pq.read_table(path)
    values = table[column].to_pylist()
    values[0] = change(values[0])
    place = table.schema.get_field_index(column)
    pq.write_table(table.set_column(place, column, pa.array(values, table.schema.field(column).type)), path)


# --- every command says how a record stands ----------------------------------------------------------------


@EVERY_COMMAND
def test_every_command_states_the_checkpoint_of_a_sealed_record(command: str, sealed: Path) -> None:
    result = run(command, sealed)
    assert result.exit_code == 0, result.output
    assert "sealed, checkpoint evenhand.example/record, size" in plain(result)


@EVERY_COMMAND
def test_every_command_says_that_a_record_is_not_sealed(command: str, unsealed: Path) -> None:
    assert "not sealed" in plain(run(command, unsealed))


@pytest.mark.parametrize("command", ["audit", "figures", "detainers", "rebooking", "uniformity"])
def test_page_and_json_state_it_too(command: str, sealed: Path, tmp_path: Path) -> None:
    assert run(command, sealed).exit_code == 0
    (page,) = (tmp_path / "out").glob("*.html")
    assert "sealed, checkpoint evenhand.example/record, size" in page.read_text()
    said = [json.loads(path.read_text()) for path in (tmp_path / "out").glob("*.json")]
    (seal_said,) = [content["seal"] for content in said if "seal" in content]
    assert seal_said["state"] == "sealed"
    assert len(seal_said["checkpoint"]["root"]) == 44


# --- altered records ---------------------------------------------------------------------------------------


@EVERY_COMMAND
def test_an_event_altered_with_its_manifest_is_refused_under_a_seal(command: str, sealed: Path) -> None:
    alter(sealed / PART, "occurred_at", lambda moment: moment.replace(minute=(moment.minute + 1) % 60))
    manifest = json.loads((sealed / "manifest.json").read_text())
    with pytest.raises(RecordError, match="does NOT match its ledger"):
        relisted(sealed)
    assert json.loads((sealed / "manifest.json").read_text()) != manifest
    result = run(command, sealed)
    assert result.exit_code == 2
    assert "does NOT match its ledger" in plain(result)
    assert not (sealed.parent / "out").exists()


@pytest.mark.parametrize("command", READERS_OF_BOOKINGS)
@pytest.mark.parametrize("is_sealed", [True, False])
def test_an_event_file_with_another_hash_is_refused(
    command: str, is_sealed: bool, request: pytest.FixtureRequest
) -> None:
    record: Path = request.getfixturevalue("sealed" if is_sealed else "unsealed")
    content = bytearray((record / PART).read_bytes())
    content[-20] ^= 1
    (record / PART).write_bytes(content)
    result = run(command, record)
    assert result.exit_code == 2, result.output
    assert PART in plain(result)
    assert not (record.parent / "out").exists()


@pytest.mark.parametrize("command", ["rebooking", "uniformity", "watch", "record check"])
def test_an_altered_personal_file_is_refused(command: str, unsealed: Path) -> None:
    size = (unsealed / PERSONAL).stat().st_size
    content = bytearray((unsealed / PERSONAL).read_bytes())
    content[size // 2] ^= 1
    (unsealed / PERSONAL).write_bytes(content)
    result = run(command, unsealed)
    assert result.exit_code == 2, result.output
    assert PERSONAL in plain(result)


@pytest.mark.parametrize("lost", [("ledger",), ("ledger", "openings"), LEDGER_FOLDERS])
@EVERY_COMMAND
def test_a_seal_that_was_removed_is_missed(command: str, lost: tuple[str, ...], sealed: Path) -> None:
    for name in lost:
        shutil.rmtree(sealed / name)
    result = run(command, sealed)
    assert result.exit_code == 2, result.output
    assert "its seal is gone" in plain(result)


@pytest.mark.parametrize("command", ["audit", "record check"])
def test_a_thorough_check_misses_the_openings(command: str, sealed: Path) -> None:
    shutil.rmtree(sealed / "openings")
    result = run(command, sealed)
    assert result.exit_code == 2, result.output
    assert "does NOT match" in plain(result)


def test_what_is_left_of_a_seal_is_no_seal(unsealed: Path) -> None:
    (unsealed / "ledger").mkdir()
    with pytest.raises(RecordError, match=r"does NOT match|seal is gone"):
        Record(unsealed)
    (unsealed / "ledger").rmdir()
    (unsealed / "ledger").write_text("a file")
    with pytest.raises(RecordError, match="seal is gone"):
        Record(unsealed)


def test_a_required_seal_and_a_foreign_key(unsealed: Path, tmp_path: Path, simulated: Path) -> None:
    assert "carries no ledger" in plain(run("figures", unsealed, "--require-ledger"))
    (other,) = (simulated / "ledger").glob("*.vkey")
    assert run("figures", simulated, "--key", other.read_text().strip()).exit_code == 0
    write(tmp_path / "b", 5)
    seal(tmp_path / "b")
    (key,) = (tmp_path / "b" / "ledger").glob("*.vkey")
    refused = run("figures", simulated, "--key", key.read_text().strip())
    assert refused.exit_code == 2
    assert "does NOT match" in plain(refused)


# --- files that no manifest lists --------------------------------------------------------------------------


def test_an_extra_file_is_refused_under_a_seal_and_named_without_one(sealed: Path) -> None:
    extra = PART.replace("00000", "00001")
    shutil.copy(sealed / PART, sealed / extra)
    with pytest.raises(RecordError, match=f"does not list the file {extra}"):
        Record(sealed)


@pytest.mark.parametrize("command", ["audit", "figures", "uniformity", "rebooking", "claims"])
def test_an_extra_file_is_named_and_not_read(command: str, unsealed: Path) -> None:
    before = run(command, unsealed, "--json").stdout
    for name in (PART, PERSONAL):
        shutil.copy(unsealed / name, unsealed / name.replace("00000", "00001"))
    result = run(command, unsealed, "--json")
    assert "the manifest does not list events/booking/person.booked/part-00001.parquet" in result.stderr
    assert result.stdout == before


def test_a_record_without_its_personal_part_says_so(unsealed: Path) -> None:
    shutil.rmtree(unsealed / "personal")
    assert "its personal part was left out" in Record(unsealed).standing.sentence
    assert run("figures", unsealed).exit_code == 0


def test_a_part_of_the_personal_files_must_not_be_missing(unsealed: Path) -> None:
    (unsealed / "personal" / "quarantine.parquet").write_bytes(b"another personal file")
    relisted(unsealed)
    (unsealed / PERSONAL).unlink()
    with pytest.raises(RecordError, match=f"{PERSONAL} is missing"):
        Record(unsealed)


def test_quarantined_values_may_be_removed_and_not_replaced(unsealed: Path) -> None:
    path = unsealed / "personal" / "quarantine.parquet"
    path.write_bytes(b"refused values")
    relisted(unsealed)
    path.write_bytes(b"altered values")
    assert "quarantine.parquet is not the file" in plain(run("record check", unsealed))
    path.unlink()
    assert run("record check", unsealed).exit_code == 0


def test_a_record_of_the_older_format_is_read_and_says_what_it_lacks(unsealed: Path) -> None:
    manifest = json.loads((unsealed / "manifest.json").read_text())
    for part in (part for parts in manifest["parts"].values() for part in parts):
        for file in part["files"]:
            del file["personal"]
    del manifest["files"], manifest["sealed"]
    (unsealed / "manifest.json").write_text(json.dumps(manifest | {"schema_version": 4}))
    record = Record(unsealed)
    assert record.standing.sentence == "not sealed; its manifest lists personal files without a hash"
    assert record.unlisted == ()
    assert len(record.truth())
    assert record.parts(SubjectKind.BOOKING)[0].personal_file("person.booked") == unsealed / PERSONAL


# --- hostile manifests and folders -------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Path:
    write(tmp_path / "r", 20)
    return tmp_path / "r"


def first_file(manifest: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifest["parts"]["booking"][0]["files"][1]
    assert found["type"] == "person.booked"
    return found


def set_name(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: first_file(manifest).update(file=name)


def set_personal(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: first_file(manifest)["personal"].update(file=name)


def add_other(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["files"].append({"file": name, "bytes": 1, "sha256": "0" * 64})


def twice(manifest: dict[str, Any]) -> None:
    files = manifest["parts"]["booking"][0]["files"]
    files.append(dict(files[1]))
    manifest["parts"]["booking"][0]["events"] += files[1]["events"]


def part_twice(manifest: dict[str, Any]) -> None:
    parts = manifest["parts"]["booking"]
    parts.append(parts[0] | {"first_case": parts[0]["cases"]})


def gigantic(manifest: dict[str, Any]) -> None:
    first_file(manifest)["events"] = 10**15
    manifest["parts"]["booking"][0]["events"] = 10**15 + 20
    manifest["parts"]["booking"][0]["cases"] = 10**15


def too_many_cases(manifest: dict[str, Any]) -> None:
    manifest["parts"]["booking"][0]["cases"] = 10**9


def set_field(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: first_file(manifest).update({name: value})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_name("../secret.parquet"), "it lists '../secret.parquet'"),
        (set_name("/etc/passwd"), "it lists '/etc/passwd'"),
        (set_name("C:\\secret"), "it lists 'C:"),
        (set_name(f"events/../{PART}"), "it lists 'events/../"),
        (set_name(f"./{PART}"), "it lists './"),
        (set_name(PART.replace("/", "//", 1)), "it lists 'events//"),
        (set_name(PART.upper()), "it lists 'EVENTS"),
        (set_personal("personal/../../secret"), "it lists 'personal/../../secret'"),
        (add_other("../../etc/passwd"), "can be listed"),
        (add_other("personal/other.parquet"), "can be listed"),
        (twice, "listed twice"),
        (part_twice, "it lists"),
        (gigantic, "can't hold"),
        (too_many_cases, "do not follow"),
        (set_field("events", -1), "greater than or equal to 0"),
        (set_field("bytes", -1), "greater than or equal to 0"),
        (set_field("bytes", 10), "can't hold|but the manifest says 10"),
        (set_field("sha256", "0"), "match pattern"),
        (set_field("type", "../x"), "unknown"),
        (set_field("corrections", 10**9), "can't hold"),
    ],
)
def test_a_hostile_manifest_is_refused(small: Path, change: Callable[[Any], None], said: str) -> None:
    path = small / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
    with pytest.raises(RecordError, match=said):
        Record(small)
    result = run("record check", small)
    assert result.exit_code == 2
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[" * 100_000, "recursion"),
        ('{"kind": "import", "kind": "desk"}', "twice"),
        ('{"schema_version": 1' + "0" * 10_000 + "}", "limit|newer"),
        ("null", "valid dictionary"),
        ("\x00", "Expecting value"),
    ],
)
def test_a_hostile_manifest_text_is_refused(small: Path, content: str, said: str) -> None:
    (small / "manifest.json").write_text(content)
    with pytest.raises(RecordError, match=said):
        Record(small)


def test_a_file_with_fewer_events_than_stated_is_refused(small: Path) -> None:
    pq.write_table(pq.read_table(small / PART).slice(0, 3), small / PART)
    record = relisted(small)
    with pytest.raises(RecordError, match="holds 3 events, but the manifest says 20"):
        list(record.histories(SubjectKind.BOOKING))


def test_a_history_of_another_part_is_refused(small: Path) -> None:
    alter(small / PART, "case", lambda case: 10**9)
    record = relisted(small)
    with pytest.raises(RecordError, match="histories of another part"):
        list(record.histories(SubjectKind.BOOKING))


@pytest.mark.parametrize("name", [PART, "manifest.json", "events", "events/booking"])
def test_a_link_out_of_the_record_is_refused(small: Path, tmp_path: Path, name: str) -> None:
    (small / name).rename(tmp_path / "elsewhere")
    (small / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RecordError, match="is a link to elsewhere"):
        Record(small)


def test_a_pipe_in_a_record_does_not_block(small: Path) -> None:
    (small / PART).unlink()
    os.mkfifo(small / PART)
    with pytest.raises(RecordError, match="is not a file"):
        Record(small)


# --- while a record is read --------------------------------------------------------------------------------


def test_a_file_that_changes_after_it_was_read_is_noticed(small: Path) -> None:
    record = Record(small)
    record.files(SubjectKind.BOOKING)
    record.confirm()
    content = (small / PART).read_bytes()
    (small / PART).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(RecordError, match="is not the file that the manifest names"):
        record.confirm()


def test_a_file_that_is_swapped_before_it_is_read_again_is_noticed(small: Path) -> None:
    record = Record(small)
    (part,) = record.parts(SubjectKind.BOOKING)
    part.read("person.booked", ["case"])
    content = (small / PART).read_bytes()
    (small / PART).unlink()
    (small / PART).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(RecordError, match="is not the file that the manifest names"):
        part.read("person.booked", ["case"])
