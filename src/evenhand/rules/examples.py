"""The notation in which a rule's examples are written.

    "0h person.booked | 30m screening.opened form_version=2025 | ~custody.released | until 9d"

Each part is a moment (days, hours, minutes, seconds after Monday 2 June 2025, 08:00 in New York; may be
negative), an event type and the fields that matter. `0h..9h` is an interval: the event happened at some
moment from the first to the second. All else is as it should be: a certified officer on duty, an agreement in
force, proper fields. `field=` leaves a field out; commas separate the items of a list; a value with spaces is
in double quotes. `~type` or `~type.field` says that the record cannot tell of it; `?type` that it shows such
events, but not every one; `until` sets the end of the record; `cut` says that a booking without
`person.booked` is cut on the left.
Events of other kinds of subject, such as officer.revoked, change the background: the first of a kind replaces
the whole background of that kind.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa

from evenhand.record.events import EVENT_TYPES, FIELDS, SubjectKind
from evenhand.record.store import all_fields
from evenhand.rules.answer import Provides, Tells
from evenhand.rules.context import Context
from evenhand.rules.standing import Row, build_standings

BASE = datetime(2025, 6, 2, 12, tzinfo=UTC)
AGENCY, FACILITY, ZONE = "NC0600000", "jail-1", "America/New_York"
END = timedelta(days=2000)
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}

_FEDERAL = ("federal-1", "federal_supervisor")
_BOOKING = ("booking-1", "booking_officer")
_ACTORS: dict[str, tuple[str, str]] = {
    "person.booked": _BOOKING,
    "charge": _BOOKING,
    "custody": _BOOKING,
    "determination.reviewed": _FEDERAL,
    "citizenship.resolved": _FEDERAL,
    "detainer.reviewed": _FEDERAL,
    "bail": _BOOKING,
    "warrant.signed": _FEDERAL,
    "charging_document.signed": _FEDERAL,
    "complaint": ("complaints-1", "complaints_officer"),
    "review": ("reviewer-1", "reviewer"),
    "access": ("reviewer-1", "reviewer"),
    "poster": ("coordinator-1", "coordinator"),
    "agreement": ("coordinator-1", "coordinator"),
    "officer": ("coordinator-1", "coordinator"),
    "isa": ("coordinator-1", "coordinator"),
    "ice_equipment": ("coordinator-1", "coordinator"),
    "interpreter": ("coordinator-1", "coordinator"),
    "conflict": ("coordinator-1", "coordinator"),
    "background_check": ("federal-1", "federal_officer"),
}

_PROPER: dict[str, Row] = {
    "person.booked": {"arrested_at": -timedelta(hours=1), "arresting_agency": "Police"},
    "charge.recorded": {
        "charge_no": 1,
        "statute": "14-33",
        "ncic_class": "13",
        "level": "misdemeanor",
        "arresting_agency": "Police",
    },
    "charge.disposed": {"charge_no": 1, "disposition": "dismissed"},
    "screening.opened": {"form_version": "2025"},
    "screening.step_done": {"form_version": "2025"},
    "screening.closed": {"closing_reason": "completed"},
    "interview.held": {
        "ground": "stated_birth_abroad",
        "language": "es",
        "can_read": True,
        "interpreter_offered": True,
        "interpreter_asked": True,
        "interpreter_needed": False,
        "interpreter_used": False,
        "interpreter_named": False,
        "aid_needed": False,
        "aid_given": False,
        "advisal_given": True,
        "advisal_language": "es",
    },
    "record_check.done": {"system": "cis", "response": "record_found", "logged": True},
    "citizenship.claimed": {"how": "stated"},
    "citizenship.resolved": {"outcome": "not_shown", "grounds": ["records"], "in_writing": True},
    "determination.made": {"outcome": "refer", "grounds": ["record"]},
    "determination.reviewed": {"outcome": "concur"},
    "warrant.signed": {"form": "I-200", "signer_position": "supervisory_deportation_officer"},
    "warrant.served": {
        "form": "I-200",
        "language": "es",
        "can_read": True,
        "copy_given": True,
        "interpreter_offered": True,
        "interpreter_needed": False,
        "interpreter_used": False,
        "interpreter_named": False,
        "aid_needed": False,
        "aid_given": False,
        "advisal_given": True,
        "advisal_language": "es",
        "identified": True,
        "reason_stated": True,
    },
    "detainer.issued": {
        "form_version": "I-247A",
        "box": "1",
        "ground": "biometric_match",
        "grounds": ["biometric_match"],
    },
    "detainer.reviewed": {"outcome": "probable_cause"},
    "detainer.served": {"language": "es", "copy_given": True},
    "charging_document.prepared": {"form": "I-862"},
    "charging_document.signed": {"form": "I-862"},
    "custody.release_due": {"cause": "bond"},
    "custody.hold_started": {"basis": "detainer"},
    "custody.hold_ended": {"basis": "detainer"},
    "custody.released": {"cause": "bond"},
    "custody.transferred_in_place": {"receiving_officer": "federal-2", "receipt": "R-1"},
    "custody.departed": {
        "destination": "ice",
        "receiving_officer": "federal-2",
        "receipt": "R-1",
        "property_receipt": "P-1",
        "documents": ["I-247A", "I-200"],
        "copies_given": True,
        "facility_approved": True,
    },
    "a_file.stored": {"ice_staff_assigned": True},
    "consulate.advised": {"notification_owed": False},
    "complaint.received": {
        "about": "designated_officer",
        "officer": "officer-1",
        "scope": "discipline",
        "state_law_bar": False,
        "channel": "form",
    },
    "complaint.resolved": {"outcome": "not_sustained"},
    "complaint.answered": {"kind": "answer"},
    "review.opened": {"body": "county", "reviewer_unit": "auditor", "reviewed_unit": "jail"},
    "review.sample_drawn": {"seed": "7", "size": 30},
    "review.finding_made": {"finding": "F1", "rule": "UNI-01", "evidence": [str(UUID(int=1))]},
    "review.corrective_action_set": {"finding": "F1", "owner": "captain", "due": timedelta(days=30)},
    "review.extended": {"finding": "F1"},
    "review.done": {"finding": "F1"},
    "agreement.signed": {"party": "agency"},
    "agreement.took_effect": {"model": "JEM", "template": 2025, "facilities": [FACILITY]},
    "agreement.amended": {
        "part": "main_text",
        "agency_signed_at": -timedelta(days=2),
        "ice_signed_at": -timedelta(days=1),
    },
    "agreement.suspended": {
        "party": "ice",
        "notice_reason": "review",
        "length_days": 30,
        "ends_at": timedelta(days=30),
        "how_to_answer": "letter",
        "ground": "notice",
    },
    "agreement.ended": {"party": "ice", "ground": "notice"},
    "agreement.suspension_extended": {"party": "ice", "length_days": 30, "ends_at": timedelta(days=30)},
    "agreement.became_operational": {"milestone": "first_authorization"},
    "agreement.notice_given": {
        "party": "ice",
        "kind": "termination",
        "delivery": "certified_mail",
        "in_writing": True,
        "received_at": timedelta(),
        "publication_url": "https://example.org/notice",
        "reasons": True,
        "people_identified": True,
        "examples": True,
    },
    "meeting.held": {"kind": "annual"},
    "officer.nominated": {
        "employer": AGENCY,
        "citizenship_attested": True,
        "prerequisites": [
            "knowledge_and_authority",
            "enforcement_experience",
            "facility_security_training",
            "inmate_rules",
            "database_access",
        ],
    },
    "background_check.done": {"questionnaire": True},
    "officer.revoked": {"written": True, "signed_by_position": "field_office_director"},
    "officer.eligibility_decided": {"outcome": "eligible", "decided_by": "federal-1"},
    "training.completed": {"course": "jem_basic"},
    "examination.taken": {"course": "jem_basic", "score": 85.0, "attempt": 1, "remedial": False},
    "officer.certified": {"valid_from": timedelta()},
    "officer.authorized": {
        "functions": [
            "interview",
            "process",
            "serve_warrants",
            "oaths_and_evidence",
            "charging_documents",
            "detain_and_transport",
            "issue_detainers",
        ],
        "valid_from": timedelta(),
        "until_revoked": True,
        "supervising_position": "field office supervisor",
        "signed_by_position": "field_office_director",
    },
    "officer.assigned": {"assigned_facility": FACILITY},
    "poster.attested": {"languages": ["en", "es"]},
    "interpreter.qualified": {"languages": ["es", "pt"]},
    "access.viewed": {"what": "case", "ground": "review"},
    "access.listed": {"what": "bookings", "ground": "duty", "shown": 3},
    "access.searched": {"what": "bookings", "ground": "custody", "found": 1},
    "erasure.ordered": {"document": "0" * 64, "scope": "personal", "histories": 1},
    "erasure.decided": {"document": "0" * 64, "outcome": "confirmed"},
    "access.exported": {
        "what": "findings",
        "ground": "court_order",
        "recipient": "court",
        "legal_ground": "court_order",
        "state_record": False,
        "coordinated_with": "ice_officer",
        "coordinated_at": -timedelta(days=1),
    },
}
"""Proper fields; a time span is counted from the event."""

_AROUND = ""
"""Events around the history keep the subjects that a case-1 meets: officer-1, agreement-1, jail-1."""

_SUBJECTS = {
    SubjectKind.OFFICER: "officer-1",
    SubjectKind.AGREEMENT: "agreement-1",
    SubjectKind.FACILITY: FACILITY,
}

BACKGROUND: dict[SubjectKind, str] = {
    SubjectKind.OFFICER: "-400d officer.nominated | -395d background_check.done | "
    "-390d officer.eligibility_decided | "
    "-370d training.completed | -369d examination.taken | -368d officer.certified | "
    "-367d officer.authorized | -366d officer.form_70_006_issued | -366d officer.credential_issued | "
    "-366d officer.assigned",
    SubjectKind.AGREEMENT: "-402d agreement.signed | -401d agreement.signed party=ice | "
    "-400d agreement.took_effect",
    SubjectKind.FACILITY: "-500d isa.signed | -500d interpreter.qualified | -30d poster.attested",
}


@dataclass(frozen=True)
class Example:
    """A parsed example: the subject's history, the other events around it, and the context."""

    history: list[Row]
    around: list[Row]
    context: Context


