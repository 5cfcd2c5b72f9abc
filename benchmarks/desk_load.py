"""Fifty officers at once on the desk, next to the same app without guard and ledger, in one run.

    PYTHONPATH=tests python benchmarks/desk_load.py [--cases 100000] [--seconds 120] [--officers 50]

The store is made once for each number of cases, in build/desk_load. Prints a Markdown table in milliseconds,
and counts the ledger: each answer that acknowledged an event must have its event there.
"""

import argparse
import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ACTS = {"determination": ("determination.made", 1), "API batch of 20": ("person.booked", 20)}
ACTS |= {"case page": ("access.viewed", 1)}
NAMES = ("worklist", "case page", "determination", "API batch of 20")


def setup(folder: Path) -> None:
    os.environ["EVENHAND_DESK_FOLDER"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "evenhand.desk.settings"
    from evenhand.desk.command import start

    start(demonstration=True)


def seed(folder: Path, cases: int, officers: int) -> None:
    """A county with that many officers, one case worked through the pages, and copies of it.

    Half of the copies stand where the determination is due, the others have had it. Copies are appended to
    the ledger and the tables replayed from it, which is quicker than to judge each.
    """
    setup(folder)
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
    for number in range(officers):
        name = f"officer-of-load-{number}"
        county.certify(name)
        user = User.objects.create_user(
            f"{number}@load.test", name=name, role=Role.DESIGNATED_OFFICER, actor=name
        )
        user.agencies.add(county.ori)
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        sessions.append(client.session.session_key)
        with within(EVERYTHING):
            tokens.append(issue(county.ori, name, list(Grant), "benchmark")[1])

    desk = Desk(county)
    model = desk.book("model")
    desk.screen(model)
    desk.interview(model)
    desk.check(model)
    desk.determine(model)
    history = [e for e in desk.events(model) if e.type != "access.viewed"]
    ready_at = next(n for n, e in enumerate(history) if e.type == "determination.made")
    made: dict[str, list[str]] = {"cases": [], "ready": []}
    for start in range(0, cases, 500):
        events = []
        for number in range(start, min(start + 500, cases)):
            subject = f"{county.ori}:load-{number}"
            ready = number % 2 == 0
            made["ready" if ready else "cases"].append(subject)
            events += [
                e.model_copy(update={"id": uuid7(county.began), "subject": subject})
                for e in (history[:ready_at] if ready else history)
            ]
        with transaction.atomic():
            ledger().append(events)
        print(f"\r{start:,} cases", end="", file=sys.stderr)
    print("\rreplaying   ", file=sys.stderr)
    rebuild()
    world = {"sessions": sessions, "tokens": tokens, "determination": DETERMINATION, **made}
    (folder / "world.json").write_text(json.dumps(world))


def counted(folder: Path) -> dict[str, int]:
    import sqlite3

    with sqlite3.connect(folder / "desk.db") as db:
        return dict(db.execute("SELECT type, count(*) FROM desk_record_occurrence GROUP BY type").fetchall())


@contextmanager
def serving(folder: Path, application: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    run = [sys.executable, "-m", "gunicorn", "--bind", address, "--workers", "2", "--threads", "4"]
    own = {
        "EVENHAND_DESK_FOLDER": str(folder),
        "EVENHAND_DESK_MODE": "demonstration",
        "DJANGO_SETTINGS_MODULE": "evenhand.desk.settings",
        "PYTHONPATH": str(HERE),
    }
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen([*run, application], env=os.environ | own, stdout=log, stderr=log)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://{address}/api/v1/openapi.json")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(60)


def load(folder: Path, address: str, officers: int, seconds: int) -> dict[str, dict[str, Any]]:
    """Locust's figures by what was asked."""
    run = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        str(HERE / "desk_officers.py"),
        "--headless",
        "--host",
        address,
    ]
    run += ["-u", str(officers), "-r", "10", "-t", f"{seconds}s", "--stop-timeout", "30"]
    run += ["--csv", str(folder / "load"), "--loglevel", "ERROR", "--only-summary"]
    world = {"DESK_LOAD_WORLD": str(folder / "world.json")}
    subprocess.run(run, env=os.environ | world, check=False, stdout=subprocess.DEVNULL)
    with (folder / "load_stats.csv").open() as file:
        return {row["Name"]: row for row in csv.DictReader(file)}


def tried(source: Path, application: str, officers: int, seconds: int) -> tuple[dict[str, Any], list[str]]:
    """The figures on a fresh copy of the store, and what the count of the ledger says."""
    folder = source.with_name(f"{source.name}-run")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    before = counted(folder)
    with serving(folder, application) as address:
        found = load(folder, address, officers, seconds)
    after = counted(folder)
    said = []
    for name, (event, rows) in ACTS.items():
        done = int(found[name]["Request Count"]) - int(found[name]["Failure Count"]) if name in found else 0
        new = after.get(event, 0) - before.get(event, 0)
        said.append(f"{name}: {done * rows:,} acknowledged, {new:,} new `{event}` in the ledger")
    return found, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--officers", type=int, default=50)
    given = parser.parse_args()
    folder = Path("build/desk_load").absolute() / f"{given.cases}-{given.officers}"
    if not (folder / "world.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        began = time.perf_counter()
        seed(folder, given.cases, given.officers)
        print(f"made in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print(f"load average at the start: {os.getloadavg()[0]:.1f}\n")
    ours, said = tried(folder, "evenhand.desk.wsgi", given.officers, given.seconds)
    bare, _ = tried(folder, "desk_bare", given.officers, given.seconds)
    print("| | calls | errors | p50 | p95 | p99 | bare p50 | bare p95 | p95 / bare |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name in NAMES:
        if name not in ours or name not in bare:
            continue
        own, peer = ours[name], bare[name]
        ratio = float(own["95%"]) / max(float(peer["95%"]), 1)
        print(
            f"| {name} | {own['Request Count']} | {own['Failure Count']} | {own['50%']} | {own['95%']} "
            f"| {own['99%']} | {peer['50%']} | {peer['95%']} | {ratio:.1f} |"
        )
    print("\n" + "\n".join(said))


if __name__ == "__main__":
    main()
