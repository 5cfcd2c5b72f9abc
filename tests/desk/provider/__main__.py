"""`python -m desk.provider`: make tables, read people (JSON lines on standard input), print the port, serve."""

import json
import os
import sys
from typing import Any

import django
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application


class Quiet(WSGIRequestHandler):
    def log_message(self, *said: Any) -> None:
        """What was asked is no matter of the tests' output."""


def _add(email: str, password: str, verified: bool, second_factor: bool) -> None:
    # Django is set up by now.
    from allauth.account.models import EmailAddress
    from django.contrib.auth.models import Group, User

    from desk.provider.adapter import GROUP

    user = User.objects.create_user(email, email, password)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    if second_factor:
        user.groups.add(Group.objects.get_or_create(name=GROUP)[0])


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "desk.provider.settings"
    django.setup()
    call_command("migrate", verbosity=0)
    for line in sys.stdin:
        _add(**json.loads(line))
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    print(server.server_port, flush=True)
    server.serve_forever()


main()
