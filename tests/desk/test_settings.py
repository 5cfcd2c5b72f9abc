"""The settings: their page is current; weak ones stop `evenhand serve`; strong ones pass Django's own check."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

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
WEAK = {
    "EVENHAND_DESK_SECRET_KEY": "short",
    "EVENHAND_DESK_HOSTS": '["*"]',
    "EVENHAND_DESK_ORIGIN": "evenhand.invalid/desk",
    "EVENHAND_DESK_BEHIND_PROXY": "false",
    "EVENHAND_DESK_OIDC_ISSUER": "http://sso.example.gov",
    "EVENHAND_DESK_OIDC_SECRET": "",
}


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("EVENHAND_", "DJANGO_"))}
    given = {**kept, **STRONG, "EVENHAND_DESK_FOLDER": str(folder), **settings}
    command = [str(Path(sys.executable).with_name("evenhand")), *arguments]
    return subprocess.run(command, env=given, capture_output=True, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "desk"
    made.mkdir(mode=0o750)
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


@pytest.mark.parametrize("name", sorted(WEAK))
def test_one_weak_setting_stops_the_desk(folder: Path, name: str) -> None:
    done = _run(folder, "serve", "--address", "127.0.0.1:1", **{name: WEAK[name]})
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "bad"), [("EVENHAND_DESK_MODE", "sometimes"), ("EVENHAND_DESK_OIDC_ISSUER", "sso.example.gov")]
)
def test_a_bad_value_is_named(folder: Path, name: str, bad: str) -> None:
    done = _run(folder, "serve", **{name: bad})
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr
