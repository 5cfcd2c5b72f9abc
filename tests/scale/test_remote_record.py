"""A record in object storage gives what the same record gives in a folder."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audit.records import of_bookings
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from scale.commands import contents, run, without_place
from scale.conftest import Bucket

KEY = "county/record"
PART = "events/booking/person.booked/part-00000.parquet"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated record with a ledger."""
    folder = tmp_path_factory.mktemp("simulated") / "record"
    assert run("simulate", "--bookings", 100, "--seed", 3, "--ledger", "--out", folder).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def address(bucket: Bucket, folder: Path) -> str:
    return bucket.upload(folder, KEY)


def same(folder: Path, address: str, tmp_path: Path, *words: object) -> dict[str, bytes]:
    """Run a command on both, which must write the same files but for the record's place; the files."""
    command, *options = words
    for record, out in ((folder, tmp_path / "local"), (address, tmp_path / "remote")):
        result = run(command, record, "--out", out, *options)
        assert result.exit_code == 0, result.output
    found = contents(tmp_path / "remote")
    assert without_place(found) == without_place(contents(tmp_path / "local"))
    return found


# --- the same results --------------------------------------------------------------------------------------


def test_audit(folder: Path, address: str, tmp_path: Path) -> None:
    found = same(folder, address, tmp_path, "audit", "--fail-on", "never")
    assert json.loads(found["summary.json"])["ledger"]["matches"]
    assert len(found["findings.csv"].splitlines()) > 1


def test_audit_of_an_imported_record_names_file_and_row(bucket: Bucket, tmp_path: Path) -> None:
    record = of_bookings(
        tmp_path / "record", ["0h person.booked | 2h screening.opened | 3h screening.closed"]
    )
    address = bucket.upload(tmp_path / "record", "imported")
    found = same(record.folder, address, tmp_path, "audit", "--rule", "UNI-01", "--fail-on", "never")
    (finding,) = csv.DictReader(found["findings.csv"].decode().splitlines())
    assert (finding["source_file"], finding["source_row"]) == ("bookings.csv", "2")


def test_uniformity(folder: Path, address: str, tmp_path: Path) -> None:
    found = same(folder, address, tmp_path, "uniformity")
    assert json.loads(found["summary.json"])["bookings"] > 90


@pytest.mark.trial
def test_figures(folder: Path, address: str, tmp_path: Path) -> None:
    found = same(folder, address, tmp_path, "figures", "--year", "FY2024")
    assert "figures.json" in found


@pytest.mark.trial
@pytest.mark.parametrize(
    "words",
    [
        ("rebooking", "{}", "--json"),
        ("uniformity", "watch", "{}", "--json"),
        ("claims", "C02", "C12", "C14", "--record", "{}", "--json"),
        ("record", "show", "{}"),
        ("record", "check", "{}"),
    ],
    ids=lambda words: " ".join(words).removesuffix(" {}"),
)
def test_what_is_printed(folder: Path, address: str, words: tuple[str, ...]) -> None:
    local, remote = ([w.format(record) for w in words] for record in (folder, address))
    printed = run(*remote)
    assert printed.exit_code == 0, printed.output
    assert printed.stdout == run(*local).stdout
    assert len(printed.stdout) > 20


def test_histories_quarantine_and_truth(folder: Path, address: str) -> None:
    here, there = Record(folder), Record(address)
    for kind in SubjectKind:
        assert list(there.histories(kind)) == list(here.histories(kind))
    assert there.truth().equals(here.truth())
    assert there.quarantine().equals(here.quarantine())


# --- what is refused ---------------------------------------------------------------------------------------


@pytest.fixture
def damaged(bucket: Bucket, folder: Path, address: str) -> Iterator[Callable[[str, bytes | None], str]]:
    """A function that changes or deletes an object of the record in the bucket until the test ends."""
    changed = set()

    def change(name: str, content: bytes | None) -> str:
        changed.add(name)
        if content is None:
            bucket.files.delete_file(f"jail-records/{KEY}/{name}")
        else:
            bucket.put(f"{KEY}/{name}", content)
        return address

    yield change
    for name in changed:
        bucket.put(f"{KEY}/{name}", (folder / name).read_bytes())


def test_an_object_that_is_missing_or_cut_is_named(
    folder: Path, damaged: Callable[[str, bytes | None], str]
) -> None:
    whole = (folder / PART).read_bytes()
    with pytest.raises(RecordError, match=rf"s3://.*{PART}.* has 100 bytes, but the manifest says"):
        Record(damaged(PART, whole[:100]))
    with pytest.raises(RecordError, match=rf"s3://.*{PART}.* is missing: restore it"):
        Record(damaged(PART, None))


@pytest.mark.trial
def test_an_object_that_was_altered_is_named(
    folder: Path, damaged: Callable[[str, bytes | None], str], tmp_path: Path
) -> None:
    body = bytearray((folder / PART).read_bytes())
    body[len(body) // 2] ^= 1
    address = damaged(PART, bytes(body))
    refused = run("record", "check", address)
    assert refused.exit_code == 2
    assert PART in refused.stderr
    assert "restore it" in refused.stderr
    refused = run("audit", address, "--out", tmp_path / "out", "--workers", 1)
    assert refused.exit_code == 2
    assert PART in refused.stderr
    refused = run("audit", address, "--out", tmp_path / "out", "--judge-altered", "--workers", 1)
    assert refused.exit_code == 2
    assert PART in refused.stderr
    assert "is not the file that the manifest names" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_a_ledger_is_never_skipped(
    folder: Path, damaged: Callable[[str, bytes | None], str], tmp_path: Path
) -> None:
    address = damaged("ledger/checkpoint", None)
    refused = run("audit", address, "--out", tmp_path / "out")
    assert refused.exit_code == 2
    assert "does NOT match its ledger" in refused.stderr


@pytest.mark.parametrize("command", ["audit", "uniformity", "figures"])
def test_what_is_no_record_is_refused_without_a_trace(bucket: Bucket, command: str, tmp_path: Path) -> None:
    year = ("--year", "FY2024") if command == "figures" else ()
    for address, says in (
        (bucket.address("nothing"), "is no record"),
        (bucket.address("record", bucket="elsewhere"), "there is no bucket elsewhere"),
        ("ftp://host/record", "is not supported"),
    ):
        refused = run(command, address, "--out", tmp_path / "out", *year)
        assert refused.exit_code == 2
        assert says in refused.stderr
        assert "Traceback" not in refused.stderr
