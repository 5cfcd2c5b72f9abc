"""`python -m desk.provider PORT`: tables, people from standard input (JSON, one a line), then serve."""

import json
import os
import sys
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "desk.provider.settings"

import django

django.setup()

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from desk.provider.adapter import GROUP


def add(email: str, password: str, verified: bool, second_factor: bool) -> None:
    user = User.objects.create_user(email, email, password)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    if second_factor:
        user.groups.add(Group.objects.get_or_create(name=GROUP)[0])


class Quiet(WSGIRequestHandler):
    def log_message(self, *said: Any) -> None:
        pass


call_command("migrate", verbosity=0)
for line in sys.stdin:
    add(**json.loads(line))
server = ThreadedWSGIServer(("127.0.0.1", int(sys.argv[1])), Quiet)
server.set_app(get_wsgi_application())
print("ready", flush=True)
server.serve_forever()
