"""Several files of one export: their events come to the histories of the bookings to which they belong."""

from pathlib import Path

import pytest

from intake.taking import Taken, run, take

MAPPING = """
name = "three files"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
facility = "Site"
dates = ["%m/%d/%Y %H:%M"]

[[join]]
part = "bookings"
file = "bookings*"

[[join]]
part = "charges"
file = "charges*"
key = "BookingNumber"
to = "bookings"
to_key = "Booking No"

[[join]]
part = "holds"
file = "*hold*"
key = "Booking No"
to = "bookings"

[[event]]
type = "person.booked"
at = "Booked"

[[event]]
type = "charge.recorded"
from = "charges"
at = "Booked"
[event.fields]
charge_no = { count = true }
statute = "Charge"

[[event]]
type = "custody.hold_started"
from = "holds"
at = "Placed"
[event.fields]
basis = { column = "Kind", values = { ICE = "detainer" } }

[[event]]
type = "custody.released"
at = "Released"
"""

BOOKINGS = """Booking No,Booked,Released,Site
B1,06/01/2022 10:00,06/03/2022 09:00,MAIN
B2,06/02/2022 11:00,,ANNEX
B3,06/04/2022 12:00,,MAIN
"""
CHARGES = """BookingNumber,Charge
B2,THEFT
B1,DUI
B1,FTA
"""
HOLDS = """Booking No,Placed,Kind
B2,06/02/2022 13:00,ICE
"""


def _files(folder: Path, bookings: str = BOOKINGS, charges: str = CHARGES, holds: str = HOLDS) -> list[Path]:
    named = {"charges_2022.csv": charges, "ICE_Holds.csv": holds, "bookings.csv": bookings}
    for name, text in named.items():
        (folder / name).write_text(text)
    return [folder / name for name in named]


def _told(taken: Taken) -> dict[str, list[tuple[str, str | None, str | None]]]:
    return {
        key: [(e["type"], e["facility"], e.get("statute")) for e in events]
        for key, events in taken.histories().items()
    }


def test_charges_and_holds_come_to_their_bookings(tmp_path: Path) -> None:
    taken = take(tmp_path, *_files(tmp_path), mapping=MAPPING)
    assert _told(taken) == {
        "B1": [
            ("person.booked", "MAIN", None),
            ("charge.recorded", "MAIN", "DUI"),
            ("charge.recorded", "MAIN", "FTA"),
            ("custody.released", "MAIN", None),
        ],
        "B2": [
            ("person.booked", "ANNEX", None),
            ("charge.recorded", "ANNEX", "THEFT"),
            ("custody.hold_started", "ANNEX", None),
        ],
        "B3": [("person.booked", "MAIN", None)],
    }
    booked, charge = taken.histories()["B1"][:2]
    assert charge["occurred_at"] == booked["occurred_at"]
    assert (charge["source_file"], charge["source_row"]) == ("charges_2022.csv", 3)
    assert taken.quarantine() == []
    assert "3 rows to 'bookings' by 'BookingNumber', 0 without a partner" in " ".join(
        taken.said.replace("│", " ").split()
    )


def test_rows_without_a_partner_are_quarantined_with_their_key(tmp_path: Path) -> None:
    files = _files(tmp_path, charges=CHARGES + "B9,ARSON\n,ROBBERY\nB3,DWLS\n")
    taken = take(tmp_path, *files, mapping=MAPPING)
    assert [(e["file"], e["row"], e["reason"]) for e in taken.quarantine()] == [
        ("charges_2022.csv", 5, "no row of 'bookings' has this 'BookingNumber'"),
        ("charges_2022.csv", 6, "the key 'BookingNumber' is empty"),
    ]
    assert _told(taken)["B3"][1:] == [("charge.recorded", "MAIN", "DWLS")]


def test_a_doubled_key_is_an_error_and_a_repeated_row_is_not(tmp_path: Path) -> None:
    doubled = take(tmp_path, *_files(tmp_path, BOOKINGS + "B1,06/09/2022 10:00,,MAIN\n"), mapping=MAPPING)
    assert doubled.status == 2
    assert "bookings.csv: Booking No = 'B1', rows 2, 5" in doubled.said
    assert "Add columns to `key` and `to_key`" in doubled.said
    repeated = take(tmp_path, *_files(tmp_path, BOOKINGS + BOOKINGS.splitlines()[1] + "\n"), mapping=MAPPING)
    assert repeated.counts.events["person.booked"] == 3


