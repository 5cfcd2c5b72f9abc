"""What a hostile visitor tries (OWASP): forged requests, scripts in text, fields that no form offers, framing."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from desk.casework import Desk
from desk.county import County
from desk.objects import parts
from desk.test_access_matrix import ADDRESSES, OURS
from evenhand.desk.accounts.access import ANYONE
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import EVERYTHING, within

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
TOKENED = ("api:",)
"""Rooms whose requests carry a token in a header, which no other site can add."""


def _roles(decision: Any) -> list[Role]:
    return list(Role) if decision == ANYONE else [role for role in Role if role in decision]


def test_no_address_takes_a_post_without_the_forms_token(county: County) -> None:
    """Sent by whoever may open it, and by nobody; with the token withheld each is turned away."""
    taken = []
    for address in ADDRESSES:
        if address.name.startswith(TOKENED) or (address.parts and not address.ours):
            continue
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        if address.ours and address.decision != ANYONE:
            client.force_login(county.account(_roles(address.decision)[0]))
        path = (
            reverse(address.name, kwargs=parts(address.name, county) if address.parts else {})
            if "/" not in address.name
            else f"/accounts/{address.name}"
        )
        with within(EVERYTHING):
            before = Occurrence.objects.count()
        status = client.post(path, {"x": "y"}).status_code
        with within(EVERYTHING):
            after = Occurrence.objects.count()
        if status not in (302, 403, 404, 405) or (status == 302 and address.ours) or after != before:
            taken.append((address.name, status))
    assert taken == []


def test_every_page_says_that_it_may_not_be_framed_or_sniffed(county: County) -> None:
    client = Client(raise_request_exception=False)
    for path in ("/complain/", "/accounts/login/", "/no-such-page/"):
        headers = client.get(path).headers
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def _texts(desk: Desk) -> list[tuple[Role, str, dict[str, Any]]]:
    """The forms that take free text, each filled with a script, in the order of a case."""
    subject = desk.book("B-script", name=SCRIPT, arresting_agency=SCRIPT, **{"charge-0-statute": SCRIPT})
    desk.screen(subject)
    desk.interview(subject, interpreter_needed="yes", interpreter=SCRIPT, stated_citizenship=SCRIPT)
    desk.check(subject)
    desk.determine(subject, reason=SCRIPT)
    agreement = f"/agreements/{desk.county.ori}.agreement-{desk.county.ori}"
    return [
        (Role.FEDERAL_SUPERVISOR, f"/supervision/{subject}/review/", {"outcome": "concur", "reason": SCRIPT}),
        (
            Role.COORDINATOR,
            f"{agreement}/meeting/",
            {"kind": "annual", "attendees": SCRIPT, "meeting_kind": "annual"},
        ),
        (
            Role.COMPLAINTS_OFFICER,
            "/complaints/enter/",
            {
                "agency": desk.county.ori,
                "channel": "letter",
                "about": "process",
                "language": "en",
                "text": SCRIPT,
                "complainant": SCRIPT,
                "contact": SCRIPT,
            },
        ),
        (
            Role.REVIEWER,
            "/reviews/open/",
            {
                "agency": desk.county.ori,
                "body": "county",
                "reviewer_unit": SCRIPT,
                "reviewed_unit": "jail" + SCRIPT,
                "scope": SCRIPT,
            },
        ),
    ]


def test_a_script_in_any_text_is_shown_as_text(desk: Desk) -> None:
    for role, path, said in _texts(desk):
        assert desk.post(role, path, **said).status_code == 302, path
    county, wrong, shown = desk.county, [], 0
    made = {"bookings", "screening", "supervision", "custody"}
    for address in OURS:
        for role in _roles(address.decision):
            room = address.name.partition(":")[0]
            if address.parts and room not in made:
                continue
            if address.parts not in ((), ("subject",)):
                continue
            found = {"subject": f"{county.ori}:B-script"} if address.parts else {}
            client = desk.client(role)
            client.raise_request_exception = False
            body = client.get(reverse(address.name, kwargs=found)).content.decode(errors="replace")
            shown += "&lt;script&gt;alert(1)" in body
            if re.search(r"<script>alert|<img src=x", body):
                wrong.append((address.name, role))
    assert wrong == []
    assert shown >= 10


def test_what_was_typed_wrongly_comes_back_as_text(county: County, client: Client) -> None:
    page = client.post("/complain/follow/", {"code": SCRIPT}).content.decode()
    assert "<script>alert" not in page
    page = client.get(f"/accounts/login/?next={SCRIPT}").content.decode()
    assert "<script>alert" not in page


def test_fields_that_no_form_offers_are_not_taken(county: County) -> None:
    """A coordinator changes an own page with the fields of an account; a booking names another agency."""
    client = Client()
    user = county.account(Role.COORDINATOR)
    client.force_login(user)
    client.post("/accounts/password/change/", {"role": "administrator", "is_active": "on", "actor": "x"})
    fresh = User.objects.get(pk=user.pk)
    assert (fresh.role, fresh.actor) == (Role.COORDINATOR, user.actor)


def test_a_booking_cannot_name_another_agency_or_actor(desk: Desk, other_county: County) -> None:
    subject = desk.book("B-2", agency=other_county.ori, actor="somebody", seq="1", recorded_at="2020-01-01")
    with within(EVERYTHING):
        row = Occurrence.objects.get(subject=subject, type="person.booked")
    assert row.agency == desk.county.ori
    assert row.actor == desk.county.account(Role.BOOKING_OFFICER).actor
    assert row.recorded_at is not None
    assert row.recorded_at.year > 2020
    answer = desk.post(
        Role.BOOKING_OFFICER, "/bookings/new/", **desk.booking("B-3", facility=other_county.jail)
    )
    assert answer.status_code == 422
