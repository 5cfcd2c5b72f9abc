"""Every view of a case is an event (5 U.S.C. 552a(b)(1), (c))."""

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record.act import draft, perform
from evenhand.desk.record.history import Entry

_GROUNDS = {
    Role.REVIEWER: "review",
    Role.AUDITOR: "review",
    Role.FEDERAL_SUPERVISOR: "supervision",
    Role.COORDINATOR: "supervision",
    Role.COMPLAINTS_OFFICER: "complaint",
}


def viewed(user: User, entries: list[Entry], *, what: str, ground: str = "") -> None:
    """Record that the account looked at the subject of a history; `what` names the page.

    `ground` is the need (5 U.S.C. 552a(b)(1)); where it is not given it is that of the role: duty,
    supervision, review or complaint.
    """
    first = entries[0].event
    act = draft(
        "access.viewed",
        by=user.as_actor(),
        subject=first.subject,
        agency=first.agency,
        facility=first.facility,
        zone=first.zone,
        what=what,
        ground=ground or _GROUNDS.get(Role(user.role), "duty"),
    )
    perform(act)
