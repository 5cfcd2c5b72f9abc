"""Nobody erases alone; an order takes the person out of ledger, read tables and working copies."""

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from desk.casework import Desk, complain
from desk.county import PASSWORD, County
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.bookings.models import KeptMapping, PendingUpload, UploadOutcome
from evenhand.desk.erasure.acts import NotDecidedError, confirm, decline
from evenhand.desk.erasure.models import ErasureOrder
from evenhand.desk.findings.run import run
from evenhand.desk.record import history, projection
from evenhand.desk.record.erased import StillHeldError
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.refusal.middleware import REFUSED
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.refusal.second import Judged, sealed
from evenhand.desk.webhooks.models import Delivery, Hook
from evenhand.record.events import ActorRole, Event, SubjectKind

ENTERS, DECIDES = Role.COORDINATOR, Role.FEDERAL_SUPERVISOR
PDF = b"%PDF-1.7\nIn re Zebulon Quillfeather\n%%EOF"
NAME = "Quillfeather, Zebulon"


def _said(subject: str, **more: Any) -> dict[str, Any]:
    return {
        "court": "District Court 12",
        "number": "26-CR-0042",
        "ordered_on": "2026-03-03",
        "scope": "personal",
        "document": SimpleUploadedFile("order of quillfeather.pdf", PDF, "application/pdf"),
        "bookings": subject.partition(":")[2],
        **more,
    }


def _entered(desk: Desk, subject: str, **more: Any) -> ErasureOrder:
    desk.did(ENTERS, "/erasure/new/", **_said(subject, **more))
    with within(EVERYTHING):
        return ErasureOrder.objects.latest("pk")


def _decide(desk: Desk, order: ErasureOrder, role: Role = DECIDES, **said: str) -> ErasureOrder:
    desk.post(role, f"/erasure/{order.pk}/decide/", **{"decision": "confirm", **said})
    with within(EVERYTHING):
        return ErasureOrder.objects.get(pk=order.pk)


def _booked(desk: Desk, subject: str) -> Event:
    return desk.events(subject)[0]


@pytest.fixture
def booked(desk: Desk) -> str:
    subject = desk.book(name=NAME, birth_date="1987-06-05")
    desk.screen(subject)
    desk.interview(subject)
    return subject


def test_an_order_alone_erases_nothing(desk: Desk, booked: str) -> None:
    order = _entered(desk, booked)
    assert order.open
    assert _booked(desk, booked).name == NAME  # type: ignore[attr-defined]
    again = _decide(desk, order, ENTERS)
    assert again.open
    assert _booked(desk, booked).name == NAME  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.COORDINATOR, Role.FEDERAL_SUPERVISOR)])
def test_no_other_role_enters_or_decides(desk: Desk, booked: str, role: Role) -> None:
    order = _entered(desk, booked)
    assert desk.post(role, "/erasure/new/", **_said(booked)).status_code == 403
    assert desk.post(role, f"/erasure/{order.pk}/decide/", decision="confirm").status_code == 403
    with within(EVERYTHING), pytest.raises(NotDecidedError):
        confirm(order.pk, desk.county.account(role))


def test_a_coordinator_of_another_agency_does_not_decide(
    desk: Desk, booked: str, other_county: County
) -> None:
    order = _entered(desk, booked)
    foreign = Desk(other_county)
    assert foreign.post(DECIDES, f"/erasure/{order.pk}/decide/", decision="confirm").status_code == 404
    with within(EVERYTHING), pytest.raises(NotDecidedError):
        confirm(order.pk, other_county.account(DECIDES))
    answer = foreign.post(ENTERS, "/erasure/new/", **_said(booked))
    assert answer.status_code == 422


def test_a_confirmed_order_erases_and_says_who_ordered(desk: Desk, booked: str) -> None:
    order = _decide(desk, _entered(desk, booked))
    assert (order.outcome, order.erased) == ("confirmed", 2)
    assert (bytes(order.document), order.histories) == (b"", [])
    events = desk.events(booked)
    assert [getattr(events[0], name) for name in ("name", "birth_date")] == [None, None]
    said = repr(events)
    assert "Brobdingnag" not in said
    assert desk.case(booked).name == desk.case(booked).name_key == ""
    orders = desk.events(order.subject, SubjectKind.SYSTEM)
    assert [e.type for e in orders if e.type.startswith("erasure.")] == ["erasure.ordered", "erasure.decided"]
    assert len({e.actor for e in orders}) == 2
    with within(EVERYTHING):
        erased = [event for event in _erasures() if order.sha256 in event.court_order]
    assert len(erased) == 2
    assert {e.actor for e in erased} == {desk.county.account(DECIDES).actor}


def _erasures() -> list[Any]:
    seqs = Occurrence.objects.filter(type="record.erased").values_list("seq", flat=True)
    return [entry.event for entry in history.at(list(seqs))]


def test_after_an_erasure_pages_audit_and_rebuild_work(desk: Desk, booked: str) -> None:
    _decide(desk, _entered(desk, booked))
    for path in (
        "/bookings/",
        f"/bookings/{booked}/",
        f"/bookings/{booked}/summary/",
        "/screening/",
        "/erasure/",
    ):
        answer = desk.get(Role.COORDINATOR, path)
        assert answer.status_code == 200, path
        assert "Quillfeather" not in answer.content.decode()
    run()
    assert rebuild().differences == ()
    answer = desk.post(Role.BOOKING_OFFICER, "/bookings/search/", name=NAME, ground="custody")
    assert booked not in answer.content.decode()


def test_a_complaint_is_erased_with_its_text(desk: Desk) -> None:
    reference = complain(desk.county)
    order = _decide(desk, _entered(desk, "x:", bookings="", complaints=reference))
    assert order.erased == 1
    received = desk.events(reference, SubjectKind.COMPLAINT)[0]
    assert received.text is None  # type: ignore[attr-defined]


def test_another_person_of_the_agency_stays_whole(desk: Desk, booked: str) -> None:
    other = desk.book("B-2", minutes=20, name="Roe, Sample")
    _decide(desk, _entered(desk, booked))
    assert desk.case(other).name == "Roe, Sample"
    assert desk.case(other).name_key


def test_an_order_over_everything_leaves_no_row_and_no_event_of_the_person(desk: Desk, booked: str) -> None:
    reference = complain(desk.county)
    other = desk.book("B-2", minutes=20)
    before = {kind: desk.events(other, kind) for kind in (SubjectKind.BOOKING, SubjectKind.SYSTEM)}
    desk.get(Role.COORDINATOR, f"/bookings/{booked}/")
    order = _decide(desk, _entered(desk, booked, scope="everything", complaints=reference))
    assert order.carried_out
    for kind, subject in ((SubjectKind.BOOKING, booked), (SubjectKind.COMPLAINT, reference)):
        assert desk.events(subject, kind) == desk.events(subject, SubjectKind.SYSTEM) == []
    with within(EVERYTHING):
        rows = repr([list(t.objects.values()) for t in projection.READ_TABLES])
    assert booked not in rows
    assert reference not in rows
    assert desk.get(Role.COORDINATOR, f"/bookings/{booked}/").status_code == 404
    assert {kind: desk.events(other, kind) for kind in before} == before
    assert rebuild().differences == ()
    run()


def test_personal_details_first_and_everything_later(desk: Desk, booked: str) -> None:
    _decide(desk, _entered(desk, booked))
    order = _decide(desk, _entered(desk, booked, scope="everything"))
    assert order.carried_out
    assert desk.events(booked) == []
    assert rebuild().differences == ()


def test_an_order_is_decided_once(desk: Desk, booked: str) -> None:
    order = _decide(desk, _entered(desk, booked))
    second = _coordinator(desk.county)
    with within(EVERYTHING):
        size = ledger().store.size()
        with pytest.raises(NotDecidedError):
            confirm(order.pk, second)
        with pytest.raises(NotDecidedError):
            decline(order.pk, second, "n")
        assert ledger().store.size() == size


def _coordinator(county: County) -> User:
    made = User.objects.create_user(
        "second@county.test", PASSWORD, name="Second", role=Role.COORDINATOR, actor="coordinator-2"
    )
    made.agencies.add(county.ori)
    return made


def test_another_coordinator_may_decide(desk: Desk, booked: str) -> None:
    order = _entered(desk, booked)
    client = Client()
    client.force_login(_coordinator(desk.county))
    client.post(f"/erasure/{order.pk}/decide/", {"decision": "confirm"})
    with within(EVERYTHING):
        assert ErasureOrder.objects.get(pk=order.pk).carried_out


def test_a_declined_order_erases_nothing_and_drops_the_file(desk: Desk, booked: str) -> None:
    order = _entered(desk, booked)
    assert desk.post(DECIDES, f"/erasure/{order.pk}/decide/", decision="decline").status_code == 422
    declined = _decide(desk, order, decision="decline", note="another person's case")
    assert (declined.outcome, declined.erased, bytes(declined.document)) == ("declined", 0, b"")
    assert _booked(desk, booked).name == NAME  # type: ignore[attr-defined]


