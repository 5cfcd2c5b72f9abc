"""A file of bookings: good rows go on, bad ones are told of, nothing is lost, nothing is taken twice."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from desk.casework import Desk
from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings import rows
from evenhand.desk.bookings.models import Case
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SourceKind

COLUMNS = "number,booked_at,name,arresting_agency,statute,ncic_class,level,race_ethnicity,sex"
GOOD = 'U-1,{at},"Doe, Sample",Police,14-33,13,felony,group A,sex B'


def _file(*lines: str, header: str = COLUMNS, name: str = "day.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([header, *lines]).encode(), "text/csv")


def _send(client: Client, file: SimpleUploadedFile) -> str:
    answer = client.post("/bookings/upload/", {"file": file}, follow=True)
    return str(answer.content.decode())


def _line(desk: Desk, minutes: float = 30) -> str:
    return GOOD.format(at=desk.local(minutes))


def _bad_rows(client: Client) -> list[dict[str, str]]:
    answer = client.get("/bookings/upload/rows.csv")
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_rows_of_one_number_make_one_booking(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    _send(client, _file(_line(desk), _line(desk).replace("14-33,13", "20-4,54")))
    subject = f"{desk.county.ori}:U-1"
    assert [charge["ncic"] for charge in desk.case(subject).charges] == ["13", "54"]
    booked = desk.events(subject)[0]
    assert (booked.source_kind, booked.source_file, booked.source_row) == (SourceKind.IMPORT, "day.csv", 2)
    assert "screening.opened" in desk.types(subject)


@pytest.mark.parametrize(
    ("bad", "column", "problem"),
    [
        ("U-2,yesterday,X,Police,1,13,felony,,", "booked_at", "valid date"),
        ("U-2,{at},,Police,1,13,felony,,", "name", "required"),
        ("U-2,{at},X,Police,1,99,felony,,", "ncic_class", "not one of the available"),
        ("U-2,{at},X,Police,1,13,severe,,", "level", "not one of the available"),
        ("U/2,{at},X,Police,1,13,felony,,", "number", "Use letters"),
        (",{at},X,Police,1,13,felony,,", "number", "required"),
        ("U-2,2999-01-01 10:00,X,Police,1,13,felony,,", "booked_at", "future"),
        ("U-2,{at},X,Police,1,13,felony,,,surplus", "", "more cells"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_go_on(desk: Desk, bad: str, column: str, problem: str) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    page = _send(client, _file(_line(desk), bad.format(at=desk.local(20))))
    assert problem in page
    found = _bad_rows(client)
    assert [(row["row"], row["column"]) for row in found] == [("3", column)]
    assert found[0]["remedy"]
    with within(EVERYTHING):
        assert [case.number for case in Case.objects.all()] == ["U-1"]


def test_rows_that_disagree_stop_their_booking_and_are_all_told_of(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    _send(client, _file(_line(desk), _line(desk).replace("Doe", "Roe")))
    assert [(row["row"], row["column"]) for row in _bad_rows(client)] == [("2", ""), ("3", "name")]
    with within(EVERYTHING):
        assert not Case.objects.exists()


def test_a_file_is_uploaded_twice_and_nothing_is_taken_twice(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    _send(client, _file(_line(desk)))
    page = _send(client, _file(_line(desk), _line(desk, 25).replace("U-1", "U-2")))
    assert _bad_rows(client) == []
    assert "Bookings in the record already</th><td>1" in page
    with within(EVERYTHING):
        assert Case.objects.count() == 2


def test_another_booking_of_a_known_number_is_told_of(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    _send(client, _file(_line(desk)))
    _send(client, _file(_line(desk, 90)))
    assert [row["column"] for row in _bad_rows(client)] == ["number"]


@pytest.mark.parametrize(
    ("file", "wrong"),
    [
        (SimpleUploadedFile("a.csv", b"\xff\xfe\x00x"), "not in UTF-8"),
        (SimpleUploadedFile("a.csv", b"number\0,x\n"), "it is no text"),
        (SimpleUploadedFile("a.csv", b"number,name\n1,2\n"), "does not name the columns"),
        (SimpleUploadedFile("a.csv", f"{COLUMNS},name\n".encode()), "stands twice"),
        (SimpleUploadedFile("a.csv", f'{COLUMNS}\nU-1,"open\n'.encode()), "it is no CSV"),
        (SimpleUploadedFile("a.csv", b"%PDF-1.7 \xc3\x28"), "not in UTF-8"),
        (SimpleUploadedFile("a.csv", b"x" * (rows.MAX_BYTES + 1)), "Split the file"),
        (SimpleUploadedFile("a.csv", (COLUMNS + "\n,\n" * (rows.MAX_ROWS + 1)).encode()), "Split the file"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_a_reason(
    desk: Desk, file: SimpleUploadedFile, wrong: str
) -> None:
    file.seek(0)
    answer = desk.client(Role.BOOKING_OFFICER).post("/bookings/upload/", {"file": file})
    assert answer.status_code == 422
    assert wrong in answer.content.decode()
    with within(EVERYTHING):
        assert not Case.objects.exists()


def test_bad_rows_as_csv_hold_no_formula_and_no_group(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    evil = '"=HYPERLINK(""http://x"")",{at},X,Police,1,13,felony,group A,sex B'
    _send(client, _file(evil.format(at=desk.local(20)), _line(desk).replace("felony", "@SUM(1)")))
    found = _bad_rows(client)
    assert {row["value"] for row in found} == {'\'=HYPERLINK("http://x")', "'@SUM(1)"}
    assert "group A" not in repr(found)


def test_a_file_of_several_hundred_bookings(county: County) -> None:
    desk = Desk(county)
    lines = [_line(desk, 30 + n / 60).replace("U-1", f"U-{n}") for n in range(450)]
    page = _send(desk.client(Role.BOOKING_OFFICER), _file(*lines))
    assert "Bookings recorded</th><td>450" in page
