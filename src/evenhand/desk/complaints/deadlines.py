"""By when each step of a complaint is owed: the rules' own bounds on the rules' own clocks."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.desk.complaints.models import Complaint
from evenhand.record.events.oversight import ComplaintAbout
from evenhand.rules.catalog import CATALOG
from evenhand.rules.clock import deadline


@dataclass(frozen=True)
class Deadline:
    """One step that is owed: the rule that asks for it, by when, and when it was done."""

    rule: str
    step: str | Promise
    due: datetime
    done: datetime | None

    def late(self, now: datetime) -> bool:
        return (self.done or now) > self.due


def deadlines(complaint: Complaint) -> list[Deadline]:
    """The steps owed for a complaint, in the order of their deadlines."""
    owed = [
        _owed("CMP-05", 0, _("Acknowledge to the complainant"), complaint, complaint.acknowledged_at),
        _owed("CMP-05", 1, _("Answer, or say how it stands"), complaint, complaint.answered_at),
    ]
    notice = {
        ComplaintAbout.DESIGNATED_OFFICER: "CMP-01",
        ComplaintAbout.UNDESIGNATED: "CMP-02",
    }.get(ComplaintAbout(complaint.about))
    if notice is not None:
        owed.append(_owed(notice, 0, _("Notify ICE"), complaint, complaint.ice_notified_at))
    if complaint.ice_notified_at is not None:
        told = complaint.ice_notified_at
        owed.append(
            _owed(
                "CMP-04",
                0,
                _("ICE notifies its Office of Professional Responsibility"),
                complaint,
                complaint.opr_notified_at,
                told,
            )
        )
    if complaint.resolved_at is not None:
        owed.append(
            _owed(
                "CMP-03",
                0,
                _("Report the outcome to ICE"),
                complaint,
                complaint.outcome_reported_at,
                complaint.resolved_at,
            )
        )
    return sorted(owed, key=lambda d: d.due)


def _owed(
    rule: str,
    bound: int,
    step: str | Promise,
    complaint: Complaint,
    done: datetime | None,
    start: datetime | None = None,
) -> Deadline:
    span = sorted(CATALOG[rule].spans, key=lambda s: s.seconds)[bound]
    return Deadline(rule, step, deadline(start or complaint.received_at, span, complaint.zone), done)
