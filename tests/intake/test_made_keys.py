"""Keys made by a keyed hash, and the refusal of columns that would make personal data public."""

import stat
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.intake.personal.headers import personal_by_name
from evenhand.intake.personal.looks import personal_by_look
from evenhand.intake.personal.made_keys import KeyMaker
from evenhand.record.subject_key import PLACE
from intake.taking import Taken, run, take

EXPORTS = Path(__file__).parent / "exports"

HEAD = """\
name = "made"
agency = "WA0270000"
zone = "America/Los_Angeles"
dates = ["%Y-%m-%d %H:%M"]
"""
BOOKED = """
[[event]]
type = "person.booked"
at = "Booked"
[event.fields]
name = { columns = ["Last", "First"] }
birth_date = "DOB"
"""
MADE = HEAD + 'subject = { made_of = ["Last", "First", "DOB", "Booked"] }\n' + BOOKED


def _roster(
    folder: Path, *rows: str, header: str = "Last,First,DOB,Booked,No", name: str = "roster.csv"
) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def _keys(taken: Taken) -> list[str]:
    return [h[0]["subject"] for h in taken.histories().values()]


def _by_row(taken: Taken) -> dict[int, str]:
    return {h[0]["source_row"]: h[0]["subject"] for h in taken.histories().values()}


ROW = "Fakely,Unreal,1971-04-09,2022-03-01 10:00,B1"


def test_a_made_key_is_short_and_shows_nothing(tmp_path: Path) -> None:
    (key,) = _keys(take(tmp_path, _roster(tmp_path, ROW), mapping=MADE))
    assert len(key) == 18
    assert key.startswith("k-")
    assert key[2:].isalnum()


def test_the_same_record_written_again_has_the_same_keys(tmp_path: Path) -> None:
    source = _roster(tmp_path, ROW)
    assert _keys(take(tmp_path, source, mapping=MADE)) == _keys(take(tmp_path, source, mapping=MADE))


def test_another_record_has_other_keys_unless_it_is_given_the_key_file(tmp_path: Path) -> None:
    source = _roster(tmp_path, ROW)
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    first = take(tmp_path / "a", source, mapping=MADE)
    other = take(tmp_path / "b", source, mapping=MADE)
    secret = str(tmp_path / "a" / "record" / PLACE)
    same = take(tmp_path / "c", source, mapping=MADE, options=("--key-file", secret))
    assert _keys(first) != _keys(other)
    assert _keys(first) == _keys(same)


def test_the_secret_stays_when_the_record_is_written_without_made_keys(tmp_path: Path) -> None:
    source = _roster(tmp_path, ROW)
    first = _keys(take(tmp_path, source, mapping=MADE))
    take(tmp_path, source, mapping=HEAD + 'subject = "No"\n' + BOOKED)
    assert _keys(take(tmp_path, source, mapping=MADE)) == first


def test_the_secret_is_for_its_owner_only_and_is_named_in_the_report(tmp_path: Path) -> None:
    taken = take(tmp_path, _roster(tmp_path, ROW), mapping=MADE)
    path = tmp_path / "record" / PLACE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert str(PLACE) in taken.said.replace("\n", "")
    assert path.read_text().strip() not in taken.said


def test_a_record_without_made_keys_has_no_secret(tmp_path: Path) -> None:
    take(tmp_path, _roster(tmp_path, ROW), mapping=HEAD + 'subject = "No"\n' + BOOKED)
    assert not (tmp_path / "record" / PLACE).exists()


ROWS = st.lists(
    st.tuples(*[st.none() | st.text("abA1:-\u00e9\u00c9 ", min_size=1)] * 3), min_size=1, max_size=8
)


@given(ROWS)
def test_keys_are_equal_if_and_only_if_the_normalized_columns_are(rows: list[tuple[str | None, ...]]) -> None:
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(3)]
    keys = KeyMaker(b"s" * 32).make(columns).to_pylist()
    plain = [tuple(None if c is None else " ".join(c.lower().split()) for c in row) for row in rows]
    for key, row in zip(keys, plain, strict=True):
        assert (key is None) == (row == (None, None, None))
        assert [other == key for other in keys] == [other == row for other in plain]


