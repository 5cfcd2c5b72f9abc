"""A small county for the desk's tests: an agency with a jail, an agreement in force, and people in every role."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.act import Actor, Done, Override, RefusedError, draft, now, writing
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole, Event
from evenhand.record.events.officer import Prerequisite

PASSWORD = "correct horse battery staple"
ZONE = "America/New_York"


@dataclass
class County:
    """`ago(days=1)` is a moment before now. All acts go through the guard, as the desk's own do."""

    ori: str = "NC0600000"
    jail: str = "jail-1"
    officer: str = "officer-1"
    began: datetime = field(default_factory=now)

    def ago(self, **span: float) -> datetime:
        return self.began - timedelta(**span)

    def actor(self, role: ActorRole) -> Actor:
        names = {ActorRole.DESIGNATED_OFFICER: self.officer}
        return Actor(names.get(role, f"{role.value}-{self.ori}"), role)

    def event(
        self, event_type: str, subject: str, role: ActorRole, when: datetime | None = None, **payload: Any
    ) -> Event:
        facility = payload.pop("facility", self.jail)
        with within(EVERYTHING):
            return draft(
                event_type,
                by=self.actor(role),
                subject=subject,
                agency=self.ori,
                facility=facility,
                occurred_at=when,
                **payload,
            )

    def act(
        self, event_type: str, subject: str, role: ActorRole, when: datetime | None = None, **payload: Any
    ) -> Done:
        return self.together(self.event(event_type, subject, role, when, **payload))[0]

    def together(self, *acts: Event, override: Override | None = None) -> list[Done]:
        """Record acts whatever their history: tests make histories that no page would."""
        with within(EVERYTHING), writing() as lock:
            result = lock.record(acts, override)
        if isinstance(result, RefusedError):
            raise result
        return result

    def found(self) -> None:
        """Agency and jail, and an agreement of the jail model in force since a year."""
        Agency.objects.create(agency=self.ori, name=f"{self.ori} County Sheriff", state="NC", zone=ZONE)
        Facility.objects.create(
            code=self.jail, agency=self.ori, name=f"{self.jail} detention center", zone=ZONE
        )
        agreement, coordinator = f"agreement-{self.ori}", ActorRole.COORDINATOR
        self.act("agreement.drafted", agreement, coordinator, self.ago(days=402), model="JEM", template=2025)
        self.act(
            "agreement.signed",
            agreement,
            coordinator,
            self.ago(days=401),
            party="agency",
            signed_by="sheriff",
        )
        self.act(
            "agreement.signed",
            agreement,
            ActorRole.FEDERAL_SUPERVISOR,
            self.ago(days=401),
            party="ice",
            signed_by="field office director",
        )
        self.act(
            "agreement.took_effect",
            agreement,
            coordinator,
            self.ago(days=400),
            model="JEM",
            template=2025,
            facilities=(self.jail,),
        )

    def certify(self, officer: str | None = None) -> None:
        """An officer nominated, vetted, trained, certified, authorized and assigned to the jail."""
        who, coordinator, federal = (
            officer or self.officer,
            ActorRole.COORDINATOR,
            ActorRole.FEDERAL_SUPERVISOR,
        )
        begin = self.ago(days=380)
        steps: list[tuple[str, ActorRole, dict[str, Any]]] = [
            (
                "officer.nominated",
                coordinator,
                {
                    "employer": self.ori,
                    "citizenship_attested": True,
                    "prerequisites": tuple(Prerequisite),
                    "name": who,
                },
            ),
            ("background_check.done", federal, {"questionnaire": True}),
            ("officer.eligibility_decided", federal, {"outcome": "eligible", "decided_by": "federal"}),
            ("training.completed", federal, {"course": "jem_basic"}),
            (
                "examination.taken",
                federal,
                {"course": "jem_basic", "score": 88.0, "attempt": 1, "remedial": False},
            ),
            ("officer.certified", federal, {"valid_from": begin + timedelta(days=5)}),
            (
                "officer.authorized",
                federal,
                {
                    "functions": (
                        "interview",
                        "process",
                        "serve_warrants",
                        "issue_detainers",
                        "charging_documents",
                    ),
                    "valid_from": begin + timedelta(days=6),
                    "until_revoked": True,
                    "signed_by_position": "field_office_director",
                    "supervising_position": "supervisory detention and deportation officer",
                },
            ),
            ("officer.form_70_006_issued", federal, {}),
            ("officer.credential_issued", federal, {}),
            ("officer.assigned", coordinator, {"assigned_facility": self.jail}),
        ]
        for day, (name, role, payload) in enumerate(steps):
            self.act(name, who, role, begin + timedelta(days=day), **payload)

    def account(self, role: Role) -> User:
        """The account of that role, made when first asked for."""
        actor = self.officer if role is Role.DESIGNATED_OFFICER else f"{role.value}-{self.ori}"
        found = User.objects.filter(actor=actor).first()
        if found is None:
            found = User.objects.create_user(
                f"{role.value}@{self.ori.lower()}.test", PASSWORD, name=role.label, role=role, actor=actor
            )
            found.agencies.add(self.ori)
        return found


Book = Callable[..., str]


def booked(county: County, number: str = "B-1", hours: float = 6) -> str:
    """A person booked some hours ago on one charge, with the screening worklist opened; the subject."""
    subject, officer = f"{county.ori}:{number}", ActorRole.BOOKING_OFFICER
    when = county.ago(hours=hours)
    county.act(
        "person.booked",
        subject,
        officer,
        when,
        arrested_at=when - timedelta(hours=1),
        arresting_agency="Police",
        name="Doe, Sample",
        birth_date="1990-01-01",
        race_ethnicity="white",
        sex="female",
    )
    county.act(
        "charge.recorded",
        subject,
        officer,
        when + timedelta(minutes=2),
        charge_no=1,
        statute="14-33",
        ncic_class="13",
        level="misdemeanor",
        arresting_agency="Police",
    )
    county.act("screening.opened", subject, officer, when + timedelta(minutes=5), form_version="2025")
    return subject
