"""The forms of screening."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings import offenses
from evenhand.desk.bookings.forms import NO_NAMES
from evenhand.desk.bookings.labels import (
    CLAIMS,
    CLOSINGS,
    DETERMINATION_GROUNDS,
    DETERMINATIONS,
    GROUNDS,
    RESPONSES,
    SYSTEMS,
    choices,
)
from evenhand.desk.bookings.submit import MomentField, to_the_minute
from evenhand.desk.screening.acts import Interview
from evenhand.desk.screening.languages import LANGUAGES
from evenhand.record.events.booking import ChargingForm, ClosingReason, InterviewGround, InterviewHeld

YES_NO = [("", ""), ("yes", _("Yes")), ("no", _("No"))]


class YesNoField(forms.ChoiceField):
    """A question that is answered yes or no, never by leaving it as it stands. Cleans to a bool or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=YES_NO, **kwargs)

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        return None if said == "" else said == "yes"


def when() -> MomentField:
    return MomentField(label=_("When"), required=False, help_text=_("Empty means now."))


class StepForm(forms.Form):
    """That a step of the form was done."""

    step = forms.CharField(widget=forms.HiddenInput)
    done = forms.BooleanField(label=_("I did this step as it is printed here"))


class StepsAgainForm(forms.Form):
    """That all steps of a second screening were done."""

    done = forms.BooleanField(label=_("I did all these steps, in this order, as they are printed here"))


class CloseForm(forms.Form):
    """Why a screening ends before its last step. None of the reasons is a mark against anyone."""

    closing_reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("", ""),
            *choices(CLOSINGS, [r for r in ClosingReason if r is not ClosingReason.COMPLETED]),
        ],
        help_text=_(
            "Nobody has to answer. Declining to answer is recorded here and counts for nothing else."
        ),
    )
    at = when()


class ReopenForm(forms.Form):
    """Why someone is screened again."""

    reason = forms.CharField(
        label=_("Why is this person screened again?"), max_length=500, help_text=NO_NAMES
    )


class InterviewForm(forms.Form):
    """The interview under 8 U.S.C. 1357(a)(1). The only page with what was said of birth and citizenship."""

    at = when()
    ground = forms.ChoiceField(
        label=_("Ground of the interview"),
        choices=[("", ""), *choices(GROUNDS)],
        required=False,
        help_text=_("Never appearance, name, accent, language, race, ethnicity or religion."),
    )
    language = forms.ChoiceField(label=_("Language of the interview"), choices=[("", ""), *LANGUAGES])
    can_read = YesNoField(label=_("Can the person read that language?"), required=False)
    interpreter_offered = YesNoField(label=_("Did you offer an interpreter?"), required=False)
    interpreter_asked = YesNoField(label=_("Did you ask whether an interpreter is needed?"))
    interpreter_needed = YesNoField(label=_("Is an interpreter needed?"), required=False)
    interpreter = forms.CharField(
        label=_("Name of the interpreter"),
        max_length=200,
        required=False,
        help_text=_("Where one is needed."),
    )
    aid_needed = YesNoField(
        label=_("Is an aid to communicate needed?"),
        help_text=_("Such as a sign-language interpreter, large print or a hearing amplifier."),
    )
    aid_given = YesNoField(label=_("Was the aid given?"), required=False, help_text=_("Where one is needed."))
    advisal_given = YesNoField(label=_("Was the advisal given in a language that the person understands?"))
    stated_place_of_birth = forms.CharField(
        label=_("Stated place of birth"),
        max_length=200,
        required=False,
        help_text=_("As stated; may stay empty."),
    )
    stated_citizenship = forms.CharField(
        label=_("Stated citizenship"),
        max_length=200,
        required=False,
        help_text=_("As stated; may stay empty."),
    )

    def interview(self) -> Interview:
        said = self.cleaned_data
        return Interview(
            ground=InterviewGround(said["ground"]) if said["ground"] else None,
            language=said["language"],
            can_read=said["can_read"],
            interpreter_offered=said["interpreter_offered"],
            interpreter_asked=said["interpreter_asked"],
            interpreter_needed=said["interpreter_needed"],
            # What follows from a need counts only where there is one: a page may keep it out of sight.
            interpreter=said["interpreter"] if said["interpreter_needed"] else "",
            aid_needed=said["aid_needed"],
            aid_given=said["aid_given"] if said["aid_needed"] else None,
            advisal_given=said["advisal_given"],
            stated_place_of_birth=said["stated_place_of_birth"],
            stated_citizenship=said["stated_citizenship"],
        )


