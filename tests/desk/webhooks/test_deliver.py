"""Notices to other programs: signed, once for each event, tried again, and nothing of a person in them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from desk.casework import complain
from desk.county import County, booked
from desk.webhooks.receiver import Receiver
from evenhand.desk.record.act import RefusedError
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.webhooks.models import Delivery, Hook, new_secret
from evenhand.desk.webhooks.outbox import MOST_TRIES, deliver, signature
from evenhand.record.events import ActorRole

SECRET = new_secret()
NAMES = {"id", "type", "agency", "subject", "occurred_at", "recorded_at"}


def _hook(county: County, receiver: Receiver, *types: str, secret: str = "") -> Hook:
    with within(EVERYTHING):
        return Hook.objects.create(
            agency=county.ori, url=receiver.url, secret=secret or receiver.secret, types=list(types)
        )


def _event_ids(subject: str) -> list[str]:
    """All that the ledger says of a subject, refusals included."""
    with within(EVERYTHING):
        found = Occurrence.objects.filter(subject=subject).order_by("seq").values_list("event", flat=True)
        return [str(event) for event in found]


def _waiting() -> list[Delivery]:
    with within(EVERYTHING):
        return list(Delivery.objects.filter(done_at=None))


def test_each_event_is_told_once_and_signed(county: County, receiver: Receiver) -> None:
    _hook(county, receiver)
    subject = booked(county)
    assert deliver() == (3, 0)
    assert [notice["id"] for notice in receiver.notices] == _event_ids(subject)
    assert [notice["type"] for notice in receiver.notices] == [
        "person.booked",
        "charge.recorded",
        "screening.opened",
    ]
    assert deliver() == (0, 0)
    assert receiver.asked == 3


def test_nothing_of_a_person_goes_out(county: County, receiver: Receiver) -> None:
    _hook(county, receiver)
    booked(county)
    deliver()
    assert all(set(notice) == NAMES for notice in receiver.notices)
    said = " ".join(receiver.bodies)
    assert not [word for word in ("Doe", "Sample", "1990", "white", "female", "14-33") if word in said]


def test_a_notice_of_a_complaint_has_its_public_id_and_no_more(county: County, receiver: Receiver) -> None:
    _hook(county, receiver)
    subject = complain(county, county.officer)
    deliver()
    assert [set(notice) for notice in receiver.notices] == [{"id", "type", "agency", "subject"}]
    assert receiver.notices[0]["subject"] == subject


def test_a_notice_names_no_person_as_its_subject(county: County, receiver: Receiver) -> None:
    """An officer's subject can be a name; a complaint's that came by the API, anything."""
    _hook(county, receiver)
    county.act("officer.left", county.officer, ActorRole.COORDINATOR)
    county.act("complaint.received", "Doe, Sample", ActorRole.COMPLAINTS_OFFICER, about="process")
    deliver()
    assert [notice["type"] for notice in receiver.notices] == ["officer.left", "complaint.received"]
    assert not any("subject" in notice for notice in receiver.notices)
    assert not [word for word in (county.officer, "Doe") if word in " ".join(receiver.bodies)]


def test_what_arrived_is_kept_no_longer(county: County, receiver: Receiver) -> None:
    _hook(county, receiver)
    booked(county)
    deliver()
    with within(EVERYTHING):
        assert {delivery.body for delivery in Delivery.objects.all()} == {""}


def test_a_short_secret_is_kept_by_no_webhook(county: County) -> None:
    with within(EVERYTHING), pytest.raises(IntegrityError), transaction.atomic():
        Hook.objects.create(agency=county.ori, url="https://a.example/", secret="x" * 63)


def test_a_receiver_with_another_secret_turns_it_away(county: County, receiver: Receiver) -> None:
    _hook(county, receiver, secret=new_secret())
    booked(county)
    assert deliver() == (0, 3)
    assert receiver.bodies == []
    assert {delivery.last_answer for delivery in _waiting()} == {"401"}


def test_a_changed_body_or_time_has_another_signature() -> None:
    made = {
        signature(SECRET, "{}", 1),
        signature(SECRET, "{} ", 1),
        signature(SECRET, "{}", 2),
        signature(new_secret(), "{}", 1),
    }
    assert len({header.rpartition("=")[2] for header in made}) == 4


@pytest.mark.parametrize("failure", [500, 404, 302, -1])
def test_what_failed_is_tried_again_later_and_arrives_once(
    county: County, receiver: Receiver, failure: int
) -> None:
    _hook(county, receiver, "person.booked")
    booked(county)
    receiver.answers = [failure, failure]
    now = timezone.now()
    assert deliver(now) == (0, 1)
    assert deliver(now) == (0, 0), "not before its time"
    assert deliver(now + timedelta(seconds=61)) == (0, 1)
    assert deliver(now + timedelta(seconds=122)) == (0, 0), "the second wait is longer"
    assert deliver(now + timedelta(seconds=200)) == (1, 0)
    assert deliver(now + timedelta(days=9)) == (0, 0)
    assert len(receiver.bodies) == 1


def test_a_dead_address_is_given_up_after_some_days(county: County, receiver: Receiver) -> None:
    hook = _hook(county, receiver, "person.booked")
    with within(EVERYTHING):
        Hook.objects.filter(pk=hook.pk).update(url="https://127.0.0.1:9/")
    booked(county)
    now = timezone.now()
    tries = [deliver(now + timedelta(days=3 * day))[1] for day in range(MOST_TRIES + 2)]
    assert tries == [1] * MOST_TRIES + [0, 0]
    assert [(delivery.last_answer, delivery.body) for delivery in _waiting()] == [("ConnectError", "")]


def test_a_hook_that_was_stopped_hears_nothing(county: County, receiver: Receiver) -> None:
    hook = _hook(county, receiver)
    booked(county, "B-1")
    with within(EVERYTHING):
        Hook.objects.filter(pk=hook.pk).update(active=False)
    booked(county, "B-2")
    assert deliver() == (0, 0)
    assert len(_waiting()) == 3, "those of the first booking, from before"


def test_a_hook_hears_its_types_and_its_agency(
    county: County, other_county: County, receiver: Receiver
) -> None:
    _hook(county, receiver, "person.booked")
    booked(county)
    booked(other_county)
    deliver()
    assert [(n["type"], n["agency"]) for n in receiver.notices] == [("person.booked", county.ori)]


def test_a_refused_act_is_told_as_refused_and_not_as_done(county: County, receiver: Receiver) -> None:
    _hook(county, receiver)
    subject = booked(county)
    with pytest.raises(RefusedError) as refused:
        county.act("detainer.issued", subject, ActorRole.DESIGNATED_OFFICER, form_version="2017")
    deliver()
    told = [notice["type"] for notice in receiver.notices]
    assert "detainer.issued" not in told
    assert told.count("guard.refused") == len(refused.value.blocking)
    assert [notice["id"] for notice in receiver.notices] == _event_ids(subject)


def test_what_was_rolled_back_is_told_to_nobody(county: County, receiver: Receiver) -> None:
    _hook(county, receiver)
    with transaction.atomic():
        booked(county)
        assert len(_waiting()) == 3
        transaction.set_rollback(True)
    assert _waiting() == []
    assert deliver() == (0, 0)
    assert receiver.asked == 0
