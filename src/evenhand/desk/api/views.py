"""The administrator's pages for API tokens and webhooks."""

import logging

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evenhand.desk.accounts import requests
from evenhand.desk.accounts.access import SignedInRequest, allow, recent_sign_in
from evenhand.desk.accounts.models import Role
from evenhand.desk.api import access
from evenhand.desk.api.forms import HookForm, TokenForm
from evenhand.desk.api.models import Grant, Token
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.webhooks.models import Hook

log = logging.getLogger("evenhand.desk.api")


@allow(Role.ADMINISTRATOR)
@require_safe
def programs(request: SignedInRequest) -> HttpResponse:
    """The tokens and webhooks."""
    with within(EVERYTHING):
        context = {
            "tokens": [(token, token.valid(timezone.now())) for token in Token.objects.all()],
            "hooks": list(Hook.objects.order_by("agency", "url")),
        }
        return render(request, "api/programs.html", context)


@allow(Role.ADMINISTRATOR)
@recent_sign_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: SignedInRequest) -> HttpResponse:
    """Issue a token and show its secret once; for federal acts, ask a second person instead."""
    with within(EVERYTHING):
        form = TokenForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            said = {name: form.cleaned_data[name] for name in ("agency", "name", "grants", "roles", "days")}
            if Grant.FEDERAL in said["grants"]:
                asked = requests.ask_token(request.user, **said)
                log.info("federal token requested", extra={"by": request.user.actor})
                return render(request, "accounts/asked.html", {"asked": [asked]})
            token, secret = access.issue_token(request.user, **said)
            log.info("token issued", extra={"by": request.user.actor, "token": token.pk})
            return render(request, "api/issued.html", {"secret": secret, "what": token.name})
        return render(request, "api/new.html", {"form": form, "title": _("New token")})


@allow(Role.ADMINISTRATOR)
@recent_sign_in
@require_POST
def revoke_token(request: SignedInRequest, number: int) -> HttpResponse:
    with within(EVERYTHING):
        access.revoke(request.user, get_object_or_404(Token, pk=number, revoked_at=None))
    log.info("token revoked", extra={"by": request.user.actor, "token": number})
    return redirect("programs:list")


@allow(Role.ADMINISTRATOR)
@recent_sign_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_hook(request: SignedInRequest) -> HttpResponse:
    """Add a webhook; the secret of its signatures is shown once."""
    with within(EVERYTHING):
        form = HookForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            hook = access.add_hook(request.user, **form.cleaned_data)
            log.info("hook made", extra={"by": request.user.actor, "hook": hook.pk})
            return render(request, "api/issued.html", {"secret": hook.secret, "what": hook.url})
        return render(request, "api/new.html", {"form": form, "title": _("New webhook")})


@allow(Role.ADMINISTRATOR)
@recent_sign_in
@require_POST
def stop_hook(request: SignedInRequest, number: int) -> HttpResponse:
    with within(EVERYTHING):
        access.stop_hook(request.user, get_object_or_404(Hook, pk=number, active=True))
    log.info("hook stopped", extra={"by": request.user.actor, "hook": number})
    return redirect("programs:list")
