"""A ledger from before there were bounds: no page, list, export or timer fails because of one event."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pydantic import ValidationError

from desk.api_calls import token
from desk.county import County, booked
from desk.test_access_matrix import ANYONE, OURS
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Case
from evenhand.desk.complaints.models import Complaint
from evenhand.desk.custody.notice import notices
from evenhand.desk.findings.run import run
from evenhand.desk.record import history
from evenhand.desk.record.export import export
from evenhand.desk.record.history import Subject
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import EVENT_TYPES, ActorRole, Event, SubjectKind, parse

FIRST_YEAR = datetime(1, 1, 1, tzinfo=UTC)
LAST_YEAR = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
NUMBERS = ["C/1", "a\u202eb", "../..", " x ", "tab\there", "%2F", "مرحبا", "new"]


def _stored(county: County, number: int, event_type: str, subject: str, at: datetime, **more: Any) -> Event:
    return parse(
        {
            "id": UUID(int=number),
            "type": event_type,
            "subject": subject,
            "agency": county.ori,
            "facility": county.jail,
            "zone": "America/New_York",
            "occurred_at": at,
            "recorded_at": county.ago(hours=1),
            "actor": county.officer,
            "actor_role": "designated_officer",
            "source_kind": "api",
            **more,
        }
    )


def _bad_events(county: County) -> list[Event]:
    made: list[Event] = []

    def add(event_type: str, subject: str, at: datetime, **more: Any) -> None:
        made.append(_stored(county, len(made) + 1, event_type, subject, at, **more))

    for number in NUMBERS:
        for at in (FIRST_YEAR, LAST_YEAR):
            subject = f"{county.ori}:{number}-{at.year}"
            add("person.booked", subject, at, name="n\u202e" * 50, arrested_at=LAST_YEAR, birth_date="x" * 30)
            add("charge.recorded", subject, at, charge_no=1, statute="s" * 3000)
            add("screening.opened", subject, at, form_version="2025")
            add("interview.held", subject, at)
            add("determination.made", subject, at, outcome="refer", grounds=("statement",))
            add("charging_document.prepared", subject, at)
            add("detainer.issued", subject, at)
            add("custody.release_due", subject, at)
            add("custody.hold_started", subject, at, basis="detainer")
        stopped = f"{county.ori}:{number}-stopped"
        add("person.booked", stopped, FIRST_YEAR)
        add("citizenship.claimed", stopped, LAST_YEAR, how="stated")
        add("complaint.received", f"C/{number}", FIRST_YEAR, about="process", text="t\u202e" * 9)
        add("review.opened", f"R {number}", LAST_YEAR, body="county", reason="r")
        add(
            "review.sample_drawn",
            f"R {number}",
            LAST_YEAR,
            since=FIRST_YEAR,
            until=LAST_YEAR,
            seed="s",
            size=1,
        )
        add("review.finding_made", f"R {number}", FIRST_YEAR, finding="F1")
        add("review.corrective_action_set", f"R {number}", FIRST_YEAR, finding="F1", due=LAST_YEAR)
        add("officer.nominated", f"o {number}", FIRST_YEAR, name="n")
        add("officer.certified", f"o {number}", LAST_YEAR, valid_from=FIRST_YEAR, valid_until=LAST_YEAR)
        add("officer.authorized", f"o {number}", FIRST_YEAR, valid_from=FIRST_YEAR, valid_until=LAST_YEAR)
        add("refresher.required_by", f"o {number}", FIRST_YEAR, due=FIRST_YEAR)
        add("agreement.drafted", f"a {number}", LAST_YEAR, model="JEM", template=2025)
        add("agreement.took_effect", f"a {number}", FIRST_YEAR, model="JEM", template=2025)
        add("poster.attested", county.jail, FIRST_YEAR, languages=("en", "es"))
    return made


@pytest.fixture
def bad(county: County) -> County:
    """The county's record with a good booking, and bad events that no check kept out of the ledger."""
    booked(county, "good")
    with within(EVERYTHING), transaction.atomic():
        ledger().append(_bad_events(county))
    rebuild()
    return county


KINDS = {
    "bookings": SubjectKind.BOOKING,
    "screening": SubjectKind.BOOKING,
    "supervision": SubjectKind.BOOKING,
    "custody": SubjectKind.BOOKING,
    "complaints": SubjectKind.COMPLAINT,
    "reviews": SubjectKind.REVIEW,
    "officers": SubjectKind.OFFICER,
    "agreements": SubjectKind.AGREEMENT,
}


