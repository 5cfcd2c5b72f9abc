"""Which agency and which time zone a file is of: hints for the two questions that it rarely answers."""

import re
from zoneinfo import available_timezones

from evenhand.intake.mapping.model import PLACEHOLDER
from evenhand.intake.suggest.doubts import Doubts, reading
from evenhand.intake.suggest.look import Column, Look
from evenhand.intake.suggest.roles import Roles
from evenhand.intake.suggest.zones import zones_of_marks, zones_of_state

_MARK = re.compile(r"(?:[ \d])([A-Z]{2,4})$|[T ]\d\d:?\d\d(?::?\d\d(?:\.\d+)?)? ?([+-]\d\d:?\d\d)$")


def agency_of(seen: Look, roles: Roles, doubts: Doubts) -> object:
    """The question of the agency's ORI; a column of ORIs is offered, as it may be that of the arrest."""
    readings = []
    for column in roles.of("ori"):
        found = list(column.counts)
        if len(found) == 1:
            readings.append(reading(found[0], f"the only value of {column.name}", gives=found[0]))
        else:
            means = f"each row has its own in {column.name}, such as {column.examples()}"
            readings.append(reading(column.name, means, gives={"column": column.name}))
    readings.append(reading("unknown", "for a trial only; the report warns of it", gives=PLACEHOLDER))
    return doubts.ask("agency", "What is the ORI of the agency that runs the jail?", readings, free="agency")


def zone_of(seen: Look, roles: Roles, doubts: Doubts) -> object:
    """The time zone: a column of IANA zones, or the question with the zones that the file hints at."""
    for column in roles.of("zone"):
        if (
            column.counts
            and set(column.counts) <= available_timezones()
            and all("/" in t for t in column.counts)
        ):
            doubts.sure.append(f"the time zone in {column.name}")
            return {"column": column.name}
    hints, saw = _hints(seen, roles)
    return doubts.ask(
        "zone",
        "In which time zone is the jail?",
        [reading(zone, gives=zone) for zone in hints],
        saw=saw or ["nothing in the file tells it"],
        free="zone",
    )


def _hints(seen: Look, roles: Roles) -> tuple[list[str], list[str]]:
    """The zones that the file hints at, and the hints."""
    marks = sorted(set().union(*(_marks(seen.named(n)) for n in roles.dates), *map(_texts, roles.of("zone"))))
    states = sorted({text[:2] for c in roles.of("ori") for text in c.counts if zones_of_state(text[:2])})
    saw = []
    if marks:
        saw.append(f"times or zones with {', '.join(marks)}; that is not yet a place with its rules")
    if states:
        saw.append(f"ORIs of {', '.join(states)}")
    of_marks = zones_of_marks(marks)
    of_states = [zone for state in states for zone in zones_of_state(state)]
    both = [zone for zone in of_states if zone in of_marks]
    return list(dict.fromkeys(both or of_states or of_marks)), saw


def _marks(column: Column) -> set[str]:
    found = (_MARK.search(text) for text in list(column.counts)[:2000])
    return {m[1] or m[2] for m in found if m and (m[1] or m[2]) not in ("AM", "PM")}


def _texts(column: Column) -> set[str]:
    return set(list(column.counts)[:10])
