"""What the public ledger shows of an event, field by field, and why each field may be public.

Only the types named here show anything in their public leaf. Every other event, and every field that is not
named, stands in the case part: the public leaf holds a salted commitment to it, the agency and the day. So a
new type or a new field is closed until somebody states here why it may be public.

Moments are shown to the day. A moment to the second would date the leaves before and after it as well, and
times of day can be joined with a public roster. For the same reason an event's `id` (a UUIDv7 states the
millisecond) and `recorded_at` are never public. `actor` and `signed_by` name a person. `reason`,
`notice_reason`, `how_to_answer`, `publication_url` and `court_order` are texts in which a person can be
named. `agreement.last_officer_revoked` and `interpreter.qualified` can tell of one person at a small agency.
"""

ALWAYS = {
    "agency": "The agency's ORI says whose log entry it is. It is a public identifier of an agency.",
    "appended_on": "The day (UTC) is the same for every event that the agency recorded that day.",
    "commitment": "An HMAC under a random secret salt. Without the salt it tells nothing.",
    "leaf": "The format of the leaf, the same in all leaves.",
}
"""The fields of every public leaf."""

_TYPE = {
    "type": "States which act of a public agency this is. No act of this type is about a person.",
    "version": "The format of the event type.",
}
_AGREEMENT = {
    **_TYPE,
    "subject": "The agreement's own identifier. An agreement is a public contract between agencies.",
    "occurred_at": "The day of the act on a public contract.",
    "occurred_by": "The latest day of the act, where the day is not known exactly.",
}
_MODEL = {
    "model": "The agreement's model. ICE publishes it.",
    "template": "Which public template of the agreement was signed.",
}
_DOCUMENT = {"document_hash": "The hash lets anyone check a copy of the published document."}
_FACILITIES = {"facilities": "Which jails the agreement covers. The agreement itself states it."}
_PARTY = {"party": "Whether the agency or ICE acted, never which person."}
_LENGTH = {
    "length_days": "How long a public contract is suspended.",
    "ends_at": "The day on which a suspension of a public contract ends.",
}
_FACILITY = {
    **_TYPE,
    "subject": "The facility's code. A jail is a public building.",
    "occurred_at": "The day of an act on a building or its equipment.",
    "occurred_by": "The latest day of the act, where the day is not known exactly.",
}

PUBLIC: dict[str, dict[str, str]] = {
    "agreement.drafted": {**_AGREEMENT, **_MODEL, **_DOCUMENT},
    "agreement.signed": {**_AGREEMENT, **_PARTY, **_DOCUMENT},
    "agreement.took_effect": {**_AGREEMENT, **_MODEL, **_FACILITIES, **_DOCUMENT},
    "agreement.became_operational": {
        **_AGREEMENT,
        "milestone": "From which milestone the first review meeting is due.",
    },
    "agreement.amended": {
        **_AGREEMENT,
        **_FACILITIES,
        **_DOCUMENT,
        "part": "Which part of a public contract changed.",
        "agency_signed_at": "The day on which the agency signed a public contract.",
        "ice_signed_at": "The day on which ICE signed a public contract.",
    },
    "agreement.suspended": {
        **_AGREEMENT,
        **_PARTY,
        **_LENGTH,
        "ground": "The kind of ground, from a list of four.",
    },
    "agreement.suspension_extended": {**_AGREEMENT, **_PARTY, **_LENGTH},
    "agreement.response_invited": _AGREEMENT,
    "agreement.reinstated": _AGREEMENT,
    "agreement.notice_given": {
        **_AGREEMENT,
        **_PARTY,
        "kind": "Whether the notice is of suspension or of termination.",
        "delivery": "How a notice between two agencies was delivered.",
        "in_writing": "Whether a notice between two agencies was in writing.",
        "received_at": "The day on which an agency received the notice.",
        "reasons": "Whether the notice gives reasons, not which.",
        "people_identified": "Whether the notice names people, not whom.",
        "examples": "Whether the notice gives examples, not which.",
    },
    "agreement.ended": {**_AGREEMENT, **_PARTY, "ground": "The kind of ground, from a list of four."},
    "conflict.noted": _AGREEMENT,
    "conflict.reported": _AGREEMENT,
    "meeting.held": {**_AGREEMENT, "kind": "Whether it is the annual or a steering committee meeting."},
    "poster.attested": {**_FACILITY, "languages": "The languages of a poster on a wall."},
    "isa.signed": _FACILITY,
    "ice_equipment.installed": _FACILITY,
    "record.erased": {
        "type": "Anyone must be able to check that an erasure was ordered and recorded.",
        "version": "The format of the event type.",
        "subject": "The number of the leaf whose parts were erased. It leads to no event id, type or person.",
        "what": "Whether the personal part alone or the case part too was erased.",
    },
    "ledger.continued": {
        "type": "Anyone must be able to check which log this one continues.",
        "version": "The format of the event type.",
        "origin": "The name of the log that this one continues.",
        "size": "The number of leaves of that log.",
        "root": "The root of that log, which its readers hold already.",
    },
}
"""For each type that the public ledger shows: its fields in the leaf, and why each may be public."""
