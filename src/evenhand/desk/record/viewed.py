"""Views of a case or a list of people, and searches by name, are events (5 U.S.C. 552a(b)(1), (c))."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from django.utils.crypto import salted_hmac

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record.act import draft, now
from evenhand.desk.record.act import note as record
from evenhand.desk.record.history import Entry
from evenhand.desk.record.models import Occurrence, ReadTable
from evenhand.record.events import SubjectKind
from evenhand.record.events.privacy import AccessListed, AccessSearched, SearchGround

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
        ground=ground or ground_of(user),
    )
    record(lambda: [act])


def ground_of(user: User) -> str:
    """The need that goes with a role."""
    return _GROUNDS.get(Role(user.role), "duty")


def listed(
    user: User, rows: Iterable[ReadTable], *, what: str, facility: str = "", stage: str = "", number: str = ""
) -> None:
    """Record that the account saw a list of people; `what` names the list.

    Within one hour of the clock the same person's views of the same list, narrowed in the same way, are one
    event. Its subject is a keyed hash of all that, by which it is found again at once.

    `rows` are those on the page; each agency among them gets an event of its own. What the list was narrowed
    by is recorded, but of a booking number only that there was one: it leads to a person.
    """
    shown = Counter(row.agency for row in rows)
    narrowed = [f"facility={facility}"[:64]] * bool(facility) + [f"stage={stage}"] * bool(stage)
    narrowed += ["number"] * bool(number)
    hour = now().strftime("%Y-%m-%dT%H")
    said = json.dumps([user.actor, what, facility, stage, number, hour])
    subject = f"list:{salted_hmac('listed', said).hexdigest()}"
    before = Occurrence.objects.filter(agency__in=list(shown), kind=SubjectKind.SYSTEM.value, subject=subject)
    unseen = sorted(shown.keys() - set(before.values_list("agency", flat=True)))
    record(
        lambda: [
            draft(
                AccessListed.type,
                by=user.as_actor(),
                subject=subject,
                agency=agency,
                what=what,
                ground=ground_of(user),
                narrowed_by=tuple(narrowed),
                shown=shown[agency],
            )
            for agency in unseen
        ]
    )


def searched(
    user: User,
    agencies: Collection[str],
    rows: Sequence[ReadTable],
    *,
    what: str,
    ground: SearchGround,
    note: str = "",
) -> None:
    """Record a search by name in these agencies' records, with its reason and the number of results.

    The name is recorded nowhere, and neither is a hash of it: whoever has the key could try names.
    """
    found = Counter(row.agency for row in rows)
    record(
        lambda: [
            draft(
                AccessSearched.type,
                by=user.as_actor(),
                subject=f"search:{what}",
                agency=agency,
                what=what,
                ground=ground,
                note=note,
                found=found[agency],
            )
            for agency in sorted(agencies)
        ]
    )
