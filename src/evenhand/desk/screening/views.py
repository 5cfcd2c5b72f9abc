"""Pages of screening: the worklist, the form's steps, the interview, checks, claims, the determination."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.cases import form_page, opened, report_by
from evenhand.desk.bookings.forms import FacilityField, in_zone
from evenhand.desk.bookings.labels import STEPS
from evenhand.desk.bookings.models import Case
from evenhand.desk.bookings.people import named
from evenhand.desk.bookings.submit import submitted
from evenhand.desk.bookings.views import INTERVIEW_READS, PAGE, READS
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.viewed import listed
from evenhand.desk.screening import acts, worklist
from evenhand.desk.screening.forms import (
    CheckForm,
    ClaimForm,
    CloseForm,
    DeterminationForm,
    DocumentForm,
    InterviewCorrection,
    InterviewForm,
    ReopenForm,
    ReportForm,
    StepForm,
    StepsAgainForm,
)
from evenhand.desk.timeline.lines import account_names
from evenhand.record.events.booking import (
    ChargingForm,
    CheckResponse,
    CheckSystem,
    ClaimHow,
    ClosingReason,
    DeterminationOutcome,
    InterviewHeld,
    ScreeningStepDone,
    Step,
)

OFFICER = Role.DESIGNATED_OFFICER


class FacilityForm(forms.Form):
    """The one choice of the worklist."""

    facility = FacilityField(label=gettext_lazy("Facility"), required=False, empty_label=gettext_lazy("All"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].offer()  # type: ignore[attr-defined]


@allow(*READS)
@require_GET
def work(request: SignedInRequest) -> HttpResponse:
    """Open screenings in the order of booking, then cases that wait for a determination."""
    search = FacilityForm(request.GET)
    chosen = search.cleaned_data["facility"] if search.is_valid() else None
    page = Paginator(worklist.open_screenings(chosen.code if chosen else ""), PAGE).get_page(
        request.GET.get("page")
    )
    now = timezone.now()
    waiting, to_determine = list(page), list(worklist.to_determine()[:PAGE])
    people = named([*waiting, *to_determine])
    listed(request.user, people, what="screening", facility=chosen.code if chosen else "")
    shown = {
        "search": search,
        "page": page,
        "waiting": [worklist.waiting(case, now) for case in waiting],
        "to_determine": to_determine,
        "acts": request.user.role == OFFICER,
    }
    return render(request, "screening/worklist.html", shown)


def _page(request: SignedInRequest, case: Case, template: str, form: forms.Form, **more: Any) -> HttpResponse:
    shown = {"case": case, "form": form, "report_by": report_by(case), **more}
    return form_page(request, case, f"screening/{template}.html", shown)


def _back(case: Case, said: str, request: SignedInRequest) -> HttpResponse:
    messages.success(request, said)
    return redirect("bookings:case", case)


@allow(OFFICER)
@require_http_methods(["GET", "POST"])
def steps(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """The form's steps, one a page, the same for everyone; a second screening shows them together."""
    case, entries = opened(request.user, subject, "screening", sent=request.method == "POST")
    by, step = request.user.as_actor(), acts.next_step(case)
    if case.screening_closed_at is not None or step is None:
        return redirect("bookings:case", subject=subject)
    again = case.screenings > 1
    posted = request.POST if request.method == "POST" else None
    form = StepsAgainForm(posted) if again else StepForm(posted, initial={"step": step.value})

    def act() -> None:
        if again:
            acts.do_steps_again(case, by)
        else:
            acts.do_step(case, form.cleaned_data["step"], by)

    with in_zone(case):
        if posted is not None and submitted(form, act):
            last = again or step == acts.steps_of(case)[-1]
            if last:
                return _back(case, _("The screening is completed."), request)
            return redirect("screening:steps", subject=subject)
        done = {} if again else _done(entries)
        shown = [(one, STEPS[one], *done.get(one, (None, ""))) for one in acts.steps_of(case)]
        older = worklist.older_waiting(case)
        return _page(request, case, "steps", form, step=step, again=again, steps=shown, older=older)


def _done(entries: list[Entry]) -> dict[Step, tuple[datetime, str]]:
    """When and by whom each step was done."""
    events = [e for e in history.effective(entries) if isinstance(e, ScreeningStepDone)]
    names = account_names({e.actor for e in events if e.actor})
    return {e.step: (e.occurred_at, names.get(e.actor or "", e.actor or "")) for e in events}


def _act_page(
    request: SignedInRequest,
    subject: Subject,
    kind: type[forms.Form],
    act: Callable[[Case, dict[str, Any]], object],
    said: str,
    title: str,
    initial: dict[str, Any] | None = None,
) -> HttpResponse:
    """A page with one form that performs one act on a case and returns to it."""
    case, _entries = opened(request.user, subject, "screening", sent=request.method == "POST")
    with in_zone(case):
        form = kind(request.POST if request.method == "POST" else None, initial=initial)
        if form.is_bound and submitted(form, lambda: act(case, form.cleaned_data)):
            return _back(case, said, request)
        return _page(request, case, "act", form, title=title)