def _subjects(county: County) -> dict[SubjectKind, list[Subject]]:
    found: dict[SubjectKind, list[Subject]] = {}
    for event in _bad_events(county):
        found.setdefault(event.subject_kind, []).append(Subject.of(event))
    return {kind: list(dict.fromkeys(subjects)) for kind, subjects in found.items()}


@pytest.mark.trial
def test_every_address_opens_with_bad_rows_in_the_ledger(bad: County) -> None:
    subjects, failed = _subjects(bad), []
    for role in Role:
        client = Client(raise_request_exception=False)
        client.force_login(bad.account(role))
        for address in OURS:
            if address.decision != ANYONE and role not in address.decision:  # type: ignore[operator]
                continue
            if not address.parts:
                paths = [reverse(address.name)]
            elif address.parts == ("subject",) and address.name.partition(":")[0] in KINDS:
                of_kind = subjects[KINDS[address.name.partition(":")[0]]]
                paths = [
                    reverse(address.name, args=[one]) for one in of_kind[:: 1 if role == "auditor" else 7]
                ]
            else:
                continue
            failed += [(role, p, s) for p in paths if (s := client.get(p).status_code) >= 500]
    assert failed == []


def test_lists_show_a_bad_row_as_unreadable_and_count_it(bad: County, client: Client) -> None:
    with within(EVERYTHING):
        assert Case.objects.filter(unreadable=True).count() == 3 * len(NUMBERS)
        assert not Case.objects.get(number="good").unreadable
        assert Complaint.objects.filter(unreadable=True).count() == len(NUMBERS)
    client.force_login(bad.account(Role.BOOKING_OFFICER))
    page = client.get("/bookings/").content.decode()
    assert page.count("Unreadable time") == 3 * len(NUMBERS)
    assert f"{3 * len(NUMBERS)} records in this list" in page
    assert "\u202e" not in page.replace("n\u202e", "")
    answer = client.get("/api/v1/worklist", headers=token(bad)).json()
    assert answer["unreadable"] == sum(row["unreadable"] for row in answer["rows"]) == 2 * len(NUMBERS)
    assert [row["number"] for row in answer["rows"] if not row["unreadable"]] == ["good"]


def test_timers_export_and_audit_run_over_bad_rows(bad: County, tmp_path: Path, client: Client) -> None:
    with within(EVERYTHING):
        assert export(tmp_path / "record").counts.events["person.booked"] > len(NUMBERS)
        assert notices(bad.began, 12) is not None
    run()
    assert client.get("/api/v1/findings", headers=token(bad)).status_code == 200
    assert rebuild().differences == ()


def test_a_bad_moment_is_put_right_by_a_correction(bad: County) -> None:
    subject = f"{bad.ori}:C/1-1"
    when = bad.ago(hours=4)
    with within(EVERYTHING):
        entries = history.load(Subject(bad.ori, SubjectKind.BOOKING, subject))
    for entry in entries:
        said = {k: v for k, v in entry.event.model_dump().items() if k not in Event.model_fields and v}
        said = {k: v for k, v in said.items() if k not in ("name", "statute", "birth_date")}
        with within(EVERYTHING):
            act = bad.event(
                entry.event.type, subject, ActorRole.BOOKING_OFFICER, when, corrects=entry.event.id,
                reason="the year was wrong", **said,
            )  # fmt: skip
            with transaction.atomic():
                ledger().append([act])
    rebuild()
    with within(EVERYTHING):
        case = Case.objects.get(subject=subject)
        assert (case.unreadable, case.booked_at) == (False, when)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("occurred_at", FIRST_YEAR),
        ("occurred_at", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
        ("occurred_at", LAST_YEAR),
        ("occurred_at", datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=20)))),
        ("arrested_at", datetime(1900, 1, 1, tzinfo=UTC)),
        ("subject", "a\u202eb"),
        ("subject", " a"),
        ("subject", "a\n"),
        ("subject", "x" * 201),
        ("agency", "NC/060000"),
        ("actor", "x" * 201),
        ("facility", "x" * 65),
        ("name", "a\x00"),
        ("name", "a\u2066b"),
        ("source_row", 2**31),
    ],
)
def test_no_new_event_has_such_a_value(field: str, value: object) -> None:
    event = _stored(County(), 1, "person.booked", "NC0600000:1", datetime(2026, 1, 1, tzinfo=UTC))
    kept = {k: v for k, v in vars(event).items() if v is not None}
    EVENT_TYPES["person.booked"].model_validate(kept)
    with pytest.raises(ValidationError) as told:
        EVENT_TYPES["person.booked"].model_validate(kept | {field: value})
    assert [error["loc"] for error in told.value.errors()] == [(field,)]
    stored = parse(kept | {field: value, "type": "person.booked"})
    assert getattr(stored, field) == value
