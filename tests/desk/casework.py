"""Accounts of a county at work on bookings, through the pages."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Case
from evenhand.desk.bookings.people import named
from evenhand.desk.complaints import acts as complaints
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import Event, SubjectKind
from evenhand.record.events.oversight import Channel, ComplaintAbout

INTERVIEW = {
    "ground": "prior_record",
    "language": "es",
    "interpreter_asked": "yes",
    "interpreter_needed": "no",
    "aid_needed": "no",
    "advisal_given": "yes",
    "can_read": "yes",
    "interpreter_offered": "yes",
    "stated_place_of_birth": "Brobdingnag",
    "stated_citizenship": "Lilliputian",
}
DETERMINATION = {"outcome": "refer", "grounds": ["records checked"], "reason": "a record was found"}


def complain(county: County, officer: str = "") -> str:
    """A complaint about an officer, or else the process, by the public form; its reference."""
    with within(EVERYTHING):
        return complaints.receive(
            by=complaints.PUBLIC,
            agency=county.ori,
            about=ComplaintAbout.DESIGNATED_OFFICER if officer else ComplaintAbout.PROCESS,
            officer=officer,
            text="text",
            channel=Channel.FORM,
            language="en",
        )


@dataclass
class Desk:
    """`get` and `post` act as the account of a role."""

    county: County

    def client(self, role: Role) -> Client:
        client = Client()
        client.force_login(self.county.account(role))
        return client

    def get(self, role: Role, url: str, **query: Any) -> HttpResponse:
        return self.client(role).get(url, query)

    def post(self, role: Role, url: str, **said: Any) -> HttpResponse:
        return self.client(role).post(url, said)

    def did(self, role: Role, url: str, **said: Any) -> None:
        """Post, and expect that the act was done."""
        answer = self.post(role, url, **said)
        assert answer.status_code == 302, (answer.status_code, answer.content.decode()[-3000:])

    def book(self, number: str = "B-1", minutes: int = 30, **more: Any) -> str:
        """Book by hand; the subject."""
        self.did(Role.BOOKING_OFFICER, "/bookings/new/", **self.booking(number, minutes, **more))
        return f"{self.county.ori}:{number}"

    def booking(self, number: str = "B-1", minutes: int = 30, **more: Any) -> dict[str, Any]:
        """What the booking form says."""
        return {
            "facility": self.county.jail,
            "number": number,
            "booked_at": self.local(minutes),
            "name": "Doe, Sample",
            "birth_date": "1990-01-31",
            "arrested_at": self.local(minutes + 60),
            "arresting_agency": "Police",
            "charge-TOTAL_FORMS": "1",
            "charge-INITIAL_FORMS": "0",
            "charge-0-statute": "14-33",
            "charge-0-ncic_class": "13",
            "charge-0-level": "misdemeanor",
            **more,
        }

    def local(self, minutes: float) -> str:
        """So many minutes ago, as a form says it in the facility's time."""
        from zoneinfo import ZoneInfo

        from desk.county import ZONE

        return self.county.ago(minutes=minutes).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")

    def screen(self, subject: str) -> None:
        """All steps of the form."""
        for step in ("language", "advisal", "questions", "attestation"):
            self.did(Role.DESIGNATED_OFFICER, f"/screening/{subject}/", step=step, done="on")

    def interview(self, subject: str, **more: Any) -> None:
        self.did(Role.DESIGNATED_OFFICER, f"/screening/{subject}/interview/", **{**INTERVIEW, **more})

    def check(self, subject: str) -> None:
        said = {"system": "lesc", "response": "record_found"}
        self.did(Role.DESIGNATED_OFFICER, f"/screening/{subject}/check/", **said)

    def determine(self, subject: str, **more: Any) -> None:
        self.did(Role.DESIGNATED_OFFICER, f"/screening/{subject}/determination/", **{**DETERMINATION, **more})

    def review(self, subject: str, outcome: str = "concur", reason: str = "") -> None:
        said = {"outcome": outcome, "reason": reason}
        self.did(Role.FEDERAL_SUPERVISOR, f"/supervision/{subject}/review/", **said)

    def case(self, subject: str) -> Case:
        with within(EVERYTHING):
            return named([Case.objects.get(subject=subject)])[0]

    def events(self, subject: str, kind: SubjectKind = SubjectKind.BOOKING) -> list[Event]:
        with within(EVERYTHING):
            return [entry.event for entry in history.load(Subject(self.county.ori, kind, subject))]

    def types(self, subject: str) -> list[str]:
        return [event.type for event in self.events(subject)]
