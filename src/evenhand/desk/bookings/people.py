"""Who bookings are of: names come from the ledger for the rows at hand and stand in no read table.

A case holds only a keyed hash of the name, for the search by the exact full name. Its key is not in the
database and in no backup: whoever takes either cannot try names against the hashes.
"""

import hmac
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from secrets import token_urlsafe

from evenhand.desk.bookings.models import Case
from evenhand.desk.environment import environment
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry
from evenhand.desk.record.models import ReadQuerySet
from evenhand.record.events import Event
from evenhand.record.events.booking import PersonBooked

KEY_FILE = "name-search.key"


def named(cases: Iterable[Case]) -> list[Case]:
    """The cases with the names of their people, read from the ledger in one query."""
    rows = list(cases)
    booked = {entry.seq: entry.event for entry in history.at([case.person_seq for case in rows])}
    for case in rows:
        _name(case, booked.get(case.person_seq))
    return rows


def name_from(case: Case, entries: Sequence[Entry]) -> Case:
    """The case with the name of its person, from its own history."""
    _name(case, next((entry.event for entry in entries if entry.seq == case.person_seq), None))
    return case


def _name(case: Case, booked: Event | None) -> None:
    if isinstance(booked, PersonBooked):
        case.name, case.birth_date = booked.name or "", booked.birth_date or ""


def with_exact_name(name: str, agencies: Iterable[str]) -> ReadQuerySet:
    """The cases of people of exactly this full name; case and spaces do not count."""
    found: ReadQuerySet = Case.objects.filter(name_key__in=[name_key(agency, name) for agency in agencies])
    return found.order_by("-booked_at", "subject")


def name_key(agency: str, name: str | None) -> str:
    """HMAC-SHA-256 of a folded name, in hex; '' without a name. Agencies have different ones."""
    said = folded(name or "")
    return hmac.new(_key(), f"{agency}\0{said}".encode(), "sha256").hexdigest() if said else ""


def folded(name: str) -> str:
    """A name in one spelling: compatible characters, case and spaces made the same."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return re.sub(r"\s*,\s*", ", ", " ".join(text.split()))


@cache
def _key() -> bytes:
    """The key of the hashes: the setting, or else a file that is made at the first use."""
    given = environment().name_search_key.get_secret_value()
    return (given or _kept(environment().folder / KEY_FILE)).encode()


def _kept(path: Path) -> str:
    """The text of the key's file. Of several processes that make it at once, the first one's stays."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token_urlsafe(64))
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text()
