"""A file of bookings: good rows go on, bad ones are told of, nothing is lost, nothing is taken twice."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from time_machine import TimeMachineFixture

from desk.casework import Desk
from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings import mapping, uploaded
from evenhand.desk.bookings.models import Case, PendingUpload, UploadOutcome
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.history import Subject
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.refusal.told import told
from evenhand.record.events import ActorRole, SourceKind, SubjectKind
from evenhand.record.events.booking import PersonBooked

COLUMNS = "number,booked_at,name,arresting_agency,statute,ncic_class,level,race_ethnicity,sex"
GOOD = 'U-1,{at},"Doe, Sample",Police,14-33,13,felony,group A,sex B'
EXPORT = """
name = "county"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
dates = ["%m/%d/%Y %H:%M", "%m/%d/%Y"]
optional = ["Released", "How", "Charge", "Lost"]

[[event]]
type = "person.booked"
at = "Booked"
once = "first"
[event.fields]
name = "Name"
birth_date = "DOB"

[[event]]
type = "charge.recorded"
at = "Booked"
when = [{ column = "Charge", given = true }]
[event.fields]
charge_no = { count = true }
statute = "Charge"

[[event]]
type = "custody.departed"
at = "Released"
once = "first"
when = [{ column = "How", is = "TO ICE" }]
[event.fields]
destination = { value = "ice" }

[[event]]
type = "custody.released"
at = "Released"
once = "first"
when = [{ column = "How", is_not = "TO ICE" }]
[event.fields]
cause = { column = "How", values = { BOND = "bond" }, default = "other" }
"""
"""The mapping of a made county's export: one row a charge."""
HEADER = "Booking No,Booked,Name,DOB,Charge,Released,How"


