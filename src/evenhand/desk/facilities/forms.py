"""The forms of the acts on a facility."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.facilities.posters import LANGUAGES
from evenhand.desk.steps.form import ActForm
from evenhand.desk.timeline.names import LANGUAGE_NAMES

_CODES = list(LANGUAGE_NAMES.items())


class PostersForm(ActForm):
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        help_text=_("Those in which the complaint process is posted where people in custody see it."),
        choices=_CODES,
        widget=forms.CheckboxSelectMultiple,
        initial=LANGUAGES,
    )


class InterpreterForm(ActForm):
    interpreter = forms.CharField(label=_("Interpreter, by name or number"), max_length=200)
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=[(code, name) for code, name in _CODES if code != "en"],
        widget=forms.CheckboxSelectMultiple,
    )


class LanguageForm(forms.Form):
    """The filter of a facility's interpreters."""

    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", _("Any")), *_CODES]
