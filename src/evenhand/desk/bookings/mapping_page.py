"""The page of an agency's mapping: shown, edited, replaced by a file, or begun from an export."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings import mapping as mappings
from evenhand.desk.bookings import uploaded
from evenhand.desk.bookings.models import KeptMapping
from evenhand.desk.places.models import Agency
from evenhand.desk.timeline.lines import account_names

VERSIONS = 20
"""Versions of a mapping that the page names."""


class MappingForm(forms.Form):
    """The text of a mapping, or a file in its place."""

    text = forms.CharField(
        label=gettext_lazy("Mapping"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}),
        help_text=gettext_lazy("TOML, as the guide to intake describes it."),
    )
    file = forms.FileField(
        label=gettext_lazy("Mapping file"),
        required=False,
        help_text=gettext_lazy("Its text takes the place of the text above."),
    )

    def __init__(self, agency: Agency, *args: Any, **kwargs: Any) -> None:
        self.agency = agency
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        field = "file" if said.get("file") else "text"
        try:
            text = _text(said["file"]) if field == "file" else said.get("text", "")
            said["text"] = text.replace("\r\n", "\n")
            if not said["text"].strip():
                raise mappings.MappingError(_("The mapping is empty. Write it, or go back to the template."))
            mappings.checked(said["text"], self.agency)
        except mappings.MappingError as error:
            for line in str(error).splitlines():
                self.add_error(field, line)
        return said


def _text(file: Any) -> str:
    if file.size > mappings.MOST_CHARACTERS:
        raise mappings.MappingError(_("The file is too large for a mapping. Choose the TOML file."))
    try:
        return str(file.read(), "utf-8-sig")
    except UnicodeDecodeError:
        raise mappings.MappingError(_("The mapping is not UTF-8 text. Save it as UTF-8.")) from None


class ExportForm(forms.Form):
    """An export from which a mapping is begun. The file is read and not kept."""

    export = forms.FileField(
        label=gettext_lazy("Export file"),
        help_text=gettext_lazy("The file is read for its columns and dates, and is not kept."),
    )

    def clean_export(self) -> str:
        """The suggested mapping, with the agency's ORI and zone to be put in."""
        from evenhand.intake.apart import Bounds, suggest_apart
        from evenhand.intake.errors import IntakeError

        file = self.cleaned_data["export"]
        if file.size > uploaded.MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(size)s MB. Split it.") % {"size": uploaded.MAX_BYTES // 10**6}
            )
        try:
            return suggest_apart(file.read(), file.name, Bounds(rows=uploaded.MAX_ROWS))
        except IntakeError as error:
            raise forms.ValidationError(str(error)) from None


@allow(Role.BOOKING_OFFICER, Role.COORDINATOR, writers=[Role.COORDINATOR])
@require_http_methods(["GET", "POST"])
def mapping(request: SignedInRequest, agency: str) -> HttpResponse:
    """Show the mapping of an agency's uploads; a coordinator changes it."""
    found = Agency.objects.filter(pk=agency).first()
    if found is None:
        raise Http404
    used = mappings.in_use(found)
    form, export = MappingForm(found, initial={"text": used.text}), ExportForm()
    status = 200
    if request.method == "POST":
        status = 422
        if "template" in request.POST:
            mappings.keep(found, "", request.user.as_actor())
            messages.success(request, _("Uploads are read with the template."))
            return redirect("bookings:mapping", agency=agency)
        if "suggest" in request.POST:
            export = ExportForm(request.POST, request.FILES)
            if export.is_valid():
                suggested = _for_agency(export.cleaned_data["export"], found)
                form, export, status = MappingForm(found, initial={"text": suggested}), ExportForm(), 200
                messages.info(
                    request, _("Nothing is saved yet. Read each marked line, correct it, and save.")
                )
        else:
            form = MappingForm(found, request.POST, request.FILES)
            if form.is_valid():
                mappings.keep(found, form.cleaned_data["text"], request.user.as_actor())
                messages.success(request, _("The mapping is saved. Uploads are read with it."))
                return redirect("bookings:mapping", agency=agency)
    versions = list(KeptMapping.objects.filter(agency=agency)[:VERSIONS])
    names = account_names({version.changed_by for version in versions})
    shown = {
        "agency": found,
        "used": used,
        "form": form,
        "export": export,
        "versions": [(version, names.get(version.changed_by, version.changed_by)) for version in versions],
        "edits": request.user.role == Role.COORDINATOR,
        "address": reverse("bookings:mapping", args=[agency]),
    }
    return render(request, "bookings/mapping.html", shown, status=status)


def _for_agency(text: str, agency: Agency) -> str:
    """A suggested mapping with the questions answered that the desk can answer: the agency and its zone."""
    for name, answer in (("agency", agency.agency), ("zone", agency.zone)):
        question = rf'(name = "{name}"\n(?:(?!\[\[).*\n)*?answer = )""'
        text = re.sub(question, rf'\g<1>"{answer}"', text, count=1)
    return text
