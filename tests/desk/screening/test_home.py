"""What cases put on the home page of each role; and that the pages speak Spanish."""

from zoneinfo import ZoneInfo

import pytest

from desk.casework import Desk
from desk.county import ZONE, booked
from evenhand.desk.accounts.models import Role
from evenhand.record.events import ActorRole

OFFICER, FEDERAL, BOOKER = Role.DESIGNATED_OFFICER, Role.FEDERAL_SUPERVISOR, Role.BOOKING_OFFICER


def _home(desk: Desk, role: Role) -> str:
    return str(desk.get(role, "/").content.decode())


def test_an_officer_is_told_what_waits_by_number_and_no_name(desk: Desk) -> None:
    late = booked(desk.county, "B-9", hours=30)
    subject = desk.book("B-1", name="Doe, Sample")
    page = _home(desk, OFFICER)
    assert "Close the screening of booking B-1" in page
    assert page.index("booking B-9") < page.index("booking B-1")
    assert "Doe" not in page
    assert "Close the screening of booking B-9" in _home(desk, Role.COORDINATOR)
    assert "booking B-1" not in _home(desk, Role.COORDINATOR)
    desk.screen(subject)
    desk.interview(subject)
    assert "Make the determination in booking B-1" in _home(desk, OFFICER)
    desk.did(OFFICER, f"/screening/{late}/claim/", how="stated")
    for role in (OFFICER, BOOKER):
        assert "Tell ICE of the claim to U.S. citizenship in booking B-9" in _home(desk, role)


def test_a_supervisor_is_told_of_reviews_claims_and_documents(desk: Desk) -> None:
    subject = desk.book()
    desk.screen(subject)
    desk.interview(subject)
    desk.determine(subject)
    assert "Review the determination in booking B-1" in _home(desk, FEDERAL)
    desk.review(subject)
    assert "Review the determination" not in _home(desk, FEDERAL)
    desk.did(OFFICER, f"/screening/{subject}/document/", form="I-213")
    assert "Sign the charging document in booking B-1" in _home(desk, FEDERAL)
    desk.did(OFFICER, f"/screening/{subject}/claim/", how="stated")
    assert "Resolve the claim to U.S. citizenship in booking B-1" in _home(desk, FEDERAL)


@pytest.mark.parametrize(
    ("role", "path", "spanish", "english"),
    [
        (BOOKER, "/bookings/", "Ingresos", "Upload a file"),
        (BOOKER, "/bookings/new/", "Ingresar a una persona", "Booking number"),
        (BOOKER, "/bookings/upload/", "Subir un archivo", "What it holds"),
        (OFFICER, "/screening/", "Lista de evaluaciones", "Waits"),
        (OFFICER, "/screening/{subject}/", "Pregunte a todas las personas", "Ask everyone"),
        (OFFICER, "/screening/{subject}/interview/", "Lugar de nacimiento declarado", "Stated place"),
        (OFFICER, "/bookings/{subject}/", "13 Agresión", "Assault"),
        (FEDERAL, "/supervision/", "Determinaciones en espera", "Determined"),
    ],
)
def test_the_pages_speak_spanish(desk: Desk, role: Role, path: str, spanish: str, english: str) -> None:
    subject = desk.book()
    answer = desk.client(role).get(path.format(subject=subject), HTTP_ACCEPT_LANGUAGE="es")
    page = answer.content.decode()
    assert spanish in page
    assert english not in page


def test_every_facility_time_has_its_zone(desk: Desk) -> None:
    subject = booked(desk.county)
    desk.county.act(
        "determination.made", subject, ActorRole.DESIGNATED_OFFICER, outcome="refer", grounds=("statement",)
    )
    zone = desk.county.began.astimezone(ZoneInfo(ZONE)).strftime("%Z")
    for role, path in (
        (OFFICER, "/screening/"),
        (OFFICER, f"/bookings/{subject}/"),
        (FEDERAL, "/supervision/"),
    ):
        assert f" {zone}" in desk.get(role, path).content.decode()
