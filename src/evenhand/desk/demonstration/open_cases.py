"""Cases that are open at this moment, so that every list of the demonstration has something in it.

Each is a made-up person, taken through the guard like all else: one held with the clock running, one stopped
by a claim to U.S. citizenship, one waiting for the supervisor, two waiting for screening.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from evenhand.desk.bookings.acts import FORM, SYSTEM
from evenhand.desk.record.act import Actor, draft, note
from evenhand.record.events import ActorRole, Event, SourceKind
from evenhand.record.events.booking import FORMS

Step = tuple[float, str, Actor, dict[str, Any]]
"""Hours before now, event type, who, payload."""
SIGNER = "supervisory_detention_and_deportation_officer"


@dataclass(frozen=True)
class Officer:
    """A designated officer and the jail of the officer's assignment."""

    subject: str
    facility: str


def add_open_cases(agency: str, officer: Officer, supervisor: str, now: datetime) -> None:
    """Record the cases. Raises `RefusedError` where the guard refuses one, which then is a fault here."""
    by = Actor(officer.subject, ActorRole.DESIGNATED_OFFICER)
    federal = Actor(supervisor, ActorRole.FEDERAL_SUPERVISOR)
    clerk = Actor("clerk-1", ActorRole.BOOKING_OFFICER)
    histories = {
        "D-1001": _booked(70, clerk)
        + _screened(69, by)
        + _referred(66, by, federal)
        + _held(42, by, federal, clerk),
        "D-1002": _booked(20, clerk)
        + _screened(19, by)
        + [(0.5, "citizenship.claimed", by, {"how": "stated"})],
        "D-1003": _booked(16, clerk) + _screened(15, by) + _interviewed(14, by),
        "D-1004": _booked(3, clerk),
        "D-1005": _booked(0.8, clerk),
    }
    for number, steps in histories.items():
        for hours, event_type, actor, payload in steps:
            said: dict[str, Any] = {
                "by": actor,
                "subject": f"{agency}:{number}",
                "agency": agency,
                "facility": officer.facility,
                "occurred_at": now - timedelta(hours=hours),
                "source": SourceKind.SIMULATION,
            }
            note(partial(_drafted, event_type, said | payload))


def _drafted(event_type: str, said: dict[str, Any]) -> list[Event]:
    return [draft(event_type, **said)]


def _booked(hours: float, clerk: Actor) -> list[Step]:
    arrested = {"arresting_agency": "Sample Police", "name": "Person, Made Up"}
    charge = {"charge_no": 1, "statute": "14-33", "ncic_class": "13", "level": "misdemeanor"}
    return [
        (hours, "person.booked", clerk, arrested),
        (hours, "charge.recorded", clerk, charge | {"arresting_agency": "Sample Police"}),
        (hours, "screening.opened", SYSTEM, {"form_version": FORM}),
    ]


def _screened(hours: float, by: Actor) -> list[Step]:
    steps: list[Step] = [
        (hours - place / 20, "screening.step_done", by, {"form_version": FORM, "step": step})
        for place, step in enumerate(FORMS[FORM])
    ]
    return [*steps, (hours - len(steps) / 20, "screening.closed", by, {"closing_reason": "completed"})]


def _interviewed(hours: float, by: Actor) -> list[Step]:
    interview = {
        "ground": "stated_birth_abroad",
        "language": "es",
        "interpreter_asked": True,
        "interpreter_needed": False,
        "aid_needed": False,
        "advisal_given": True,
        "advisal_language": "es",
        "can_read": True,
        "interpreter_offered": True,
    }
    found = {"outcome": "refer", "grounds": ("record",)}
    return [
        (hours, "interview.held", by, interview),
        (hours - 0.5, "record_check.done", by, {"system": "cis", "response": "record_found"}),
        (hours - 1, "determination.made", by, found),
    ]


def _referred(hours: float, by: Actor, federal: Actor) -> list[Step]:
    concur = {"outcome": "concur"}
    return [*_interviewed(hours, by), (hours - 4, "determination.reviewed", federal, concur)]


def _held(hours: float, by: Actor, federal: Actor, clerk: Actor) -> list[Step]:
    ground = "biometric_match"
    return [
        (hours + 8, "warrant.signed", federal, {"form": "I-200", "signer_position": SIGNER}),
        (hours + 6, "detainer.issued", by, {"form_version": "2017", "box": "1", "ground": ground}),
        (hours + 5.5, "detainer.ice_notified", by, {}),
        (hours + 5, "detainer.served", by, {"language": "es", "copy_given": True}),
        (hours, "custody.release_due", clerk, {"cause": "bond"}),
        (hours, "custody.hold_started", clerk, {"basis": "detainer"}),
    ]