def _file(*lines: str, header: str = COLUMNS, name: str = "day.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([header, *lines]).encode(), "text/csv")


def _read(client: Client, file: SimpleUploadedFile, **said: str) -> str:
    """Upload a file; the page that shows what its rows will become."""
    answer = client.post("/bookings/upload/", {"file": file, **said})
    assert answer.status_code == 302, answer.content.decode()
    return client.get("/bookings/upload/preview/").content.decode()


def _record(client: Client, page: str, what: str = "record") -> str:
    found = re.search('name="upload" value="([0-9]+)"', page)
    assert found is not None
    answer = client.post("/bookings/upload/preview/", {"upload": found[1], what: "1"}, follow=True)
    return str(answer.content.decode())


def _send(client: Client, file: SimpleUploadedFile, **said: str) -> str:
    """Upload a file and record it; the page that tells what became of it."""
    return _record(client, _read(client, file, **said))


def _line(desk: Desk, minutes: float = 30) -> str:
    return GOOD.format(at=desk.local(minutes))


def _bad_rows(client: Client) -> list[dict[str, str]]:
    answer = client.get("/bookings/upload/rows.csv")
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def _said(page: str) -> dict[str, str]:
    """The counts on a page, by their names."""
    return dict(re.findall('<tr><th scope="row">([^<]+)</th><td>([0-9]+)</td></tr>', page))


def _numbers() -> list[str]:
    with within(EVERYTHING):
        return sorted(case.number for case in Case.objects.all())


@pytest.fixture
def keeps_mapping(desk: Desk) -> Desk:
    """The county with a mapping of its own."""
    with within(EVERYTHING):
        agency = Agency.objects.get(pk=desk.county.ori)
        mapping.keep(agency, EXPORT, desk.county.actor(ActorRole.COORDINATOR))
    return desk


def _american(desk: Desk, minutes: float) -> str:
    year, month, day, clock = re.split("[-T]", desk.local(minutes))
    return f"{month}/{day}/{year} {clock}"


def _row(desk: Desk, number: str, minutes: float = 90, charge: str = "14-33", left: str = ",") -> str:
    return f'{number},{_american(desk, minutes)},"Doe, Sample",01/31/1990,{charge},{left}'


def _export(*lines: str) -> SimpleUploadedFile:
    return _file(*lines, header=HEADER, name="export.csv")


# --- the template ------------------------------------------------------------------------------------------


def test_rows_of_one_number_make_one_booking(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    _send(client, _file(_line(desk), _line(desk).replace("14-33,13", "20-4,54")))
    subject = f"{desk.county.ori}:U-1"
    assert [charge["ncic"] for charge in desk.case(subject).charges] == ["13", "54"]
    assert {event.source_row for event in desk.events(subject)[1:3]} == {2, 3}
    booked = desk.events(subject)[0]
    assert isinstance(booked, PersonBooked)
    assert (booked.source_kind, booked.source_file, booked.source_row) == (SourceKind.IMPORT, "day.csv", 2)
    assert (booked.arresting_agency, booked.facility) == ("Police", desk.county.jail)
    assert "screening.opened" in desk.types(subject)


def test_nothing_is_recorded_before_the_sender_says_so(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    page = _read(client, _file(_line(desk), "U-2,yesterday,X,Police,1,13,felony,,"))
    assert (_said(page)["New bookings"], _said(page)["Rows with problems"]) == ("1", "1")
    assert "Doe, Sample" in page
    assert "yesterday" in page
    assert "group A" not in page
    assert _numbers() == []
    assert _record(client, page, "cancel").count("Read file") == 1
    with within(EVERYTHING):
        assert not PendingUpload.objects.exists()
    assert _numbers() == []


def test_each_bad_row_is_named_by_its_row_in_the_file_and_the_good_ones_go_on(desk: Desk) -> None:
    at = desk.local(20)
    bad = {
        "B-2,yesterday,X,Police,1,13,felony,,": ("booked_at", "not a valid date"),
        f"B-3,{at},,Police,1,13,felony,,": ("name", "The name is required"),
        f"B-4,{at},X,Police,1,99,felony,,": ("ncic_class", "no such NCIC class"),
        f"B-5,{at},X,Police,1,13,severe,,": ("level", "is no known code"),
        f"B\u202e6,{at},X,Police,1,13,felony,,": ("number", "the number of a booking"),
        f",{at},X,Police,1,13,felony,,": ("number", "the key is empty"),
        "B-8,2090-01-01 10:00,X,Police,1,13,felony,,": ("booked_at", "after the export"),
        f"B-9,{at},X,Police,1,13,felony,,,surplus": ("", "cells"),
        f"B-10,{at},X,Police,,13,,,": ("statute", "names no offense"),
    }
    client = desk.client(Role.BOOKING_OFFICER)
    # Blank lines count, as a spreadsheet and `evenhand intake` count them.
    _send(client, _file(_line(desk), "", "", *bad))
    found = _bad_rows(client)
    assert [(row["row"], row["column"]) for row in found] == [
        (str(place), column) for place, (column, _problem) in enumerate(bad.values(), start=5)
    ]
    for row, (_column, problem) in zip(found, bad.values(), strict=True):
        assert problem in row["problem"]
        assert row["remedy"]
        assert row["file"] == "day.csv"
    assert _numbers() == ["U-1"]


def test_rows_that_disagree_stop_their_booking_and_are_all_told_of(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    _send(client, _file(_line(desk), _line(desk).replace("Doe", "Roe"), _line(desk).replace("U-1", "U-2")))
    assert [(row["row"], row["column"]) for row in _bad_rows(client)] == [("2", "number"), ("3", "number")]
    assert _numbers() == ["U-2"]


def test_a_booking_of_which_one_row_is_refused_is_not_recorded_in_part(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    bad = _line(desk).replace("felony", "severe")
    _send(client, _file(_line(desk), bad))
    assert [(row["row"], row["number"]) for row in _bad_rows(client)] == [("2", "U-1"), ("3", "U-1")]
    assert _numbers() == []


def test_a_file_is_uploaded_twice_and_nothing_is_taken_twice(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    _send(client, _file(_line(desk)))
    page = _send(client, _file(_line(desk), _line(desk, 25).replace("U-1", "U-2")))
    assert _bad_rows(client) == []
    assert _said(page)["Bookings in the record already"] == "1"
    assert _numbers() == ["U-1", "U-2"]
    _send(client, _file(_line(desk, 90)))
    assert [row["column"] for row in _bad_rows(client)] == ["booked_at"]
    assert "on its page" in _bad_rows(client)[0]["remedy"]


@pytest.mark.parametrize(
    ("file", "wrong"),
    [
        (SimpleUploadedFile("a.csv", b"number\0,x\n"), "no row of it can be read"),
        (SimpleUploadedFile("a.csv", b"number,name\n1,2\n"), "names columns that the file does not have"),
        (SimpleUploadedFile("a.xlsx", b"PK\x03\x04 no workbook"), "workbook"),
        (SimpleUploadedFile("a.csv", b"x" * (uploaded.MAX_BYTES + 1)), "larger than 5 MB"),
        (SimpleUploadedFile("a.csv", (COLUMNS + "\nx" * (uploaded.MAX_ROWS + 1)).encode()), "5,000 rows"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_a_reason(
    desk: Desk, file: SimpleUploadedFile, wrong: str
) -> None:
    file.seek(0)
    answer = desk.client(Role.BOOKING_OFFICER).post("/bookings/upload/", {"file": file})
    assert answer.status_code == 422
    assert wrong in answer.content.decode()
    assert _numbers() == []


def test_bad_rows_as_csv_hold_no_formula_and_no_group(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    evil = 'U-2,"=HYPERLINK(""http://x"")",X,Police,1,13,felony,group A,sex B'
    page = _send(client, _file(evil, _line(desk).replace("felony", "@SUM(1)")))
    found = _bad_rows(client)
    assert {row["value"] for row in found} == {'\'=HYPERLINK("http://x")', "'@SUM(1)"}
    assert "group A" not in repr(found) + page


def test_groups_go_to_the_personal_part_and_wait_no_longer_than_the_file(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    _send(client, _file(_line(desk)))
    with within(EVERYTHING):
        assert not PendingUpload.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf FROM ledger_entry")
        leaves = b"".join(bytes(row[0]) for row in cursor.fetchall())
        cursor.execute("SELECT personal FROM ledger_opening")
        personal = [json.loads(bytes(row[0])) for row in cursor.fetchall()]
    assert b"group A" not in leaves
    assert b"Doe" not in leaves
    assert ("group A", "sex B") in {(one.get("race_ethnicity"), one.get("sex")) for one in personal}


@pytest.mark.trial
def test_a_file_of_several_hundred_bookings(county: County) -> None:
    desk = Desk(county)
    lines = [_line(desk, 30 + n / 60).replace("U-1", f"U-{n}") for n in range(450)]
    page = _send(desk.client(Role.BOOKING_OFFICER), _file(*lines))
    assert _said(page)["Bookings recorded"] == "450"


# --- an agency's own export --------------------------------------------------------------------------------


@pytest.mark.trial
def test_a_later_export_adds_what_is_new_and_counts_what_is_known(keeps_mapping: Desk) -> None:
    desk, client = keeps_mapping, keeps_mapping.client(Role.COORDINATOR)
    first = _send(client, _export(_row(desk, "26-1"), _row(desk, "26-2")))
    assert _said(first)["Bookings recorded"] == "2"
    left = f"{_american(desk, 10)},BOND"
    lines = [
        _row(desk, "26-1", left=left),
        _row(desk, "26-1", charge="20-4", left=left),
        _row(desk, "26-2"),
        _row(desk, "26-3"),
    ]
    later = _send(client, _export(*lines))
    assert _bad_rows(client) == []
    counts = {name: number for name, number in _said(later).items() if number != "0"}
    assert counts == {
        "Rows read": "4",
        "Bookings recorded": "1",
        "Added to bookings: Charge recorded": "1",
        "Added to bookings: Released": "1",
        "Bookings in the record already": "1",
    }
    case = desk.case(f"{desk.county.ori}:26-1")
    assert [charge["statute"] for charge in case.charges] == ["14-33", "20-4"]
    assert (case.birth_date, case.released_at is None, case.release_cause) == ("1990-01-31", False, "")
    again = _said(_send(client, _export(*lines)))
    assert (again["Bookings in the record already"], again["Bookings recorded"]) == ("3", "0")


def test_a_refused_row_is_told_with_the_rule_and_its_source_and_stops_no_other(keeps_mapping: Desk) -> None:
    desk, client = keeps_mapping, keeps_mapping.client(Role.BOOKING_OFFICER)
    lines = [_row(desk, "26-1", left=f"{_american(desk, 5)},TO ICE"), _row(desk, "26-2")]
    page = _send(client, _export(*lines))
    assert _numbers() == ["26-1", "26-2"]
    (refused,) = _bad_rows(client)
    assert (refused["row"], refused["number"]) == ("2", "26-1")
    assert refused["problem"].startswith("SCO-05: ICE takes custody only after local custody ends. (")
    assert refused["remedy"]
    assert "SCO-05" in page
    with within(EVERYTHING):
        assert [
            one.rule for one in told(Subject(desk.county.ori, SubjectKind.BOOKING, f"{desk.county.ori}:26-1"))
        ] == ["SCO-05"]
    assert "custody.departed" not in desk.types(f"{desk.county.ori}:26-1")


def test_a_workbook_is_read_and_a_day_stays_a_day(keeps_mapping: Desk, tmp_path: Path) -> None:
    desk = keeps_mapping
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEADER.split(","))
    day = _american(desk, 3 * 24 * 60).split(" ")[0]
    book.active.append(["26-1", day, "Doe, Sample", "01/31/1990", "14-33", None, None])
    book.save(tmp_path / "x.xlsx")
    file = SimpleUploadedFile("../../jail export.xlsx", (tmp_path / "x.xlsx").read_bytes())
    _send(desk.client(Role.BOOKING_OFFICER), file)
    booked = desk.events(f"{desk.county.ori}:26-1")[0]
    assert booked.source_file == "jail export.xlsx"
    assert booked.occurred_by is not None
    assert (booked.occurred_by - booked.occurred_at).total_seconds() > 22 * 3600


def test_a_number_of_another_agency_or_facility_is_told_of(desk: Desk, other_county: County) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    header = COLUMNS.replace("number,", "number,facility,")
    rows = [_line(desk).replace("U-1,", f"U-1,{code},") for code in ("nowhere", other_county.jail)]
    rows.append(_line(desk).replace("U-1,", "U-2,,"))
    _send(client, _file(*rows, header=header))
    assert [(r["row"], r["column"], r["value"]) for r in _bad_rows(client)] == [
        ("2", "facility", "nowhere"),
        ("3", "facility", other_county.jail),
    ]
    assert _numbers() == ["U-2"]


def test_times_are_those_of_each_facility(desk: Desk) -> None:
    with within(EVERYTHING):
        Facility.objects.create(code="west", agency=desk.county.ori, name="West", zone="America/Denver")
    client = desk.client(Role.BOOKING_OFFICER)
    header = COLUMNS.replace("number,", "number,facility,")
    at = "2026-11-20 10:00"
    rows = [
        GOOD.format(at=at).replace("U-1,", f"U-{n},{code},")
        for n, code in enumerate(("west", desk.county.jail))
    ]
    _send(client, _file(*rows, header=header))
    assert _bad_rows(client) == []
    west, east = (desk.case(f"{desk.county.ori}:U-{n}").booked_at for n in (0, 1))
    assert (west - east).total_seconds() == 2 * 3600


# --- what waits --------------------------------------------------------------------------------------------


def test_no_session_holds_a_row(desk: Desk) -> None:
    """A session is a row of the database, in clear."""
    client = desk.client(Role.BOOKING_OFFICER)
    bad = _line(desk).replace("14-33", "14-33" * 99).replace("U-1", "")
    _send(client, _file(_line(desk), bad))
    assert _bad_rows(client)
    sessions = [session.get_decoded() for session in Session.objects.all()]
    assert sessions
    assert not [word for word in ("Doe", "Sample", "U-1", "14-33", "day.csv") if word in repr(sessions)]


def test_an_outcome_is_shown_for_an_hour_to_its_sender(desk: Desk, clock: TimeMachineFixture) -> None:
    client, other = desk.client(Role.BOOKING_OFFICER), desk.client(Role.COORDINATOR)
    _send(client, _file(_line(desk).replace("U-1", "")))
    assert _bad_rows(client)
    assert other.get("/bookings/upload/rows.csv").status_code == 404
    clock.shift(timedelta(minutes=61))
    desk.client(Role.COORDINATOR).get("/bookings/upload/")
    assert not UploadOutcome.objects.exists()
    assert desk.client(Role.BOOKING_OFFICER).get("/bookings/upload/rows.csv").status_code == 404


def test_a_file_waits_an_hour_for_its_own_sender(desk: Desk, clock: TimeMachineFixture) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    page = _read(client, _file(_line(desk)))
    other = desk.client(Role.COORDINATOR)
    assert other.get("/bookings/upload/preview/").status_code == 302
    clock.shift(3601)
    assert client.get("/bookings/upload/preview/").status_code == 302
    found = re.search('name="upload" value="([0-9]+)"', page)
    assert found is not None
    client.post("/bookings/upload/preview/", {"upload": found[1], "record": "1"})
    assert _numbers() == []


def test_what_is_recorded_is_what_was_shown(desk: Desk) -> None:
    client = desk.client(Role.BOOKING_OFFICER)
    before = _read(client, _file(_line(desk)))
    _read(client, _file(_line(desk).replace("U-1", "U-2")))
    assert "You uploaded another file since" in _record(client, before)
    assert _numbers() == []
