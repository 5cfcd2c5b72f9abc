"""Two administrators demote each other at the same moment, again and again, each on a connection of its own."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "evenhand.desk.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from evenhand.desk.accounts.administrators import LastAdministratorError, able, one_stays  # noqa: E402
from evenhand.desk.accounts.models import Role, User  # noqa: E402

together = Barrier(2)


def demote(number: int) -> bool:
    """Whether it was refused."""
    try:
        together.wait()
        with one_stays():
            User.objects.filter(pk=number).update(role=Role.REVIEWER)
    except LastAdministratorError:
        return True
    finally:
        connection.close()
    return False


def main(rounds: int) -> None:
    call_command("migrate", verbosity=0)
    refused = left = 0
    for number in range(rounds):
        User.objects.update(is_active=False)
        pair = [
            User.objects.create_user(
                f"{x}{number}@x.test", "p", name=x, role=Role.ADMINISTRATOR, actor=f"{x}{number}"
            )
            for x in "ab"
        ]
        with ThreadPoolExecutor(2) as pool:
            refused += sum(pool.map(demote, (user.pk for user in pair)))
        left += able().count()
    print(f"{rounds} rounds, {refused} refused, {left} administrators left")


main(int(sys.argv[1]))