@allow(OFFICER)
@require_http_methods(["GET", "POST"])
def close(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """Close a screening for a neutral reason; a person may decline to answer."""
    by = request.user.as_actor()
    return _act_page(
        request,
        subject,
        CloseForm,
        lambda case, said: acts.close(case, ClosingReason(said["closing_reason"]), by, said["at"]),
        _("The screening is closed."),
        _("Close the screening"),
    )


@allow(OFFICER)
@require_http_methods(["GET", "POST"])
def reopen(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """Screen again, with the reason."""
    by = request.user.as_actor()
    return _act_page(
        request,
        subject,
        ReopenForm,
        lambda case, said: acts.reopen(case, said["reason"], by),
        _("The screening is open again."),
        _("Screen again"),
    )


@allow(OFFICER)
@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """Record a check of a system and its answer."""
    by = request.user.as_actor()
    return _act_page(
        request,
        subject,
        CheckForm,
        lambda case, said: acts.record_check(
            case,
            CheckSystem(said["system"]),
            CheckResponse(said["response"]),
            by,
            said["at"],
            logged=said["logged"],
        ),
        _("The check is recorded."),
        _("Record a check"),
    )


@allow(OFFICER)
@require_http_methods(["GET", "POST"])
def document(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """Record that a charging document was prepared."""
    by = request.user.as_actor()
    return _act_page(
        request,
        subject,
        DocumentForm,
        lambda case, said: acts.prepare_document(case, ChargingForm(said["form"]), by, said["at"]),
        _("The document waits for an ICE officer's signature."),
        _("Prepare a charging document"),
    )


@allow(OFFICER)
@require_http_methods(["GET", "POST"])
def determination(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """The officer's determination, with grounds and reasons."""
    by = request.user.as_actor()
    return _act_page(
        request,
        subject,
        DeterminationForm,
        lambda case, said: acts.determine(
            case,
            DeterminationOutcome(said["outcome"]),
            said["grounds"],
            by,
            said["at"],
            conviction_class=said["conviction_class"],
            pending_class=said["pending_class"],
            reason=said["reason"],
        ),
        _("The determination is with the federal supervisor."),
        _("Make a determination"),
    )


@allow(OFFICER, Role.BOOKING_OFFICER, Role.FEDERAL_SUPERVISOR)
@require_http_methods(["GET", "POST"])
def claim(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """Record a claim to U.S. citizenship, which stops the case; then, that ICE was told of it."""
    case, _entries = opened(request.user, subject, "screening", sent=request.method == "POST")
    by = request.user.as_actor()
    with in_zone(case):
        if case.claim_open:
            report = ReportForm(request.POST if request.method == "POST" else None)

            def tell() -> None:
                acts.report_claim(case, by, exigent=report.cleaned_data["exigent"])

            if report.is_bound and submitted(report, tell):
                return _back(case, _("Recorded: ICE was told of the claim."), request)
            return _page(request, case, "stopped", report)
        form: forms.Form = ClaimForm(
            request.POST if request.method == "POST" else None, initial={"how": "stated"}
        )

        def act() -> None:
            acts.claim(case, ClaimHow(form.cleaned_data["how"]), by, form.cleaned_data["at"])

        if form.is_bound and submitted(form, act):
            messages.warning(request, _("The case is stopped. Tell ICE of the claim at once."))
            return redirect("screening:claim", subject=subject)
        return _page(request, case, "act", form, title=_("Claim to U.S. citizenship"))


@allow(*INTERVIEW_READS, writers=[OFFICER])
@require_http_methods(["GET", "POST"])
def interview(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """The interview form: to be filled in or corrected by an officer, read by who reviews it."""
    case, entries = opened(request.user, subject, "interview", sent=request.method == "POST")
    held = [e for e in history.effective(entries) if isinstance(e, InterviewHeld)]
    may_write = request.user.role == OFFICER
    with in_zone(case):
        wrong = held[-1] if held else None
        posted = request.POST if request.method == "POST" else None
        if wrong is not None and not (posted and posted.get("another")) and "another" not in request.GET:
            form: InterviewForm = InterviewCorrection(posted, initial=InterviewCorrection.initial_of(wrong))
        else:
            wrong, form = None, InterviewForm(posted)

        def act() -> None:
            said = form.cleaned_data
            acts.hold_interview(
                case,
                form.interview(),
                request.user.as_actor(),
                said["at"] or (wrong.occurred_at if wrong else None),
                corrects=wrong.id if wrong else None,
                reason=said.get("reason", ""),
            )

        if form.is_bound and submitted(form, act):
            return _back(case, _("The interview is recorded."), request)
        if not may_write:
            for field in form.fields.values():
                field.disabled = True
        return _page(request, case, "interview", form, held=held, correcting=wrong, may_write=may_write)
