"""Fetching from a local server: conditional requests, politeness, every version kept, plain failures."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from evenhand.cli import main
from evenhand.registry.fetch import Archive, Fetched, Fetcher
from evenhand.registry.workbook import MAX_FILE
from registry.sheets import write_sheet


@dataclass
class Site:
    """A site whose pages a test sets: path to (status, headers, body), the last of a list for good."""

    pages: dict[str, list[tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def put(self, path: str, body: bytes, status: int = 200, **headers: str) -> None:
        self.pages[path] = [(status, {k.replace("_", "-"): v for k, v in headers.items()}, body)]

    def count(self, path: str) -> int:
        return sum(1 for p, _ in self.asked if p == path)


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, dict(self.headers)))
            pages = found.pages.get(self.path)
            if not pages:
                self.send_error(404)
                return
            status, headers, body = pages[0] if len(pages) == 1 else pages.pop(0)
            etag = headers.get("ETag")
            since = headers.get("Last-Modified")
            if status == 200 and (
                (etag and self.headers.get("If-None-Match") == etag)
                or (since and self.headers.get("If-Modified-Since") == since)
            ):
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def versions(tmp_path: Path) -> tuple[bytes, bytes]:
    """Two versions of one sheet."""
    row = (
        "KANSAS",
        "Elk County Sheriff's Office",
        "County",
        None,
        "Task Force Model",
        date(2025, 3, 3),
        "x",
        None,
    )
    one = write_sheet(tmp_path / "made" / "1.xlsx", [row]).read_bytes()
    return one, write_sheet(tmp_path / "made" / "2.xlsx", [row, row]).read_bytes()


def fetch(site: Site, path: str, out: Path, waits: list[float] | None = None) -> list[Fetched]:
    sleep = (waits if waits is not None else []).append
    with Fetcher(Archive(out), pause=2.0, sleep=sleep) as fetcher:
        return list(fetcher.fetch(site.url + path))


def test_a_sheet_that_has_not_changed_is_not_sent_again(
    site: Site, versions: tuple[bytes, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "sheets"
    modified = formatdate(1_750_000_000, usegmt=True)
    site.put("/participatingAgencies06122025am.xlsx", versions[0], ETag='"a"', Last_Modified=modified)
    (first,) = fetch(site, "/participatingAgencies06122025am.xlsx", out)
    assert first.result == "new"
    assert first.path is not None
    assert first.path.read_bytes() == versions[0]
    assert first.path.name == "participatingAgencies06122025am.xlsx"
    (second,) = fetch(site, "/participatingAgencies06122025am.xlsx", out)
    assert second.result == "unchanged"
    sent = site.asked[-1][1]
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"a"', modified)
    assert "evenhand" in sent["User-Agent"]


def test_every_version_is_kept_by_its_hash(site: Site, versions: tuple[bytes, bytes], tmp_path: Path) -> None:
    out = tmp_path / "sheets"
    for body, etag in ((versions[0], '"a"'), (versions[1], '"b"'), (versions[0], '"c"')):
        site.put("/p.xlsx", body, ETag=etag)
        (found,) = fetch(site, "/p.xlsx", out)
        assert found.path is not None
        assert found.path.read_bytes() == body
    assert found.result == "known"
    assert len(list(out.glob("*.xlsx"))) == 2
    entry = Archive(out).load()[f"{site.url}/p.xlsx"]
    assert [v["sha256"] for v in entry["versions"]] == [sha256(versions[n]).hexdigest() for n in (0, 1, 0)]
    assert not list(out.glob("*.new"))


def test_a_page_of_links(site: Site, versions: tuple[bytes, bytes], tmp_path: Path) -> None:
    page = b"""<a href="/doclib/a.xlsx">a</a> <a href='b.xlsx?x=1&amp;y=2'>b</a> <a href="/c.pdf">c</a>"""
    site.put("/287g", page)
    site.put("/doclib/a.xlsx", versions[0])
    site.put("/b.xlsx?x=1&y=2", versions[1])
    waits: list[float] = []
    found = fetch(site, "/287g", tmp_path / "sheets", waits)
    assert [f.result for f in found] == ["new", "new"]
    assert waits == [2.0, 2.0]


def test_robots_are_obeyed(site: Site, versions: tuple[bytes, bytes], tmp_path: Path) -> None:
    site.put("/robots.txt", b"User-agent: *\nDisallow: /private/\n")
    site.put("/private/a.xlsx", versions[0])
    (found,) = fetch(site, "/private/a.xlsx", tmp_path / "sheets")
    assert found.result == "failed"
    assert "robots.txt" in found.reason
    assert site.count("/private/a.xlsx") == 0


def test_passing_troubles_are_waited_out(site: Site, versions: tuple[bytes, bytes], tmp_path: Path) -> None:
    site.pages["/a.xlsx"] = [
        (503, {"Retry-After": "7"}, b""),
        (429, {}, b""),
        (200, {}, versions[0]),
    ]
    waits: list[float] = []
    (found,) = fetch(site, "/a.xlsx", tmp_path / "sheets", waits)
    assert found.result == "new"
    assert waits == [7.0, 4.0, 8.0]


def test_a_server_that_asks_for_too_long_a_wait_is_left(site: Site, tmp_path: Path) -> None:
    site.put("/a.xlsx", b"", status=503, Retry_After="86400")
    waits: list[float] = []
    (found,) = fetch(site, "/a.xlsx", tmp_path / "sheets", waits)
    assert "asks to come back in 86400 seconds" in found.reason
    assert site.count("/a.xlsx") == 1


def test_failures_are_told_and_nothing_is_archived(
    site: Site, versions: tuple[bytes, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "sheets"
    site.put("/page.xlsx", b"<!DOCTYPE html><title>Access denied</title>")
    site.put("/cut.xlsx", versions[0][:700])
    site.put("/empty", b"<html>no links</html>")
    cases = {
        "/page.xlsx": "it is a web page",
        "/cut.xlsx": "cut short or damaged",
        "/empty": "links to no spreadsheet",
        "/none.xlsx": "the server answered 404",
    }
    for path, told in cases.items():
        (found,) = fetch(site, path, out)
        assert found.result == "failed"
        assert told in found.reason
    assert not list(out.glob("*.xlsx"))
    with Fetcher(Archive(out), sleep=lambda _: None) as fetcher:
        (bad,) = list(fetcher.fetch("ftp://x/a.xlsx"))
        assert "no web address" in bad.reason
        (dead,) = list(fetcher.fetch("http://127.0.0.1:1/a.xlsx"))
        assert "no answer" in dead.reason


def test_an_answer_larger_than_any_sheet_is_left(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenhand.registry.fetch.MAX_FILE", 1000)
    assert MAX_FILE > 1000
    site.put("/a.xlsx", b"x" * 5000)
    (found,) = fetch(site, "/a.xlsx", tmp_path / "sheets")
    assert "larger than 1,000 bytes" in found.reason


def test_a_damaged_ledger_is_begun_anew(site: Site, versions: tuple[bytes, bytes], tmp_path: Path) -> None:
    out = tmp_path / "sheets"
    out.mkdir()
    (out / "fetched.json").write_text("{")
    site.put("/a.xlsx", versions[0])
    (found,) = fetch(site, "/a.xlsx", out)
    assert found.result == "new"
    assert len(Archive(out).load()) == 1


def test_the_command_fetches_and_the_registry_builds_from_it(
    site: Site, versions: tuple[bytes, bytes], tmp_path: Path
) -> None:
    site.put("/participatingAgencies06122025am.xlsx", versions[0])
    site.put("/broken.xlsx", b"nothing")
    out = tmp_path / "sheets"
    base = ["registry", "fetch", "--out", str(out), "--pause", "0"]
    good = CliRunner().invoke(main, [*base, "--url", f"{site.url}/participatingAgencies06122025am.xlsx"])
    assert good.exit_code == 0, good.output
    assert "new: " in good.output
    bad = CliRunner().invoke(main, [*base, "--url", f"{site.url}/broken.xlsx"])
    assert bad.exit_code == 1
    assert "failed: " in bad.output
    built = CliRunner().invoke(main, ["registry", "build", str(out), "--out", str(tmp_path / "out")])
    assert built.exit_code == 0, built.output
    assert "1 sheets read, 0 refused" in built.output
