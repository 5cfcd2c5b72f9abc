"""An act is judged, appended and projected in one step, or refused and said to be."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.county import County, booked
from evenhand.desk.record import history
from evenhand.desk.record.act import BadActError, Override, RefusedError, writing
from evenhand.desk.record.guard import rules_about
from evenhand.desk.record.history import Subject
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.models import Occurrence, ReadTableError
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.remedies import REMEDIES
from evenhand.desk.record.scope import EVERYTHING, NOTHING, OutOfScopeError, Scope, within
from evenhand.record.events import EVENT_TYPES, ActorRole, SubjectKind
from evenhand.record.events.booking import FORMS, Step
from evenhand.record.events.officer import Prerequisite
from evenhand.rules.catalog import CATALOG

OFFICER, FEDERAL = ActorRole.DESIGNATED_OFFICER, ActorRole.FEDERAL_SUPERVISOR

INTERVIEW = {
    "ground": "stated_birth_abroad",
    "language": "es",
    "interpreter_asked": True,
    "interpreter_needed": False,
    "aid_needed": False,
    "advisal_given": True,
    "stated_place_of_birth": "somewhere",
}


def test_an_act_is_in_the_ledger_and_in_its_history(county: County) -> None:
    subject = booked(county)
    with within(EVERYTHING):
        entries = history.load(Subject(county.ori, SubjectKind.BOOKING, subject))
        assert [e.event.type for e in entries] == ["person.booked", "charge.recorded", "screening.opened"]
        assert all(ledger().holds(e.event) is not None for e in entries)
        assert Occurrence.objects.count() == ledger().store.size()


def test_groups_are_never_read(county: County) -> None:
    subject = booked(county)
    with within(EVERYTHING):
        first = history.load(Subject(county.ori, SubjectKind.BOOKING, subject))[0].event
    assert first.name == "Doe, Sample"
    assert first.race_ethnicity is None
    assert first.sex is None


def test_a_detainer_without_review_is_refused_and_the_refusal_is_recorded(county: County) -> None:
    subject = booked(county)
    county.act("interview.held", subject, OFFICER, county.ago(hours=3), **INTERVIEW)
    with pytest.raises(RefusedError) as refused:
        county.act("detainer.issued", subject, OFFICER, form_version="2017", ground="biometric_match")
    rules = {r.rule.id for r in refused.value.refusals}
    assert {"DET-01", "DET-09"} <= rules
    with within(EVERYTHING):
        said = history.load(Subject(county.ori, SubjectKind.SYSTEM, subject))
        refusals = [e.event for e in said if e.event.type == "guard.refused"]
        assert {e.rule for e in refusals} == {r.rule.id for r in refused.value.blocking}
        assert "detainer.issued" not in {
            e.event.type for e in history.load(Subject(county.ori, SubjectKind.BOOKING, subject))
        }


def test_a_missing_field_is_refused_with_its_name(county: County) -> None:
    subject = booked(county)
    without = {k: v for k, v in INTERVIEW.items() if k != "ground"}
    with pytest.raises(RefusedError) as refused:
        county.act("interview.held", subject, OFFICER, county.ago(hours=3), **without)
    assert [r.rule.id for r in refused.value.blocking] == ["UNI-05"]
    assert refused.value.blocking[0].missing == ("interview.held.ground",)


def test_a_warning_may_be_overridden_by_a_second_person(county: County) -> None:
    subject = booked(county)
    made = {"outcome": "refer", "grounds": ("statement",)}
    county.act("determination.made", subject, OFFICER, county.ago(hours=3), **made)
    moved = {"destination": "ice", "receiving_officer": "federal-2", "receipt": "R-1"}
    county.act("custody.release_due", subject, OFFICER, county.ago(hours=2), cause="bond")
    act = county.event("custody.departed", subject, OFFICER, county.ago(hours=1), **moved)
    with pytest.raises(RefusedError) as refused:
        county.together(act)
    assert [r.rule.id for r in refused.value.refusals] == ["SUP-02"]
    assert refused.value.may_be_overridden
    second = county.actor(ActorRole.COORDINATOR)
    county.together(act, override=Override(second, "the officer's colleague is ill"))
    with within(EVERYTHING):
        said = [e.event for e in history.load(Subject(county.ori, SubjectKind.SYSTEM, subject))]
    assert [e.type for e in said] == ["guard.refused", "guard.overridden"]
    assert said[1].reason == "the officer's colleague is ill"


def test_no_override_passes_a_violation(county: County) -> None:
    subject = booked(county)
    act = county.event("detainer.issued", subject, OFFICER, form_version="2017", ground="biometric_match")
    with pytest.raises(RefusedError):
        county.together(act, override=Override(county.actor(ActorRole.COORDINATOR), "hurry"))


def test_a_future_moment_is_a_bad_act(county: County) -> None:
    with pytest.raises(BadActError, match="future"):
        county.act("person.booked", "x", ActorRole.BOOKING_OFFICER, county.ago(hours=-2))


def test_another_agency_is_out_of_reach(county: County, other_county: County) -> None:
    subject = booked(county)
    with within(Scope(frozenset({other_county.ori}))):
        assert not Occurrence.objects.filter(subject=subject).exists()
        with pytest.raises(OutOfScopeError):
            history.load(Subject(county.ori, SubjectKind.BOOKING, subject))
    act = county.event("screening.closed", subject, OFFICER, closing_reason="refused")
    with within(Scope(frozenset({other_county.ori}))), pytest.raises(OutOfScopeError), writing() as lock:
        lock.record([act])
    with within(NOTHING):
        assert Occurrence.objects.count() == 0


def test_read_tables_are_written_by_projections_alone(county: County) -> None:
    with within(EVERYTHING):
        for write in (Occurrence.objects.all().delete, lambda: Occurrence.objects.update(type="x")):
            with pytest.raises(ReadTableError):
                write()


def test_a_rebuild_gives_the_same_rows(county: County) -> None:
    booked(county)
    done = rebuild()
    assert done.differences == ()
    assert done.rows["desk_record_occurrence"] == done.events > 0


def test_a_rebuild_names_what_differs(county: County) -> None:
    from django.db import connection

    subject = booked(county)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desk_record_occurrence SET type = 'other' WHERE subject = %s", [subject])
    done = rebuild()
    assert {d.what for d in done.differences} == {"the ledger gives other values"}
    assert len(done.differences) == 3
    assert rebuild().differences == ()


def test_every_guard_rule_has_a_remedy_and_is_asked_of_some_act() -> None:
    guards = {rule.id for rule in CATALOG.values() if rule.guard}
    assert set(REMEDIES) == guards
    assert {rule.id for name in EVENT_TYPES for rule in rules_about(name)} == guards


def test_a_correction_tells_the_truth_though_it_shows_an_earlier_act_to_be_wrong(county: County) -> None:
    with within(EVERYTHING):
        taken = history.load(Subject(county.ori, SubjectKind.OFFICER, county.officer))
        examination = next(e.event for e in taken if e.event.type == "examination.taken")
    said = {"course": "jem_basic", "score": 55.0, "attempt": 1, "remedial": False}
    truth = {"corrects": examination.id, "reason": "misread"}
    county.act("examination.taken", county.officer, FEDERAL, examination.occurred_at, **said, **truth)
    with within(EVERYTHING):
        corrected = history.effective(history.load(Subject(county.ori, SubjectKind.OFFICER, county.officer)))
    assert [e.score for e in corrected if e.type == "examination.taken"] == [55.0]


def test_acts_of_one_batch_see_each_other(county: County) -> None:
    coordinator, when = ActorRole.COORDINATOR, county.ago(days=30)
    certified = county.ago(days=29)
    with within(EVERYTHING):
        acts = [
            county.event(
                "officer.nominated",
                "officer-9",
                coordinator,
                when,
                employer=county.ori,
                citizenship_attested=True,
                prerequisites=tuple(Prerequisite),
            ),
            county.event("background_check.done", "officer-9", FEDERAL, when),
            county.event("officer.eligibility_decided", "officer-9", FEDERAL, when, outcome="eligible"),
            county.event("training.completed", "officer-9", FEDERAL, when, course="jem_basic"),
            county.event(
                "examination.taken", "officer-9", FEDERAL, when, course="jem_basic", score=90.0, attempt=1
            ),
            county.event("officer.certified", "officer-9", FEDERAL, when),
            county.event(
                "officer.authorized",
                "officer-9",
                FEDERAL,
                certified,
                functions=("interview",),
                until_revoked=True,
                valid_from=certified,
                supervising_position="supervisor",
                signed_by_position="field_office_director",
            ),
        ]
        with writing() as lock:
            results = lock.record_each([[act] for act in acts])
        assert not any(isinstance(result, RefusedError) for result in results)


def test_a_batch_asks_no_more_often_for_more_acts(county: County) -> None:
    """Each exchange with the server is waited for while others wait for the lock."""
    subjects = [booked(county, f"B-{number}") for number in range(12)]

    def asked(number: int) -> int:
        steps = {"form_version": max(FORMS), "step": Step.LANGUAGE}
        acts = [county.event("screening.step_done", s, OFFICER, **steps) for s in subjects[:number]]
        with within(EVERYTHING), CaptureQueriesContext(connection) as queries:
            with writing() as lock:
                results = lock.record_each([[act] for act in acts])
            assert not any(isinstance(result, RefusedError) for result in results)
        return len(queries)

    assert asked(1) == asked(12)
