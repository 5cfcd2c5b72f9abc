"""A mapping's declarations: which event types its source shows in full, and when it begins and ends."""

from collections.abc import Mapping as Counts
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from evenhand.intake.errors import IntakeError
from evenhand.intake.mapping.model import Mapping, TellsPart
from evenhand.record.manifest import Tells

ARRIVALS, EXITS = ("person.booked",), ("custody.released", "custody.departed")
EXIT_TIMES_WITHOUT_EVENT = "exit_times_without_event"
"""The policy that counts rows whose exit time gave no event."""


def observed_from(mapping: Mapping) -> datetime | None:
    """Return the record's first moment, or None to use the earliest event."""
    if mapping.observed_from == "earliest":
        return None
    return _instant(mapping, "observed_from", mapping.observed_from, "earliest")


def observed_until(mapping: Mapping) -> datetime | None:
    """Return when the export stops being complete, or None to use the latest event."""
    if mapping.observed_until == "latest":
        return None
    return _instant(mapping, "observed_until", mapping.observed_until, "latest")


def stated_tells(mapping: Mapping) -> list[Tells] | None:
    """Return the event types that the mapping declares complete, or None if it declares none."""
    if mapping.tells is None:
        return None
    if mapping.tells == "all":
        return [Tells(types=sorted(mapping.provides()))]
    return [_tells(mapping, part) for part in mapping.tells]


def likely_tells(
    mapping: Mapping, events: Counts[str, int], policies: Counts[str, int], rows: int
) -> list[Tells]:
    """Assume which event types are complete if the mapping does not say.

    These are bookings, the exits that occur, and the types of which every row gave an event without any
    condition, such as the charges in a list of charges. A roster shows who comes and who goes. For the rest,
    an empty cell can mean that it did not happen or that nobody recorded it. A type that never occurs is not
    assumed complete, because its block may never apply. Exits are assumed complete only if every exit time
    gave an event.
    """
    types = {name for name in ARRIVALS if events.get(name)}
    if not policies.get(EXIT_TIMES_WITHOUT_EVENT):
        types |= {name for name in EXITS if events.get(name)}
    always = {b.type for b in mapping.event if isinstance(b.type, str) and not b.when}
    types |= {name for name in always - set(EXITS) if rows and events.get(name, 0) >= rows}
    return [Tells(types=sorted(types))] if types else []


def _tells(mapping: Mapping, part: TellsPart) -> Tells:
    names = {code: facts.name for code, facts in mapping.facilities.items() if facts.name}
    return Tells(
        types=sorted(part.types),
        agencies=_listed(part.agencies),
        facilities=_listed(part.facilities and [names.get(name, name) for name in part.facilities]),
        files=_listed(part.files),
        since=part.since and _instant(mapping, "tells.since", part.since),
        until=part.until and _instant(mapping, "tells.until", part.until, whole_day=True),
    )


def _listed(names: "tuple[str, ...] | list[str] | None") -> list[str] | None:
    return None if names is None else sorted(names)


def _instant(
    mapping: Mapping, key: str, stated: str, other: str | None = None, *, whole_day: bool = False
) -> datetime:
    """An ISO date or time as an instant; with `whole_day` a date is the moment after its day."""
    zone = ZoneInfo(str(mapping.zone.value)) if mapping.zone.value is not None else UTC
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError:
        raise IntakeError(
            f"mapping {mapping.name}: {key} = {stated!r} is not an ISO date and time. "
            f'Write, for example, "2018-07-31T23:59:59"{f", or {other!r}" if other else ""}.'
        ) from None
    if whole_day and _is_date(stated):
        moment = datetime.combine(moment.date() + timedelta(days=1), time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _is_date(stated: str) -> bool:
    try:
        date.fromisoformat(stated)
    except ValueError:
        return False
    return True