@pytest.mark.parametrize("content", ["", "no key", "ab" * 31])
def test_a_bad_key_file_is_refused_without_quoting_it(tmp_path: Path, content: str) -> None:
    (tmp_path / "k").write_text(content)
    taken = take(tmp_path, _roster(tmp_path, ROW), mapping=MADE, options=("--key-file", str(tmp_path / "k")))
    assert taken.status == 2
    assert "this is not a key file" in taken.said
    assert not content or content not in taken.said
    assert not (tmp_path / "record").exists()


def test_a_key_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    missing = str(tmp_path / "none")
    taken = take(tmp_path, _roster(tmp_path, ROW), mapping=MADE, options=("--key-file", missing))
    assert taken.status == 2
    assert missing in taken.said


def test_case_and_blanks_make_no_other_key(tmp_path: Path) -> None:
    taken = take(
        tmp_path,
        _roster(tmp_path, "De  Fakely,Unreal,1971-04-09,2022-03-01 10:00,", "DE FAKELY , unreal,1971-04-09,2022-03-01 10:00,"),
        mapping=MADE.replace('at = "Booked"', 'at = "Booked"\nonce = "first"'),
    )  # fmt: skip
    assert len(_keys(taken)) == 1


def test_letters_that_move_to_the_next_column_make_another_key(tmp_path: Path) -> None:
    taken = take(
        tmp_path,
        _roster(tmp_path, "ab,c,,2022-03-01 10:00,", "a,bc,,2022-03-01 10:00,", "a,,bc,2022-03-01 10:00,"),
        mapping=MADE,
    )
    assert len(set(_keys(taken))) == 3


def test_a_row_without_any_of_the_columns_is_quarantined_and_with_some_is_counted(tmp_path: Path) -> None:
    mapping = HEAD + 'subject = { made_of = ["Last", "DOB"] }\n' + BOOKED
    taken = take(
        tmp_path,
        _roster(tmp_path, ROW, ",Unreal,,2022-03-02 10:00,B2", "Mockname,Dummy,,2022-03-03 10:00,B3"),
        mapping=mapping,
    )
    (entry,) = taken.quarantine()
    assert (entry["row"], entry["column"], entry["reason"]) == (3, "Last + DOB", "the key is empty")
    assert taken.counts.policies["keys_made_in_part"] == 1
    assert sorted(_by_row(taken)) == [2, 4]


def test_a_block_may_make_its_own_key_with_constant_text(tmp_path: Path) -> None:
    mapping = MADE + BOOKED.replace(
        'at = "Booked"',
        'subject = { made_of = ["Last", "First", "DOB", "Booked"], prefix = "x-", suffix = "-2" }\nat = "Booked"',
    )
    keys = _keys(take(tmp_path, _roster(tmp_path, ROW), mapping=mapping))
    (plain,) = (k for k in keys if k.startswith("k-"))
    assert sorted(keys) == sorted([plain, f"x-{plain}-2"])


def test_a_cell_may_be_made_and_alike_values_stay_alike(tmp_path: Path) -> None:
    mapping = (
        HEAD
        + 'subject = "No"\n[[event]]\ntype = "person.booked"\nat = "Booked"\nactor = { made_of = ["Last"] }\n'
    )
    taken = take(
        tmp_path,
        _roster(tmp_path, ROW, "FAKELY,X,,2022-03-02 10:00,B2", "Mockname,Y,,2022-03-03 10:00,B3"),
        mapping=mapping,
    )
    actors = [h[0]["actor"] for h in taken.histories().values()]
    assert actors[0] == actors[1] != actors[2]
    assert all(a.startswith("k-") for a in actors)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('arrested_at = { made_of = ["Booked"] }', "made_of is for text"),
        ('sex = { made_of = ["Last"], values = { M = "M" } }', "a made key has no codes"),
        ("name = { made_of = [] }", "at least 1"),
    ],
)
def test_a_made_cell_that_makes_no_sense_is_refused(tmp_path: Path, line: str, said: str) -> None:
    taken = take(tmp_path, _roster(tmp_path, ROW), mapping=MADE.split("name = {")[0] + line + "\n")
    assert taken.status == 2
    assert said in taken.said


@pytest.mark.parametrize(
    "header",
    [
        "Name", "Inmate Name", "LAST_NAME", "LastName", "INMATENAME", "LNAME", "First", "Middle Initial", "DefName", "NAME_LAST",
        "name (2)", "inmate.name", "Officer Name", "Apellidos", "Nombre del interno", "Full_Nm", "AKA", "Aliases", "Maiden",
        "DOB", "Date of Birth", "BIRTHDATE", "birth_year", "FECHANACIMIENTO", "POB", "SSN", "SS#", "Soc Sec No", "Social",
        "Home Address", "Street", "Zip Code", "Address/City/State", "Dirección", "Phone No", "Teléfono", "Email", "E-Mail",
        "Driver License No", "DL #", "License Plate", "Passport", "A-Number", "Alien Number",
    ],
)  # fmt: skip
def test_headers_that_announce_personal_data(header: str) -> None:
    assert personal_by_name(header)


