"""The acts on a facility: posters, interpreters, ICE's equipment and its security agreement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from evenhand.desk.places.models import Facility
from evenhand.desk.record.act import Actor, Done, draft, perform
from evenhand.desk.record.history import Subject
from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import (
    IceEquipmentInstalled,
    InterpreterQualified,
    IsaSigned,
    PosterAttested,
)


def attest_posters(
    facility: Facility, by: Actor, *, languages: Sequence[str], at: datetime | None = None
) -> list[Done]:
    """Attest that the complaint process is posted in these languages (codes)."""
    return _record(PosterAttested.type, facility, by, at, languages=tuple(languages))


def qualify_interpreter(
    facility: Facility,
    by: Actor,
    *,
    interpreter: str,
    languages: Sequence[str],
    at: datetime | None = None,
) -> list[Done]:
    """Record that an interpreter, by name or number, is qualified in these languages (codes)."""
    return _record(
        InterpreterQualified.type, facility, by, at, interpreter=interpreter, languages=tuple(languages)
    )


def install_equipment(facility: Facility, by: Actor, *, at: datetime | None = None) -> list[Done]:
    """Record that the facility uses ICE's network or equipment (MOA IV.E)."""
    return _record(IceEquipmentInstalled.type, facility, by, at)


def sign_isa(facility: Facility, by: Actor, *, at: datetime | None = None) -> list[Done]:
    """Record that an interconnection security agreement was signed (AGR-16)."""
    return _record(IsaSigned.type, facility, by, at)


def _record(
    event_type: str, facility: Facility, by: Actor, at: datetime | None, **payload: Any
) -> list[Done]:
    return perform(
        Subject(facility.agency, SubjectKind.FACILITY, facility.code),
        lambda _past: [
            draft(
                event_type,
                by=by,
                subject=facility.code,
                agency=facility.agency,
                facility=facility.code,
                occurred_at=at,
                **payload,
            )
        ],
    )
