"""The mapping with which an agency's uploads are read: kept by agency, checked by intake's own loader."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from evenhand.desk.bookings.models import KeptMapping
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.act import Actor, now
from evenhand.record.events.booking import (
    ChargeDisposed,
    ChargeRecorded,
    CustodyDeparted,
    CustodyMoved,
    CustodyReleased,
    CustodyReleaseDue,
    CustodyReturned,
    PersonBooked,
)

if TYPE_CHECKING:
    from evenhand.intake.mapping.model import Cell, Mapping

MADE = (
    PersonBooked.type,
    ChargeRecorded.type,
    ChargeDisposed.type,
    CustodyReleaseDue.type,
    CustodyReleased.type,
    CustodyDeparted.type,
    CustodyMoved.type,
    CustodyReturned.type,
)
"""The events that an upload makes: what a jail's own record tells. The others are acts of officers."""
STATED_BY_DESK = ("id", "recorded_at", "actor", "actor_role", "reason", "corrects")
"""What the desk states of each event. A column could name an actor, or put its text in a public place."""
HIDDEN = ("race_ethnicity", "sex", "age_group", "person_key")
"""Fields whose values no page shows, not even where they are wrong."""
MOST_CHARACTERS = 100_000
_TEMPLATE = Path(__file__).with_name("template.toml")


class MappingError(ValueError):
    """A mapping that an upload can't use. The message names the key, its value and the remedy."""


@dataclass(frozen=True)
class Used:
    """A mapping in use. `kept` is None for the template."""

    text: str
    kept: KeptMapping | None = None


def in_use(agency: Agency, facility: Facility | None = None) -> Used:
    """Return the agency's kept mapping, or else that of the template, with the times of `facility`."""
    kept = KeptMapping.objects.filter(agency=agency.agency).first()
    if kept is not None and kept.text:
        return Used(kept.text, kept)
    return Used(template(agency, facility))


def template(agency: Agency, facility: Facility | None = None) -> str:
    """Return the mapping of the template for an agency: its ORI, its facilities and their time zones."""
    zone = facility.zone if facility is not None else agency.zone
    text = Template(_TEMPLATE.read_text("utf-8")).substitute(
        agency=json.dumps(agency.agency), zone=json.dumps(zone)
    )
    places = Facility.objects.filter(agency=agency.agency)
    return text + "".join(
        f"\n[facilities.{json.dumps(p.code)}]\nzone = {json.dumps(p.zone)}\n" for p in places
    )


def keep(agency: Agency, text: str, by: Actor, at: datetime | None = None) -> KeptMapping:
    """Keep a mapping for an agency, or with an empty text go back to the template. Raises `MappingError`."""
    if text:
        checked(text, agency)
    return KeptMapping.objects.create(
        agency=agency.agency, text=text, changed_by=by.id, changed_at=at or now()
    )


def checked(text: str, agency: Agency) -> "Mapping":
    """Return the mapping as typed data. Raises `MappingError` for one that an upload can't use."""
    from evenhand.intake.errors import IntakeError
    from evenhand.intake.mapping.load import parse_mapping

    if len(text) > MOST_CHARACTERS:
        raise MappingError(
            _("The mapping has more than %(most)s characters. Shorten it.") % {"most": MOST_CHARACTERS}
        )
    try:
        mapping = parse_mapping(text.encode("utf-8", "replace"), "mapping")
    except IntakeError as error:
        raise MappingError(str(error)) from None
    except RecursionError:
        raise MappingError(_("The mapping is nested too deeply. Write it as the documents show.")) from None
    wrong = list(_not_for_uploads(mapping, agency))
    if wrong:
        raise MappingError("\n".join(wrong))
    return mapping


def _not_for_uploads(mapping: "Mapping", agency: Agency) -> Iterator[str]:
    """Say what an upload must not read or make."""
    stated = mapping.agency.value
    if stated is not None and stated != agency.agency:
        yield _('agency = "%(stated)s": this mapping is kept for another agency. Write "%(agency)s".') % {
            "stated": stated,
            "agency": agency.agency,
        }
    if not mapping.subject.columns:
        yield _(
            "subject: an upload knows a booking by its number. Name the columns of the number, such as "
            'subject = "Booking No".'
        )
    for number, block in enumerate(mapping.event, 1):
        place = f"event {number}, {block.said()}"
        for name in block.types():
            if name not in MADE:
                yield _(
                    "%(place)s: an upload does not make %(type)s. Remove this block, or record such acts on "
                    "the page of the case."
                ) % {"place": place, "type": name}
        for key in STATED_BY_DESK:
            if getattr(block, key) is not None:
                yield _("%(place)s: the desk states %(key)s itself. Remove this key.") % {
                    "place": place,
                    "key": key,
                }
    for column, place in mapping.needed().items():
        if _tells_origin(column):
            yield _(
                "%(place)s: the column %(column)s is of birthplace or citizenship, which are never taken "
                "from a file. Remove it."
            ) % {"place": place, "column": column}


def _tells_origin(column: str) -> bool:
    """Whether a column is of birthplace or citizenship.

    The jail's own yes or no to a foreign nationality is read: it starts the jail's consular duties.
    """
    from evenhand.intake.suggest.roles import tells_origin

    return tells_origin(column) and re.sub("[^a-z]", "", column.lower()) != "foreignnational"


def columns_of(mapping: "Mapping") -> dict[str, str]:
    """Return the columns from which each field of each event type, such as `person.booked.name`, is read.

    `subject`, `facility`, `zone` and `agency` are the mapping's own; an event's time is its `occurred_at`.
    """
    key = [column for column, place in mapping.needed().items() if place == "subject"]
    found = {"subject": " + ".join(key)}
    for name in ("facility", "zone", "agency"):
        cell: Cell | None = getattr(mapping, name)
        found[name] = _named(cell) if cell is not None else ""
    for block in mapping.event:
        for event_type in block.types():
            found.setdefault(f"{event_type}.occurred_at", _named(block.at))
            for field, cell in block.fields.items():
                found.setdefault(f"{event_type}.{field}", _named(cell))
    return found


def hidden_columns(mapping: "Mapping") -> set[str]:
    """Return the columns from which what no page shows is read, alone and as messages join them."""
    cells = [cell for block in mapping.event for field, cell in block.fields.items() if field in HIDDEN]
    return {name for cell in cells for name in (*cell.needs(), _named(cell))}


def _named(cell: "Cell") -> str:
    return " + ".join(cell.needs())
