"""Faults of the key are named with their rows, and refused above a share; nothing of two persons is merged."""

from pathlib import Path

import pytest

from intake.taking import Taken, run, take

EXPORTS = Path(__file__).parent / "exports"
MAPPING = """\
name = "roster"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
dates = ["%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]

[[event]]
type = "person.booked"
at = "Book Date"
once = "first"
[event.fields]
person_key = "Inmate ID"
sex = "Sex"
birth_date = "Birth"

[[event]]
type = "charge.recorded"
at = "Book Date"
when = [{ column = "Charges", given = true }]
[event.fields]
charge_no = { count = true }
statute = "Charges"

[[event]]
type = "custody.released"
at = "Release Date"
once = "first"
"""
MAPPING = 'optional = ["Inmate ID", "Sex", "Birth", "Release Date", "Charges"]\n' + MAPPING
EACH_ROW = MAPPING.replace('once = "first"\n', "")
TAKEN_ALL_THE_SAME = "\n[policies]\nrefuse_key_faults_above = 1\n"


def _taken(folder: Path, text: str, mapping: str = MAPPING) -> Taken:
    (folder / "r.csv").write_text(text)
    taken = take(folder, folder / "r.csv", mapping=mapping)
    taken.said = " ".join(taken.said.split())
    return taken


def _keys(*keys: str) -> str:
    rows = (f"{key},06/{n:02}/2022 10:00\n" for n, key in enumerate(keys, 1))
    return "Booking No,Book Date\n" + "".join(rows)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ((EXPORTS / "21-key-mangled/roster.csv").read_text(), "a number in scientific notation: 3 rows"),
        ((EXPORTS / "21-key-mangled/eq.csv").read_text(), "a formula: 1 rows"),
        (_keys("B-1", "1.5e+9", "B-2"), "a number in scientific notation: 1 rows"),
        (_keys('"2,02E+11"', "7"), "a number in scientific notation"),
        (_keys("########", "20220001"), "a cell too narrow to be shown"),
        (_keys("1.0", "2.0"), "a number with decimals: 2 rows"),
        (_keys("#REF!", "A2"), "an error of the spreadsheet"),
        (_keys("202200000000012000", "202200000000013000"), "digits after the 15th are lost"),
        (_keys("00123", "00124", "125"), "lost its leading zeros: 1 rows, such as r.csv row 4"),
        (_keys("0220001", "0220002", "0220003", "220004", "220005"), "lost its leading zeros: 2 rows"),
    ],
)
def test_a_changed_key_is_refused_unless_the_mapping_takes_it(tmp_path: Path, text: str, what: str) -> None:
    refused = _taken(tmp_path, text)
    assert refused.status == 2
    assert what in refused.said
    assert "Export the file again with the key as text" in refused.said
    assert not (tmp_path / "record").exists()
    kept = _taken(tmp_path, text, MAPPING + TAKEN_ALL_THE_SAME + "key_as_it_is = true\n")
    assert kept.status == 0, kept.said
    assert what in kept.said


@pytest.mark.parametrize(
    "keys",
    [
        ("998", "999", "1000", "1001"),
        ("B-2024-001", "B-2024-002", "B-2024-1000"),
        ("2022E0001", "2022E0002"),
        ("00123", "00124", "00125"),
        ("202200000000012346", "202200000000012345"),
        ("E123", "1E", "12-E5"),
    ],
)
def test_a_jail_s_own_keys_are_not_refused(tmp_path: Path, keys: tuple[str, ...]) -> None:
    assert _taken(tmp_path, _keys(*keys)).status == 0


@pytest.mark.parametrize("mapping", [MAPPING, EACH_ROW, 'rows = "stays"\n' + EACH_ROW])
def test_one_booking_minute_with_two_releases_is_a_fault(tmp_path: Path, mapping: str) -> None:
    text = (EXPORTS / "34-same-minute-twice/r.csv").read_text()
    mapping = mapping.replace('"Booking No"', '"Inmate ID"')
    refused = _taken(tmp_path, text, mapping)
    assert refused.status == 2
    assert "at fault in 1 of 2 histories, more than 1.000%" in refused.said
    assert "r.csv row 2 and r.csv row 3" in refused.said
    assert "Fakely" not in refused.said
    assert _taken(tmp_path, text, mapping + TAKEN_ALL_THE_SAME).status == 0


@pytest.mark.parametrize(
    "rows",
    [
        ["P1,2022-06-01 10:00,2022-06-02 09:00,DUI", "P1,2022-06-01 10:00,2022-06-02 09:00,THEFT"],
        ["P1,2022-06-01 10:00,,DUI", "P1,2022-06-01 10:00,2022-06-02 09:00,DUI"],
        ["P1,2022-06-01,,DUI", "P1,2022-06-01 23:00,,DUI", "P2,2022-06-01,,DUI"],
    ],
    ids=["a row a charge", "the release added later", "a day and a time"],
)
def test_rows_of_one_booking_are_a_fault_only_where_each_row_is_a_booking(
    tmp_path: Path, rows: list[str]
) -> None:
    text = "Booking No,Book Date,Release Date,Charges\n" + "".join(f"{row}\n" for row in rows)
    refused = _taken(tmp_path, text, EACH_ROW)
    assert refused.status == 2
    assert "two bookings in the same minute: 1, such as r.csv row 2 and r.csv row 3" in refused.said
    taken = _taken(tmp_path, text)
    assert taken.status == 0, taken.said
    assert taken.counts.events["person.booked"] == len({row[:2] for row in rows})


