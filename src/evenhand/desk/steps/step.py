"""A step: an act that a subject's page offers, with its form, its function and who may do it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record.act import BadActError
from evenhand.desk.steps.form import ActForm

R = TypeVar("R", bound=Model)


def always(_row: Any) -> bool:
    return True


@dataclass(frozen=True)
class Step(Generic[R]):
    """`act(row, by, **values of the form)` records it; `offered` says whether it makes sense now.

    `offered` only spares useless pages: what is lawful is the guard's to say.
    """

    slug: str
    label: str | Promise
    form: type[ActForm]
    act: Callable[..., object]
    roles: frozenset[Role]
    offered: Callable[[R], bool] = always
    note: str | Promise = ""


@dataclass(frozen=True)
class Steps(Generic[R]):
    """The steps of one kind of subject. `page` is the name of the subject's page, `find` gives its row."""

    page: str
    find: Callable[[str], R]
    steps: tuple[Step[R], ...]

    def open_to(self, user: User, row: R) -> list[Step[R]]:
        """The steps that the account may take now."""
        return [step for step in self.steps if user.role in step.roles and step.offered(row)]

    def urls(self) -> list[URLPattern]:
        """One address a step, `<subject>/<slug>/`, each open to the step's own roles."""
        return [path(f"<str:subject>/{step.slug}/", self._view(step), name=step.slug) for step in self.steps]

    def _view(self, step: Step[R]) -> Callable[..., HttpResponse]:
        @allow(*step.roles)
        def view(request: SignedInRequest, subject: str) -> HttpResponse:
            row = self.find(subject)
            back = redirect(self.page, subject)
            if not step.offered(row):
                messages.warning(request, _("That step is not open now; the page shows what is."))
                return back
            # What was entered is local time of the place; so is what is shown.
            with timezone.override(row.zone):  # type: ignore[attr-defined]
                form = bound(request, step.form, row)
                if form.is_bound and form.is_valid():
                    try:
                        step.act(row, request.user.as_actor(), **form.values())
                    except BadActError as error:
                        form.blame(error)
                    else:
                        messages.success(request, _("Recorded: %(what)s.") % {"what": step.label})
                        return back
                context = {"step": step, "form": form, "row": row, "back": back.url}
                return render(request, "steps/step.html", context)

        return view


def bound(request: SignedInRequest, form: type[ActForm], row: Any = None) -> ActForm:
    """The form with what was sent, or empty."""
    if request.method == "POST":
        return form(request.POST, request.FILES, row=row)
    return form(row=row)
