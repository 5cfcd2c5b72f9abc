"""The settings: their page is current; weak ones stop `evenhand serve`; strong ones pass Django's own check."""

import os
import runpy
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management.utils import get_random_secret_key

from evenhand.desk.environment import Environment
from evenhand.desk.weak_settings import random_enough, weak_settings

ROOT = Path(__file__).parents[2]
STRONG = {
    "EVENHAND_DESK_MODE": "real",
    "EVENHAND_DESK_SECRET_KEY": "k7Jr2-zq9VwXb4TnLm8Ph3Ys6Dg1Fc5Ru0Ei-Oa_QpWlMxNvBtZyCsHd",
    "EVENHAND_DESK_HOSTS": '["desk.example.gov"]',
    "EVENHAND_DESK_ORIGIN": "desk.example.gov/ledger",
    "EVENHAND_DESK_BEHIND_PROXY": "true",
    "EVENHAND_DESK_OIDC_ISSUER": "https://sso.example.gov",
    "EVENHAND_DESK_OIDC_CLIENT": "desk",
    "EVENHAND_DESK_OIDC_SECRET": "a secret of the issuer",
}
WEAK = [
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "a" * 60),
    ("SECRET_KEY", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("SECRET_KEY", "change-me-please-" * 4),
    ("SECRET_KEY", "k7Jr2zq9VwXb" * 5),
    ("METRICS_TOKEN", "x"),
    ("METRICS_TOKEN", "short-and-random-9f3k"),
    ("METRICS_TOKEN", "0" * 64),
    ("METRICS_TOKEN", STRONG["EVENHAND_DESK_SECRET_KEY"]),
    ("DATABASE_PASSWORD", "desk"),
    ("HOSTS", "[]"),
    ("HOSTS", '["*"]'),
    ("HOSTS", '[".gov"]'),
    ("HOSTS", '["gov"]'),
    ("HOSTS", '["desk.example.gov", ".example.gov"]'),
    ("HOSTS", '["*.example.gov"]'),
    ("HOSTS", '["desk.example.gov:443"]'),
    ("HOSTS", '["https://desk.example.gov"]'),
    ("HOSTS", '["desk..gov"]'),
    ("HOSTS", '[""]'),
    ("ORIGIN", "evenhand.invalid/desk"),
    ("ORIGIN", "https://desk.example.gov/ledger"),
    ("ORIGIN", "ledger"),
    ("BEHIND_PROXY", "false"),
    ("OIDC_ISSUER", "http://sso.example.gov"),
    ("OIDC_ISSUER", "HTTP://sso.example.gov"),
    ("OIDC_ORIGINS", '["http://login.example.gov"]'),
    ("OIDC_SECRET", ""),
    ("OIDC_SECRET", "secret"),
    ("WEBHOOK_NETWORKS", '["0.0.0.0/0"]'),
    ("WEBHOOK_NETWORKS", '["::/0"]'),
    ("WEBHOOK_NETWORKS", '["8.8.8.0/24"]'),
    ("WEBHOOK_CA", "/nowhere/ca.pem"),
]
"""Without the prefix of the names."""


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("EVENHAND_", "DJANGO_"))}
    given = {**kept, **STRONG, "EVENHAND_DESK_FOLDER": str(folder), **settings}
    command = [str(Path(sys.executable).with_name("evenhand")), *arguments]
    return subprocess.run(command, env=given, capture_output=True, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "desk"
    made.mkdir(mode=0o700)
    return made


def test_the_page_of_settings_is_current() -> None:
    script = runpy.run_path(str(ROOT / "scripts/desk_settings.py"))
    assert (ROOT / "docs/desk/settings.md").read_text() == script["page"]()


def test_strong_settings_pass_djangos_check(folder: Path) -> None:
    done = _run(folder, "desk", "manage", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_cookies_are_bound_to_the_host_and_to_tls(folder: Path) -> None:
    said = _run(folder, "desk", "manage", "diffsettings").stdout
    for name in ("SESSION", "CSRF", "LANGUAGE", "THEME"):
        assert f"{name}_COOKIE_NAME = '__Host-" in said
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        assert f"{name}_COOKIE_SECURE = True" in said


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What is weak in strong settings, each of which may be given another value."""

    def weak(**settings: str) -> list[str]:
        for name in list(os.environ):
            if name.startswith("EVENHAND_"):
                monkeypatch.delenv(name)
        for name, value in {**STRONG, **{f"EVENHAND_DESK_{n}": v for n, v in settings.items()}}.items():
            monkeypatch.setenv(name, value)
        return weak_settings(Environment())

    return weak


def test_strong_settings_are_taken(given: Callable[..., list[str]], tmp_path: Path) -> None:
    assert given() == []
    (tmp_path / "ca.pem").touch()
    assert not given(
        HOSTS='["desk.example.gov", "xn--bcher-kva.example", "192.0.2.1", "[2001:db8::1]"]',
        METRICS_TOKEN=secrets.token_urlsafe(32),
        WEBHOOK_NETWORKS='["10.20.0.0/16", "fd00::/16", "127.0.0.1"]',
        WEBHOOK_CA=str(tmp_path / "ca.pem"),
    )


@pytest.mark.parametrize(("name", "bad"), WEAK)
def test_one_weak_setting_is_named_with_its_remedy(
    given: Callable[..., list[str]], name: str, bad: str
) -> None:
    said = given(**{name: bad})
    assert {one.partition(":")[0] for one in said} - {"EVENHAND_DESK_OIDC_CLIENT"} <= {
        f"EVENHAND_DESK_{name}"
    }
    assert said
    secret = {"SECRET_KEY", "METRICS_TOKEN", "DATABASE_PASSWORD", "OIDC_SECRET"}
    assert name not in secret or not bad or f" {bad}" not in " ".join(said)


@pytest.mark.parametrize(
    "draw", [secrets.token_hex, secrets.token_urlsafe, lambda n: get_random_secret_key()]
)
def test_no_random_secret_is_called_weak(draw: Callable[[int], str]) -> None:
    assert all(random_enough(draw(40), 50) for _ in range(3000))


@pytest.mark.parametrize(
    ("name", "bad"), [("SECRET_KEY", "short"), ("HOSTS", '[".gov"]'), ("METRICS_TOKEN", "x")]
)
def test_one_weak_setting_stops_the_desk(folder: Path, name: str, bad: str) -> None:
    done = _run(folder, "serve", "--address", "127.0.0.1:1", **{f"EVENHAND_DESK_{name}": bad})
    assert done.returncode == 1
    assert f"EVENHAND_DESK_{name}: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_started_without_our_command_stops_too(folder: Path) -> None:
    given = {**os.environ, **STRONG, "EVENHAND_DESK_FOLDER": str(folder), "EVENHAND_DESK_HOSTS": '["*"]'}
    command = [sys.executable, "-c", "import evenhand.desk.wsgi"]
    done = subprocess.run(command, env=given, capture_output=True, text=True)
    assert done.returncode == 1
    assert "EVENHAND_DESK_HOSTS: '*' is not one host" in done.stderr


@pytest.mark.parametrize(
    ("name", "bad"), [("EVENHAND_DESK_MODE", "sometimes"), ("EVENHAND_DESK_OIDC_ISSUER", "sso.example.gov")]
)
def test_a_bad_value_is_named(folder: Path, name: str, bad: str) -> None:
    done = _run(folder, "serve", **{name: bad})
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr
