"""The mapping of an agency's uploads: who changes it, what it must not make, how it is begun."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from desk.bookings.test_upload import EXPORT, HEADER
from desk.casework import Desk
from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings import mapping
from evenhand.desk.bookings.models import KeptMapping
from evenhand.desk.places.models import Agency
from evenhand.desk.record.scope import EVERYTHING, within

PAGE = "/bookings/mapping/NC0600000/"


def _agency(county: County) -> Agency:
    with within(EVERYTHING):
        return Agency.objects.get(pk=county.ori)


def _checked(county: County, text: str) -> str:
    """What is wrong with a mapping; empty if nothing is."""
    agency = _agency(county)
    try:
        mapping.checked(text, agency)
    except mapping.MappingError as error:
        return str(error)
    return ""


def test_the_template_is_a_mapping_that_uploads_can_use(county: County) -> None:
    with within(EVERYTHING):
        assert _checked(county, mapping.template(_agency(county))) == ""
    assert _checked(county, EXPORT) == ""


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('"NC0600000"', '"GA0330000"', "kept for another agency"),
        ('type = "custody.released"', 'type = "custody.hold_started"', "does not make custody.hold_started"),
        ('name = "Name"', 'name = "Name"\nrace_ethnicity = "Citizenship"', "Citizenship is of birthplace"),
        ('name = "Name"', 'name = "Name"\nsex = "Country of Birth"', "Country of Birth is of birthplace"),
        ('at = "Booked"', 'at = "Booked"\nactor = "Officer"', "states actor itself"),
        ('at = "Booked"', 'at = "Booked"\nreason = "Notes"', "states reason itself"),
        ('zone = "America/New_York"', 'zone = "EST5"', "zone"),
        ('subject = "Booking No"', 'subjct = "Booking No"', "nearest: 'subject'"),
        ('name = "county"', "name = [" + "[" * 5000, "nested"),
    ],
)
def test_what_an_upload_must_not_make_is_refused_by_name(
    county: County, old: str, new: str, wrong: str
) -> None:
    text = EXPORT.replace(old, new, 1).replace('cause = { column = "How"', 'basis = { column = "How"')
    text = text if "hold_started" in new else EXPORT.replace(old, new, 1)
    assert wrong in _checked(county, text)


def test_a_jails_own_yes_or_no_to_a_foreign_nationality_is_read(county: County) -> None:
    assert (
        _checked(
            county, EXPORT.replace('name = "Name"', 'name = "Name"\nforeign_national = "Foreign National"')
        )
        == ""
    )


def test_a_coordinator_keeps_a_mapping_and_the_page_says_who_and_when(desk: Desk) -> None:
    desk.did(Role.COORDINATOR, PAGE, text=EXPORT)
    edited = EXPORT.replace('name = "county"', 'name = "county-2"')
    client = desk.client(Role.COORDINATOR)
    client.post(PAGE, {"text": EXPORT, "file": SimpleUploadedFile("m.toml", edited.encode())})
    page = desk.get(Role.BOOKING_OFFICER, PAGE).content.decode()
    assert "county-2" in page
    assert page.count(desk.county.account(Role.COORDINATOR).name) == 2
    assert desk.post(Role.BOOKING_OFFICER, PAGE, text=EXPORT).status_code == 403
    desk.did(Role.COORDINATOR, PAGE, template="1")
    with within(EVERYTHING):
        assert mapping.in_use(_agency(desk.county)).kept is None
        assert KeptMapping.objects.count() == 3


def test_a_bad_mapping_is_not_kept_and_its_error_stands_at_the_field(desk: Desk) -> None:
    answer = desk.post(Role.COORDINATOR, PAGE, text=EXPORT.replace('"Booked"', '"Booked"\nonce = "frist"', 1))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "frist" in page
    assert 'aria-invalid="true"' in page
    with within(EVERYTHING):
        assert not KeptMapping.objects.exists()


def test_a_mapping_is_begun_from_an_export_and_not_saved(desk: Desk) -> None:
    rows = "\n".join(
        f'26-{n},11/{n:02}/2026 08:{n:02},"Doe, Sample",01/31/1990,14-33,,' for n in range(10, 28)
    )
    file = SimpleUploadedFile("export.csv", f"{HEADER}\n{rows}".encode())
    answer = desk.client(Role.COORDINATOR).post(PAGE, {"suggest": "1", "export": file})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "answer = &quot;NC0600000&quot;" in page
    assert "person.booked" in page
    assert "Nothing is saved yet" in page
    with within(EVERYTHING):
        assert not KeptMapping.objects.exists()
