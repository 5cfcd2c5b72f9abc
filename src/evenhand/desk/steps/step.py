"""A step: an act that a subject's page offers, with its form, its function and who may do it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record import history
from evenhand.desk.record.act import BadActError
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.viewed import viewed
from evenhand.desk.steps.correction import correct, correction_form
from evenhand.desk.steps.form import ActForm
from evenhand.desk.timeline.names import EVENTS
from evenhand.record.events import Event, SubjectKind

R = TypeVar("R", bound=Model)
AGENCY, ICE = frozenset({Role.COORDINATOR}), frozenset({Role.FEDERAL_SUPERVISOR})
"""Who records a step: the agency's coordinator, ICE's supervisor."""
EITHER = AGENCY | ICE


def always(_any: Any) -> bool:
    return True


@dataclass(frozen=True)
class Step(Generic[R]):
    """`act(row, by, **values of the form)` records an event of the type `event`.

    `offered` says whether its page makes sense now; unless given, whether the act is possible. It only spares
    useless pages: the act itself asks again inside the writer's lock, and what is lawful is the guard's to
    say. `records`: which events of the type are this step's, where several steps record it.
    """

    slug: str
    event: str
    label: str | Promise
    form: type[ActForm]
    act: Callable[..., object]
    roles: frozenset[Role]
    offered: Callable[[R], bool] | None = None
    note: str | Promise = ""
    records: Callable[[Any], bool] = always

    def open_on(self, row: R) -> bool:
        """Whether the page makes sense for this row."""
        possible: Callable[[R], bool] = getattr(self.act, "possible", always)
        return (self.offered or possible)(row)


@dataclass(frozen=True)
class Steps(Generic[R]):
    """The steps of one kind of subject. `page` is the name of the subject's page, `find` gives its row.

    `first` are the acts that begin a history: each has a page of its own and gives the subject that it made;
    on the subject's page they can only be corrected. `viewed_as`
    is the name under which a view of the subject's events is recorded, where it is recorded. While an act is
    performed, `prepared` turns what the form says into the act's arguments.
    """

    kind: SubjectKind
    page: str
    find: Callable[[Subject], R]
    steps: tuple[Step[R], ...]
    first: tuple[Step[R], ...] = ()
    viewed_as: str = ""
    prepared: Callable[[dict[str, Any]], AbstractContextManager[Mapping[str, Any]]] = nullcontext

    def open_to(self, user: User, row: R) -> list[Step[R]]:
        """The steps that the account may take now."""
        return [step for step in self.steps if user.role in step.roles and step.open_on(row)]

    def first_urls(self) -> list[URLPattern]:
        """An address for each act that begins a history, `<slug>/`. They come before those of subjects."""
        return [path(f"{step.slug}/", self._begin(step), name=step.slug) for step in self.first]

    def urls(self) -> list[URLPattern]:
        """An address a step, `<subject>/<slug>/`, open to the step's own roles, and that of corrections."""
        steps = [
            path(f"{self._subject}/{step.slug}/", self._view(step), name=step.slug) for step in self.steps
        ]
        return [*steps, path(f"{self._subject}/correct/<uuid:event>/", self._correct(), name="correct")]

    def correctable(self, user: User, entries: Sequence[Entry]) -> dict[UUID, str]:
        """Where the account may correct each event that nothing has corrected yet."""
        name = f"{self._room}:correct"
        events = history.effective(entries)
        return {e.id: reverse(name, args=[e, e.id]) for e in events if self._step_of(user, e)}

    @property
    def _subject(self) -> str:
        return f"<{self.kind.value}:subject>"

    @property
    def _room(self) -> str:
        return self.page.partition(":")[0]

    def _step_of(self, user: User, event: Event) -> Step[R] | None:
        """The step that records such an event and is open to the account."""
        steps = (s for s in (*self.first, *self.steps) if s.event == event.type and s.records(event))
        return next((step for step in steps if user.role in step.roles), None)

    def _begin(self, step: Step[R]) -> Callable[..., HttpResponse]:
        @allow(*step.roles)
        @require_http_methods(["GET", "HEAD", "POST"])
        def view(request: SignedInRequest) -> HttpResponse:
            form, made = bound(request, step.form), list[str]()
            by = request.user.as_actor()

            def act() -> None:
                with self.prepared(form.values()) as values:
                    made.append(str(step.act(by=by, **values)))

            if _recorded(form, act):
                return redirect(self.page, Subject(form.values()["agency"], self.kind, made[0]))
            return _form(request, form, back=reverse(f"{self._room}:list"), title=step.label)

        return view

    def _view(self, step: Step[R]) -> Callable[..., HttpResponse]:
        @allow(*step.roles)
        @require_http_methods(["GET", "HEAD", "POST"])
        def view(request: SignedInRequest, subject: Subject) -> HttpResponse:
            row = self.find(subject)
            if request.method != "POST" and not step.open_on(row):
                messages.warning(request, _("That step is not open now; the page shows what is."))
                return redirect(self.page, subject)
            # What was entered is local time of the place; so is what is shown.
            with timezone.override(row.zone):  # type: ignore[attr-defined]
                form = bound(request, step.form, row)
                by = request.user.as_actor()

                def act() -> None:
                    with self.prepared(form.values()) as values:
                        step.act(row, by, **values)

                if _recorded(form, act):
                    messages.success(request, _("Recorded: %(what)s.") % {"what": step.label})
                    return redirect(self.page, subject)
                back = reverse(self.page, args=[subject])
                return _form(request, form, row=row, back=back, title=step.label, note=step.note)

        return view

    def _correct(self) -> Callable[..., HttpResponse]:
        @allow(*{role for step in (*self.first, *self.steps) for role in step.roles})
        @require_http_methods(["GET", "HEAD", "POST"])
        def view(request: SignedInRequest, subject: Subject, event: UUID) -> HttpResponse:
            row = self.find(subject)
            entries = history.load(subject)
            wrong = next((e for e in history.effective(entries) if e.id == event), None)
            step = self._step_of(request.user, wrong) if wrong else None
            if wrong is None or step is None:
                raise Http404
            if self.viewed_as:
                viewed(request.user, entries, what=self.viewed_as)
            with timezone.override(row.zone):  # type: ignore[attr-defined]
                data = request.POST if request.method == "POST" else None
                form = correction_form(step.form, row, wrong, data)
                if _recorded(form, lambda: correct(wrong, request.user.as_actor(), form)):
                    messages.success(request, _("The correction is recorded."))
                    return redirect(self.page, subject)
                title = _("Correct an entry")
                back = reverse(self.page, args=[subject])
                return _form(request, form, row=row, back=back, title=title, what=EVENTS[wrong.type])

        return view


def _form(
    request: SignedInRequest, form: ActForm, *, row: Model | None = None, **words: str | Promise
) -> HttpResponse:
    return render(request, "steps/step.html", {"row": row, "form": form, **words})


def bound(request: SignedInRequest, form: type[ActForm], row: Any = None) -> ActForm:
    """The form with what was sent, or empty."""
    if request.method == "POST":
        return form(request.POST, request.FILES, row=row)
    return form(row=row)


def _recorded(form: ActForm, act: Callable[[], object]) -> bool:
    """Whether the form was sent, is valid, and the act was recorded; what is impossible is shown in it."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        act()
    except BadActError as error:
        form.blame(error)
        return False
    return True
