"""The agency's own sign-in, against a provider of OpenID Connect in a process of its own."""

import socket
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from desk.accounts.people import told
from desk.county import PASSWORD, County
from desk.provider.running import KEY, Person, join, new_key, running
from desk.provider.visitor import consent
from evenhand.desk.accounts.agency_sign_in import AgencyProvider
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.accounts.oidc import form_targets, providers
from evenhand.desk.environment import Environment

DESK = "http://testserver"
BEGIN = "/accounts/oidc/agency/login/"
REVIEWER, COORDINATOR = "reviewer@nc0600000.test", "coordinator@nc0600000.test"
AUDITOR, STRANGER = "auditor@nc0600000.test", "stranger@nc0600000.test"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    people = (
        Person(REVIEWER, second_factor=True),
        Person(COORDINATOR),
        Person(AUDITOR, verified=False),
        Person(STRANGER),
    )
    with running(*people) as address:
        yield address


@pytest.fixture
def joined(issuer: str, settings: Settings, county: County) -> str:
    for role in (Role.REVIEWER, Role.COORDINATOR, Role.AUDITOR):
        county.account(role)
    join(settings, issuer, DESK)
    return issuer


def _asked(client: Client, **said: str) -> str:
    """The address to which the desk sends the browser."""
    sent = client.post(BEGIN, said)
    assert sent.status_code == 302
    return str(sent["Location"])


def _sign_in(client: Client, email: str, **said: str) -> HttpResponse:
    back = consent(_asked(client, **said), email)
    assert back.startswith(f"{DESK}{BEGIN}callback/")
    return client.get(back.removeprefix(DESK))  # type: ignore[return-value]


def _who(client: Client) -> str:
    found = client.session.get("_auth_user_id")
    return User.objects.get(pk=found).email if found else ""


def test_an_account_signs_in_at_its_agency(joined: str, client: Client) -> None:
    assert "Agency sign-in" in client.get("/accounts/login/").content.decode()
    done = _sign_in(client, REVIEWER, next="/reviews/")
    assert done["Location"] == "/reviews/"
    assert client.get("/reviews/").status_code == 200
    again = Client()
    _sign_in(again, REVIEWER)
    assert _who(again) == REVIEWER
    assert SocialAccount.objects.count() == 1


def test_what_the_desk_asks(joined: str, client: Client) -> None:
    asked = urlsplit(_asked(client, scope="admin", auth_params="prompt=none", process="connect"))
    said = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert f"{asked.scheme}://{asked.netloc}" == joined
    assert (said["response_type"], said["code_challenge_method"]) == ("code", "S256")
    assert set(said["scope"].split()) == {"openid", "profile", "email"}
    assert "prompt" not in said
    assert len(said["nonce"]) >= 32
    assert said["state"]
    assert said["code_challenge"]
    other = parse_qs(urlsplit(_asked(client)).query)
    assert all(other[name] != [said[name]] for name in ("nonce", "state", "code_challenge"))


def test_nobody_without_an_account_gets_in(joined: str, client: Client) -> None:
    accounts = User.objects.count()
    page = _sign_in(client, STRANGER)
    assert page.status_code == 403
    assert "No account here" in page.content.decode()
    assert (User.objects.count(), SocialAccount.objects.count(), _who(client)) == (accounts, 0, "")


def test_an_address_that_is_not_verified_opens_no_account(joined: str, client: Client) -> None:
    assert _sign_in(client, AUDITOR).status_code == 403
    assert _who(client) == ""
    assert User.objects.get(email=AUDITOR).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("said", "verified"), [(True, True), (False, False), ("false", False), ("true", False)]
)
def test_verified_is_true_and_no_word(said: object, verified: bool) -> None:
    provider = AgencyProvider.__new__(AgencyProvider)
    found = provider.extract_email_addresses({"userinfo": {"email": REVIEWER, "email_verified": said}})
    assert [address.verified for address in found] == [verified]


def test_a_disabled_account_stays_out(joined: str, client: Client) -> None:
    _sign_in(client, REVIEWER)
    User.objects.filter(email=REVIEWER).update(is_active=False)
    other = Client()
    _sign_in(other, REVIEWER)
    assert _who(other) == ""
    assert other.get("/reviews/").status_code == 302


