"""Plain English labels of event types, fields and codes, for pages, reports and explanations."""

EVENTS: dict[str, str] = {
    "agreement.drafted": "Agreement drafted",
    "agreement.signed": "Agreement signed",
    "agreement.took_effect": "Agreement took effect",
    "agreement.became_operational": "Agreement became operational",
    "agreement.amended": "Agreement amended",
    "agreement.suspended": "Agreement suspended",
    "agreement.suspension_extended": "Suspension extended",
    "agreement.response_invited": "Response to the suspension invited",
    "agreement.reinstated": "Agreement reinstated",
    "agreement.notice_given": "Notice given under the agreement",
    "agreement.last_officer_revoked": "Last officer's authority revoked",
    "agreement.ended": "Agreement ended",
    "conflict.noted": "Conflict noted",
    "conflict.reported": "Conflict reported",
    "meeting.held": "Meeting held",
    "officer.nominated": "Officer nominated",
    "background_check.done": "Background check done",
    "officer.eligibility_decided": "Eligibility decided",
    "training.completed": "Training completed",
    "examination.taken": "Examination taken",
    "refresher.completed": "Refresher training completed",
    "refresher.required_by": "Refresher training required",
    "officer.certified": "Officer certified",
    "officer.authorized": "Officer authorized",
    "officer.form_70_006_issued": "Form 70-006 issued",
    "officer.credential_issued": "Credential issued",
    "officer.credential_requested": "Credential requested back",
    "officer.credential_returned": "Credential returned",
    "officer.assigned": "Officer assigned",
    "officer.suspended": "Officer suspended",
    "officer.revoked": "Authority revoked",
    "officer.leave_notice_given": "Notice of the officer's departure given",
    "officer.left": "Officer left",
    "person.booked": "Person booked",
    "immigration_arrest.made": "Immigration arrest made",
    "charge.recorded": "Charge recorded",
    "charge.disposed": "Charge disposed of",
    "screening.opened": "Screening opened",
    "screening.step_done": "Screening step done",
    "screening.closed": "Screening closed",
    "interview.held": "Interview held",
    "record_check.done": "Record check done",
    "citizenship.claimed": "Claim to U.S. citizenship",
    "citizenship.reported": "Claim reported to ICE",
    "citizenship.resolved": "Claim resolved",
    "determination.made": "Determination made",
    "determination.reviewed": "Determination reviewed",
    "warrant.signed": "Warrant signed",
    "warrant.served": "Warrant served",
    "detainer.issued": "Detainer issued",
    "detainer.ice_notified": "ICE notified of the detainer",
    "detainer.reviewed": "Detainer reviewed by a neutral official",
    "detainer.served": "Detainer served",
    "detainer.cancelled": "Detainer canceled",
    "detainer.lapsed": "Detainer expired",
    "charging_document.prepared": "Charging document prepared",
    "charging_document.signed": "Charging document signed",
    "bail.set": "Bail set",
    "bail.tendered": "Bail tendered",
    "bail.refused": "Bail refused",
    "a_file.stored": "A-file stored",
    "custody.release_due": "Release due",
    "custody.hold_started": "Hold started",
    "custody.hold_ended": "Hold ended",
    "custody.released": "Released",
    "custody.transferred_in_place": "Custody transferred in place",
    "custody.moved": "Moved within the agency",
    "custody.returned": "Returned to the jail",
    "custody.departed": "Departed",
    "consulate.advised": "Consular notice given to the person",
    "consulate.notified": "Consulate notified",
    "complaint.received": "Complaint received",
    "complaint.acknowledged": "Complaint acknowledged",
    "complaint.ice_notified": "ICE notified of the complaint",
    "complaint.opr_notified": "OPR notified of the complaint",
    "complaint.assigned": "Complaint assigned",
    "complaint.resolved": "Complaint resolved",
    "complaint.outcome_reported": "Outcome reported to ICE",
    "complaint.answered": "Complaint answered",
    "review.opened": "Review opened",
    "review.sample_drawn": "Sample drawn",
    "review.finding_made": "Finding made",
    "review.corrective_action_set": "Corrective action set",
    "review.extended": "Corrective action extended",
    "review.done": "Corrective action done",
    "review.closed": "Review closed",
    "poster.attested": "Posters attested",
    "isa.signed": "Interconnection agreement signed",
    "ice_equipment.installed": "ICE equipment installed",
    "interpreter.qualified": "Interpreter qualified",
    "access.viewed": "Case viewed",
    "access.exported": "Information released",
    "record.corrected": "Record corrected",
    "record.erased": "Record erased",
    "guard.refused": "Action blocked by a rule",
    "guard.warned": "Warned by a rule",
    "guard.overridden": "Rule overridden",
}

FIELDS: dict[str, str] = {
    "actor": "actor",
    "actor_role": "actor's role",
    "occurred_at": "time",
    "agency_signed_at": "date the agency signed",
    "assigned_facility": "assigned facility",
    "authority_ended_at": "end of authority",
    "authorized_at": "authorization time",
    "in_force": "in force",
    "form": "form",
    "ice_signed_at": "date ICE signed",
    "posters_attested_at": "time the posters were attested",
    "charge_no": "charge number",
    "ncic_class": "NCIC class",
    "a_file": "A-file",
}
"""Labels of fields whose name is not plain English once underscores become spaces."""

STAY: dict[str, str] = {
    "began": "the start of the stay",
    "due": "the time when release was due",
    "free": "the time when only a detainer held the person",
    "ended": "the end of local custody",
    "left": "the departure from the jail",
    "left_by": "how the person left the jail",
    "to_ice": "the transfer to ICE",
    "held": "a hold in this stay",
}
"""The moments and facts of a stay in jail (`record.episode`)."""

CODES: dict[str, str] = {
    "JEM": "Jail Enforcement Model",
    "WSO": "Warrant Service Officer",
    "ice": "ICE",
    "unread": "a template that was not read",
    "True": "yes",
    "False": "no",
}

KINDS: dict[str, str] = {
    "agreement": "agreement",
    "officer": "officer",
    "booking": "booking",
    "complaint": "complaint",
    "review": "review",
    "facility": "facility",
    "system": "system",
}


def event_label(name: str) -> str:
    """Give the label of an event type."""
    return EVENTS.get(name) or name.replace(".", " ").replace("_", " ").capitalize()


def field_label(name: str) -> str:
    """Give the label of a field."""
    return FIELDS.get(name) or name.replace("_", " ")


def code_label(code: object) -> str:
    """Give the label of a code, such as `booking_officer`."""
    text = str(code)
    if text in EVENTS:
        return f"“{EVENTS[text]}”"
    return CODES.get(text) or (text.replace("_", " ") if text.islower() else text)
