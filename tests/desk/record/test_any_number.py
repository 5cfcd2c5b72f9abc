"""Any printable number and any bounded moment goes the whole way: book, list, open, screen, export, rebuild."""

import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desk.api_calls import booking, post, token
from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import MOST_NUMBER, Case
from evenhand.desk.record.act import now
from evenhand.desk.record.export import Personal, export
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind
from evenhand.record.events.bounds import FIRST
from evenhand.record.store import Record

_printable = st.characters(exclude_categories=["C", "Z"]) | st.just(" ")
NUMBERS = st.text(_printable, min_size=1, max_size=MOST_NUMBER).map(str.strip).filter(
    lambda text: text and text.isprintable()
)  # fmt: skip


# An offset of whole half hours, as exports state it; before standard time zones have others.
MOMENTS = st.builds(
    lambda seconds, half_hours: (FIRST + timedelta(seconds=seconds)).astimezone(
        timezone(timedelta(minutes=30 * half_hours))
    ),
    st.integers(1, int((datetime(2026, 1, 1, tzinfo=UTC) - FIRST).total_seconds())),
    st.integers(-24, 28),
)
"""Moments between the first and 2026, as the systems of all zones write them."""


@pytest.mark.trial
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=NUMBERS, moment=MOMENTS)
@example(number="26/0017", moment=FIRST + timedelta(seconds=1))
@example(number="C/1?x=1#y;z", moment=FIRST + timedelta(days=1))
@example(number="..", moment=FIRST + timedelta(days=9000))
@example(number="NC0600000:1", moment=FIRST + timedelta(days=9000))
def test_any_number_goes_the_whole_way(county: County, client: Client, number: str, moment: datetime) -> None:
    headers = token(county)
    row = booking(county, number, booked_at=moment.isoformat(), charges=[])
    (result,) = post(client, "bookings", [row], headers).json()["results"]
    assert result["status"] in ("recorded", "already", "conflict"), result
    assert result["subject"] == f"{county.ori}:{number}"
    with within(EVERYTHING):
        case = Case.objects.get(agency=county.ori, subject=result["subject"])
    assert (case.number, case.unreadable) == (number, False)
    if result["status"] == "recorded":
        assert case.booked_at == moment
    staff = Client()
    staff.force_login(county.account(Role.DESIGNATED_OFFICER))
    for page in (f"/bookings/{case.address}/", f"/screening/{case.address}/", "/bookings/", "/screening/"):
        assert staff.get(page).status_code == 200, page
    if result["status"] == "recorded":  # An example may come twice, with its steps done.
        step = staff.post(f"/screening/{case.address}/", {"step": "language", "done": "on"})
        assert step.status_code in (302, 409), step.content.decode()[-2000:]
    assert client.get("/api/v1/worklist", headers=headers).status_code == 200
    due = {"number": number, "kind": "due", "at": now().isoformat()}
    assert post(client, "releases", [due], headers).json()["failed"] <= 1
    assert rebuild().differences == ()
    with within(EVERYTHING), tempfile.TemporaryDirectory() as folder:
        export(Path(folder) / "record", personal=Personal.NONE)
        histories = dict(Record(Path(folder) / "record").histories(SubjectKind.BOOKING))
    assert result["subject"] in histories
