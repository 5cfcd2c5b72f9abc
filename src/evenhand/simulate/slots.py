"""The slots of a booking: every event that a booking's history may have, each at one place.

A slot says of which type its event is, who acts, and the fields that are the same in every booking. The order
of the slots is the order of events at the same moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from evenhand.record.events import EVENT_TYPES, FIELDS, SubjectKind
from evenhand.record.events.booking import ProbableCause
from evenhand.simulate.calendar import Ints
from evenhand.simulate.offenses import OFFENSES

Code = str | bool | int


class Who(IntEnum):
    """In whose hands a slot lies.

    `OFFICER` is the designated officer where the agreement's model delegates the act, else a federal one;
    `SERVER` the designated officer under every model.
    """

    CLERK = 0
    OFFICER = 1
    SERVER = 2
    SUPERVISOR = 3
    FEDERAL = 4


@dataclass(frozen=True)
class Slot:
    """One possible event of a booking, or of the system about it."""

    type: str
    who: Who = Who.CLERK
    fixed: Mapping[str, Code] = field(default_factory=dict)


SLOTS: dict[str, Slot] = {
    # An earlier stay under the same number.
    "booked_before": Slot("person.booked"),
    "charge_before": Slot("charge.recorded", fixed={"charge_no": 9}),
    "opened_before": Slot("screening.opened"),
    "closed_before": Slot("screening.closed"),
    "due_before": Slot("custody.release_due"),
    "released_before": Slot("custody.released"),
    # The stay with which the process is concerned.
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
    **{
        f"{step}_again": Slot("screening.step_done", fixed={"step": step})
        for step in ("language", "advisal", "questions", "attestation")
    },
    "reclosed": Slot("screening.closed", fixed={"closing_reason": "completed"}),
    "bail_set": Slot("bail.set"),
    "interview": Slot("interview.held", Who.OFFICER, {"advisal_given": True}),
    "claimed": Slot("citizenship.claimed", Who.OFFICER),
    "reported": Slot("citizenship.reported", Who.OFFICER),
    "check1": Slot("record_check.done", Who.OFFICER, {"system": "ident", "logged": True}),
    "check2": Slot("record_check.done", Who.OFFICER, {"system": "cis", "logged": True}),
    "consulate": Slot("consulate.advised", Who.SERVER),
    "consulate_told": Slot("consulate.notified", Who.SERVER),
    "resolved": Slot("citizenship.resolved", Who.FEDERAL, {"in_writing": True}),
    "determined": Slot("determination.made", Who.OFFICER),
    "returned": Slot("determination.reviewed", Who.SUPERVISOR, {"outcome": "return"}),
    "reviewed": Slot("determination.reviewed", Who.SUPERVISOR, {"outcome": "concur"}),
    "determined_again": Slot("determination.made", Who.OFFICER),
    "reviewed_again": Slot("determination.reviewed", Who.SUPERVISOR, {"outcome": "concur"}),
    "signed": Slot(
        "warrant.signed",
        Who.FEDERAL,
        {"form": "I-200", "signer_position": "supervisory_detention_and_deportation_officer"},
    ),
    "detainer": Slot("detainer.issued", Who.OFFICER, {"form_version": "I-247A", "box": "1"}),
    "notified": Slot("detainer.ice_notified", Who.OFFICER),
    "detainer_served": Slot("detainer.served", Who.SERVER, {"copy_given": True}),
    "prepared": Slot("charging_document.prepared", Who.OFFICER, {"form": "I-862"}),
    "charging_signed": Slot("charging_document.signed", Who.FEDERAL, {"form": "I-862"}),
    "a_file": Slot("a_file.stored", Who.OFFICER, {"ice_staff_assigned": True}),
    "moved": Slot("custody.moved"),
    "away": Slot("custody.departed"),
    "back": Slot("custody.returned"),
    "due_early": Slot("custody.release_due", fixed={"cause": "other"}),
    "charge_late": Slot("charge.recorded", fixed={"charge_no": 4}),
    "other_hold": Slot("custody.hold_started"),
    "bail_tendered": Slot("bail.tendered"),
    "bail_refused": Slot("bail.refused", fixed={"refused_for": "other"}),
    "disposed": Slot("charge.disposed", fixed={"charge_no": 1}),
    "warrant_served": Slot(
        "warrant.served",
        Who.SERVER,
        {
            "form": "I-200",
            "copy_given": True,
            "identified": True,
            "reason_stated": True,
            "interpreter_offered": True,
            "advisal_given": True,
        },
    ),
    "due": Slot("custody.release_due"),
    "other_hold_over": Slot("custody.hold_ended"),
    "hold": Slot("custody.hold_started", fixed={"basis": "detainer"}),
    "away_in_hold": Slot("custody.departed"),
    "back_in_hold": Slot("custody.returned"),
    "cancelled": Slot("detainer.cancelled", Who.FEDERAL),
    "lapsed": Slot("detainer.lapsed"),
    "transferred": Slot("custody.transferred_in_place"),
    "hold_over": Slot("custody.hold_ended", fixed={"basis": "detainer"}),
    "departed": Slot("custody.departed"),
    "released": Slot("custody.released"),
    # Weekends in jail after it.
    **{
        f"{name}_weekend{number}": Slot(of)
        for number in (1, 2)
        for name, of in (
            ("booked", "person.booked"),
            ("opened", "screening.opened"),
            ("closed", "screening.closed"),
            ("due", "custody.release_due"),
            ("released", "custody.released"),
        )
    },
    "correction_noted": Slot("record.corrected", fixed={"what": "booking", "ground": "clerical error"}),
    "viewed": Slot("access.viewed", Who.SUPERVISOR, {"what": "case", "ground": "review"}),
    "exported": Slot(
        "access.exported", Who.SUPERVISOR, {"what": "case", "ground": "court order", "state_record": False}
    ),
}
KIND: dict[str, SubjectKind] = {name: EVENT_TYPES[slot.type].subject_kind for name, slot in SLOTS.items()}
PLACE: dict[str, int] = {name: place for place, name in enumerate(SLOTS)}

LANGUAGES = ("en", "es", "vi", "zh", "ar", "fr", "so")
"""The last one is spoken by no interpreter of the jails."""
HOLDS = ("Hold for another agency", "Civil detainer", "Hold for court")
"""What jails enter as a charge though it is none."""

OPEN_CODES: dict[str, tuple[str, ...]] = {
    "statute": tuple(dict.fromkeys((*(o.text for o in OFFENSES), *HOLDS))),
    "ncic_class": tuple(dict.fromkeys(o.ncic_class for o in OFFENSES)),
    "conviction_class": tuple(dict.fromkeys(o.ncic_class for o in OFFENSES)),
    "pending_class": tuple(dict.fromkeys(o.ncic_class for o in OFFENSES)),
    "arresting_agency": ("City police", "Sheriff's office", "State patrol", "Town police"),
    "language": LANGUAGES,
    "advisal_language": LANGUAGES,
    "form_version": ("2020", "2025", "I-247A", "I-247G", "I-247N"),
    "reason": ("clerical error", "language", "prosecutor's decision"),
    "grounds": (
        "records checked",
        "records checked|statement",
        "document seen",
        "birth certificate",
        *ProbableCause,
    ),
    "documents": ("I-200|I-247A|I-862", "I-200|I-247A"),
    "office": ("NYC", "DAL", "ATL", "PHO", "SLC"),
    "exigent": ("system down",),
    "what": ("booking", "case"),
    "ground": ("clerical error", "review", "court order"),
}
"""Values of fields that are no enumeration. Lists are written with `|` between their items."""

ROLES = ("booking_officer", "designated_officer", "federal_supervisor", "federal_officer", "administrator")


def _codes() -> dict[str, tuple[str, ...]]:
    codes: dict[str, dict[str, None]] = {name: dict.fromkeys(values) for name, values in OPEN_CODES.items()}
    for slot in SLOTS.values():
        for spec in FIELDS[slot.type].values():
            if spec.codes:
                codes.setdefault(spec.name, {}).update(dict.fromkeys(spec.codes))
    return {name: tuple(values) for name, values in codes.items()}


CODES: dict[str, tuple[str, ...]] = _codes()
"""Every value that a field with codes may have in a simulated booking; a grid holds places in these."""


def codes_of(name: str, *values: str) -> Ints:
    """The places of several codes of a field, as a table."""
    return np.array([CODES[name].index(value) for value in values], dtype=np.int64)


def code(name: str, value: Code | None) -> int:
    """A value as a grid holds it: the place of its code, a number, or -1 for a field left out."""
    if value is None:
        return -1
    if isinstance(value, str):
        return CODES[name].index(value)
    return int(value)