@pytest.mark.parametrize(
    "header",
    [
        "Booking No", "BOOKING_ID", "id", "subject", "Person", "Inmate", "Jacket No", "SO No", "Name No", "Case No", "No", "#",
        "Facility Name", "Agency Address", "Court Phone", "County Name", "Charge Name", "charges.name", "Area Name", "Offense Description",
        "Statute", "Release Reason", "Last Update", "First Appearance Date", "Arresting Agency", "Housing Location", "Officer",
        "Booking Date/Time", "Bond Amount", "Age", "Cell", "Unique Identifier", "Detention Facility Code", "person_key",
    ],
)  # fmt: skip
def test_headers_that_announce_none(header: str) -> None:
    assert personal_by_name(header) is None


PEOPLE = {
    "last, first": ["DOE, JOHN", "ROE, JANE Q", "Smith, Kevin"],
    "last, first, that no list has": ["O'Sample, Testa", "Mockname, Dummy", "Fakely, Unreal"],
    "first last": ["John Doe", "Maria Fakely", "Kevin D. Mock"],
    "last first": ["DOE JOHN", "FAKELY MARY ANN"],
    "accents": ["Fictício, José", "Ñandú, Íñigo"],
    "Social Security numbers": ["123-45-6789", "900-12-3456"],
    "email": ["unreal.fakely@example.org"],
    "phone": ["(206) 555-0134", "206-555-0199", "+1 206.555.0100"],
}


@pytest.mark.parametrize("values", PEOPLE.values(), ids=PEOPLE)
@pytest.mark.parametrize("key", [False, True])
def test_values_that_look_personal(values: list[str], key: bool) -> None:
    look = personal_by_look(pa.array(values), key=key)
    assert look is not None
    assert not any(value in str(look) for value in values)


THINGS = {
    "charges": ["DUI; DWLS 3", "ASSAULT, SECOND DEGREE", "THEFT 3", "Robbery, Armed", "Larceny, Grand", "DOMESTIC BATTERY"],
    "one charge": ["ASSAULT, SECOND DEGREE"],
    "statutes": ["RCW 9A.36.021", "9A.56.050", "PC 459", "F.S. 316.193"],
    "facilities": ["MAIN JAIL", "SMITH COUNTY JAIL", "ANNEX", "Norris Unit"],
    "agencies": ["SEATTLE, CITY OF", "KING COUNTY SO", "Tacoma PD", "LAKEWOOD, WA", "Washington State Patrol"],
    "reasons": ["BOND", "TIME SERVED", "OWN RECOGNIZANCE", "CHARGES DISMISSED", "TO ICE"],
    "officers' numbers": ["O-12", "4411", "JD77"],
}  # fmt: skip


@pytest.mark.parametrize("values", THINGS.values(), ids=THINGS)
def test_field_values_that_do_not(values: list[str]) -> None:
    assert personal_by_look(pa.array(values)) is None


KEYS = {
    "booking numbers": ["B-2024-001", "B-2024-002"],
    "digits": ["202400123", "202400124"],
    "letters": ["A", "B", "C"],
    "parts": ["2024 CF 001", "24-CF-0001 A", "K22-0001-1"],
    "UUIDs": ["0f8fad5b-d9cb-469f-a165-70867728950e"],
    "booking days": ["2022-01-02", "2022-03-04", "2021-12-31"],
    "a facility as part of the key": [
        "TWIN TOWERS",
        "PITCHESS",
        "TWIN TOWERS",
        "TWIN TOWERS",
        "MAIN JAIL",
        "PITCHESS",
    ],
    "with the jail's name": ["MAIN JAIL 0001", "MAIN JAIL 0002"],
}


@pytest.mark.parametrize("values", KEYS.values(), ids=KEYS)
def test_keys_that_do_not(values: list[str]) -> None:
    assert personal_by_look(pa.array(values), key=True) is None


