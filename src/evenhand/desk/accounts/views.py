"""The pages on accounts. An administrator manages who may sign in and sees no case; what takes two people is
confirmed on the page of requests.
"""

import logging
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evenhand.desk.accounts import acts, requests
from evenhand.desk.accounts.access import SignedInRequest, allow, recent_sign_in
from evenhand.desk.accounts.acts import NotAllowedError, OverError
from evenhand.desk.accounts.administrators import LastAdministratorError, TakenError
from evenhand.desk.accounts.forms import AccountForm, AgencyForm, DetailsForm, FacilityForm, InviteForm
from evenhand.desk.accounts.invitation import path_of
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.accounts.requests import SECONDS
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.timeline.names import EVENTS
from evenhand.record.events import SubjectKind

log = logging.getLogger("evenhand.desk.accounts")

LAST = gettext_lazy(
    "This account is the last administrator who can sign in. Make another account an administrator first, "
    "and wait until its holder has set a password."
)
TAKEN = gettext_lazy("Another account has this email address or name in the record. Enter a different one.")
OWN = gettext_lazy("You can't change your own access. Another administrator changes your account.")
OVER = gettext_lazy("This request was decided, has expired, or is not yours to decide.")


@allow(Role.ADMINISTRATOR)
@require_safe
def account_list(request: SignedInRequest) -> HttpResponse:
    with within(EVERYTHING):
        context = {
            "users": list(User.objects.order_by("name").prefetch_related("agencies")),
            "agencies": list(Agency.objects.all()),
            "facilities": list(Facility.objects.all()),
        }
        return render(request, "accounts/list.html", context)


@allow(Role.ADMINISTRATOR)
@recent_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: SignedInRequest, number: int | None = None) -> HttpResponse:
    """Ask for a new account, or change one: what gives access becomes a request to a second person."""
    user = None if number is None else get_object_or_404(User, pk=number)
    form = AccountForm(request.POST or None, account=user)
    if request.method == "POST" and user is not None and user.pk == request.user.pk:
        form.add_error(None, OWN)
    elif request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            return _made(request, said) if user is None else _changed(request, user, said)
        except LastAdministratorError:
            form.add_error(None, LAST)
        except TakenError:
            form.add_error("email", TAKEN)
        except NotAllowedError:
            form.add_error(None, OVER)
    title = _("New account") if user is None else _("Change account")
    return render(request, "accounts/edit.html", {"form": form, "title": title})


def _made(request: SignedInRequest, said: dict[str, Any]) -> HttpResponse:
    wanted = {name: said[name] for name in ("email", "name", "role", "actor", "agencies")}
    return _asked(request, requests.ask_account(request.user, **wanted))


def _changed(request: SignedInRequest, user: User, said: dict[str, Any]) -> HttpResponse:
    """Take away what is taken away, and ask a second person for what is given."""
    with within(EVERYTHING):
        had = set(user.agencies.values_list("pk", flat=True))
    wanted, active = set(said["agencies"]), said["is_active"]
    granted = said["role"] != user.role or bool(wanted - had)
    # First, since it ends the requests that are open for the account.
    acts.restrict(request.user, user, agencies=had if granted else wanted, active=active)
    asked = []
    if (said["name"], said["email"]) != (user.name, user.email):
        found = requests.ask_correction(request.user, user, name=said["name"], email=said["email"])
        asked.append(found)
    if granted:
        asked.append(requests.ask_grant(request.user, user, role=said["role"], agencies=wanted))
    if active and not user.is_active:
        asked.append(requests.ask_enable(request.user, user))
    log.info("account changed", extra={"by": request.user.actor, "account": user.actor})
    return _asked(request, *asked) if asked else redirect("accounts:show", user.pk)


def _asked(request: SignedInRequest, *asked: requests.Asked) -> HttpResponse:
    for one in asked:
        log.info("change of access requested", extra={"by": request.user.actor, "change": one.request.change})
    return render(request, "accounts/asked.html", {"asked": asked})


@allow(Role.ADMINISTRATOR)
@require_safe
def show(request: SignedInRequest, number: int) -> HttpResponse:
    with within(EVERYTHING):
        user = get_object_or_404(User.objects.prefetch_related("agencies"), pk=number)
        context = {
            "account": user,
            "own": user.pk == request.user.pk,
            "form": InviteForm(),
            "history": _history(user.actor),
        }
        return render(request, "accounts/show.html", context)