def test_the_file_is_sealed_and_its_second_person_reads_it(desk: Desk, booked: str) -> None:
    order = _entered(desk, booked)
    assert b"Quillfeather" not in bytes(order.document)
    answer = desk.get(DECIDES, f"/erasure/{order.pk}/document/")
    assert answer.content == PDF
    assert "quillfeather" not in answer["Content-Disposition"].casefold()
    seen = [e for e in desk.events(order.subject, SubjectKind.SYSTEM) if e.type == "access.viewed"]
    assert len(seen) == 1
    _decide(desk, order)
    assert desk.get(DECIDES, f"/erasure/{order.pk}/document/").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"bookings": ""},
        {"bookings": "B-404"},
        {"ordered_on": "2999-01-01"},
        {"court": ""},
        {"document": SimpleUploadedFile("a.pdf", b"<html>")},
        {"document": SimpleUploadedFile("a.pdf", b"%PDF-1.7" + b" " * 5_000_001 + b"%%EOF")},
        {"bookings": "\n".join(f"B-{n}" for n in range(201))},
    ],
)
def test_a_bad_order_is_not_entered(desk: Desk, booked: str, wrong: dict[str, Any]) -> None:
    assert desk.post(ENTERS, "/erasure/new/", **_said(booked, **wrong)).status_code == 422
    with within(EVERYTHING):
        assert not ErasureOrder.objects.exists()


def test_working_copies_are_erased_too(desk: Desk, booked: str) -> None:
    county = desk.county
    with within(EVERYTHING):
        hook = Hook.objects.create(agency=county.ori, url="https://a.test/")
        event = _booked(desk, booked)
        Delivery.objects.create(
            agency=county.ori, hook=hook, event=event.id, body="b", next_at=timezone.now()
        )
        kept = [
            Waiting.objects.create(
                agency=county.ori,
                acts=sealed(Judged((e,), 0)),
                rules=["OFF-10"],
                reason="r",
                asked_by="a",
                asked_at=county.began,
            ).pk
            for e in (
                event,
                county.event("officer.left", county.officer, ActorRole.COORDINATOR, county.began),
            )
        ]
        PendingUpload.objects.create(
            agency=county.ori, uploaded_by="a", uploaded_at=timezone.now(), content={"events": [NAME]}
        )
        UploadOutcome.objects.create(
            agency=county.ori, uploaded_by="a", uploaded_at=timezone.now(), content={"problems": [NAME]}
        )
        for text in (f'# "{NAME.upper()}" is one person', "# nobody"):
            KeptMapping.objects.create(
                agency=county.ori, text=text, changed_by="a", changed_at=timezone.now()
            )
        session = SessionStore()
        session.update({REFUSED: {"acts": sealed(Judged((event,), 0))}, "_auth_user_id": "1"})
        session.save()
        _decide(desk, _entered(desk, booked))
        assert list(Waiting.objects.values_list("pk", flat=True)) == kept[1:]
        assert not Delivery.objects.filter(event=event.id).exists()
        assert not PendingUpload.objects.exists()
        assert not UploadOutcome.objects.exists()
        assert [m.text for m in KeptMapping.objects.all()] == ["# nobody"]
        assert SessionStore(session.session_key).load() == {"_auth_user_id": "1"}


def test_a_name_in_the_mapping_in_use_is_taken_out_first(desk: Desk, booked: str) -> None:
    with within(EVERYTHING):
        order = _entered(desk, booked)
        KeptMapping.objects.create(
            agency=desk.county.ori, text=f"# {NAME}", changed_by="a", changed_at=timezone.now()
        )
        size = ledger().store.size()
        with pytest.raises(StillHeldError, match="mapping"):
            confirm(order.pk, desk.county.account(DECIDES))
        assert ledger().store.size() == size
    assert _booked(desk, booked).name == NAME  # type: ignore[attr-defined]
    page = desk.post(DECIDES, f"/erasure/{order.pk}/decide/", decision="confirm")
    assert page.status_code == 302


def test_the_second_person_finds_the_order_at_home(desk: Desk, booked: str) -> None:
    order = _entered(desk, booked)
    link = f"/erasure/{order.pk}/"
    assert link in desk.get(DECIDES, "/").content.decode()
    assert link not in desk.get(ENTERS, "/").content.decode()


def test_what_was_erased_does_not_come_back_by_the_same_file(desk: Desk, booked: str) -> None:
    _decide(desk, _entered(desk, booked))
    booked_at, arrested_at = (desk.local(minutes).replace("T", " ") for minutes in (30, 90))
    head = "number,booked_at,arrested_at,name,birth_date,arresting_agency,statute,ncic_class,level"
    row = f'B-1,{booked_at},{arrested_at},"{NAME}",1987-06-05,Police,14-33,13,misdemeanor'
    lines = f"{head}\n{row}\n"
    client = desk.client(Role.BOOKING_OFFICER)
    client.post("/bookings/upload/", {"file": SimpleUploadedFile("jail.csv", lines.encode())})
    with within(EVERYTHING):
        pending = PendingUpload.objects.get().pk
    client.post("/bookings/upload/preview/", {"upload": pending})
    with within(EVERYTHING):
        assert UploadOutcome.objects.get().content["known"] == 1
    assert "Quillfeather" not in repr(desk.events(booked))
