"""How to make an object for each address that names one: by the names of its parts."""

from collections.abc import Callable

from desk.casework import complain
from desk.county import County, booked
from evenhand.desk.accounts.models import Role
from evenhand.desk.accounts.requests import ask_invitation
from evenhand.desk.api.models import Grant, issue
from evenhand.desk.bookings.models import Case
from evenhand.desk.erasure import acts as erasure
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.refusal.second import Judged, sealed
from evenhand.desk.reviews import acts as reviews
from evenhand.desk.webhooks.models import Hook
from evenhand.record.events import ActorRole, SubjectKind
from evenhand.record.events.oversight import ReviewBody

Maker = Callable[[County], dict[str, object]]


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

    review = Review.objects.get(subject=subject)
    reviews.draw_sample(review, by, 1, county.ago(days=2), county.ago(days=-1))
    reviews.make_finding(
        review, by, rule="UNI-02", evidence=["e1"], text="t", owner="captain", due=county.ago(days=-9)
    )
    return subject


def _waiting(county: County) -> int:
    act = county.event("officer.left", county.officer, ActorRole.COORDINATOR, county.began)
    found = Waiting.objects.create(
        agency=county.ori,
        acts=sealed(Judged((act,), 0)),
        rules=["OFF-10"],
        reason="r",
        asked_by="someone",
        asked_at=county.began,
    )
    return int(found.pk)


def _request(county: County) -> dict[str, object]:
    asked = ask_invitation(
        county.account(Role.ADMINISTRATOR), county.account(Role.AUDITOR), clears_factors=False
    )
    return {"number": asked.request.pk}


def _case(county: County) -> str:
    """The subject of one booking, made when first asked for."""
    subject = f"{county.ori}:B-of-matrix"
    return subject if Case.objects.filter(subject=subject).exists() else booked(county, "B-of-matrix")


def _first_event(county: County) -> dict[str, object]:
    subject = _case(county)
    return {
        "subject": subject,
        "event": history.load(Subject(county.ori, SubjectKind.BOOKING, subject))[0].event.id,
    }


def _last_event(county: County, kind: SubjectKind, subject: str) -> dict[str, object]:
    return {"subject": subject, "event": history.load(Subject(county.ori, kind, subject))[-1].event.id}


def _posters(county: County) -> dict[str, object]:
    county.act("poster.attested", county.jail, ActorRole.COORDINATOR, languages=("en", "es"))
    return _last_event(county, SubjectKind.FACILITY, county.jail)


def _determined(county: County) -> dict[str, object]:
    subject = _case(county)
    county.act(
        "determination.made", subject, ActorRole.DESIGNATED_OFFICER, outcome="refer", grounds=("statement",)
    )
    return {"subject": subject}


def _order(county: County) -> dict[str, object]:
    order = erasure.enter(
        county.account(Role.COORDINATOR),
        agency=county.ori,
        court="District Court",
        number="26-1",
        ordered_on=county.began.date(),
        document=b"%PDF-1.7 %%EOF",
        histories=[Subject(county.ori, SubjectKind.BOOKING, _case(county))],
    )
    return {"number": order.pk}


MAKERS: dict[str, Maker] = {
    "erasure:show": _order,
    "erasure:document": _order,
    "erasure:decide": _order,
    "complaints:show": lambda c: {"subject": complain(c)},
    "complaints:act": lambda c: {"subject": complain(c), "name": "resolve"},
    "reviews:extend": lambda c: {"subject": _review(c), "finding": "F1"},
    "reviews:done": lambda c: {"subject": _review(c), "finding": "F1"},
    "accounts:show": lambda c: {"number": c.account(Role.AUDITOR).pk},
    "accounts:change": lambda c: {"number": c.account(Role.AUDITOR).pk},
    "accounts:invite": lambda c: {"number": c.account(Role.AUDITOR).pk},
    "accounts:decide": _request,
    "accounts:invitation": lambda c: {"secret": "secret"},
    "programs:revoke": lambda c: {"number": issue(c.ori, "jms", [Grant.BOOKINGS], "administrator")[0].pk},
    "programs:stop": lambda c: {"number": Hook.objects.create(agency=c.ori, url="https://a.test/").pk},
    "refusal:decide": lambda c: {"number": _waiting(c)},
    "bookings:disposition": lambda c: {"subject": _case(c), "number": 1},
    "bookings:correct": _first_event,
    "bookings:mapping": lambda c: {"agency": c.ori},
    "agreements:correct": lambda c: _last_event(c, SubjectKind.AGREEMENT, f"agreement-{c.ori}"),
    "officers:correct": lambda c: _last_event(c, SubjectKind.OFFICER, c.officer),
    "facilities:correct": _posters,
    "supervision:review": _determined,
    "agreements:document": lambda c: {"subject": f"agreement-{c.ori}", "sha256": "0" * 64},
}
"""By the address's name."""

SUBJECTS: dict[str, Callable[[County], str]] = {
    "bookings": _case,
    "screening": _case,
    "supervision": _case,
    "custody": _case,
    "reviews": _review,
    "agreements": lambda c: f"agreement-{c.ori}",
    "officers": lambda c: c.officer,
    "facilities": lambda c: c.jail,
}
"""By the room, for addresses that name a subject alone."""

KINDS = {
    "complaints": SubjectKind.COMPLAINT,
    "reviews": SubjectKind.REVIEW,
    "agreements": SubjectKind.AGREEMENT,
    "officers": SubjectKind.OFFICER,
    "facilities": SubjectKind.FACILITY,
}
"""What the subjects of a room are, where they are not bookings."""


def known(name: str, of: tuple[str, ...]) -> bool:
    """Whether what an address names can be made. One that cannot fails the access matrix."""
    return name in MAKERS or (of == ("subject",) and name.partition(":")[0] in SUBJECTS)


def parts(name: str, county: County) -> dict[str, object]:
    room = name.partition(":")[0]
    with within(EVERYTHING):
        made = MAKERS[name](county) if name in MAKERS else {"subject": SUBJECTS[room](county)}
    if "subject" in made:
        made["subject"] = Subject(county.ori, KINDS.get(room, SubjectKind.BOOKING), str(made["subject"]))
    return made