def test_words_among_numbers_look_like_names_but_a_facility_does_not() -> None:
    numbers = [f"22-{n:04}" for n in range(10)]
    assert personal_by_look(pa.array([*numbers, "Nobodi Testa"]), key=True)
    assert personal_by_look(pa.array([*numbers, "Court, Nobodi"]), key=True)
    assert personal_by_look(pa.array([*numbers, "MAIN JAIL"]), key=True) is None


def test_birth_dates_and_single_names_among_keys() -> None:
    births = ["1980-01-02", "1961-05-06", "2001-07-08", "1975-02-02"]
    assert personal_by_look(pa.array(births), key=True)
    assert personal_by_look(pa.array(["Fakely", "Mockname", "Sampleton"]), key=True)


def _refused(folder: Path, source: Path, mapping: str) -> str:
    taken = take(folder, source, mapping=mapping)
    assert taken.status == 2, taken.said
    assert not (folder / "record").exists()
    return taken.said


NAIVE = {
    "one column": 'subject = "Last"',
    "joined": 'subject = ["Last", "First"]',
    "with the booking number": 'subject = ["No", "DOB"]',
}


@pytest.mark.parametrize("subject", NAIVE.values(), ids=NAIVE)
def test_a_key_of_personal_columns_is_refused_by_name(tmp_path: Path, subject: str) -> None:
    said = _refused(tmp_path, _roster(tmp_path, ROW), HEAD + subject + "\n" + BOOKED)
    assert "made_of" in said
    assert "Fakely" not in said


NAIVE_CASE = [
    'subject = "Name"',
    'subject = ["Name", "Booking Date/Time"]',
    'subject = { columns = ["Booking Date/Time", "Name"] }',
]


@pytest.mark.parametrize("subject", NAIVE_CASE)
def test_the_roster_without_a_number_is_not_taken_in_by_name(tmp_path: Path, subject: str) -> None:
    block = '[[event]]\ntype = "person.booked"\nat = "Booking Date/Time"\n'
    mapping = HEAD.replace("%Y-%m-%d", "%d-%b-%Y") + subject + "\n" + block
    said = _refused(tmp_path, EXPORTS / "01-no-key-name-subject" / "roster.csv", mapping)
    assert "'Name' (subject): the header announces a person's name" in said
    assert "made_of" in said


FIELDS = {
    "actor": ('actor = "Last"\n', "actor"),
    "reason": ('reason = { columns = ["First", "Last"] }\n', "reason"),
    "facility": ('facility = "Last"\n', "facility"),
    "time": ('until = "DOB"\n', "until"),
    "own field": ('[event.fields]\narresting_agency = "Last"\n', "arresting_agency"),
    "code that is kept": ('[event.fields]\narresting_agency = { column = "Last", values = { x = "y" }, unknown = "keep" }\n', "arresting_agency"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "place"), FIELDS.values(), ids=FIELDS)
def test_a_public_field_of_a_personal_column_is_refused_by_name(
    tmp_path: Path, line: str, place: str
) -> None:
    mapping = HEAD + 'subject = "No"\n[[event]]\ntype = "person.booked"\nat = "Booked"\n' + line
    said = _refused(tmp_path, _roster(tmp_path, ROW), mapping)
    assert place in said
    assert "'Last'" in said or "'First'" in said or "'DOB'" in said


def test_a_code_that_the_mapping_states_may_come_from_any_column(tmp_path: Path) -> None:
    line = (
        '[event.fields]\narresting_agency = { column = "Last", values = { Fakely = "a" }, default = "b" }\n'
    )
    mapping = HEAD + 'subject = "No"\n[[event]]\ntype = "person.booked"\nat = "Booked"\n' + line
    taken = take(tmp_path, _roster(tmp_path, ROW), mapping=mapping)
    assert taken.histories()["B1"][0]["arresting_agency"] == "a"


def test_a_key_column_of_names_under_another_header_is_refused_by_look(tmp_path: Path) -> None:
    mapping = (
        HEAD.replace("%Y-%m-%d", "%m/%d/%Y")
        + 'subject = "Inmate"\n[[event]]\ntype = "person.booked"\nat = "Booked"\n'
    )
    said = _refused(tmp_path, EXPORTS / "01-more" / "inmate-column.csv", mapping)
    assert "4 of 4 values look like a person's name" in said
    assert "'Inmate'" in said
    assert "FAKELY" not in said


