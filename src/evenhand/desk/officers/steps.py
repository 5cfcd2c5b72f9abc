"""What an officer's page offers, by role. Who records what is that of the events' reference."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from evenhand.desk.officers import acts, forms
from evenhand.desk.officers.models import Officer
from evenhand.desk.record.history import Subject
from evenhand.desk.steps.form import ActForm
from evenhand.desk.steps.step import AGENCY, EITHER, ICE, Step, Steps
from evenhand.record.events import SubjectKind
from evenhand.record.events.officer import (
    BackgroundCheckDone,
    ExaminationTaken,
    OfficerAssigned,
    OfficerAuthorized,
    OfficerCertified,
    OfficerCredentialIssued,
    OfficerCredentialRequested,
    OfficerCredentialReturned,
    OfficerEligibilityDecided,
    OfficerForm70006Issued,
    OfficerLeaveNoticeGiven,
    OfficerLeft,
    OfficerNominated,
    OfficerRevoked,
    OfficerSuspended,
    RefresherCompleted,
    RefresherRequiredBy,
    TrainingCompleted,
)


def find(subject: Subject) -> Officer:
    """The officer in scope, or 404."""
    found: Officer = get_object_or_404(Officer, agency=subject.agency, subject=subject.subject)
    return found


STEPS = Steps[Officer](
    kind=SubjectKind.OFFICER,
    page="officers:show",
    viewed_as="officer",
    find=find,
    first=(
        Step(
            "nominate",
            OfficerNominated.type,
            _("Nominate an officer"),
            forms.NominateForm,
            acts.nominate,
            AGENCY,
        ),
    ),
    steps=(
        Step(
            "eligibility",
            OfficerEligibilityDecided.type,
            _("Record the decision on eligibility"),
            forms.EligibilityForm,
            acts.decide_eligibility,
            ICE,
        ),
        Step(
            "background-check",
            BackgroundCheckDone.type,
            _("Record the background check"),
            forms.BackgroundCheckForm,
            acts.check_background,
            ICE,
        ),
        Step(
            "training",
            TrainingCompleted.type,
            _("Record completed training"),
            forms.TrainingForm,
            acts.complete_training,
            ICE,
        ),
        Step(
            "examination",
            ExaminationTaken.type,
            _("Record an examination"),
            forms.ExaminationForm,
            acts.take_examination,
            ICE,
        ),
        Step(
            "certify",
            OfficerCertified.type,
            _("Record the certificate"),
            forms.CertifyForm,
            acts.certify,
            ICE,
        ),
        Step(
            "authorize",
            OfficerAuthorized.type,
            _("Record the authorization"),
            forms.AuthorizeForm,
            acts.authorize,
            ICE,
            note=_("The field office director signs the letter. It names the functions."),
        ),
        Step(
            "form-70-006",
            OfficerForm70006Issued.type,
            _("Record Form 70-006"),
            ActForm,
            acts.issue_form_70_006,
            ICE,
        ),
        Step(
            "credential",
            OfficerCredentialIssued.type,
            _("Record the credential's issue"),
            ActForm,
            acts.issue_credential,
            ICE,
        ),
        Step(
            "credential-requested",
            OfficerCredentialRequested.type,
            _("Record ICE's request for the credential"),
            ActForm,
            acts.request_credential,
            ICE,
        ),
        Step(
            "credential-returned",
            OfficerCredentialReturned.type,
            _("Record the credential's return"),
            ActForm,
            acts.return_credential,
            EITHER,
        ),
        Step(
            "assign",
            OfficerAssigned.type,
            _("Assign to a facility"),
            forms.AssignForm,
            acts.assign,
            AGENCY,
        ),
        Step(
            "refresher",
            RefresherRequiredBy.type,
            _("Require refresher training"),
            forms.RefresherForm,
            acts.require_refresher,
            ICE,
        ),
        Step(
            "refreshed",
            RefresherCompleted.type,
            _("Record completed refresher training"),
            ActForm,
            acts.complete_refresher,
            ICE,
        ),
        Step(
            "suspend",
            OfficerSuspended.type,
            _("Suspend"),
            forms.SuspendForm,
            acts.suspend,
            EITHER,
        ),
        Step(
            "unsuspend",
            OfficerSuspended.type,
            _("End the suspension"),
            forms.ReasonForm,
            acts.end_suspension,
            EITHER,
            acts.suspended,
        ),
        Step(
            "revoke",
            OfficerRevoked.type,
            _("Revoke the authority"),
            forms.RevokeForm,
            acts.revoke,
            EITHER,
        ),
        Step(
            "leave-notice",
            OfficerLeaveNoticeGiven.type,
            _("Record notice to ICE that the officer will leave"),
            ActForm,
            acts.give_leave_notice,
            AGENCY,
        ),
        Step(
            "leave",
            OfficerLeft.type,
            _("Record that employment ended"),
            forms.ReasonForm,
            acts.leave,
            AGENCY,
        ),
    ),
)
