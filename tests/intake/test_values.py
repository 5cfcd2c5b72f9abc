"""Values that are no event or no value are told and counted; groups are joined only by the mapping."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evenhand.record.events import SubjectKind
from evenhand.record.spellings import spellings
from intake.taking import Taken, run, take

EXPORTS = Path(__file__).parent / "exports"
MAPPING = """\
name = "roster"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
dates = ["%m/%d/%Y %H:%M", "iso", "%m/%d/%Y"]
{top}
[[event]]
type = "person.booked"
at = "Book Date"
{booked}
[[event]]
type = "custody.released"
at = "Release Date"
{released}
"""


def mapping(top: str = "", booked: str = "", released: str = "") -> str:
    return MAPPING.format(top=top, booked=booked, released=released)


def roster(folder: Path, *rows: str, **parts: str) -> Taken:
    """Take in a roster of rows with a number, a booking time and a release time."""
    source = folder / "a.csv"
    source.write_text("Booking No,Book Date,Release Date\n" + "".join(row + "\n" for row in rows))
    return take(folder, source, mapping=mapping(**parts))


def released(found: Taken) -> dict[str, datetime]:
    histories = found.histories().items()
    return {k: e["occurred_at"] for k, h in histories for e in h if e["type"] == "custody.released"}


def policies(found: Taken, *names: str) -> list[int]:
    return [found.counts.policies.get(name, 0) for name in names]


ABSENT = ("words_for_no_time", "words_for_unknown_time", "placeholder_times", "times_after_export")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Not a moment


def test_placeholders_and_planned_releases_are_no_events(tmp_path: Path) -> None:
    found = take(
        tmp_path,
        EXPORTS / "02-sentinel-release" / "roster.csv",
        mapping=mapping(top="exported_on = 2026-06-14"),
    )
    assert released(found) == {"A1": utc("2026-06-03T13:00")}
    assert found.counts.events["person.booked"] == 4
    assert policies(found, *ABSENT) == [0, 0, 1, 1]
    assert found.record is not None
    assert found.record.manifest.observed_until == utc("2026-06-13T12:00:59.999999")
    for told in ("12/31/2099 00:00", "a placeholder", "such as 01/15/2027 00:00", "after the export"):
        assert told in found.said


@pytest.mark.parametrize(
    "text",
    [
        "12/31/2099", "12/31/9999 23:59", "9999-12-31", "01/01/1900 00:00", "1900-01-01 00:00:00.000", "2079-06-06",
        "0001-01-01T00:00:00", "00/00/0000", "0000-00-00 00:00:00", "99/99/9999", "0", "1753-01-01", "1899-12-30",
        "9999-12-31T23:59:59Z",
    ],
)  # fmt: skip
def test_a_placeholder_is_no_release(tmp_path: Path, text: str) -> None:
    found = roster(tmp_path, "B1,2022-06-01 10:00,2022-06-05 10:00", f"B2,2022-06-02 10:00,{text}")
    assert set(released(found)) == {"B1"}
    assert set(found.histories()) == {"B1", "B2"}
    assert policies(found, *ABSENT) == [0, 0, 1, 0]
    assert found.counts.policies.get("exit_times_without_event", 0) == 0
    assert text in found.said


def test_the_mapping_may_name_its_placeholders(tmp_path: Path) -> None:
    rows = ("B1,2022-06-01 10:00,01/01/2020", "B2,1899-06-02 10:00,01/01/1900")
    stated = 'policies = { placeholders = ["2020-01-01"], earliest_year = 1890 }'
    found = roster(tmp_path, *rows, top=stated)
    assert released(found) == {"B2": utc("1900-01-01T05:00")}


def test_a_wrong_placeholder_is_refused(tmp_path: Path) -> None:
    found = roster(tmp_path, "B1,2022-06-01 10:00,", top='policies = { placeholders = ["12/31/2099"] }')
    assert found.status == 2
    assert "'12/31/2099' is not an ISO date" in found.said


@pytest.mark.parametrize(("text", "why"), [("12/31/2099", "a placeholder"), ("01/15/2027 08:00", "after the export"),
                                           ("UNKNOWN", "a word for an unknown time"), ("TBD", "a word for no time")])  # fmt: skip
def test_a_booking_without_a_real_time_is_refused(tmp_path: Path, text: str, why: str) -> None:
    rows = ("B1,2022-06-01 10:00,2022-06-05 10:00", f"B2,{text},")
    found = roster(tmp_path, *rows, top="exported_on = 2026-06-14")
    (entry,) = found.quarantine()
    assert (entry["row"], entry["column"], entry["value"]) == (3, "Book Date", text)
    assert entry["reason"] == f"person.booked has no time: {why}"
    assert policies(found, *ABSENT) == [0, 0, 0, 0]


def test_a_booking_after_the_export_is_refused_where_bookings_may_be_missing(tmp_path: Path) -> None:
    rows = ("B1,2022-06-01 10:00,", "B2,2022-06-15 00:30,")
    found = roster(tmp_path, *rows, top="exported_on = 2022-06-14", booked='missing = "skip"')
    assert [entry["row"] for entry in found.quarantine()] == [3]


def test_the_day_of_the_export_is_local(tmp_path: Path) -> None:
    rows = (
        "B1,2022-06-01 10:00,2022-06-14 23:59",
        "B2,2022-06-01 10:00,2022-06-15 00:00",
        "B3,2022-06-01 10:00,06/14/2022",
    )
    found = roster(tmp_path, *rows, top="exported_on = 2022-06-14")
    assert set(released(found)) == {"B1", "B3"}


def test_without_a_stated_export_nothing_is_after_now(tmp_path: Path) -> None:
    year = datetime.now(UTC).year + 2
    rows = ("B1,2022-06-01 10:00,2022-07-05 10:00", f"B2,2022-06-02 10:00,{year}-01-15 09:00")
    found = roster(tmp_path, *rows)
    assert set(released(found)) == {"B1"}
    assert policies(found, *ABSENT) == [0, 0, 0, 1]
    said = " ".join(found.said.split())
    assert "Times in column Release Date run to 2022-07-05, after the last booking on 2022-06-02" in said
    assert "does not say when the export was made" in said


def test_a_year_beyond_the_latest_is_after_the_export(tmp_path: Path) -> None:
    found = roster(tmp_path, "B1,2022-06-01 10:00,06/01/2151", "B2,2022-06-01 10:00,06/02/0022")
    assert set(found.histories()) == {"B1"}
    assert policies(found, *ABSENT) == [0, 0, 0, 1]
    assert [entry["value"] for entry in found.quarantine()] == ["06/02/0022"]


def test_a_field_may_hold_a_day_to_come_but_no_arrest(tmp_path: Path) -> None:
    fields = '[event.fields]\narrested_at = "Release Date"'
    found = roster(
        tmp_path, "B1,2022-06-01 10:00,2022-07-01 10:00", top="exported_on = 2022-06-14", booked=fields
    )
    reasons = [(entry["column"], entry["reason"]) for entry in found.quarantine()]
    assert reasons == [("Release Date", "the time is after the export")]
    assert set(found.histories()) == {"B1"}


def test_a_certificate_may_end_after_the_export(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("Officer,Since,Until\nO1,2022-01-05,2030-01-05\nO2,2022-01-05,9999-12-31\n")
    text = mapping(top="exported_on = 2022-06-14").replace("Booking No", "Officer")
    text = text[: text.index("[[event]]")] + (
        '[[event]]\ntype = "officer.certified"\nat = "Since"\n[event.fields]\nvalid_from = "Since"\n'
        'valid_until = "Until"\n'
    )
    found = take(tmp_path, source, mapping=text)
    histories = found.histories(SubjectKind.OFFICER)
    assert histories["O1"][0]["valid_until"] == utc("2030-01-05T05:00")
    assert histories["O2"][0].get("valid_until") is None
    assert policies(found, *ABSENT) == [0, 0, 1, 0]
    assert found.quarantine() == []


# No value


def test_words_for_nothing_in_the_nullsy_export(tmp_path: Path) -> None:
    found = take(tmp_path, EXPORTS / "24-nullsy" / "roster.csv", mapping=mapping())
    assert released(found) == {"A6": utc("2022-06-05T14:00"), "A7": utc("2022-06-05T14:00")}
    assert found.counts.events["person.booked"] == 8
    assert found.counts.rows.quarantined == 0
    assert policies(found, *ABSENT) == [2, 0, 3, 0]


def test_people_still_in_custody_are_kept(tmp_path: Path) -> None:
    found = take(tmp_path, EXPORTS / "30-still-in-custody-text" / "roster.csv", mapping=mapping())
    assert found.counts.events == {"person.booked": 200, "custody.released": 180}
    assert policies(found, *ABSENT) == [20, 0, 0, 0]
    assert found.record is not None
    assert found.record.manifest.tells[0].types == ["custody.released", "person.booked"]


@pytest.mark.parametrize(
    "text",
    ["In Custody", "STILL IN", "NULL", "n/a", "-", "--", "none", "Active", "PENDING", "tbd", "NaT", " . ", "(null)", "#N/A",
     "*** IN CUSTODY ***", "in_custody", "Still-In  Jail"],
)  # fmt: skip
def test_a_word_for_no_time_is_no_release(tmp_path: Path, text: str) -> None:
    found = roster(tmp_path, "B1,2022-06-01 10:00,2022-06-05 10:00", f"B2,2022-06-02 10:00,{text}")
    assert set(released(found)) == {"B1"}
    assert set(found.histories()) == {"B1", "B2"}
    assert found.record is not None
    assert "custody.released" in found.record.manifest.tells[0].types


@pytest.mark.parametrize("text", ["UNKNOWN", "unk", "?", "Not Recorded"])
def test_an_unknown_time_of_release_leaves_releases_incomplete(tmp_path: Path, text: str) -> None:
    found = roster(tmp_path, "B1,2022-06-01 10:00,2022-06-05 10:00", f"B2,2022-06-02 10:00,{text}")
    assert set(released(found)) == {"B1"}
    assert policies(found, "exit_times_without_event", *ABSENT) == [1, 0, 1, 0, 0]
    assert found.record is not None
    assert found.record.manifest.tells[0].types == ["person.booked"]


@pytest.mark.parametrize("text", ["RELEASED", "YES", "SEE NOTES", "32/13/2022"])
def test_another_word_stays_a_bad_value(tmp_path: Path, text: str) -> None:
    found = roster(tmp_path, "B1,2022-06-01 10:00,2022-06-05 10:00", f"B2,2022-06-02 10:00,{text}")
    (entry,) = found.quarantine()
    assert (entry["column"], entry["value"], entry["reason"]) == (
        "Release Date",
        text,
        "not a valid date and time",
    )


def test_a_time_of_day_that_is_not_known_leaves_the_day(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("Booking No,Book Date,Time\nB1,06/01/2022,10:30\nB2,06/02/2022,UNK\nB3,IN JAIL,00:00\n")
    text = mapping().replace('at = "Book Date"', 'at = { date = "Book Date", time = "Time", pad = 5 }')
    found = take(tmp_path, source, mapping=text[: text.rindex("[[event]]")])
    (event,) = found.histories()["B2"]
    assert (event["occurred_at"], event["occurred_by"]) == (
        utc("2022-06-02T04:00"),
        utc("2022-06-03T03:59:59.999999"),
    )
    assert [(e["row"], e["reason"]) for e in found.quarantine()] == [
        (4, "person.booked has no time: a word for no time")
    ]


def test_words_that_can_be_codes_stay_codes(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text(
        "Booking No,Book Date,Release Date,Race\nB1,2022-06-01,,UNK\nB2,2022-06-01,,NONE\nB3,2022-06-01,,--\n"
    )
    found = take(tmp_path, source, mapping=mapping(booked='[event.fields]\nrace_ethnicity = "Race"'))
    assert groups(found) == {"UNK": 1, "NONE": 1}


def test_a_word_is_counted_once_a_row(tmp_path: Path) -> None:
    departed = '[[event]]\ntype = "custody.departed"\nat = "Release Date"\n[event.fields]\ndestination = { value = "ice" }'
    rows = ("B1,2022-06-01 10:00,IN CUSTODY", "B2,2022-06-01 10:00,in custody", "B2,,in custody")
    found = roster(tmp_path, *rows, released=departed)
    assert policies(found, *ABSENT) == [2, 0, 0, 0]


# Groups


def groups(found: Taken) -> dict[str, int]:
    assert found.record is not None
    import pyarrow.dataset as ds

    folder = found.record.folder / "personal" / "booking"
    values = ds.dataset(folder).to_table(columns=["race_ethnicity"])["race_ethnicity"].drop_null()
    return {v["values"]: v["counts"] for v in values.value_counts().to_pylist()}


def odd_groups(folder: Path, race: str) -> Taken:
    text = mapping(booked=f'[event.fields]\nsex = "sex"\nrace_ethnicity = {race}')
    for name, column in (("Booking No", "id"), ("Book Date", "booked"), ("Release Date", "released")):
        text = text.replace(f'"{name}"', f'"{column}"')
    text += "[policies]\nrelease_before_booking = 'keep'\n"
    return take(folder, EXPORTS / "27-uniformity-odd-groups" / "b.csv", mapping=text)


def test_spellings_of_a_group_are_told_and_kept_apart(tmp_path: Path) -> None:
    found = odd_groups(tmp_path, '"race"')
    counted = groups(found)
    assert len(counted) == 10
    said = " ".join(found.said.split())
    likely = " ".join(f"{name!r} {counted[name]}," for name in ("WHITE", "White", "white", "W"))
    for name in ("White", "WHITE", "white", "W", "Black", "B", "Unknown", "U", "Hispanic", "hispanic"):
        assert f"{name!r} {counted[name]}" in said, likely
    assert "sex: these values may be one group" not in said


def test_the_mapping_joins_groups(tmp_path: Path) -> None:
    found = odd_groups(
        tmp_path,
        '{ column = "race", fold_case = true, values = { w = "White", b = "Black", U = "Unknown" }, unknown = "keep" }',
    )
    assert set(groups(found)) == {"WHITE", "White", "BLACK", "Black", "UNKNOWN", "Unknown", "HISPANIC"}
    joined = '{ column = "race", fold_case = true, values = { w = "WHITE", b = "BLACK", u = "UNKNOWN" }, unknown = "keep" }'
    found = odd_groups(tmp_path, joined)
    assert set(groups(found)) == {"WHITE", "BLACK", "UNKNOWN", "HISPANIC"}
    assert "may be one group" not in found.said


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Male", "MALE", "M", "F", "Female"], [["Male", "MALE", "M"], ["F", "Female"]]),
        (["BLK", "Black", "WHT", "White"], [["BLK", "Black"], ["WHT", "White"]]),
        (["Asian", "American Indian", "A"], []),
        (["White", "White Hispanic", "W"], [["White", "W"]]),
        (["American-Indian", "AMERICAN INDIAN"], [["American-Indian", "AMERICAN INDIAN"]]),
        (["M", "F", "X"], []),
    ],
)
def test_which_values_may_be_one_group(values: list[str], expected: list[list[str]]) -> None:
    assert sorted(map(sorted, spellings(dict.fromkeys(values, 1)))) == sorted(map(sorted, expected))


# Days that never were


def test_days_that_never_were_are_refused(tmp_path: Path) -> None:
    folder = EXPORTS / "35-feb29-negative"
    found = take(tmp_path, folder / "r.csv", mapping=(folder / "m.toml").read_text())
    entries: list[Any] = [(e["row"], e["column"], e["reason"]) for e in found.quarantine()]
    bad = "not a valid date and time"
    assert entries[:4] == [
        (2, "Book Date", bad), (3, "Release Date", bad), (4, "Release Date", bad), (5, "Release Date", bad),
    ]  # fmt: skip
    assert entries[4] == (6, "Release Date", "released before booked")
    assert set(found.histories()) == {"A6"}


def test_check_shows_what_is_no_time(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(mapping())
    source = EXPORTS / "30-still-in-custody-text" / "roster.csv"
    status, said = run(source, "--mapping", tmp_path / "m.toml", "--check")
    assert status == 0
    assert "IN CUSTODY" in said
    assert "a word for no time" in said
