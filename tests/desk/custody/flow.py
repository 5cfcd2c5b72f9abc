"""Cases brought to a point of custody by the desk's own acts."""

from datetime import datetime
from typing import Any

from desk.county import County, booked
from evenhand.desk.bookings.models import Case
from evenhand.desk.custody import acts
from evenhand.desk.record.act import Actor
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole

INTERVIEW = {
    "ground": "stated_birth_abroad",
    "language": "es",
    "interpreter_asked": True,
    "interpreter_needed": False,
    "aid_needed": False,
    "advisal_given": True,
    "advisal_language": "es",
    "can_read": True,
    "interpreter_offered": True,
    "stated_place_of_birth": "Distinctive Birthplace",
    "stated_citizenship": "Distinctive Citizenship",
}
OFFICER, BOOKING = ActorRole.DESIGNATED_OFFICER, ActorRole.BOOKING_OFFICER
FEDERAL = ActorRole.FEDERAL_SUPERVISOR

SIGNER = "supervisory_detention_and_deportation_officer"
SERVE: dict[str, Any] = {
    "language": "es",
    "copy_given": True,
    "interpreter_needed": False,
    "interpreter_offered": True,
    "can_read": True,
    "aid_needed": False,
    "advisal_given": True,
    "identified": True,
    "reason_stated": True,
}
"""What is recorded of a warrant's service."""


class Flow:
    """One case. `do("release_due", cause)` performs an act of custody on the case as it stands."""

    def __init__(self, county: County, hours: float, number: str = "B-1") -> None:
        self.county = county
        self.subject = booked(county, number, hours)

    @classmethod
    def of(cls, county: County, subject: str) -> "Flow":
        """The case of a booking that is there already."""
        flow = cls.__new__(cls)
        flow.county, flow.subject = county, subject
        return flow

    def case(self) -> Case:
        with within(EVERYTHING):
            found: Case = Case.objects.get(subject=self.subject)
            return found

    def actor(self, role: ActorRole) -> Actor:
        return self.county.actor(role)

    def ago(self, hours: float) -> datetime:
        return self.county.ago(hours=hours)

    def do(
        self, act: str, *values: Any, by: ActorRole = OFFICER, at: float | None = None, **more: Any
    ) -> Any:
        """An act of `acts`, `at` so many hours ago."""
        when = {} if at is None else {"at": self.ago(at)}
        with within(EVERYTHING):
            return getattr(acts, act)(self.case(), self.actor(by), *values, **when, **more)

    def screened(self, at: float, outcome: str = "concur") -> "Flow":
        """Interviewed, checked, determined and reviewed."""
        act, when = self.county.act, self.ago(at)
        act("interview.held", self.subject, OFFICER, when, **INTERVIEW)
        act("record_check.done", self.subject, OFFICER, when, system="cis", response="record_found")
        act("determination.made", self.subject, OFFICER, when, outcome="refer", grounds=("records",))
        act("determination.reviewed", self.subject, FEDERAL, when, outcome=outcome, reason="read")
        return self

    def sign(self, at: float, form: str = "I-200") -> "Flow":
        """With a signed warrant."""
        self.do("sign_warrant", form, signer_position=SIGNER, by=FEDERAL, at=at)
        return self

    def detained(self, at: float) -> "Flow":
        """With a warrant, and a detainer issued and served."""
        self.sign(at)
        self.do("issue_detainer", form_version="2017", grounds=["biometric_match"], at=at)
        self.do("serve_detainer", language="es", copy_given=True, at=at)
        return self

    def held(self, at: float) -> "Flow":
        """Held on the detainer since release was due."""
        self.do("release_due", "bond", by=BOOKING, at=at)
        self.do("start_hold", "detainer", by=BOOKING, at=at)
        return self
