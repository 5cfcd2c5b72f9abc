"""Consular notification (8 CFR 236.1(e)): which consulates are told whether or not the person asks.

Two lists say so, and either is enough (`mandatory.csv` has a column for each):

- `regulation`: 8 CFR 236.1(e) as amended by 72 FR 1923 (17 January 2007), which added Algeria, Tunisia and
  Zimbabwe and took out Albania and South Korea. Read: the notice's account of the change, not its table; the
  56 countries are those of the other list without Albania.
- `state_department`: "Countries and Jurisdictions with Mandatory Notifications", U.S. Department of State,
  travel.state.gov/consularnotification (a stored copy, which bears no date; it names 57). The list is read
  from there, and so are the limits in `NOTES`.

They differ in Albania alone: the regulation took it out in 2007, the Department names it.
"""

import csv
from functools import cache
from importlib.resources import files

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


@cache
def mandatory() -> frozenset[str]:
    """ISO 3166-1 codes of the countries whose consulate is told in every case: on either list."""
    return listed("regulation") | listed("state_department")


@cache
def listed(source: str) -> frozenset[str]:
    """ISO 3166-1 codes on one of the two lists: `regulation` or `state_department`."""
    table = files(__package__).joinpath("mandatory.csv").read_text(encoding="utf-8")
    return frozenset(row["code"] for row in csv.DictReader(table.splitlines()) if row[source] == "yes")


NOTES: dict[str, str | Promise] = {
    "CN": _(
        "Hong Kong and Macao included. A person with a passport issued by Taiwan is told instead that the "
        "nearest Taipei Economic and Cultural office can be notified on request."
    ),
    "PL": _("Not owed, unless asked for, where the person was admitted to permanent residence."),
    "GB": _("British dependencies and overseas territories included."),
}

_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


@cache
def _names(language: str) -> dict[str, str]:
    found = {str(code): str(name) for code, name in Locale(language).territories.items()}
    return {c: name for c, name in found.items() if len(c) == 2 and c.isalpha() and c not in _NO_COUNTRY}


def countries() -> list[tuple[str, str]]:
    """Codes and names of countries in the language of the page (CLDR), by name."""
    names = _names((get_language() or "en")[:2])
    return sorted(names.items(), key=lambda pair: pair[1])


def country_name(code: str) -> str:
    """The name in the language of the page; the code itself where it is none of a country."""
    return _names((get_language() or "en")[:2]).get(code, code)


def owed(country: str, asked: bool) -> bool:
    """Whether the consulate must be told: the list says so, or the person asks for it."""
    return asked or country in mandatory()
