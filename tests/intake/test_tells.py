"""What a mapping says that its source tells, and what is assumed where it says nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evenhand.record.events import FIELDS
from evenhand.record.manifest import Manifest, Tells
from intake.shapes import SIMPLE, csv_text, write_csv
from intake.taking import Taken, run, take

EXPORTS = Path(__file__).parent / "exports"


def simple(folder: Path, *, top: str = "", end: str = "") -> Taken:
    return take(folder, write_csv(folder / "a.csv", csv_text()), mapping=f"{top}\n{SIMPLE}\n{end}")


def manifest(taken: Taken) -> Manifest:
    assert taken.record is not None, taken.said
    return taken.record.manifest


def test_a_mapping_states_the_types_that_its_source_tells(tmp_path: Path) -> None:
    taken = simple(tmp_path, top='tells = ["person.booked", "charge.recorded"]')
    assert manifest(taken).tells == [Tells(types=["charge.recorded", "person.booked"])]
    assert "The source shows every event of these types: charge.recorded, person.booked" in taken.said


def test_types_may_be_told_for_some_histories_only(tmp_path: Path) -> None:
    taken = simple(
        tmp_path,
        end="""
[[tells]]
types = ["person.booked"]
[[tells]]
types = ["custody.released"]
facilities = ["MAIN"]
files = ["a.csv"]
since = 2020-01-01
until = 2020-01-31
""",
    )
    always, some = manifest(taken).tells
    assert always == Tells(types=["person.booked"])
    assert (some.facilities, some.files) == (["MAIN"], ["a.csv"])
    # The days are the jail's; the last one counts.
    assert some.since == datetime(2020, 1, 1, 8, tzinfo=UTC)
    assert some.until == datetime(2020, 2, 1, 8, tzinfo=UTC)


def test_a_type_without_a_block_may_be_told_and_never_happened(tmp_path: Path) -> None:
    taken = simple(tmp_path, top='tells = ["custody.released", "detainer.issued"]')
    provides = manifest(taken).provides
    assert {n for n, s in FIELDS["detainer.issued"].items() if not s.personal} <= set(
        provides["detainer.issued"]
    )
    assert "custody.departed" not in provides


def test_all_tells_every_type_that_the_mapping_makes(tmp_path: Path) -> None:
    taken = simple(tmp_path, top='tells = "all"')
    assert manifest(taken).tells == [Tells(types=["charge.recorded", "custody.released", "person.booked"])]


@pytest.mark.parametrize(
    ("tells", "problem"),
    [
        ('["person.boked"]', "'person.boked' is not an event type; nearest: 'person.booked'"),
        ("[{ types = [] }]", "types"),
        ('[{ types = ["person.booked"], place = "MAIN" }]', "there is no such key"),
        ('[{ types = ["person.booked"], since = "spring" }]', "tells.since = 'spring' is not an ISO date"),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, tells: str, problem: str) -> None:
    taken = simple(tmp_path, top=f"tells = {tells}")
    assert taken.status == 2
    assert problem in " ".join(taken.said.split())


def test_a_roster_without_a_statement_tells_arrivals_and_exits(tmp_path: Path) -> None:
    taken = simple(tmp_path)
    assert manifest(taken).tells == [Tells(types=["custody.released", "person.booked"])]
    assert "The mapping does not say" in taken.said


def test_an_empty_block_tells_nothing(tmp_path: Path) -> None:
    taken = take(tmp_path, EXPORTS / "day-only.csv", mapping=(EXPORTS / "day-only.toml").read_text())
    shown = ["custody.departed", "custody.hold_started", "custody.released", "person.booked"]
    assert manifest(taken).tells == [Tells(types=shown)]
    assert "custody.transferred_in_place" in manifest(taken).provides


def test_exits_are_not_told_where_an_exit_time_gave_no_event(tmp_path: Path) -> None:
    mapping = SIMPLE.replace(
        'at = "released"', 'at = "released"\nwhen = [{ column = "cause", is_not = "BOND" }]'
    )
    taken = take(tmp_path, write_csv(tmp_path / "a.csv", csv_text()), mapping=mapping)
    assert taken.counts.policies["exit_times_without_event"] == 1
    assert manifest(taken).tells == [Tells(types=["person.booked"])]


def test_a_mapping_states_the_first_day_of_the_record(tmp_path: Path) -> None:
    taken = simple(tmp_path, top="observed_from = 2020-01-03")
    assert manifest(taken).observed_from == datetime(2020, 1, 3, 8, tzinfo=UTC)
    assert "The record covers 2020-01-03 08:00 UTC" in " ".join(taken.said.split())


def test_without_a_statement_the_record_begins_with_its_earliest_event(tmp_path: Path) -> None:
    assert manifest(simple(tmp_path)).observed_from == datetime(2020, 1, 5, 18, tzinfo=UTC)


def test_a_suggestion_leaves_what_the_source_tells_to_intake_and_asks_about_a_transfer() -> None:
    status, said = run("suggest", EXPORTS / "stints.csv")
    assert status == 0
    assert "\ntells" not in said
    assert "\n# tells = " in said
    # A transfer to a facility of its own is a question, and neither a departure nor a release.
    assert '"TRANSFER TO ANNEX" = ""' in said
    assert '\ntype = "custody.departed"' not in said
    assert 'in = ["TRANSFER TO ANNEX"]' not in said
    assert 'once = { answer_to = "rows", part = "once" }' in said