def test_the_agency_vouches_for_no_federal_account(joined: str, client: Client) -> None:
    """Whoever runs the county's provider could give the federal person's address to anyone there."""
    User.objects.filter(email=REVIEWER).update(role=Role.FEDERAL_SUPERVISOR)
    assert _sign_in(client, REVIEWER).status_code == 403
    assert _who(client) == ""
    assert not SocialAccount.objects.exists()
    assert User.objects.get(email=REVIEWER).check_password(PASSWORD)


def test_a_federal_account_that_was_linked_before_stays_closed_to_the_agency(
    joined: str, client: Client
) -> None:
    _sign_in(client, REVIEWER)
    User.objects.filter(email=REVIEWER).update(role=Role.FEDERAL_SUPERVISOR)
    other = Client()
    assert _sign_in(other, REVIEWER).status_code == 403
    assert _who(other) == ""


def test_the_first_sign_in_at_the_agency_leaves_an_event(joined: str, client: Client) -> None:
    for _ in range(2):
        _sign_in(client, REVIEWER)
        client.post("/accounts/logout/")
    assert told(User.objects.get(email=REVIEWER).actor) == ["account.sign_in_linked"]


def test_an_account_is_found_again_by_issuer_and_subject(joined: str, client: Client) -> None:
    """Not by the address, which may have been given to somebody else since."""
    _sign_in(client, REVIEWER)
    User.objects.filter(email=REVIEWER).update(email="married@nc0600000.test")
    User.objects.filter(email=COORDINATOR).update(email=REVIEWER)
    again = Client()
    _sign_in(again, REVIEWER)
    assert _who(again) == "married@nc0600000.test"


def test_the_password_ends_with_the_first_sign_in_at_the_agency(joined: str, client: Client) -> None:
    """So that an account that the agency ends has no second way in."""
    _sign_in(client, REVIEWER)
    assert not User.objects.get(email=REVIEWER).has_usable_password()


def test_an_answer_to_another_browser_is_turned_away(joined: str, client: Client) -> None:
    back = consent(_asked(client), REVIEWER).removeprefix(DESK)
    other = Client()
    _asked(other)
    assert other.get(back).status_code == 401
    assert _who(other) == ""
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 401


def test_a_code_of_another_question_is_turned_away(joined: str, client: Client) -> None:
    """The attacker's code under the victim's state: the provider asks for the verifier (RFC 7636)."""
    theirs = parse_qs(urlsplit(consent(_asked(Client()), REVIEWER)).query)["code"][0]
    state = parse_qs(urlsplit(_asked(client)).query)["state"][0]
    assert client.get(f"{BEGIN}callback/", {"code": theirs, "state": state}).status_code == 401
    assert _who(client) == ""


def test_a_token_with_another_nonce_is_turned_away(joined: str, client: Client) -> None:
    back = consent(_asked(client).replace("nonce=", "nonce=x"), REVIEWER)
    assert client.get(back.removeprefix(DESK)).status_code == 401
    assert _who(client) == ""


def _resigned(monkeypatch: pytest.MonkeyPatch, key: str, claims: Mapping[str, object]) -> None:
    """The provider's own token with claims changed on the way, signed with this key under the same name."""
    fetch = OAuth2Client.get_access_token

    def changed(self: OAuth2Client, *said: object, **more: object) -> dict[str, str]:
        found: dict[str, str] = fetch(self, *said, **more)
        token = found["id_token"]
        headers = {"kid": jwt.get_unverified_header(token)["kid"]}
        said_in_it = jwt.decode(token, options={"verify_signature": False}) | claims
        return found | {"id_token": jwt.encode(said_in_it, key, algorithm="RS256", headers=headers)}

    monkeypatch.setattr(OAuth2Client, "get_access_token", changed)


@pytest.mark.parametrize(
    ("claims", "untrusted"),
    [
        ({"iss": "https://elsewhere.test"}, True),
        ({"aud": "other"}, True),
        ({"exp": 1_700_000_000}, True),
        ({"sub": "9"}, False),
        ({"nonce": "another"}, False),
    ],
    ids=lambda said: next(iter(said)) if isinstance(said, dict) else "",
)
def test_a_token_for_somebody_else_is_turned_away(
    joined: str, client: Client, monkeypatch: pytest.MonkeyPatch, claims: dict[str, object], untrusted: bool
) -> None:
    back = consent(_asked(client), REVIEWER)
    _resigned(monkeypatch, KEY, claims)
    page = client.get(back.removeprefix(DESK))
    assert page.status_code == 401
    assert ("could not be verified" in page.content.decode()) == untrusted
    assert _who(client) == ""


