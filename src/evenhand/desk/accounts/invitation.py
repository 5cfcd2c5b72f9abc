"""The link with which an account's holder sets a password: its address, its mail and its page."""

from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from evenhand.desk.accounts.access import anyone
from evenhand.desk.accounts.acts import OverError, accept, digest, open_invitation
from evenhand.desk.accounts.forms import PasswordForm
from evenhand.desk.accounts.models import Invitation
from evenhand.desk.environment import environment

KEPT = "invitation"
"""Where a session keeps the digest of the link that it opened."""


def path_of(secret: str) -> str:
    return reverse("accounts:invitation", args=(secret,))


def printed(secret: str) -> str:
    """The link for a mail or a terminal. Its host is the setting's, never that of a request."""
    host = next(iter(environment().hosts), "")
    return f"https://{host}{path_of(secret)}" if host else path_of(secret)


def mail(invitation: Invitation, secret: str) -> None:
    """Send the link to the account's own address."""
    text = _(
        "You have an account on this desk. Open this link to set your password. It works once.\n\n"
        "%(link)s\n\nThe link ends on %(end)s. If you did not expect it, tell the administrator."
    ) % {"link": printed(secret), "end": f"{invitation.ends_at:%Y-%m-%d %H:%M} UTC"}
    send_mail(_("Set your password"), text, None, [invitation.account.email])


@anyone
@require_safe
@never_cache
def opened(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the link out of the address, so that no history or log keeps it, and go on to the form."""
    request.session[KEPT] = digest(secret)
    return redirect("accounts:accept")


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def accepting(request: HttpRequest) -> HttpResponse:
    """Set the password of the account that was invited."""
    hashed = request.session.get(KEPT, "")
    invitation = open_invitation(hashed)
    if invitation is None:
        return render(request, "accounts/ended.html", status=404)
    user = invitation.account
    form = PasswordForm(request.POST or None, user=user, asks_code=bool(invitation.code_digest))
    if request.method == "POST" and form.is_valid():
        try:
            done = accept(hashed, form.cleaned_data.get("code", ""), form.cleaned_data["password1"])
        except OverError:
            return render(request, "accounts/ended.html", status=404)
        if done:
            del request.session[KEPT]
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("account_login")
        form.add_error("code", _("This is not the code. After five wrong codes the link ends."))
    return render(request, "accounts/accept.html", {"form": form, "account": user})
