"""The form of an export: who gets it, on what ground, and with whom at ICE it was coordinated."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.submit import MomentField
from evenhand.desk.places.models import Agency
from evenhand.desk.steps.form import YesNoField
from evenhand.record.events.oversight import Coordinator, LegalGround, Recipient

RECIPIENTS = (
    ("", ""),
    (Recipient.MEDIA.value, _("News media")),
    (Recipient.PUBLIC.value, _("Member of the public")),
    (Recipient.AGENCY.value, _("Another agency")),
    (Recipient.COURT.value, _("Court")),
    (Recipient.OTHER.value, _("Other")),
)
LEGAL_GROUNDS = (
    ("", ""),
    (LegalGround.COURT_ORDER.value, _("Court order")),
    (LegalGround.PUBLIC_RECORDS_LAW.value, _("State public records law")),
    (LegalGround.FREEDOM_OF_INFORMATION_ACT.value, _("Freedom of Information Act (FOIA)")),
    (LegalGround.PRIVACY_ACT_REQUEST.value, _("Privacy Act request")),
    (LegalGround.STATE_RECORD.value, _("State record")),
    (LegalGround.OTHER.value, _("Other")),
    (LegalGround.NONE.value, _("None")),
)
COORDINATORS = (
    ("", ""),
    (Coordinator.ICE_OFFICER.value, _("ICE officer")),
    (Coordinator.ICE_PUBLIC_AFFAIRS.value, _("ICE Office of Public Affairs")),
)


class ExportForm(forms.Form):
    """Everything that the rule REC-05 reads."""

    agency = forms.ChoiceField(label=_("Agency"))
    recipient = forms.ChoiceField(label=_("Recipient"), choices=RECIPIENTS)
    legal_ground = forms.ChoiceField(label=_("Legal ground"), choices=LEGAL_GROUNDS)
    state_record = YesNoField(
        label=_("Records belong only to the state"),
        required=False,
        help_text=_("If yes, the agreement with ICE does not limit the release."),
    )
    coordinated_with = forms.ChoiceField(
        label=_("Coordinated with"),
        choices=COORDINATORS,
        required=False,
        help_text=_("Coordinate with ICE before you release. For news media: the Office of Public Affairs."),
    )
    coordinated_at = MomentField(label=_("Coordinated at"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = self.fields["agency"]
        assert isinstance(agency, forms.ChoiceField)
        agency.choices = [(a.pk, a.name) for a in Agency.objects.all()]

    def release(self) -> dict[str, Any]:
        """The arguments of `record_release`."""
        return {
            name: None if value in ("", None) else value
            for name, value in self.cleaned_data.items()
            if name != "agency"
        }