def seconds(text: str) -> int:
    """`-1h30m` as seconds."""
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text)
    found = re.findall(r"(\d+)([dhms])", body)
    if not found and body != "0":
        raise ValueError(f"{text!r} is no moment: write it like 1h30m")
    return sign * sum(int(n) * _UNITS[u] for n, u in found)


def parse(text: str, kind: SubjectKind, subject: str = "") -> Example:
    """An example of a rule about `kind`, whose own subject may be named.

    Raises `ValueError` or `KeyError` for a bad part.
    """
    provides = {name: set(fields) for name, fields in all_fields().items()}
    untold: set[str] = set()
    cut, until = False, BASE + END
    own: list[Row] = []
    around: dict[SubjectKind, list[Row]] = {}
    for number, part in enumerate(p.strip() for p in text.split("|")):
        if part.startswith("~"):
            _withhold(provides, part[1:])
        elif part.startswith("?"):
            untold.add(part[1:])
        elif part == "cut":
            cut = True
        elif part.startswith("until "):
            until = BASE + timedelta(seconds=seconds(part[6:]))
        else:
            of = EVENT_TYPES[part.split()[1]].subject_kind
            if of is kind:
                own.append(event(part, subject, number))
            else:
                around.setdefault(of, []).append(event(part, _AROUND, number))
    for other, background in BACKGROUND.items():
        if other is not kind and other not in around:
            around[other] = [event(p, _AROUND, 500 + n) for n, p in enumerate(background.split("|"))]
    own.sort(key=lambda e: (e["occurred_at"], e.get("occurred_by", e["occurred_at"]), e["id"].int))
    for place_, row in enumerate(own):
        row |= {"pos": place_, "case": 0}
    officers = around.get(SubjectKind.OFFICER, own if kind is SubjectKind.OFFICER else [])
    agreements = around.get(SubjectKind.AGREEMENT, own if kind is SubjectKind.AGREEMENT else [])
    facilities = around.get(SubjectKind.FACILITY, own if kind is SubjectKind.FACILITY else [])
    context = Context(
        Provides({k: frozenset(v) for k, v in provides.items()}),
        until,
        build_standings(officers, agreements, facilities),
        tells=(Tells(frozenset(provides) - untold),) if untold else None,
        may_be_cut=cut,
    )
    return Example(own, [*officers, *agreements, *facilities], context)


