"""Two second persons confirm one request, and two people use one invitation, at the same moment, again and
again, each on a connection of its own.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "evenhand.desk.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from evenhand.desk.accounts import requests  # noqa: E402
from evenhand.desk.accounts.acts import OverError, accept, digest  # noqa: E402
from evenhand.desk.accounts.models import Role, User  # noqa: E402
from evenhand.desk.places.models import Agency  # noqa: E402
from evenhand.desk.record.models import Occurrence  # noqa: E402
from evenhand.desk.record.scope import EVERYTHING, within  # noqa: E402

together = Barrier(2)


def tried(call: Callable[[], object]) -> bool:
    """Whether it was done, and not over before."""
    together.wait()
    try:
        call()
    except OverError:
        return False
    finally:
        connection.close()
    return True


def both(*calls: Callable[[], object]) -> int:
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(tried, calls))


def account(name: str, role: Role, *agencies: str) -> User:
    user = User.objects.create_user(f"{name}@x.test", "p", name=name, role=role, actor=name)
    with within(EVERYTHING):
        user.agencies.set(Agency.objects.filter(pk__in=agencies))
    return user


def main(rounds: int) -> None:
    call_command("migrate", verbosity=0)
    Agency.objects.create(agency="NC0600000", name="A", state="NC", zone="America/New_York")
    asker = account("asker", Role.ADMINISTRATOR)
    seconds = [account(name, Role.FEDERAL_SUPERVISOR, "NC0600000") for name in ("one", "two")]
    confirmed = used = 0
    for number in range(rounds):
        asked = requests.ask_account(
            asker,
            email=f"f{number}@x.test",
            name="F",
            role=Role.FEDERAL_SUPERVISOR,
            actor=f"f{number}",
            agencies=["NC0600000"],
        )
        links: list[str] = []

        def confirm(second: User, number: int = asked.request.pk, links: list[str] = links) -> None:
            done = requests.confirm(number, second)
            assert done.link is not None
            assert done.link.secret is not None
            links.append(done.link.secret)

        confirmed += both(*(partial(confirm, second) for second in seconds))
        (secret,) = links
        passwords = ("the password of the first", "the password of the other")
        used += both(*(partial(accept, digest(secret), asked.code, password) for password in passwords))
    with within(EVERYTHING):
        granted = Occurrence.objects.filter(type="account.granted").count()
        enrolled = Occurrence.objects.filter(type="account.enrolled").count()
    print(f"{rounds} rounds, {confirmed} confirmed, {granted} granted, {used} used, {enrolled} enrolled")


main(int(sys.argv[1]))
