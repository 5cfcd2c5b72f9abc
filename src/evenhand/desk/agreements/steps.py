"""What an agreement's page offers: the coordinator acts for the agency, the federal supervisor for ICE."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from evenhand.desk.agreements import acts, forms
from evenhand.desk.agreements.documents import with_hash
from evenhand.desk.agreements.models import Agreement
from evenhand.desk.record.history import Subject
from evenhand.desk.steps.form import ActForm
from evenhand.desk.steps.step import AGENCY, EITHER, ICE, Step, Steps
from evenhand.record.events import SubjectKind
from evenhand.record.events.agreement import (
    AgreementAmended,
    AgreementBecameOperational,
    AgreementDrafted,
    AgreementEnded,
    AgreementLastOfficerRevoked,
    AgreementNoticeGiven,
    AgreementReinstated,
    AgreementResponseInvited,
    AgreementSigned,
    AgreementSuspended,
    AgreementSuspensionExtended,
    AgreementTookEffect,
    ConflictNoted,
    ConflictReported,
    MeetingHeld,
    Party,
)


def find(subject: Subject) -> Agreement:
    """The agreement in scope, or 404."""
    found: Agreement = get_object_or_404(Agreement, agency=subject.agency, subject=subject.subject)
    return found


STEPS = Steps[Agreement](
    kind=SubjectKind.AGREEMENT,
    page="agreements:show",
    prepared=with_hash,
    find=find,
    first=(
        Step(
            "draft",
            AgreementDrafted.type,
            _("Draft an agreement"),
            forms.DraftForm,
            acts.draft_agreement,
            AGENCY,
        ),
    ),
    steps=(
        Step(
            "sign-agency",
            AgreementSigned.type,
            _("Record the agency's signature"),
            forms.SignForm,
            acts.sign,
            AGENCY,
            offered=lambda row: acts.may_sign(row, Party.AGENCY),
            records=lambda event: event.party is Party.AGENCY,
        ),
        Step(
            "sign-ice",
            AgreementSigned.type,
            _("Record ICE's signature"),
            forms.SignForm,
            acts.sign,
            ICE,
            offered=lambda row: acts.may_sign(row, Party.ICE),
            records=lambda event: event.party is Party.ICE,
        ),
        Step(
            "effect",
            AgreementTookEffect.type,
            _("Record that it took effect"),
            forms.EffectForm,
            acts.take_effect,
            AGENCY,
        ),
        Step(
            "amend",
            AgreementAmended.type,
            _("Record an amendment"),
            forms.AmendForm,
            acts.amend,
            AGENCY,
            note=_("A change is in writing and signed by both parties before it takes effect."),
        ),
        Step(
            "meeting",
            MeetingHeld.type,
            _("Record a meeting"),
            forms.MeetingForm,
            acts.hold_meeting,
            AGENCY,
        ),
        Step(
            "suspend",
            AgreementSuspended.type,
            _("Suspend"),
            forms.SuspendForm,
            acts.suspend,
            ICE,
            note=_("Every authorization under the agreement stops at once."),
        ),
        Step(
            "reinstate",
            AgreementReinstated.type,
            _("Reinstate"),
            forms.ReasonForm,
            acts.reinstate,
            ICE,
        ),
        Step(
            "extend",
            AgreementSuspensionExtended.type,
            _("Extend the suspension"),
            forms.ExtendForm,
            acts.extend_suspension,
            ICE,
        ),
        Step(
            "response",
            AgreementResponseInvited.type,
            _("Record the invitation to respond"),
            ActForm,
            acts.invite_response,
            EITHER,
            note=_("ICE lets the agency respond and correct before it terminates the agreement."),
        ),
        Step(
            "notice",
            AgreementNoticeGiven.type,
            _("Record a notice"),
            forms.NoticeForm,
            acts.give_notice,
            AGENCY,
            note=_("Notice of a suspension or termination."),
            records=lambda event: event.party is not Party.ICE,
        ),
        Step(
            "notice-ice",
            AgreementNoticeGiven.type,
            _("Record ICE's notice"),
            forms.IceNoticeForm,
            acts.give_notice,
            ICE,
            note=_("Notice of a suspension or termination."),
            records=lambda event: event.party is Party.ICE,
        ),
        Step(
            "operational",
            AgreementBecameOperational.type,
            _("Record the operational date"),
            forms.OperationalForm,
            acts.become_operational,
            AGENCY,
            note=_("The first review meeting is due about 12 months later."),
        ),
        Step(
            "last-officer",
            AgreementLastOfficerRevoked.type,
            _("Record that no officer is left"),
            ActForm,
            acts.lose_last_officer,
            EITHER,
        ),
        Step(
            "conflict",
            ConflictNoted.type,
            _("Record a conflict with ICE's direction"),
            forms.ReasonForm,
            acts.note_conflict,
            AGENCY,
        ),
        Step(
            "conflict-reported",
            ConflictReported.type,
            _("Record the report of a conflict"),
            ActForm,
            acts.report_conflict,
            AGENCY,
        ),
        Step(
            "end",
            AgreementEnded.type,
            _("Record its end"),
            forms.EndForm,
            acts.end,
            EITHER,
            note=_("Every authorization under the agreement ends at once."),
        ),
    ),
)