def _withhold(provides: dict[str, set[str]], what: str) -> None:
    if what in provides:
        del provides[what]
    else:
        event_type, name = what.rsplit(".", 1)
        provides[event_type].discard(name)


def event(part: str, subject: str, number: int) -> Row:
    """One event of an example, as a row of a record."""
    when, event_type, *settings = shlex.split(part) if '"' in part else part.split()
    earliest, _, latest = when.partition("..")
    moment = BASE + timedelta(seconds=seconds(earliest))
    kind = EVENT_TYPES[event_type].subject_kind
    actor, role = _actor(event_type)
    default = _SUBJECTS.get(kind, "case-1")
    row: Row = {
        "subject": subject or default,
        "id": UUID(int=(abs(hash_of(subject)) << 16) + number),
        "type": event_type,
        "version": 1,
        "agency": AGENCY,
        "facility": FACILITY,
        "occurred_at": moment,
        "occurred_by": BASE + timedelta(seconds=seconds(latest)) if latest else None,
        "zone": ZONE,
        "recorded_at": moment,
        "actor": actor,
        "actor_role": role,
        "source_kind": "import",
        **_PROPER.get(event_type, {}),
    }
    for setting in settings:
        name, value = setting.split("=", 1)
        row[name] = _convert(event_type, name, value)
    for name, value in row.items():
        if isinstance(value, timedelta):
            row[name] = moment + value
    return {k: v for k, v in row.items() if v is not None}


