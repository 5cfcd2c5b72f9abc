"""The administrator's pages for other programs."""

import logging
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.api.forms import HookForm, TokenForm
from evenhand.desk.api.models import Grant, Token, issue
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.webhooks.models import Hook

log = logging.getLogger("evenhand.desk.api")


@allow(Role.ADMINISTRATOR)
@require_safe
def programs(request: SignedInRequest) -> HttpResponse:
    """The tokens and the addresses that are told."""
    with within(EVERYTHING):
        context = {
            "tokens": [(token, token.valid(timezone.now())) for token in Token.objects.all()],
            "hooks": list(Hook.objects.order_by("agency", "url")),
        }
        return render(request, "api/programs.html", context)


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: SignedInRequest) -> HttpResponse:
    """Make a token; its secret is shown once."""
    with within(EVERYTHING):
        form = TokenForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            grants = [Grant(grant) for grant in said["grants"]]
            lasts = timedelta(days=said["days"])
            token, secret = issue(said["agency"], said["name"], grants, request.user.actor, lasts)
            log.info("token made", extra={"by": request.user.actor, "token": token.pk})
            return render(request, "api/issued.html", {"secret": secret, "what": token.name})
        return render(request, "api/new.html", {"form": form, "title": _("New token")})


@allow(Role.ADMINISTRATOR)
@require_POST
def revoke_token(request: SignedInRequest, number: int) -> HttpResponse:
    with within(EVERYTHING):
        token = get_object_or_404(Token, pk=number, revoked_at=None)
        token.revoked_at = timezone.now()
        token.save()
    log.info("token revoked", extra={"by": request.user.actor, "token": number})
    return redirect("programs:list")


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_hook(request: SignedInRequest) -> HttpResponse:
    """Enter an address that is told; the secret of its signatures is shown once."""
    with within(EVERYTHING):
        form = HookForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            hook = Hook.objects.create(**form.cleaned_data)
            log.info("hook made", extra={"by": request.user.actor, "hook": hook.pk})
            return render(request, "api/issued.html", {"secret": hook.secret, "what": hook.url})
        return render(request, "api/new.html", {"form": form, "title": _("New address that is told")})


@allow(Role.ADMINISTRATOR)
@require_POST
def stop_hook(request: SignedInRequest, number: int) -> HttpResponse:
    with within(EVERYTHING):
        hook = get_object_or_404(Hook, pk=number, active=True)
        hook.active = False
        hook.save()
    log.info("hook stopped", extra={"by": request.user.actor, "hook": number})
    return redirect("programs:list")
