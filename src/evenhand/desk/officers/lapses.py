"""What of an officer's authority ends, and when: the changes to come in the rules' own timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.desk.officers.models import Officer
from evenhand.rules.catalog import CATALOG
from evenhand.rules.clock import deadline
from evenhand.rules.standing import Row

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Change:
    """At `at` the field of the standing changes for want of an act."""

    at: datetime
    field: str
    what: str | Promise


_ENDS: dict[str, tuple[bool, str | Promise]] = {
    "certified": (False, _("End of a certificate")),
    "authorized": (False, _("End of an authorization")),
    "refresher_overdue": (True, _("Refresher training")),
    "suspended": (False, _("End of a suspension")),
}
"""Each field with the value that it comes to have, and what a page says of that."""


def changes(officer: Officer, now: datetime, until: datetime) -> list[Change]:
    """What ends before `until`, and what ended before `now` and still stands so; nothing after departure."""
    stands = officer.stands(now)
    if stands.get("left") or stands.get("revoked"):
        return []
    found = [change for change in _all(officer) if change.at < until]
    return [change for change in found if change.at > now or _still(officer, change, now)]


def _all(officer: Officer) -> Iterator[Change]:
    before: Row = {}
    for standing in officer.timeline.standings:
        fields = standing.fields
        for field, (value, what) in _ENDS.items():
            if before and fields[field] is value and before[field] is not value:
                # A day that is due is itself still in time; the standing changes an instant later.
                at = standing.since - _INSTANT if field == "refresher_overdue" else standing.since
                yield Change(at, field, what)
        if before and before["assigned_facility"] and not fields["assigned_facility"]:
            yield Change(standing.since, "assigned_facility", _("End of an assignment to a facility"))
        before = fields


def _still(officer: Officer, change: Change, now: datetime) -> bool:
    """Whether a change of the past is the last word, and one that needs an act."""
    if change.field == "suspended":
        return False
    later = [c for c in _all(officer) if c.field == change.field and change.at < c.at <= now]
    stands = officer.stands(now)
    wanting = (
        not stands["assigned_facility"]
        if change.field == "assigned_facility"
        else (stands[change.field] is _ENDS[change.field][0])
    )
    return wanting and not later


def credential_due(officer: Officer) -> datetime | None:
    """By when the credential must be back (OFF-08); None where it is not owed."""
    if officer.credential_owed_since is None:
        return None
    (span,) = CATALOG["OFF-08"].spans
    return deadline(officer.credential_owed_since, span, officer.zone)