def test_a_token_that_the_agency_did_not_sign_is_turned_away(
    joined: str, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    back = consent(_asked(client), REVIEWER)
    _resigned(monkeypatch, new_key(), {})
    page = client.get(back.removeprefix(DESK), headers={"accept-language": "es"})
    assert page.status_code == 401
    assert "No se pudo verificar" in page.content.decode()
    assert _who(client) == ""
    assert not SocialAccount.objects.exists()
    assert "Signature verification failed" in caplog.text


def test_a_token_with_the_same_key_is_taken(
    joined: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that what is turned away above is turned away for what was changed."""
    back = consent(_asked(client), REVIEWER)
    _resigned(monkeypatch, KEY, {})
    client.get(back.removeprefix(DESK))
    assert _who(client) == REVIEWER


def test_an_issuer_that_calls_itself_otherwise_is_turned_away(
    joined: str, client: Client, settings: Settings
) -> None:
    back = consent(_asked(client), REVIEWER)
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["openid_configuration_overrides"] = {"issuer": "https://elsewhere.test"}
    assert "could not be verified" in client.get(back.removeprefix(DESK)).content.decode()
    assert _who(client) == ""


def test_a_second_factor_at_the_agency_counts(joined: str, client: Client, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    _sign_in(client, REVIEWER)
    assert client.get("/reviews/").status_code == 200
    client.post("/accounts/logout/")
    client.force_login(User.objects.get(email=REVIEWER))
    assert client.get("/reviews/")["Location"] == "/accounts/2fa/totp/activate/"


def test_without_one_there_the_desk_asks_for_its_own(joined: str, client: Client, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    _sign_in(client, COORDINATOR)
    assert client.get("/agreements/")["Location"] == "/accounts/2fa/totp/activate/"


def test_what_the_provider_says_counts_only_where_the_operator_named_it(
    joined: str, client: Client, settings: Settings
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    join(settings, joined, DESK, second_factor=())
    _sign_in(client, REVIEWER)
    assert client.get("/reviews/")["Location"] == "/accounts/2fa/totp/activate/"


@pytest.mark.parametrize("email", [REVIEWER, COORDINATOR])
def test_who_has_a_second_factor_here_is_asked_once(joined: str, client: Client, email: str) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(User.objects.get(email=email), generate_totp_secret())
    done = _sign_in(client, email)
    asked_here = done["Location"] == "/accounts/2fa/authenticate/"
    assert asked_here == (email == COORDINATOR)
    assert bool(_who(client)) != asked_here


@pytest.mark.parametrize("listens", [False, True])
def test_a_provider_that_does_not_answer_is_said(
    county: County, client: Client, settings: Settings, listens: bool
) -> None:
    """Whether it refuses connections, or takes them and stays silent: then only the time limit ends it."""
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 1
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.SOCIALACCOUNT_PROVIDERS = providers(Environment(oidc_issuer=address, oidc_client="x"))
        page = client.post(BEGIN)
    assert page.status_code == 401
    assert "sign-in failed" in page.content.decode()


def test_leaving_the_sign_in_is_said(joined: str, client: Client) -> None:
    state = parse_qs(urlsplit(_asked(client)).query)["state"][0]
    page = client.get(f"{BEGIN}callback/", {"error": "access_denied", "state": state}, follow=True)
    assert "You left the agency" in page.content.decode()


@pytest.mark.parametrize("written", ["", "/", "/.well-known/openid-configuration"])
def test_the_issuer_may_be_named_by_its_description(written: str) -> None:
    found = providers(Environment(oidc_issuer=f"https://sso.x.gov/a{written}"))
    assert found["openid_connect"]["APPS"][0]["settings"]["server_url"] == "https://sso.x.gov/a"


def test_forms_lead_to_the_issuer_and_what_the_operator_named() -> None:
    named = Environment(
        oidc_issuer="https://sso.x.gov:8443/realms/a", oidc_origins=("https://login.x.gov/a?b=c",)
    )
    assert form_targets(named) == ["https://login.x.gov", "https://sso.x.gov:8443"]
    assert form_targets(Environment()) == []


@pytest.mark.parametrize(
    "bad", ["sso.x.gov", "https:", "https://*.x.gov", "https://x.gov;script-src *", "data:x"]
)
def test_what_is_no_address_does_not_widen_the_policy(bad: str) -> None:
    with pytest.raises(ValueError, match="web address"):
        form_targets(Environment(oidc_issuer=bad))