def test_nothing_vouches_for_a_key(tmp_path: Path) -> None:
    mapping = (
        HEAD.replace("%Y-%m-%d", "%m/%d/%Y")
        + 'subject = "Inmate"\nnot_personal = ["Inmate"]\n[[event]]\ntype = "person.booked"\nat = "Booked"\n'
    )
    _refused(tmp_path, EXPORTS / "01-more" / "inmate-column.csv", mapping)


OFFICER = HEAD + 'subject = "No"\n[[event]]\ntype = "person.booked"\nat = "Booked"\nactor = "Officer"\n'


def test_a_field_of_names_is_refused_by_look_unless_the_mapping_vouches_for_it(tmp_path: Path) -> None:
    rows = [
        f"B{n},2022-03-{n + 1:02} 10:00,{o}"
        for n, o in enumerate(["Kevin Mock", "Unreal Fakely", "Maria Mock"])
    ]
    source = _roster(tmp_path, *rows, header="No,Booked,Officer")
    assert "2 of 3 values look like a person's name" in _refused(tmp_path, source, OFFICER)
    taken = take(tmp_path, source, mapping='not_personal = ["Officer"]\n' + OFFICER)
    assert taken.histories()["B2"][0]["actor"] == "Maria Mock"
    assert "hold no personal data: Officer" in taken.said


def test_a_vouched_column_must_be_one_of_the_mapping(tmp_path: Path) -> None:
    source = _roster(tmp_path, "B1,2022-03-01 10:00,O-1", header="No,Booked,Officer")
    assert "nearest: 'Officer'" in _refused(tmp_path, source, 'not_personal = ["Oficer"]\n' + OFFICER)


def test_names_that_come_late_are_found(tmp_path: Path) -> None:
    rows = [f"B{n},2022-03-01 10:00,O-{n}" for n in range(20)]
    rows += [f"B{n},2022-03-01 10:00,Mock{chr(97 + n % 26)}{chr(97 + n // 26)} Maria" for n in range(20, 200)]
    source = _roster(tmp_path, *rows, header="No,Booked,Officer")
    taken = take(tmp_path, source, mapping=OFFICER, options=("--max-row-bytes", "100"))
    assert taken.status == 2


def test_a_single_personal_value_in_a_public_field_is_quarantined(tmp_path: Path) -> None:
    rows = [f"B{n},2022-03-01 10:00,O-{n}" for n in range(30)]
    rows[7] = "B7,2022-03-01 10:00,900-12-3456"
    taken = take(tmp_path, _roster(tmp_path, *rows, header="No,Booked,Officer"), mapping=OFFICER)
    (entry,) = taken.quarantine()
    assert (entry["row"], entry["column"], entry["value"]) == (9, "Officer", "900-12-3456")
    assert "actor" not in taken.histories()["B7"][0]
    assert taken.counts.rows.quarantined == 0


def test_a_few_names_among_booking_numbers_cost_their_rows(tmp_path: Path) -> None:
    mapping = HEAD + 'subject = "Booking No"\n[[event]]\ntype = "person.booked"\nat = "Booked"\n'
    taken = take(tmp_path, EXPORTS / "01-more" / "name-in-number.csv", mapping=mapping)
    (entry,) = taken.quarantine()
    assert (entry["row"], entry["reason"]) == (4, "the key looks like a person's name")
    assert taken.counts.rows.quarantined == 1
    assert not any("Nobodi" in key for key in taken.histories())


def test_numbers_that_look_like_social_security_numbers_are_no_key(tmp_path: Path) -> None:
    mapping = HEAD + 'subject = "Person"\n[[event]]\ntype = "person.booked"\nat = "Booked"\n'
    said = _refused(tmp_path, EXPORTS / "01-more" / "ssn-as-key.csv", mapping)
    assert "3 of 3 values look like a Social Security number" in said


def test_rows_that_no_block_takes_do_not_count(tmp_path: Path) -> None:
    rows = ["B1,2022-03-01 10:00,O-1", "Report run by Unreal Fakely,,", "Fakely Unreal,,"]
    mapping = OFFICER.replace("actor =", 'when = [{ column = "Officer", given = true }]\nactor =')
    taken = take(tmp_path, _roster(tmp_path, *rows, header="No,Booked,Officer"), mapping=mapping)
    assert list(taken.histories()) == ["B1"]


def test_check_makes_keys_too_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MADE)
    status, said = run(_roster(tmp_path, ROW), "--mapping", tmp_path / "m.toml", "--check")
    assert status == 0, said
    assert "subject.key" not in said