_HEAD = "Booking No,Inmate ID,Sex,Birth,Book Date,Release Date,Charges\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("B1,P1,M,1990-01-01", "B1,P2,M,1990-01-01"),
        ("B1,,M,1990-01-01", "B1,,F,1990-01-01"),
        ("B1,,M,1990-01-01", "B1,,Male,1991-02-03"),
        ("B1,P1,,", "B1,P9,,"),
    ],
)
@pytest.mark.parametrize("mapping", [MAPPING, EACH_ROW, 'rows = "stays"\n' + EACH_ROW])
def test_two_persons_under_one_key_are_never_merged(
    tmp_path: Path, one: str, other: str, mapping: str
) -> None:
    text = _HEAD + f"{one},2022-06-01 10:00,2022-06-02 09:00,DUI\n{other},2022-06-01 10:00,,THEFT\n"
    text += "B2,P3,F,1985-05-05,2022-06-01 11:00,,DUI\n"
    refused = _taken(tmp_path, text, mapping)
    assert refused.status == 2
    assert "name two persons or agencies, quarantined: 1, such as r.csv row 2 and r.csv row 3" in refused.said
    kept = _taken(tmp_path, text, mapping + TAKEN_ALL_THE_SAME)
    assert kept.status == 0
    assert set(kept.histories()) == {"B2"}
    assert (kept.counts.rows.told, kept.counts.rows.quarantined) == (1, 2)
    assert [(e["row"], e["column"]) for e in kept.quarantine()] == [(2, "Booking No"), (3, "Booking No")]
    assert kept.counts.policies["keys_of_two_persons"] == 1


def test_spellings_and_empty_cells_are_no_second_person(tmp_path: Path) -> None:
    text = _HEAD + (
        "B1,,M,1990-01-01,2022-06-01 10:00,,DUI\n"
        "B1,,male,,2022-06-01 10:00,,THEFT\n"
        "B1,,U, 1990-01-01,2022-06-01 10:00,,ARSON\n"
        "B2,P1,M,1990-01-01,2022-06-01 10:00,,DUI\n"
        "B2,P1,F,1990-01-02,2022-06-01 10:00,,DUI 2\n"
    )
    taken = _taken(tmp_path, text)
    assert taken.status == 0, taken.said
    assert taken.counts.events == {"charge.recorded": 5, "person.booked": 2}


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        ("B1,,,,2022-06-03 10:00,,THEFT", "state two times for one booking or exit"),
        ("B1,,,,2022-06-01 10:00,2022-06-09 09:00,THEFT", "state two times for one booking or exit"),
        ("B1,,,,2022-06-01 10:01,2022-06-02 09:00,THEFT", "state two times for one booking or exit"),
    ],
)
def test_two_times_of_one_stay_are_a_fault(tmp_path: Path, second: str, fault: str) -> None:
    text = _HEAD + f"B1,,,,2022-06-01 10:00,2022-06-02 09:00,DUI\n{second}\n"
    refused = _taken(tmp_path, text)
    assert refused.status == 2
    assert fault in refused.said
    kept = _taken(tmp_path, text, MAPPING + TAKEN_ALL_THE_SAME)
    assert kept.counts.policies["keys_with_two_times_for_one_stay"] == 1


def test_a_day_within_which_the_other_time_lies_is_not_another_time(tmp_path: Path) -> None:
    text = _HEAD + "B1,,,,2022-06-01 10:00,2022-06-02,DUI\nB1,,,,2022-06-01,2022-06-02 09:00,THEFT\n"
    assert _taken(tmp_path, text).status == 0


def test_stays_that_overlap_under_one_key_are_a_fault(tmp_path: Path) -> None:
    text = _HEAD + "B1,,,,2022-06-01 10:00,2022-06-09 09:00,A\nB1,,,,2022-06-03 10:00,2022-06-04 09:00,B\n"
    refused = _taken(tmp_path, text, EACH_ROW)
    assert refused.status == 2
    assert "begins before the one before it ends: 1, such as r.csv row 2 and r.csv row 3" in refused.said


def test_few_faults_are_told_and_the_rest_is_taken_in(tmp_path: Path) -> None:
    rows = "".join(f"B{n},P{n},M,,2022-06-01 10:00,,DUI\n" for n in range(199))
    text = _HEAD + rows + "B7,P8,M,,2022-06-01 10:00,,THEFT\n"
    taken = _taken(tmp_path, text)
    assert taken.status == 0, taken.said
    assert "r.csv row 9 and r.csv row 201" in taken.said
    assert "B7" not in taken.histories()
    assert (taken.counts.rows.told, taken.counts.rows.quarantined) == (198, 2)


