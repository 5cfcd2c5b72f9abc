"""Nobody is listed or found by a part of a name; searches by exact name and views of lists are recorded."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from desk.casework import Desk
from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Case
from evenhand.desk.bookings.people import KEY_FILE, _kept, folded, name_key, named
from evenhand.desk.record import history
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.projection import READ_TABLES
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import Event, SubjectKind

BOOKER = Role.BOOKING_OFFICER
SEARCH = "/bookings/search/"
LISTS = ("/bookings/", "/screening/", "/custody/", "/custody/releases/", "/custody/detainers/")


def _search(desk: Desk, name: str, role: Role = BOOKER, **said: Any) -> str:
    answer = desk.post(role, SEARCH, **{"name": name, "ground": "custody", **said})
    assert answer.status_code == 200
    return answer.content.decode()


def _system(desk: Desk, subject: str, event_type: str) -> list[Event]:
    return [event for event in desk.events(subject, SubjectKind.SYSTEM) if event.type == event_type]


def _listed() -> list[Any]:
    with within(EVERYTHING):
        seqs = Occurrence.objects.filter(type="access.listed").order_by("seq").values_list("seq", flat=True)
        return [entry.event for entry in sorted(history.at(list(seqs)), key=lambda entry: entry.seq)]


def test_no_read_table_holds_a_name_or_a_birth_date(desk: Desk) -> None:
    desk.book(name="Quillfeather, Zebulon", birth_date="1987-06-05")
    with within(EVERYTHING):
        held = [row for table in READ_TABLES for row in table.objects.values()]
    assert held
    said = repr(held).casefold()
    assert "quillfeather" not in said
    assert "zebulon" not in said
    assert "1987" not in said


def test_a_page_of_a_list_asks_for_its_names_once(desk: Desk) -> None:
    for number in range(3):
        desk.book(f"B-{number}", minutes=20 + number, name=f"Quillfeather, {number}")
    with within(EVERYTHING):
        cases = list(Case.objects.all())
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert [case.name for case in named(cases)] == [
                f"Quillfeather, {case.number[2:]}" for case in cases
            ]
    assert len(asked) == 1


@pytest.mark.parametrize("path", LISTS[:2])
def test_a_list_still_shows_the_names_on_its_page(path: str, desk: Desk) -> None:
    desk.book(name="Quillfeather, Zebulon")
    assert "Quillfeather, Zebulon" in desk.get(Role.DESIGNATED_OFFICER, path).content.decode()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("part", ["Quillfeather, Zebulon", "quill", "Zebulon", "1987-06-05"])
def test_no_address_finds_a_person_by_name(path: str, part: str, desk: Desk) -> None:
    """What is asked for by GET narrows no list by a name: either all rows come back or none."""
    one, two = (
        desk.book("B-1", name="Quillfeather, Zebulon", birth_date="1987-06-05"),
        desk.book("B-2", minutes=20),
    )
    for key in ("q", "name", "search", "birth_date"):
        page = desk.get(Role.DESIGNATED_OFFICER, path, **{key: part}).content.decode()
        assert (one in page) == (two in page), key


def test_the_exact_name_is_found_whatever_its_case_and_spaces(desk: Desk) -> None:
    subject = desk.book(name="Quillfeather, Zebulon")
    for name in ("Quillfeather, Zebulon", "  quillfeather ,zebulon ", "QUILLFEATHER,  ZEBULON"):
        assert subject in _search(desk, name), name
    for name in (
        "Quillfeather",
        "Zebulon",
        "Quillfeather, Z",
        "Quilfeather, Zebulon",
        "Quillfeather Zebulon",
        "%",
    ):
        assert subject not in _search(desk, name), name


def test_a_search_by_address_finds_nobody(desk: Desk) -> None:
    subject = desk.book(name="Quillfeather, Zebulon")
    answer = desk.get(BOOKER, SEARCH, name="Quillfeather, Zebulon", ground="custody")
    assert (answer.status_code, answer.headers["Location"]) == (302, SEARCH)
    assert subject not in desk.get(BOOKER, SEARCH).content.decode()


def test_a_search_needs_a_reason_and_other_needs_words(desk: Desk) -> None:
    subject = desk.book(name="Quillfeather, Zebulon")
    for said in ({}, {"ground": "curiosity"}, {"ground": "other"}, {"ground": "other", "note": "  "}):
        answer = desk.post(BOOKER, SEARCH, name="Quillfeather, Zebulon", **said)
        assert answer.status_code == 422
        assert subject not in answer.content.decode()
    assert _system(desk, "search:bookings", "access.searched") == []
    assert subject in _search(desk, "Quillfeather, Zebulon", ground="other", note="sister at the counter")


def test_a_search_is_recorded_with_its_reason_and_the_number_of_results_and_without_the_name(
    desk: Desk,
) -> None:
    desk.book("B-1", name="Quillfeather, Zebulon")
    desk.book("B-2", minutes=20, name="quillfeather, zebulon")
    _search(desk, "Quillfeather, Zebulon", ground="other", note="sister at the counter")
    _search(desk, "Nobody, At All")
    found = _system(desk, "search:bookings", "access.searched")
    said = [(e.ground, e.note, e.found, e.actor) for e in found]  # type: ignore[attr-defined]
    actor = desk.county.account(BOOKER).actor
    assert said == [("other", "sister at the counter", 2, actor), ("custody", None, 0, actor)]
    assert "quillfeather" not in repr(found).casefold()
    assert name_key(desk.county.ori, "Quillfeather, Zebulon") not in repr(found)


def test_a_search_reaches_no_other_agency(desk: Desk, other_county: County) -> None:
    foreign = Desk(other_county).book("B-9", name="Quillfeather, Zebulon")
    assert foreign not in _search(desk, "Quillfeather, Zebulon")
    found = _system(desk, "search:bookings", "access.searched")
    assert [(e.agency, e.found) for e in found] == [(desk.county.ori, 0)]  # type: ignore[attr-defined]


def test_a_correction_of_the_name_is_what_is_found(desk: Desk) -> None:
    subject = desk.book(name="Quilfether, Zebulon")
    wrong = desk.events(subject)[0]
    said = {"booked_at": desk.local(30), "name": "Quillfeather, Zebulon", "arresting_agency": "Police"}
    desk.did(BOOKER, f"/bookings/{subject}/correct/{wrong.id}/", **said, reason="misspelt")
    assert subject in _search(desk, "Quillfeather, Zebulon")
    assert subject not in _search(desk, "Quilfether, Zebulon")
    assert desk.case(subject).name == "Quillfeather, Zebulon"
    assert rebuild().differences == ()


def test_equal_names_of_two_agencies_have_different_hashes() -> None:
    assert name_key("NC0600000", "Doe, Sample") != name_key("GA0330000", "Doe, Sample")
    assert name_key("NC0600000", "") == name_key("NC0600000", None) == ""
    assert folded("Straße , Ｊｏ") == "strasse, jo"


def test_the_key_is_a_file_for_its_owner_alone_and_stays(
    tmp_path: Path, umask: Callable[[int], None]
) -> None:
    umask(0)
    path = tmp_path / KEY_FILE
    first = _kept(path)
    assert len(first) >= 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert _kept(path) == first
    assert [p.name for p in tmp_path.iterdir()] == [KEY_FILE]


@pytest.fixture
def umask() -> Any:
    import os

    before = os.umask(0o077)
    yield os.umask
    os.umask(before)


@pytest.mark.parametrize("path", ["/bookings/", "/screening/"])
def test_a_view_of_a_list_is_recorded_once_an_hour(path: str, desk: Desk, clock: TimeMachineFixture) -> None:
    desk.book()
    for _ in range(3):
        desk.get(BOOKER, path)
    assert len(_listed()) == 1
    desk.get(Role.REVIEWER, path)
    desk.get(BOOKER, path, facility=desk.county.jail)
    seen = _listed()
    assert [e.narrowed_by for e in seen] == [None, None, (f"facility={desk.county.jail}",)]  # type: ignore[attr-defined]
    assert {e.shown for e in seen} == {1}  # type: ignore[attr-defined]
    clock.shift(3601)
    desk.get(BOOKER, path)
    assert len(_listed()) == 4


def test_a_look_for_one_number_is_recorded_without_the_number(desk: Desk, clock: TimeMachineFixture) -> None:
    desk.book("B-77")
    desk.book("B-78", minutes=20)
    desk.get(BOOKER, "/bookings/", q="B-77")
    desk.get(BOOKER, "/bookings/", q="B-78")
    seen = _listed()
    assert [e.narrowed_by for e in seen] == [("number",), ("number",)]  # type: ignore[attr-defined]
    assert "B-7" not in repr(seen)
    for _ in range(3):
        desk.get(BOOKER, "/bookings/", q="B-78")
    assert len(_listed()) == 2


def test_a_list_that_shows_nobody_leaves_no_event(desk: Desk) -> None:
    desk.get(BOOKER, "/bookings/")
    with within(EVERYTHING):
        assert not Occurrence.objects.filter(type="access.listed").exists()
