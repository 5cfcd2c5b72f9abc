"""People at the pages of accounts, and what the ledger has of them."""

import re

from django.test import Client

from desk.county import PASSWORD, County
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import EVERYTHING, within

NEW_PASSWORD = "a new sentence of my own"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def another(county: County, role: Role, name: str = "second", *agencies: str) -> User:
    """One more account of a role at the county, or at these agencies."""
    user = User.objects.create_user(f"{name}@x.test", PASSWORD, name=name, role=role, actor=name)
    if role is not Role.ADMINISTRATOR:
        with within(EVERYTHING):
            user.agencies.add(*(agencies or (county.ori,)))
    return user


def told(subject: str) -> list[str]:
    """The types of the events about a subject, in order."""
    with within(EVERYTHING):
        found = Occurrence.objects.filter(kind="account", subject=subject).order_by("seq")
        return list(found.values_list("type", flat=True))


def code_on(page: str) -> str:
    """What a page shows once: a link's path, a code or a secret."""
    found = re.search(r"<p><code>(?:http://testserver)?([^<]+)</code></p>", page)
    assert found, page
    return found[1]