@pytest.mark.parametrize("name", ["08-left-truncation/jan.csv", "12-ties/t.csv"])
def test_an_export_that_begins_in_the_middle_is_taken_in_and_told(tmp_path: Path, name: str) -> None:
    taken = take(tmp_path, EXPORTS / name, mapping=(EXPORTS / "event-log.toml").read_text())
    assert taken.status == 0, taken.said
    assert taken.counts.rows.told == taken.counts.rows_in == 10
    assert taken.counts.policies["histories_without_booking"] == (2 if name.startswith("08") else 1)


def test_an_export_in_which_no_history_has_a_booking_is_refused(tmp_path: Path) -> None:
    rows = [f"A{n},hold,2026-01-01 08:00,MAIN,detainer,,\n" for n in range(20)]
    (tmp_path / "log.csv").write_text("".join(["id,type,at,facility,basis,cause,dest\n", *rows]))
    mapping = (EXPORTS / "event-log.toml").read_text()
    refused = take(tmp_path, tmp_path / "log.csv", mapping=mapping)
    assert refused.status == 2
    assert "20 of 20 histories have no booking" in " ".join(refused.said.split())
    mapping += "\n[policies]\nrefuse_without_booking_above = 1\n"
    assert take(tmp_path, tmp_path / "log.csv", mapping=mapping).status == 0
    log = ["subject,type,at\n", *(f"A{n},detainer.issued,2026-01-01 08:00\n" for n in range(20))]
    (tmp_path / "log.csv").write_text("".join(log))
    options = ("--agency", "NC0600000", "--zone", "America/New_York")
    check = ("--mapping", "events", "--check", *options)
    assert run(tmp_path / "log.csv", *check)[0] == 0


def test_duplicates_that_no_booking_ties_to_a_person_are_a_fault(tmp_path: Path) -> None:
    log = "id,type,at,facility,basis,cause,dest\n" + "4200,hold,2010-03-04,MAIN,detainer,,\n" * 2
    (tmp_path / "log.csv").write_text(log + "1,booked,2010-03-01,MAIN,,,\n")
    refused = take(tmp_path, tmp_path / "log.csv", mapping=(EXPORTS / "event-log.toml").read_text())
    assert refused.status == 2
    assert "exact duplicates: 1, such as log.csv row 2 and log.csv row 3" in " ".join(refused.said.split())


@pytest.mark.parametrize(
    ("booked", "released"),
    [
        ("02/29/1900 10:00", ""),
        ("04/31/2024 10:00", ""),
        ("02/28/2024 10:00", "02/29/2025 09:00"),
        ("02/28/2024 10:00", "02/28/2024 -0:30"),
        ("02/28/2024 10:00", "02/27/2024 10:00"),
        ("-2/28/2024 10:00", ""),
    ],
)
def test_an_impossible_time_costs_its_row_and_no_other(tmp_path: Path, booked: str, released: str) -> None:
    text = f"Booking No,Book Date,Release Date\nB1,{booked},{released}\nB2,02/29/2024 10:00,\n"
    taken = _taken(tmp_path, text)
    assert taken.status == 0, taken.said
    assert set(taken.histories()) == {"B2"}
    assert (taken.counts.rows.told, taken.counts.rows.quarantined) == (1, 1)


def test_impossible_dates_cost_their_rows(tmp_path: Path) -> None:
    folder = EXPORTS / "35-feb29-negative"
    taken = take(tmp_path, folder / "r.csv", mapping=(folder / "m.toml").read_text())
    assert set(taken.histories()) == {"A6"}
    assert (taken.counts.rows.told, taken.counts.rows.quarantined) == (1, 5)
    assert {e["row"] for e in taken.quarantine()} == {2, 3, 4, 5, 6}


def test_keys_cut_at_one_length_are_told(tmp_path: Path) -> None:
    rows = "".join(
        f"{key},P{n},M,,2022-06-0{n} 10:00,,DUI\n"
        for n, key in enumerate(["MAIN-1", "MAIN-10", "MAIN-100", "MAIN-100", "MAIN-100"], 1)
    )
    refused = _taken(tmp_path, _HEAD + rows)
    assert refused.status == 2
    assert "All of them have 8 characters, and no key has more" in refused.said


def test_one_number_of_two_agencies_is_a_fault_unless_the_person_is_one(tmp_path: Path) -> None:
    mapping = MAPPING.replace('agency = "NC0600000"', 'agency = { column = "ORI" }')
    text = (
        "ORI,Booking No,Inmate ID,Book Date\n"
        "NC0600000,B1,,2022-06-01 10:00\n"
        "NC0610000,B1,,2022-06-01 10:00\n"
        "NC0600000,B2,P2,2022-06-01 10:00\n"
        "NC0610000,B2,P2,2022-06-01 10:00\n"
    )
    assert "r.csv row 2 and r.csv row 3" in _taken(tmp_path, text, mapping).said
    taken = _taken(tmp_path, text, mapping + TAKEN_ALL_THE_SAME)
    assert set(taken.histories()) == {"B2"}
    apart = mapping.replace('subject = "Booking No"', 'subject = ["ORI", "Booking No"]')
    assert len(_taken(tmp_path, text, apart).histories()) == 4
