"""A bad mapping is refused with the key, its value and the remedy; the shipped ones are sound."""

from importlib.resources import files
from pathlib import Path

import pytest

from evenhand.intake.errors import IntakeError
from evenhand.intake.mapping.load import load_mapping, parse_mapping, shipped
from evenhand.record.columns import ENVELOPE_COLUMNS, input_schema
from evenhand.record.events import SubjectKind
from intake.shapes import SIMPLE
from intake.taking import run

BAD = {
    "no TOML": ('name = "x', ("no valid TOML", "Unterminated string")),
    "unknown event type": (SIMPLE.replace("person.booked", "person.boked"), ("event[1].type", "'person.boked'", "nearest: 'person.booked'")),
    "unknown field": (SIMPLE.replace("statute =", "statut ="), ("event[2]", "statut", "nearest: 'statute'", "its fields")),
    "required field missing": (SIMPLE.replace("charge_no = { count = true }\n", ""), ("charge_no is missing", "charge.recorded needs it")),
    "unknown key": (SIMPLE.replace("subject =", "subjekt ="), ("subjekt", "nearest: 'subject'", "subject: is missing")),
    "unknown zone": (SIMPLE.replace("America/Los_Angeles", "America/Los_Angles"), ("zone", "no IANA time zone")),
    "short agency": (SIMPLE.replace("WA0270000", "WA"), ("'WA' is no ORI", "7 to 9")),
    "two origins": (SIMPLE.replace('column = "level"', 'column = "level", value = "felony"'), ("column and value", "exactly one")),
    "bad pattern": (SIMPLE.replace("values = { BOND", 'patterns = { "(" = "bond" }, values = { BOND'), ("no regular expression",)),
    "condition without a test": (SIMPLE.replace(", given = true", ""), ("has no test", "given")),
    "bad once": (SIMPLE.replace('once = "first"', 'once = "frist"'), ("event[1].once", "'frist'", "'first'")),
    "count elsewhere": (SIMPLE.replace('sex = "sex"', "sex = { count = true }"), ("count is for charge_no",)),
    "time of a text": (SIMPLE.replace('sex = "sex"', 'sex = { date = "a", time = "b" }'), ("date and time are for instants",)),
    "no events": (SIMPLE.split("[[event]]")[0], ("event: is missing",)),
    "group alone": (SIMPLE.replace('once = "first"', 'group = "x"', 1), ("group is given without once",)),
    "facilities without a column": (SIMPLE + '\n[facilities.A]\nzone = "UTC"\n', ("facility names no column",)),
    "type of another kind": (SIMPLE.replace('type = "person.booked"', 'type = { column = "t", values = { A = "agreement.signed" } }'), ("'agreement.signed'", "no event type of booking")),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_mapping_is_refused_with_key_value_and_remedy(name: str) -> None:
    text, words = BAD[name]
    with pytest.raises(IntakeError) as caught:
        parse_mapping(text.encode(), "m.toml")
    for word in ("m.toml", *words):
        assert word in str(caught.value)


def test_observed_until_must_be_a_time(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('observed_until = "soon"\n' + SIMPLE)
    (tmp_path / "a.csv").write_text("x\n1\n")
    status, said = run(tmp_path / "a.csv", "--mapping", tmp_path / "m.toml", "--check")
    assert status == 2
    assert "observed_until = 'soon'" in said


def test_an_unknown_mapping_lists_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    status, said = run(tmp_path / "a.csv", "--mapping", "peirce", "--check")
    assert status == 2
    for name in ("pierce", "broward", "simulator", "suggest"):
        assert name in said


def test_the_shipped_mappings_load_and_are_listed() -> None:
    status, said = run("mappings")
    assert status == 0
    federal = {"pa-detainers", "ice-arrests", "ice-detainers", "ice-detentions"}
    assert set(shipped()) == {"pierce", "broward", "simulator", *federal}
    for name in shipped():
        assert load_mapping(name)[0].name == name
        assert name in said


def test_agencies_of_the_shipped_mappings_are_the_sheriffs_offices() -> None:
    assert load_mapping("pierce")[0].agency.value == "WA0270000"
    assert load_mapping("broward")[0].agency.value == "FL0060000"


def test_the_simulators_mapping_has_every_column_of_a_booking() -> None:
    mapping = load_mapping("simulator")[0]
    own = {f.name for f in ENVELOPE_COLUMNS}
    assert set(mapping.event[0].fields) == set(input_schema(SubjectKind.BOOKING).names) - own


def test_no_shipped_mapping_reads_groups_outside_person_booked() -> None:
    groups = ("sex", "gender_desc", "race", "race_desc", "age_cat")
    for entry in (files("evenhand.intake.mapping") / "shipped").iterdir():
        mapping = parse_mapping(entry.read_bytes(), entry.name)
        for block in mapping.event:
            if block.type == "person.booked" or not isinstance(block.type, str):
                continue
            used = [n for cell in block.fields.values() for n in cell.needs()]
            used += [c.column for c in block.when]
            assert not set(used) & set(groups)
