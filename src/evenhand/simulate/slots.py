"""The slots of a booking: every event that a booking's history may have, each at one place.

A slot says of which type its event is, who acts, and the fields that are the same in every booking. The order
of the slots is the order of events at the same moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from evenhand.record.events import EVENT_TYPES
from evenhand.simulate.offenses import OFFENSES

Code = str | bool | int


class Who(IntEnum):
    """In whose hands a slot lies. `OFFICER`: the designated officer where the agreement delegates the act."""

    CLERK = 0
    OFFICER = 1
    SERVER = 2
    SUPERVISOR = 3
    FEDERAL = 4


@dataclass(frozen=True)
class Slot:
    """One possible event of a booking."""

    type: str
    who: Who = Who.CLERK
    fixed: Mapping[str, Code] = field(default_factory=dict)


SLOTS: dict[str, Slot] = {
    "booked": Slot("person.booked"),
    "charge1": Slot("charge.recorded", fixed={"charge_no": 1}),
    "charge1_fix": Slot("charge.recorded", fixed={"charge_no": 1, "reason": "clerical error"}),
    "charge2": Slot("charge.recorded", fixed={"charge_no": 2}),
    "charge3": Slot("charge.recorded", fixed={"charge_no": 3}),
    "opened": Slot("screening.opened"),
    "language": Slot("screening.step_done", fixed={"step": "language"}),
    "advisal": Slot("screening.step_done", fixed={"step": "advisal"}),
    "questions": Slot("screening.step_done", fixed={"step": "questions"}),
    "attestation": Slot("screening.step_done", fixed={"step": "attestation"}),
    "closed": Slot("screening.closed"),
    "reopened": Slot("screening.opened", fixed={"reason": "language"}),
    "reclosed": Slot("screening.closed", fixed={"closing_reason": "completed"}),
    "interview": Slot("interview.held", Who.OFFICER, {"advisal_given": True}),
    "claimed": Slot("citizenship.claimed", Who.OFFICER),
    "reported": Slot("citizenship.reported", Who.OFFICER),
    "check1": Slot("record_check.done", Who.OFFICER, {"system": "ident"}),
    "check2": Slot("record_check.done", Who.OFFICER, {"system": "cis"}),
    "resolved": Slot("citizenship.resolved", Who.FEDERAL, {"in_writing": True}),
    "determined": Slot("determination.made", Who.OFFICER),
    "returned": Slot("determination.reviewed", Who.SUPERVISOR, {"outcome": "return"}),
    "reviewed": Slot("determination.reviewed", Who.SUPERVISOR, {"outcome": "concur"}),
    "signed": Slot("warrant.signed", Who.FEDERAL, {"form": "I-200"}),
    "detainer": Slot("detainer.issued", Who.OFFICER, {"form_version": "3/17"}),
    "notified": Slot("detainer.ice_notified", Who.OFFICER),
    "detainer_served": Slot("detainer.served", Who.SERVER, {"copy_given": True}),
    "prepared": Slot("charging_document.prepared", Who.OFFICER, {"form": "I-862"}),
    "charging_signed": Slot("charging_document.signed", Who.FEDERAL, {"form": "I-862"}),
    "disposed": Slot("charge.disposed", fixed={"charge_no": 1}),
    "warrant_served": Slot("warrant.served", Who.SERVER, {"form": "I-200", "copy_given": True}),
    "due": Slot("custody.release_due"),
    "hold": Slot("custody.hold_started", fixed={"basis": "detainer"}),
    "consulate": Slot("consulate.advised", Who.SERVER),
    "consulate_told": Slot("consulate.notified", Who.SERVER),
    "cancelled": Slot("detainer.cancelled", Who.FEDERAL),
    "lapsed": Slot("detainer.lapsed"),
    "transferred": Slot("custody.transferred_in_place"),
    "hold_over": Slot("custody.hold_ended", fixed={"basis": "detainer"}),
    "departed": Slot("custody.departed"),
    "released": Slot("custody.released"),
}
PLACE: dict[str, int] = {name: place for place, name in enumerate(SLOTS)}

OPEN_CODES: dict[str, tuple[str, ...]] = {
    "statute": tuple(dict.fromkeys(o.text for o in OFFENSES)),
    "ncic_class": tuple(dict.fromkeys(o.ncic_class for o in OFFENSES)),
    "conviction_class": tuple(dict.fromkeys(o.ncic_class for o in OFFENSES)),
    "pending_class": tuple(dict.fromkeys(o.ncic_class for o in OFFENSES)),
    "arresting_agency": ("City police", "Sheriff's office", "State patrol", "Town police"),
    "language": ("en", "es", "vi", "zh", "ar", "fr"),
    "form_version": ("2020", "2025", "3/17"),
    "reason": ("clerical error", "language", "prosecutor's decision"),
    "grounds": ("", "records checked", "records checked|statement", "document seen", "birth certificate"),
    "documents": ("", "I-200|I-247A|I-862", "I-200|I-247A"),
}
"""Values of fields that are no enumeration. Lists are written with `|` between their items."""

ROLES = ("booking_officer", "designated_officer", "federal_supervisor", "federal_officer")


def _codes() -> dict[str, tuple[str, ...]]:
    codes: dict[str, dict[str, None]] = {}
    for slot in SLOTS.values():
        for name, info in EVENT_TYPES[slot.type].model_fields.items():
            values = OPEN_CODES.get(name) or _enumerated(slot.type, name)
            if values and info is not None:
                codes.setdefault(name, {}).update(dict.fromkeys(values))
    return {name: tuple(values) for name, values in codes.items()}


def _enumerated(event_type: str, name: str) -> tuple[str, ...]:
    from evenhand.record.events import FIELDS

    spec = FIELDS[event_type].get(name)
    return spec.codes if spec and spec.codes else ()


CODES: dict[str, tuple[str, ...]] = _codes()
"""Every value that a field with codes may have in a simulated booking; a grid holds places in these."""


def code(name: str, value: Code | None) -> int:
    """A value as a grid holds it: the place of its code, a number, or -1 for a field left out."""
    if value is None:
        return -1
    if isinstance(value, str):
        return CODES[name].index(value)
    return int(value)
