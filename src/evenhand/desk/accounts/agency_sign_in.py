"""Sign-in at the agency's own provider (OpenID Connect Core 1.0): authorization code, PKCE, state, nonce, and
the ID token's signature.

Which account a sign-in opens: the one that issuer and subject opened before; at the first time, the account
with the same e-mail address, and only where the provider says that the address is verified. Nobody else gets
in: an administrator makes accounts.
"""

import hashlib
import hmac
import logging
import secrets
from typing import Any, cast

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

from evenhand.desk.accounts.access import anyone
from evenhand.desk.accounts.id_token import BadTokenError, verified
from evenhand.desk.accounts.models import FEDERAL_ROLES, User
from evenhand.desk.accounts.oidc import PROVIDER

log = logging.getLogger("evenhand.desk.accounts")

KEPT = ("iss", "sub", "nonce", "amr", "acr")
"""The claims that a decision rests on; no other is stored."""


class AgencyAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's questions to the provider, with every ID token checked in full."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        issuer = str(self.openid_config.get("issuer", ""))
        # Discovery 1.0, section 4.3: the issuer speaks for itself and for no other.
        if issuer.rstrip("/") != app.settings["server_url"]:
            raise BadTokenError("the provider names another issuer than the settings do")
        return verified(id_token, self._keys(), issuer=issuer, client=app.client_id)

    def _keys(self) -> dict[str, Any]:
        """Asked for anew each time, so that a change of keys holds at once."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config.get("jwks_uri", ""))
            answer.raise_for_status()
            keys = answer.json()
        if not isinstance(keys, dict):
            raise BadTokenError("the provider's key set is no key set")
        return keys


class AgencyProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """allauth's provider, held to what the desk relies on. Its addresses are allauth's own (`package`)."""

    package = OpenIDConnectProvider.get_package()
    oauth2_adapter_class = AgencyAdapter

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **more: Any
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(32)
        more["auth_params"] = {**(more.get("auth_params") or {}), "nonce": nonce}
        try:
            sent: HttpResponse = super().redirect(request, process, next_url, data, nonce=nonce, **more)
        except RequestException as error:
            log.warning("the agency's sign-in does not answer")
            failed: HttpResponse = render_authentication_error(request, self, exception=error)
            return failed
        return sent

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Only where to go afterwards is the visitor's to say: not scope, parameters, or linking by hand."""
        asked = super().get_redirect_from_request_kwargs(request)
        return {
            "process": AuthProcess.LOGIN,
            "next_url": asked.get("next_url"),
            "scope": self.get_scope(),
            "auth_params": self.get_auth_params(),
        }

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Of issuer and subject: at another issuer the same subject is another person (section 2)."""
        token = data.get("id_token") or {}
        if not token.get("sub") or not token.get("iss"):
            raise OAuth2Error("no ID token, or one without subject or issuer")
        if data.get("userinfo", {}).get("sub") != token["sub"]:
            raise OAuth2Error("userinfo is another subject's (section 5.3.2)")
        return hashlib.sha256(f"{token['iss']}\n{token['sub']}".encode()).hexdigest()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"id_token": {name: data["id_token"][name] for name in KEPT if name in data["id_token"]}}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """`email_verified` counts where it is true, not where it is a word such as "false"."""
        addresses: list[Any] = super().extract_email_addresses(data)
        for address in addresses:
            address.verified = address.verified is True
        return addresses


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Nobody signs up, and a sign-in is the answer to the question that this browser asked."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        given = str(_token(sociallogin).get("nonce", ""))
        asked = str(sociallogin.state.get("nonce", ""))
        if not asked or not hmac.compare_digest(given.encode(), asked.encode()):
            log.warning("an ID token with another nonce was turned away")
            raise ImmediateHttpResponse(render_authentication_error(request, sociallogin.provider))
        if not sociallogin.is_existing:
            log.info("a sign-in at the agency without an account here was turned away")
            raise ImmediateHttpResponse(render(request, "accounts/unknown.html", status=403))
        if sociallogin.user.federal:
            log.warning("a sign-in at the agency to a federal account was turned away")
            raise ImmediateHttpResponse(render(request, "accounts/unknown.html", status=403))

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """The county runs the provider: it must not be able to say who is of the federal side."""
        federal = User.objects.filter(email=email.lower(), role__in=FEDERAL_ROLES).exists()
        return not federal and bool(super().can_authenticate_by_email(login, email))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        if isinstance(exception, BadTokenError):
            log.warning("an ID token was turned away: %s", exception)
            if extra_context is not None:
                extra_context["untrusted"] = True


@anyone
def came_back(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the browser back to; allauth's own view would not check the signature."""
    try:
        answer = OAuth2CallbackView.adapter_view(AgencyAdapter(request, PROVIDER))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return cast(HttpResponse, answer)


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """Asks for the desk's own second factor, but where the provider says that it asked for one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        sociallogin = (self.login.signal_kwargs or {}).get("sociallogin")
        if sociallogin is not None and _asserts_second_factor(sociallogin):
            record_authentication(request, self.login.user, "mfa", type="agency")
            return False
        asked: bool = super()._should_handle(request)
        return asked


def had_second_factor(request: HttpRequest, user: AbstractBaseUser) -> bool:
    """Whether this session began at the provider, with a second factor there."""
    records = get_authentication_records(request, user)
    return any((record.get("method"), record.get("type")) == ("mfa", "agency") for record in records)


def _token(sociallogin: Any) -> dict[str, Any]:
    """The claims of the ID token."""
    found: dict[str, Any] = sociallogin.account.extra_data.get("id_token", {})
    return found


def _asserts_second_factor(sociallogin: Any) -> bool:
    """Whether the ID token's `amr` (RFC 8176) or `acr` has a value that the operator named."""
    token, wanted = _token(sociallogin), set(sociallogin.provider.app.settings["second_factor"])
    methods = token.get("amr")
    said = {*(methods if isinstance(methods, list) else ()), token.get("acr")}
    return any(isinstance(value, str) and value in wanted for value in said)