def test_a_key_of_several_columns(tmp_path: Path) -> None:
    bookings = "No,Stay,Booked,Released,Site\nP1,1,06/01/2022 10:00,,MAIN\nP1,2,06/09/2022 10:00,,ANNEX\n"
    charges = "No,Stay,Charge\nP1,2,DUI\nP1,1,FTA\nP1,3,DWLS\n"
    mapping = MAPPING.replace('subject = "Booking No"', 'subject = ["No", "Stay"]')
    mapping = mapping.replace(
        'key = "BookingNumber"\nto = "bookings"\nto_key = "Booking No"',
        'key = ["No", "Stay"]\nto = "bookings"',
    )
    start, end = mapping.index('[[join]]\npart = "holds"'), mapping.index("[[event]]")
    mapping = mapping[:start] + mapping[end:]
    start, end = (
        mapping.index('[[event]]\ntype = "custody.hold'),
        mapping.index('[[event]]\ntype = "custody.rel'),
    )
    mapping = mapping[:start] + mapping[end:]
    files = _files(tmp_path, bookings, charges)
    taken = take(tmp_path, files[0], files[2], mapping=mapping)
    assert {k: [s for _, _, s in v][1:] for k, v in _told(taken).items()} == {
        "P1-1": ["FTA"],
        "P1-2": ["DUI"],
    }
    assert [e["value"] for e in taken.quarantine()] == ["P1 + 3"]


def test_a_column_of_the_other_part_by_its_part_s_name(tmp_path: Path) -> None:
    charges = "BookingNumber,Charge,Booked\nB1,DUI,06/02/2022 08:00\n"
    theirs = MAPPING.replace('from = "charges"\nat = "Booked"', 'from = "charges"\nat = "bookings.Booked"')
    days = []
    for mapping in (MAPPING, theirs):
        events = take(tmp_path, *_files(tmp_path, charges=charges), mapping=mapping).histories()["B1"]
        days.append(next(e["occurred_at"].day for e in events if e["type"] == "charge.recorded"))
    assert days == [2, 1]


def test_a_part_of_a_part(tmp_path: Path) -> None:
    mapping = MAPPING.replace('part = "holds"\nfile = "*hold*"\nkey = "Booking No"\nto = "bookings"',
                              'part = "holds"\nfile = "*hold*"\nkey = "Charge Id"\nto = "charges"')  # fmt: skip
    charges = "BookingNumber,Charge Id,Charge\nB1,7,DUI\nB2,8,FTA\n"
    holds = "Charge Id,Placed,Kind\n8,06/02/2022 13:00,ICE\n"
    taken = take(tmp_path, *_files(tmp_path, charges=charges, holds=holds), mapping=mapping)
    assert _told(taken)["B2"] == [
        ("person.booked", "ANNEX", None),
        ("charge.recorded", "ANNEX", "FTA"),
        ("custody.hold_started", "ANNEX", None),
    ]


def test_parts_in_several_files_and_forms(tmp_path: Path) -> None:
    files = _files(tmp_path, bookings="".join(BOOKINGS.splitlines(keepends=True)[:2]))
    (tmp_path / "bookings2.jsonl").write_text(
        '{"Booking No": "B2", "Booked": "06/02/2022 11:00", "Released": null, "Site": "ANNEX"}\n'
    )
    taken = take(tmp_path, *files, tmp_path / "bookings2.jsonl", mapping=MAPPING)
    assert {k: len(v) for k, v in _told(taken).items()} == {"B1": 4, "B2": 3}


def test_a_file_of_no_part_and_a_part_without_a_file_are_told(tmp_path: Path) -> None:
    files = _files(tmp_path)
    (tmp_path / "bonds.csv").write_text("a\n1\n")
    extra = take(tmp_path, *files, tmp_path / "bonds.csv", mapping=MAPPING)
    assert extra.status == 2
    assert "bonds.csv: the file's name fits no part" in extra.said
    missing = take(tmp_path, *files[:2], mapping=MAPPING)
    assert missing.status == 2
    assert "no source fits its pattern 'bookings*'" in missing.said


def test_a_column_that_neither_part_has_is_told(tmp_path: Path) -> None:
    taken = take(tmp_path, *_files(tmp_path, charges="BookingNumber,Offense\nB1,DUI\n"), mapping=MAPPING)
    assert taken.status == 2
    assert "charges_2022.csv: the mapping names columns that the file does not have" in taken.said
    assert "'Charge' (event 2, charge.recorded)" in taken.said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('from = "charges"', 'from = "charge"'), "no [[join]] has the part 'charge'; nearest: 'charges'"),
        (('to = "bookings"\nto_key', 'to = "booking"\nto_key'), "'booking' is not a part listed above it"),
        (('key = "BookingNumber"\n', ""), "key is missing"),
        (('to_key = "Booking No"', 'to_key = ["Booking No", "Site"]'), "unlike counts"),
        (('part = "holds"', 'part = "charges"'), "'charges' is given twice"),
        (('key = "Booking No"\nto = "bookings"', ""), "exactly one part has no `to`"),
    ],
)
def test_mistakes_in_joins_are_told(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    taken = take(tmp_path, *_files(tmp_path), mapping=MAPPING.replace(*change))
    assert taken.status == 2
    assert words in taken.said


def test_a_second_intake_gives_the_same_ids_in_any_order_of_the_files(tmp_path: Path) -> None:
    files = _files(tmp_path)
    ids = [
        sorted(
            e["id"] for events in take(tmp_path, *order, mapping=MAPPING).histories().values() for e in events
        )
        for order in (files, files[::-1])
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 8
    status, said = run(*files, "--mapping", tmp_path / "mapping.toml", "--check")
    assert status == 0, said