class InterviewCorrection(InterviewForm):
    """An interview as it should have been recorded."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=NO_NAMES)

    @staticmethod
    def initial_of(event: InterviewHeld) -> dict[str, Any]:
        def yes_no(value: bool | None) -> str:
            return "" if value is None else "yes" if value else "no"

        return {
            "at": to_the_minute(event.occurred_at),
            "ground": event.ground,
            "language": event.language,
            "can_read": yes_no(event.can_read),
            "interpreter_offered": yes_no(event.interpreter_offered),
            "interpreter_asked": yes_no(event.interpreter_asked),
            "interpreter_needed": yes_no(event.interpreter_needed),
            "interpreter": event.interpreter,
            "aid_needed": yes_no(event.aid_needed),
            "aid_given": yes_no(event.aid_given),
            "advisal_given": yes_no(event.advisal_given),
            "stated_place_of_birth": event.stated_place_of_birth,
            "stated_citizenship": event.stated_citizenship,
        }


class CheckForm(forms.Form):
    """A system that was asked, and what it answered."""

    system = forms.ChoiceField(label=_("System"), choices=[("", ""), *choices(SYSTEMS)])
    response = forms.ChoiceField(
        label=_("Its answer"),
        choices=[("", ""), *choices(RESPONSES)],
        help_text=_("The system's own answer, without any conclusion."),
    )
    logged = YesNoField(
        label=_("Query logged"),
        required=False,
        help_text=_("Whether the query is in the transaction log. NCIC queries must be logged."),
    )
    at = when()


class ReportForm(forms.Form):
    """That ICE was told of a claim."""

    exigent = forms.CharField(
        label=_("If more than one hour has passed: why"), max_length=500, required=False, help_text=NO_NAMES
    )


class ClaimForm(forms.Form):
    """How the claim, or the sign of it, came up."""

    how = forms.ChoiceField(label=_("How did it come up?"), choices=choices(CLAIMS), widget=forms.RadioSelect)
    at = when()


class DeterminationForm(forms.Form):
    """The officer's conclusion. It goes to the federal supervisor, who reviews it."""

    outcome = forms.ChoiceField(
        label=_("Determination"), choices=choices(DETERMINATIONS), widget=forms.RadioSelect
    )
    grounds = forms.MultipleChoiceField(
        label=_("Grounds"), choices=choices(DETERMINATION_GROUNDS), widget=forms.CheckboxSelectMultiple
    )
    conviction_class = forms.ChoiceField(
        label=_("Most serious conviction"),
        choices=offenses.choices,
        required=False,
        help_text=_("Empty where there is none."),
    )
    pending_class = forms.ChoiceField(
        label=_("Most serious pending charge"), choices=offenses.choices, required=False
    )
    reason = forms.CharField(
        label=_("Reasons"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), help_text=NO_NAMES
    )
    at = when()


class DocumentForm(forms.Form):
    """A charging document that was prepared."""

    form = forms.ChoiceField(
        label=_("Form"),
        choices=[
            (ChargingForm.NTA.value, _("I-862, notice to appear")),
            (ChargingForm.I_213.value, _("I-213, record")),
            (ChargingForm.OTHER.value, _("Another form")),
        ],
        widget=forms.RadioSelect,
    )
    at = when()
