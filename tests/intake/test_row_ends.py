"""How every row ends is counted, and rows that tell nothing are shown with what decided."""

from pathlib import Path

import pytest

from intake.taking import Taken, run, take

MAPPING = """\
name = "roster"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
dates = ["%Y-%m-%d %H:%M"]

[[event]]
type = "person.booked"
at = "Booked"
when = [{ column = "Status", in = ["IN", "OUT"] }, { column = "Name", is_not = "VACANT" }]
[event.fields]
name = "Name"

[[event]]
type = "custody.released"
at = "Left"
when = [{ column = "How", in = ["BOND", "TIME SERVED"] }]
"""
ROWS = """\
Booking No,Name,Status,Booked,Left,How
B1,"Fakely, A",IN,2022-06-01 10:00,2022-06-02 10:00,BOND
B2,"Other, B",VOID,2022-06-01 10:00,,
B3,"Madeup, C",VOID,2022-06-01 10:00,,
B4,"Sample, D",IN,2022-06-01 11:00,2022-06-03 10:00,TRANSFER TO ANNEX
B5,"Test, E",ERROR,2022-06-01 11:00,,
B1,"Fakely, A",IN,2022-06-01 10:00,2022-06-02 10:00,BOND
,,,,,
B6,"Unreal, F",OUT,2022-06-31 11:00,,
"""
LEAVE_OUT = """
[[leave_out]]
when = [{ column = "Status", is = "VOID" }]
because = "bookings that the jail voided"
"""


def _taken(folder: Path, mapping: str = MAPPING, text: str = ROWS) -> Taken:
    (folder / "r.csv").write_text(text)
    taken = take(folder, folder / "r.csv", mapping=mapping)
    taken.said = " ".join(taken.said.split())
    return taken


def test_every_row_ends_in_one_of_five_ways(tmp_path: Path) -> None:
    taken = _taken(tmp_path, MAPPING + LEAVE_OUT)
    ends = {"told": 2, "merged": 1, "left_out": 2, "without_event": 2, "quarantined": 1}
    assert taken.counts.rows.model_dump() == ends
    assert taken.record is not None
    assert taken.record.manifest.sources[0].ends.model_dump() == ends
    assert taken.counts.left_out == {"bookings that the jail voided": 2}
    assert taken.counts.without_event == {"blank row": 1, "no event block takes the row": 1}
    assert (
        "8 rows: 2 told events, 1 merged with another row, 2 left out by the mapping, 2 without an event, "
        "1 quarantined."
    ) in taken.said
    assert taken.merged() == [
        {"file": "r.csv", "row": 7, "kept_file": "r.csv", "kept_row": 2, "why": "exact duplicate"}
    ]


def test_what_decided_is_shown_with_rows_and_never_with_names(tmp_path: Path) -> None:
    taken = _taken(tmp_path)
    assert (
        "Rows without an event: blank row: 1 (r.csv row 8) no event block takes the row: 3 "
        "Status = VOID, How is empty: 2 (r.csv row 3, r.csv row 4) "
        "Status = ERROR, How is empty: 1 (r.csv row 6)"
    ) in taken.said
    assert "Left: 1 How = TRANSFER TO ANNEX: 1 (r.csv row 5)" in taken.said
    assert taken.counts.policies["exit_times_without_event"] == 1
    for name in ("Fakely", "Other", "Madeup", "Sample", "Test, E", "Unreal"):
        assert name not in taken.said


def test_many_values_are_summed_up(tmp_path: Path) -> None:
    head = ROWS.splitlines()[0]
    rows = "".join(f"B{n},X,S{n % 1500},2022-06-01 10:00,,\n" for n in range(3_000))
    taken = _taken(tmp_path, text=f"{head}\nB1,X,IN,2022-06-01 10:00,,\n{rows}")
    assert taken.counts.rows.without_event == 3_000
    assert "no event block takes the row: 3,000 Status = S0" in taken.said
    assert "other values: 2,960" in taken.said


@pytest.mark.parametrize(("left_out", "status"), [("", 1), (LEAVE_OUT, 0)])
def test_check_objects_to_rows_that_tell_nothing_unless_a_line_leaves_them_out(
    tmp_path: Path, left_out: str, status: int
) -> None:
    lines = ROWS.splitlines(keepends=True)
    (tmp_path / "r.csv").write_text("".join([*lines[:4], lines[7]]))
    (tmp_path / "m.toml").write_text(MAPPING + left_out)
    assert run(tmp_path / "r.csv", "--mapping", tmp_path / "m.toml", "--check")[0] == status


def test_a_row_that_is_left_out_is_not_judged(tmp_path: Path) -> None:
    text = ROWS.replace('B2,"Other, B",VOID,2022-06-01 10:00', ",,VOID,never")
    taken = _taken(tmp_path, MAPPING + LEAVE_OUT, text)
    assert (taken.counts.rows.left_out, taken.counts.rows.quarantined) == (2, 1)


def test_the_first_line_that_fits_counts_the_row(tmp_path: Path) -> None:
    both = LEAVE_OUT + LEAVE_OUT.replace('is = "VOID"', 'matches = "VOID|ERROR"').replace(
        "voided", "corrected"
    )
    taken = _taken(tmp_path, MAPPING + both)
    assert taken.counts.left_out == {
        "bookings that the jail voided": 2,
        "bookings that the jail corrected": 1,
    }


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ('[[leave_out]]\nwhen = [{ column = "Status", is = "VOID" }]\n', "because: is missing"),
        ('[[leave_out]]\nbecause = "void"\n', "when: is missing"),
        ('[[leave_out]]\nwhen = [{ column = "Sttus", is = "V" }]\nbecause = "void"\n', "nearest: 'Status'"),
    ],
)
def test_a_line_that_leaves_rows_out_is_checked(tmp_path: Path, block: str, words: str) -> None:
    taken = _taken(tmp_path, MAPPING + block)
    assert taken.status == 2
    assert words in taken.said


def test_a_repeated_row_is_merged_with_the_one_that_is_kept(tmp_path: Path) -> None:
    mapping = MAPPING.replace('at = "Booked"\n', 'at = "Booked"\nonce = "latest"\n').replace(
        'at = "Left"\n', 'at = "Left"\nonce = "latest"\n'
    )
    head, first = ROWS.splitlines()[:2]
    rows = [first, first.replace("10:00", "12:00"), first.replace("10:00", "11:00"), first]
    taken = _taken(tmp_path, mapping, "\n".join([head, *rows]) + "\n")
    assert taken.status == 0, taken.said
    assert (taken.counts.rows.told, taken.counts.rows.merged) == (1, 3)
    assert [(m["row"], m["kept_row"], m["why"]) for m in taken.merged()] == [
        (2, 3, "repeated event"),
        (4, 3, "repeated event"),
        (5, 3, "exact duplicate"),
    ]


def test_a_duplicate_of_a_quarantined_booking_is_quarantined_with_it(tmp_path: Path) -> None:
    head, first = ROWS.splitlines()[:2]
    early = first.replace("2022-06-02", "2022-05-02")
    taken = _taken(tmp_path, text="\n".join([head, early, early]) + "\n")
    assert taken.counts.rows.quarantined == 2
    assert [e["row"] for e in taken.quarantine()] == [2, 3]
