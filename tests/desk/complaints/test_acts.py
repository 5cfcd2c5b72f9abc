"""A complaint from receipt to answer, and by when each step is owed."""

from datetime import timedelta

import pytest

from desk.county import County
from evenhand.desk.complaints import acts
from evenhand.desk.complaints.deadlines import deadlines
from evenhand.desk.complaints.models import Complaint
from evenhand.desk.record import history
from evenhand.desk.record.act import Actor, RefusedError
from evenhand.desk.record.history import Subject
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole, SubjectKind
from evenhand.record.events.oversight import AnswerKind, Channel, ComplaintAbout, ComplaintOutcome
from evenhand.rules.algebra import Clock
from evenhand.rules.clock import deadline
from evenhand.rules.patterns import hours

TEXT = "The officer did not let me call my lawyer."


@pytest.fixture(autouse=True)
def everything(db: None):  # type: ignore[no-untyped-def]
    with within(EVERYTHING):
        yield


def _received(
    county: County, about: ComplaintAbout = ComplaintAbout.DESIGNATED_OFFICER, **more: object
) -> Complaint:
    reference = acts.receive(
        by=acts.PUBLIC,
        agency=county.ori,
        about=about,
        text=TEXT,
        channel=Channel.FORM,
        language="es",
        **more,  # type: ignore[arg-type]
    )
    found: Complaint = Complaint.objects.get(subject=reference)
    return found


def _again(complaint: Complaint) -> Complaint:
    found: Complaint = Complaint.objects.get(subject=complaint.subject)
    return found


def test_a_complaint_is_followed_to_its_answer(county: County) -> None:
    complaint = _received(county, acknowledge=True, contact="someone@example.test")
    by = county.actor(ActorRole.COMPLAINTS_OFFICER)
    assert complaint.acknowledged_at is not None
    acts.assign(complaint, by, "complaints-2")
    acts.notify_ice(complaint, by)
    acts.notify_opr(complaint, county.actor(ActorRole.FEDERAL_SUPERVISOR))
    acts.resolve(complaint, by, ComplaintOutcome.SUSTAINED, "the recording shows it")
    acts.report_outcome(complaint, by)
    assert _again(complaint).open
    acts.answer(complaint, by, AnswerKind.ANSWER, "You were right.")
    done = _again(complaint)
    assert not done.open
    assert (done.assigned_to, done.outcome, done.answer_kind) == ("complaints-2", "sustained", "answer")
    assert not any(d.late(done.received_at + timedelta(hours=1)) for d in deadlines(done))
    assert rebuild().differences == ()


def test_what_was_written_is_in_no_read_table_and_no_leaf(county: County) -> None:
    from evenhand.desk.record.ledger import ledger

    complaint = _received(county)
    assert TEXT not in repr(list(Complaint.objects.values()))
    assert not any(
        TEXT.encode() in leaf for leaf in ledger().store.leaves(0, ledger().store.size()) for leaf in leaf
    )
    assert history.load(Subject(county.ori, SubjectKind.COMPLAINT, complaint.subject))[0].event.text == TEXT


def test_the_officer_complained_of_closes_nothing(county: County) -> None:
    complaint = _received(county)
    acts.name_officer(complaint, county.actor(ActorRole.COMPLAINTS_OFFICER), county.officer, "named in it")
    with pytest.raises(RefusedError) as refused:
        acts.resolve(
            _again(complaint),
            Actor(county.officer, ActorRole.DESIGNATED_OFFICER),
            ComplaintOutcome.UNFOUNDED,
            "no",
        )
    assert [r.rule.id for r in refused.value.refusals] == ["CMP-06"]


def test_deadlines_are_those_of_the_rules(county: County) -> None:
    complaint = _received(county)
    owed = {d.rule: d for d in deadlines(complaint) if d.rule != "CMP-05"}
    assert owed["CMP-01"].due == deadline(complaint.received_at, hours(48, Clock.NO_WEEKENDS), complaint.zone)
    practice = [d.due - complaint.received_at for d in deadlines(complaint) if d.rule == "CMP-05"]
    assert practice == [timedelta(days=7), timedelta(days=90)]
    other = _received(county, ComplaintAbout.UNDESIGNATED)
    assert "CMP-02" in {d.rule for d in deadlines(other)}
    assert {d.rule for d in deadlines(_received(county, ComplaintAbout.PROCESS))} == {"CMP-05"}


def test_a_public_id_is_random_and_its_number_short(county: County) -> None:
    ids = {acts.new_subject() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(bytes.fromhex(one)) for one in ids} == {16}
    complaint = _received(county)
    assert complaint.number == f"C-{complaint.subject[:5]}-{complaint.subject[5:10]}".upper()
