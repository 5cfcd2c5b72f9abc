"""The administrator's pages. An administrator manages who may sign in and sees no case."""

import logging

from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.administrators import LastAdministratorError, one_stays
from evenhand.desk.accounts.forms import AccountForm, AgencyForm, FacilityForm
from evenhand.desk.accounts.invitation import invitation
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.scope import EVERYTHING, within

log = logging.getLogger("evenhand.desk.accounts")

LAST = gettext_lazy(
    "This account is the last administrator who can sign in. Make another account an administrator first, "
    "and wait until its holder has set a password."
)


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
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: SignedInRequest, number: int | None = None) -> HttpResponse:
    """Make or change an account."""
    user = None if number is None else get_object_or_404(User, pk=number)
    form = AccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        try:
            with one_stays():
                kept = form.keep()
        except LastAdministratorError:
            form.add_error(None, LAST)
        else:
            log.info(
                "account kept", extra={"by": request.user.actor, "account": kept.actor, "role": kept.role}
            )
            return _after(request, kept)
    title = _("New account") if user is None else _("Change account")
    return render(request, "accounts/edit.html", {"form": form, "title": title})


def _after(request: SignedInRequest, kept: User) -> HttpResponse:
    """A disabled account is signed out at once; who gave up the own role goes home."""
    if kept.pk != request.user.pk:
        if not kept.is_active:
            _sign_out(kept)
        return redirect("accounts:show", kept.pk)
    if not kept.is_active:
        logout(request)
        return redirect("account_login")
    return redirect("accounts:show", kept.pk) if kept.role == Role.ADMINISTRATOR else redirect("home:home")


@allow(Role.ADMINISTRATOR)
@require_safe
def show(request: SignedInRequest, number: int) -> HttpResponse:
    with within(EVERYTHING):
        user = get_object_or_404(User.objects.prefetch_related("agencies"), pk=number)
        return render(request, "accounts/show.html", {"account": user})


@allow(Role.ADMINISTRATOR)
@require_POST
def invite(request: SignedInRequest, number: int) -> HttpResponse:
    """A link with which the account's holder sets a password, shown once; all its sessions end."""
    user = get_object_or_404(User, pk=number, is_active=True)
    _sign_out(user)
    log.info("account invited", extra={"by": request.user.actor, "account": user.actor})
    link = request.build_absolute_uri(invitation(user))
    return render(request, "accounts/invited.html", {"account": user, "link": link})


def _sign_out(user: User) -> None:
    """End all sessions of an account."""
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def agency(request: SignedInRequest) -> HttpResponse:
    return _place(request, AgencyForm, gettext_lazy("New agency"))


@allow(Role.ADMINISTRATOR)
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
            form.save()
            log.info("place kept", extra={"by": request.user.actor, "place": form.instance.pk})
            return redirect("accounts:list")
        return render(request, "accounts/edit.html", {"form": form, "title": title})


@allow(*Role)
@require_safe
def address(request: SignedInRequest) -> HttpResponse:
    """The account's address, which an administrator changes and nobody else."""
    return render(request, "accounts/address.html", {})
