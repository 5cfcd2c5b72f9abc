"""Fetching ICE's sheets over HTTP: conditional requests, politeness, and every version kept by its hash."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx

from evenhand.registry.reading import Pool, sheet_from_workbook
from evenhand.registry.workbook import MAX_FILE, SPREADSHEETS, parse_workbook
from evenhand.workbook import UnreadableError

USER_AGENT = "evenhand-registry (public-record archive of 287(g) agreements)"
PAUSE, PATIENCE, TRIES = 2.0, 120.0, 4
"""Seconds between requests; the longest that a server's Retry-After is obeyed; tries for one address."""

_LINK = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.I)
_PASSING = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Fetched:
    """What became of one address: `new` (archived as `path`), `unchanged`, `known` (its bytes are archived
    already), or `failed`, with the reason."""

    url: str
    result: str
    path: Path | None = None
    reason: str = ""


@dataclass
class Archive:
    """The folder of sheets, with `fetched.json`: of each address its validators and the versions it gave."""

    folder: Path

    @property
    def ledger(self) -> Path:
        return self.folder / "fetched.json"

    def load(self) -> dict[str, Any]:
        """What is known of each address; nothing, if the file is missing or damaged."""
        try:
            found = json.loads(self.ledger.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def save(self, known: dict[str, Any]) -> None:
        """Write the file in one step, so that a stop at any moment leaves the old one or the new one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.ledger.with_suffix(".json.new")
        new.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        new.replace(self.ledger)

    def hashes(self) -> dict[str, Path]:
        """Archived sheets by SHA-256."""
        paths = sorted(p for p in self.folder.glob("*") if p.suffix.lower() in SPREADSHEETS)
        return {sha256(p.read_bytes()).hexdigest(): p for p in paths}


class Fetcher:
    """One polite visit to a site. `pause` is the number of seconds between requests."""

    def __init__(
        self,
        archive: Archive,
        *,
        pause: float = PAUSE,
        timeout: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
        told: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.archive, self.pause, self.sleep, self.told = archive, pause, sleep, told
        self.client = httpx.Client(
            headers={"User-Agent": USER_AGENT}, timeout=timeout, follow_redirects=True, max_redirects=5
        )
        self._robots: dict[str, RobotFileParser | None] = {}
        self._asked = False

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def fetch(self, url: str) -> Iterator[Fetched]:
        """A sheet at `url`, or all sheets that the page at `url` links to. Each is yielded as it comes."""
        scheme = urlsplit(url).scheme
        if scheme not in ("http", "https"):
            yield Fetched(url, "failed", reason=f"{scheme or 'no'}: is no web address; begin with https://")
            return
        if _is_sheet(url):
            yield self._sheet(url)
            return
        links, trouble = self._links(url)
        if trouble:
            yield Fetched(url, "failed", reason=trouble)
            return
        if not links:
            yield Fetched(
                url, "failed", reason="the page links to no spreadsheet; name a sheet's own address"
            )
        for link in links:
            yield self._sheet(link)

    def _links(self, url: str) -> tuple[list[str], str]:
        response, trouble = self._ask(url, {})
        if response is None:
            return [], trouble
        found = [
            urljoin(str(response.url), href.replace("&amp;", "&")) for href in _LINK.findall(response.text)
        ]
        return list(dict.fromkeys(link for link in found if _is_sheet(link))), ""

    def _sheet(self, url: str) -> Fetched:
        known = self.archive.load()
        entry = known.get(url, {})
        headers = {}
        if entry.get("etag"):
            headers["If-None-Match"] = entry["etag"]
        if entry.get("last_modified"):
            headers["If-Modified-Since"] = entry["last_modified"]
        response, trouble = self._ask(url, headers)
        if response is None:
            return Fetched(url, "failed", reason=trouble)
        if response.status_code == 304:
            return Fetched(url, "unchanged")
        return self._keep(url, response, known)

    def _keep(self, url: str, response: httpx.Response, known: dict[str, Any]) -> Fetched:
        """Archive a sheet under a name that no other version has, and note where it came from."""
        content = response.content
        digest = sha256(content).hexdigest()
        try:
            sheet_from_workbook(_name(url), digest, len(content), parse_workbook(content), Pool())
        except UnreadableError as error:
            return Fetched(url, "failed", reason=f"what came is no sheet: {error}")
        archived = self.archive.hashes()
        path = archived.get(digest)
        result = "known" if path else "new"
        if path is None:
            path = self._free_name(url, digest)
            self.archive.folder.mkdir(parents=True, exist_ok=True)
            new = path.with_name(path.name + ".new")
            new.write_bytes(content)
            new.replace(path)
        entry = known.setdefault(url, {})
        entry["etag"] = response.headers.get("ETag")
        entry["last_modified"] = response.headers.get("Last-Modified")
        version = {
            "sha256": digest,
            "file": path.name,
            "fetched_at": datetime.now(UTC).isoformat("T", "seconds"),
        }
        versions = entry.setdefault("versions", [])
        if not versions or versions[-1]["sha256"] != digest:
            versions.append(version)
        self.archive.save(known)
        return Fetched(url, result, path)

    def _free_name(self, url: str, digest: str) -> Path:
        path = self.archive.folder / _name(url)
        return path.with_stem(f"{path.stem}~{digest[:8]}") if path.exists() else path

    def _ask(self, url: str, headers: dict[str, str]) -> tuple[httpx.Response | None, str]:
        """A response of 200 or 304, or why there is none. Passing troubles are tried again, ever later."""
        if not self._allowed(url):
            return None, "the site's robots.txt asks not to fetch it"
        trouble = ""
        for attempt in range(TRIES):
            self._wait(self.pause if attempt == 0 else self.pause * 2**attempt)
            try:
                response = self._get(url, headers)
            except httpx.HTTPError as error:
                trouble = f"no answer ({type(error).__name__}: {error})"
                continue
            except ValueError as error:
                return None, str(error)
            if response.status_code in (200, 304):
                return response, ""
            trouble = f"the server answered {response.status_code} {response.reason_phrase}"
            if response.status_code not in _PASSING:
                return None, trouble
            later = _retry_after(response.headers.get("Retry-After"))
            if later is not None:
                if later > PATIENCE:
                    return None, f"{trouble} and asks to come back in {later:.0f} seconds"
                self.sleep(later)
        return None, f"{trouble}, {TRIES} times"

    def _get(self, url: str, headers: dict[str, str]) -> httpx.Response:
        """The whole answer, unless it is larger than any sheet (`ValueError`)."""
        self.told(url)
        with self.client.stream("GET", url, headers=headers) as response:
            parts, size = [], 0
            for part in response.iter_bytes():
                size += len(part)
                if size > MAX_FILE:
                    raise ValueError(f"the answer is larger than {MAX_FILE:,} bytes")
                parts.append(part)
        whole = httpx.Response(
            response.status_code, headers=_plain(response.headers), content=b"".join(parts)
        )
        whole.request = response.request
        return whole

    def _wait(self, seconds: float) -> None:
        if self._asked and seconds:
            self.sleep(seconds)
        self._asked = True

    def _allowed(self, url: str) -> bool:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            self._robots[site] = self._read_robots(site)
        rules = self._robots[site]
        return rules is None or rules.can_fetch(USER_AGENT, url)

    def _read_robots(self, site: str) -> RobotFileParser | None:
        try:
            response = self.client.get(f"{site}/robots.txt")
        except httpx.HTTPError:
            return None
        if response.status_code != 200:
            return None
        rules = RobotFileParser()
        rules.parse(response.text.splitlines())
        return rules


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Headers of an answer that is decoded already."""
    return {k: v for k, v in headers.items() if k.lower() not in ("content-encoding", "content-length")}


def _is_sheet(url: str) -> bool:
    return Path(urlsplit(url).path).suffix.lower() in SPREADSHEETS


def _name(url: str) -> str:
    name = re.sub(r"[^\w.\-]+", "-", unquote(urlsplit(url).path).rsplit("/", 1)[-1]).strip(".-")
    return name or "sheet.xlsx"


def _retry_after(text: str | None) -> float | None:
    """Seconds that a `Retry-After` header asks for."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