def hash_of(subject: str) -> int:
    """A stable number for a subject's name."""
    return int.from_bytes(subject.encode()[-6:], "big")


def _actor(event_type: str) -> tuple[str, str]:
    for prefix in (event_type, event_type.split(".")[0]):
        if prefix in _ACTORS:
            return _ACTORS[prefix]
    return ("officer-1", "designated_officer")


def _convert(event_type: str, name: str, text: str) -> Any:
    if text == "":
        return None
    spec = FIELDS[event_type].get(name)
    if name == "recorded_at" or (spec and pa.types.is_timestamp(spec.arrow)):
        return timedelta(seconds=seconds(text))
    if name == "corrects":
        return UUID(int=int(text))
    if spec is None:
        return text
    if pa.types.is_boolean(spec.arrow):
        return {"yes": True, "no": False}[text]
    if pa.types.is_integer(spec.arrow):
        return int(text)
    if pa.types.is_floating(spec.arrow):
        return float(text)
    if pa.types.is_list(spec.arrow):
        return text.split(",")
    return text


def to_table(rows: Iterable[Row], schema: pa.Schema) -> pa.Table:
    """Rows as a table of a record; ids as Arrow's uuid."""

    def plain(value: Any) -> Any:
        return value.bytes if isinstance(value, UUID) else value

    rows = list(rows)
    columns = []
    for spec in schema:
        values = [plain(row.get(spec.name)) for row in rows]
        columns.append(pa.array(values, spec.type))
    return pa.table(columns, schema=schema)