def _history(subject: str) -> Sequence[dict[str, Any]]:
    """What the ledger has on an account, the latest first."""
    found = Occurrence.objects.filter(kind=SubjectKind.ACCOUNT.value, subject=subject).order_by("-seq")
    return [{"at": line.occurred_at, "what": EVENTS[line.type], "by": line.actor} for line in found[:100]]


@allow(Role.ADMINISTRATOR)
@recent_sign_in
@require_POST
def invite(request: SignedInRequest, number: int) -> HttpResponse:
    """Ask a second person for a link with which the account's holder sets a password."""
    user = get_object_or_404(User, pk=number, is_active=True)
    form = InviteForm(request.POST)
    clears = form.is_valid() and form.cleaned_data["clears_factors"]
    try:
        return _asked(request, requests.ask_invitation(request.user, user, clears_factors=clears))
    except NotAllowedError:
        messages.error(request, OWN)
        return redirect("accounts:show", user.pk)


def _invited(request: SignedInRequest, link: acts.Link) -> HttpResponse:
    """The page after an invitation: with the link where no mail is sent."""
    shown = request.build_absolute_uri(path_of(link.secret)) if link.secret else ""
    context = {"account": link.invitation.account, "invitation": link.invitation, "link": shown}
    return render(request, "accounts/invited.html", context)


@allow(*SECONDS)
@never_cache
@require_safe
def request_list(request: SignedInRequest) -> HttpResponse:
    """The changes of access that await this account as their second person."""
    found = requests.open_for(request.user, timezone.now())
    names = {user.actor: user.name for user in User.objects.filter(actor__in=[r.asked_by for r in found])}
    rows = [
        {
            "request": r,
            "by": names.get(r.asked_by, r.asked_by),
            "role": Role(r.wants["role"]).label if "role" in r.wants else "",
        }
        for r in found
    ]
    return render(request, "accounts/requests.html", {"rows": rows})


@allow(*SECONDS)
@recent_sign_in
@never_cache
@require_POST
def decide(request: SignedInRequest, number: int) -> HttpResponse:
    """Confirm or decline a request; a link or token that follows is shown once, here."""
    if not any(found.pk == number for found in requests.open_for(request.user, timezone.now())):
        raise Http404
    try:
        if request.POST.get("decision") != "confirm":
            requests.decline(number, request.user)
            messages.success(request, _("You declined the request. This was logged."))
            return redirect("accounts:requests")
        done = requests.confirm(number, request.user)
    except (NotAllowedError, OverError):
        messages.error(request, OVER)
        return redirect("accounts:requests")
    except TakenError:
        messages.error(request, TAKEN)
        return redirect("accounts:requests")
    log.info("change of access confirmed", extra={"by": request.user.actor, "change": done.request.change})
    if done.link is not None:
        return _invited(request, done.link)
    if done.token:
        return render(
            request, "api/issued.html", {"secret": done.token, "what": done.request.wants["program"]}
        )
    messages.success(request, _("You confirmed the request. The change is in effect."))
    return redirect("accounts:requests")


@allow(Role.ADMINISTRATOR)
@recent_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def agency(request: SignedInRequest) -> HttpResponse:
    return _place(request, AgencyForm, gettext_lazy("New agency"))


@allow(Role.ADMINISTRATOR)
@recent_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def facility(request: SignedInRequest) -> HttpResponse:
    return _place(request, FacilityForm, gettext_lazy("New facility"))


def _place(
    request: SignedInRequest,
    kind: type[AgencyForm] | type[FacilityForm],
    title: str | Promise,
) -> HttpResponse:
    with within(EVERYTHING):
        form = kind(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with acts.changing():
                form.save()
                acts.places_added(request.user, [form.instance.pk])
            log.info("place kept", extra={"by": request.user.actor, "place": form.instance.pk})
            return redirect("accounts:list")
        return render(request, "accounts/edit.html", {"form": form, "title": title})


@allow(*Role)
@recent_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: SignedInRequest) -> HttpResponse:
    """The account's own name and address: its holder asks for a change, a second person confirms it."""
    given = {"name": request.user.name, "email": request.user.email}
    form = DetailsForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            requests.ask_details(request.user, **form.cleaned_data)
        except TakenError:
            form.add_error("email", _("You can't use this email address. Enter a different one."))
        else:
            messages.success(request, _("We sent your request. Someone else must confirm it."))
            return redirect("home:home")
    return render(request, "accounts/address.html", {"form": form})
