"""Pages of erasure: the orders, one order with its file, entering and deciding."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evenhand.desk.accounts.access import SignedInRequest, allow, recent_sign_in
from evenhand.desk.erasure import acts
from evenhand.desk.erasure.forms import DeclineForm, OrderForm
from evenhand.desk.erasure.models import Backup, ErasureOrder
from evenhand.desk.erasure.scrub import finish
from evenhand.desk.erasure.sessions import HELD
from evenhand.desk.record import history
from evenhand.desk.record.erased import StillHeldError
from evenhand.desk.record.history import Subject
from evenhand.desk.record.viewed import viewed
from evenhand.desk.timeline.lines import account_names
from evenhand.record.events import SubjectKind
from evenhand.record.events.privacy import ErasureScope


@allow(*acts.DECIDES)
@require_safe
def orders(request: SignedInRequest) -> HttpResponse:
    """All orders: those that wait, those that have steps left, those that are done."""
    enters = request.user.role in acts.ENTERS
    return render(request, "erasure/list.html", {"orders": ErasureOrder.objects.all(), "enters": enters})


@allow(*acts.ENTERS)
@recent_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: SignedInRequest) -> HttpResponse:
    """Enter a court's order."""
    form = OrderForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        order = acts.enter(
            request.user,
            agency=said["agency"].agency,
            court=said["court"],
            number=said["number"],
            ordered_on=said["ordered_on"],
            document=said["document"].read(),
            histories=said["histories"],
            scope=ErasureScope(said["scope"]),
        )
        messages.success(request, _("Order entered. Nothing is erased until a second person confirms it."))
        return redirect("erasure:show", order.pk)
    return render(request, "erasure/enter.html", {"form": form}, status=422 if form.is_bound else 200)


@allow(*acts.DECIDES)
@require_safe
def show(request: SignedInRequest, number: int) -> HttpResponse:
    """One order: what it says, which records it concerns, and what is left to do."""
    return _shown(request, get_object_or_404(ErasureOrder, pk=number), DeclineForm())


def _shown(
    request: SignedInRequest, order: ErasureOrder, form: DeclineForm, status: int = 200
) -> HttpResponse:
    names = account_names({order.entered_by, order.decided_by})
    backups = Backup.objects.filter(made_at__lt=order.decided_at) if order.carried_out else []
    shown = {
        "order": order,
        "form": form,
        "entered_by": names.get(order.entered_by, order.entered_by),
        "decided_by": names.get(order.decided_by, order.decided_by),
        "bookings": [one for one in order.subjects() if one.kind is SubjectKind.BOOKING],
        "complaints": [one for one in order.subjects() if one.kind is SubjectKind.COMPLAINT],
        "decides": order.open and request.user.actor != order.entered_by,
        "backups": backups,
    }
    return render(request, "erasure/show.html", shown, status=status)


@allow(*acts.DECIDES)
@require_safe
def document(request: SignedInRequest, number: int) -> HttpResponse:
    """The order's file while it is open; opening it is recorded."""
    order = get_object_or_404(ErasureOrder, pk=number)
    if not order.open:
        raise Http404
    content = acts.document_of(order)
    viewed(
        request.user,
        history.load(Subject(order.agency, SubjectKind.SYSTEM, order.subject)),
        what="erasure.document",
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="order-{order.sha256[:12]}.pdf"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@allow(*acts.DECIDES)
@recent_sign_in
@require_POST
def decide(request: SignedInRequest, number: int) -> HttpResponse:
    """Confirm or decline an order as its second person. A confirmed one is carried out at once."""
    order = get_object_or_404(ErasureOrder, pk=number)
    form = DeclineForm(request.POST)
    confirms = request.POST.get("decision") == "confirm"
    if not confirms and not form.is_valid():
        return _shown(request, order, form, status=422)
    # This session is written again at the end of the request.
    for name in HELD:
        request.session.pop(name, None)
    try:
        if confirms:
            finish(acts.confirm(order.pk, request.user))
            messages.success(request, _("The records were erased."))
        else:
            acts.decline(order.pk, request.user, form.cleaned_data["note"])
            messages.success(request, _("The order was declined. Nothing was erased."))
    except (acts.NotDecidedError, StillHeldError) as error:
        messages.error(request, str(error))
    return redirect("erasure:show", order.pk)
