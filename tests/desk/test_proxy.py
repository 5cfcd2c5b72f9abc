"""The desk in real mode behind nginx with TLS, as ops/nginx.conf sets it up."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import trustme

from waiting import HANGS, until

pytestmark = pytest.mark.trial
ROOT = Path(__file__).parents[2]
HOST = "desk.test"
SETTINGS = {
    "EVENHAND_DESK_MODE": "real",
    "EVENHAND_DESK_SECRET_KEY": "k7Jr2-zq9VwXb4TnLm8Ph3Ys6Dg1Fc5Ru0Ei-Oa_QpWlMxNvBtZyCsHd",
    "EVENHAND_DESK_HOSTS": f'["{HOST}"]',
    "EVENHAND_DESK_ORIGIN": f"{HOST}/ledger",
    "EVENHAND_DESK_BEHIND_PROXY": "true",
    "EVENHAND_DESK_PROXIES": '["127.0.0.1"]',
}
ATTEMPTS_OF_ONE_ADDRESS = 30


@dataclass(frozen=True)
class Place:
    """Where the desk and the proxy before it listen, and whose certificates a visitor believes."""

    desk: str
    proxy: str
    trust: ssl.SSLContext


@contextmanager
def _desk(folder: Path) -> Iterator[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("EVENHAND_", "DJANGO_"))}
    env = kept | SETTINGS | {"EVENHAND_DESK_FOLDER": str(folder)}
    said = folder / "server.log"
    command = [str(Path(sys.executable).with_name("evenhand")), "serve", "--address", "127.0.0.1:0"]
    with said.open("w") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        found = until(lambda: re.search(r"Listening at: (http://[0-9.:]+)", said.read_text()), server)
        yield found[1]
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _nginx(folder: Path, desk: str, ca: trustme.CA) -> Iterator[str]:
    certificate = ca.issue_cert(HOST)
    certificate.private_key_pem.write_to_path(folder / "desk.key")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "desk.pem", append=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The example as it is shipped, but for names, places and ports.
    tls = (ROOT / "ops/nginx.conf").read_text().partition("\nserver {\n    listen 443")[2]
    for said, here in (
        (" ssl http2;\n    listen [::]:443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("desk.example.gov", HOST),
        ("/etc/ssl/certs/desk.pem", str(folder / "desk.pem")),
        ("/etc/ssl/private/desk.key", str(folder / "desk.key")),
        ("http://127.0.0.1:8000", desk),
    ):
        assert said in tls
        tls = tls.replace(said, here)
    (folder / "desk.conf").write_text(f"server {{\n    {tls}")
    places = "\n".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {folder / 'nginx.pid'};\n"
        f"error_log {folder / 'error.log'};\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}\ninclude {folder / 'desk.conf'};\n}}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    server = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        until(lambda: _accepts(port), server)
        yield f"https://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder, proxy = tmp_path_factory.mktemp("desk"), tmp_path_factory.mktemp("nginx")
    folder.chmod(0o700)
    ca = trustme.CA()
    trust = ssl.create_default_context()
    ca.configure_trust(trust)
    with _desk(folder) as desk, _nginx(proxy, desk, ca) as address:
        yield Place(desk, address, trust)


@pytest.fixture
def visitor(place: Place) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=place.proxy, verify=place.trust, headers={"Host": HOST}, timeout=HANGS
    ) as client:
        yield client


def _get(client: httpx.Client, path: str, **headers: str) -> httpx.Response:
    return client.get(path, headers=headers, extensions={"sni_hostname": HOST})


def test_pages_come_by_tls_with_bound_cookies(visitor: httpx.Client) -> None:
    answer = _get(visitor, "/accounts/login/")
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000; includeSubDomains")
    cookies = answer.headers.get_list("set-cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "Path=/"} <= set(cookie.split("; "))


def test_only_the_proxy_is_believed(place: Place) -> None:
    """Who reaches the desk itself and claims TLS is sent to TLS all the same."""
    claims = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    path = f"{place.desk}/accounts/login/"
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2"), timeout=HANGS) as other:
        assert other.get(path, headers=claims).headers["Location"] == f"https://{HOST}/accounts/login/"
    assert httpx.get(path, headers=claims, timeout=HANGS).status_code == 200


def test_another_host_gets_nothing(visitor: httpx.Client) -> None:
    assert _get(visitor, "/accounts/login/", Host="evil.example").status_code == 400
    assert _get(visitor, "/accounts/login/", **{"X-Forwarded-Host": "evil.example"}).status_code == 200


def test_a_claimed_address_does_not_begin_the_count_anew(visitor: httpx.Client) -> None:
    """Failed sign-ins are counted by the visitor's address, whatever addresses the visitor claims."""
    page = _get(visitor, "/accounts/login/")
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert found
    answers = [_attempt(visitor, found[1], number) for number in range(ATTEMPTS_OF_ONE_ADDRESS + 1)]
    assert answers == [200] * ATTEMPTS_OF_ONE_ADDRESS + [429]


def _attempt(visitor: httpx.Client, token: str, number: int) -> int:
    claimed = f"203.0.113.{number}"
    return visitor.post(
        "/accounts/login/",
        data={
            "csrfmiddlewaretoken": token,
            "login": f"nobody-{number}@example.gov",
            "password": "not the password of anybody",
        },
        headers={
            "Origin": f"https://{HOST}",
            "X-Forwarded-For": claimed,
            "X-Real-IP": claimed,
            "Forwarded": f"for={claimed}",
        },
        extensions={"sni_hostname": HOST},
    ).status_code
