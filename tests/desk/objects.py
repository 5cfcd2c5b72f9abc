"""How to make an object for each address that names one: by the names of its parts."""

from collections.abc import Callable

from desk.county import County, booked
from evenhand.desk.agreements import steps as agreements
from evenhand.desk.complaints import acts as complaints
from evenhand.desk.facilities import steps as facilities
from evenhand.desk.officers import steps as officers
from evenhand.desk.record import history
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.reviews import acts as reviews
from evenhand.record.events import ActorRole, SubjectKind
from evenhand.record.events.oversight import Channel, ComplaintAbout, ReviewBody

Maker = Callable[[County], dict[str, object]]


def _complaint(county: County) -> str:
    return complaints.receive(
        by=complaints.PUBLIC,
        agency=county.ori,
        about=ComplaintAbout.PROCESS,
        text="text",
        channel=Channel.FORM,
        language="en",
    )


def _review(county: County) -> str:
    booked(county, "B-of-review")
    by = county.actor(ActorRole.REVIEWER)
    subject = reviews.open_review(
        by=by,
        agency=county.ori,
        body=ReviewBody.COUNTY,
        reviewer_unit="auditor",
        reviewed_unit="jail",
        scope="all",
    )
    from evenhand.desk.reviews.models import Review

    review = Review.objects.get(pk=subject)
    reviews.draw_sample(review, by, 1, county.ago(days=2), county.ago(days=-1))
    reviews.make_finding(
        review, by, rule="UNI-02", evidence=["e1"], text="t", owner="captain", due=county.ago(days=-9)
    )
    return subject


def _waiting(county: County) -> int:
    found = Waiting.objects.create(
        agency=county.ori, acts=[], rules=[], reason="r", asked_by="someone", asked_at=county.began
    )
    return int(found.pk)


def _agreement(county: County) -> dict[str, object]:
    return {"subject": f"agreement-{county.ori}"}


def _officer(county: County) -> dict[str, object]:
    return {"subject": county.officer}


def _facility(county: County) -> dict[str, object]:
    return {"subject": county.jail}


def _program() -> dict[str, Maker]:
    """The pages and steps of agreements, officers and facilities: each names its subject alone."""
    makers: dict[str, Maker] = {}
    for room, maker, steps in (
        ("agreements", _agreement, agreements.STEPS),
        ("officers", _officer, officers.STEPS),
        ("facilities", _facility, facilities.STEPS),
    ):
        makers |= {f"{room}:{step.slug}": maker for step in steps.steps} | {f"{room}:show": maker}
    summaries: dict[str, Maker] = {"agreements:summary": _agreement, "officers:summary": _officer}
    document: dict[str, Maker] = {"agreements:document": lambda c: _agreement(c) | {"sha256": "0" * 64}}
    return makers | summaries | document


def _case(county: County) -> str:
    return booked(county, "B-of-case")


def _charge(county: County) -> dict[str, object]:
    return {"subject": _case(county), "number": 1}


def _entry(county: County) -> dict[str, object]:
    subject = _case(county)
    return {"subject": subject, "event": history.load(SubjectKind.BOOKING, subject)[0].event.id}


def _determined(county: County) -> str:
    subject = _case(county)
    county.act(
        "determination.made", subject, ActorRole.DESIGNATED_OFFICER, outcome="refer", grounds=("statement",)
    )
    return subject


MAKERS: dict[str, Maker] = {
    **{
        name: lambda c: {"subject": _case(c)}
        for name in (
            "bookings:case",
            "bookings:summary",
            "bookings:charge",
            "screening:steps",
            "screening:close",
            "screening:reopen",
            "screening:interview",
            "screening:check",
            "screening:claim",
            "screening:determination",
            "screening:document",
            "supervision:claim",
            "supervision:document",
        )
    },
    "bookings:disposition": _charge,
    "bookings:correct": _entry,
    "supervision:review": lambda c: {"subject": _determined(c)},
    **_program(),
    "complaints:show": lambda c: {"reference": _complaint(c)},
    "complaints:act": lambda c: {"reference": _complaint(c), "name": "resolve"},
    "reviews:show": lambda c: {"subject": _review(c)},
    "reviews:sample": lambda c: {"subject": _review(c)},
    "reviews:finding": lambda c: {"subject": _review(c)},
    "reviews:close": lambda c: {"subject": _review(c)},
    "reviews:extend": lambda c: {"subject": _review(c), "finding": "F1"},
    "reviews:done": lambda c: {"subject": _review(c), "finding": "F1"},
    "refusal:decide": lambda c: {"number": _waiting(c)},
}
"""By the address's name. An address with parts and no maker fails the access matrix."""


def parts(name: str, county: County) -> dict[str, object]:
    with within(EVERYTHING):
        return MAKERS[name](county)
