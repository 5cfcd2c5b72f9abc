"""Bringing the desk up: weak settings refused, tables and static files made ready, then gunicorn."""

import os
import shutil
import sys

import click
from django.core import checks
from django.core.management import call_command

from evenhand.desk.accounts.models import User
from evenhand.desk.accounts.operator import record_start
from evenhand.desk.environment import environment
from evenhand.desk.operations.health import migrated
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.weak_settings import weak_settings
from evenhand.progress import one_step

THREADS = "2"
"""A process. Few, since one that waits for the database stands behind the pages that the others render."""


def weaknesses() -> list[str]:
    """What must not be in a desk for real use, each with its remedy; empty where all is well."""
    found = checks.run_checks(include_deployment_checks=True)
    said = [
        f"{item.id}: {item.msg} {item.hint or ''}".strip() for item in found if item.level >= checks.WARNING
    ]
    own = environment()
    said += weak_settings(own)
    if User.objects.filter(email__endswith="@demo.invalid").exists():
        said.append("The database holds a demonstration: begin with an empty folder or database.")
    if own.folder.stat().st_mode & 0o077:
        said.append(f"{own.folder} is open to other accounts of the machine: chmod 700.")
    return said


def prepare(*, demonstration: bool) -> None:
    """Make tables and static files, fill a demonstration; ends the command where settings are weak."""
    upgraded = not migrated()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    if upgraded and ledger().store.size():
        # An upgrade may leave read tables empty: they follow from the ledger.
        with one_step("replaying") as progress:
            rebuild(lambda step, done, total: progress(done, total))
    if not demonstration:
        weak = weaknesses()
        if weak:
            raise click.ClickException("the desk does not start with weak settings:\n" + "\n".join(weak))
        record_start()
    call_command("collectstatic", verbosity=0, interactive=False)
    if demonstration:
        _demonstration()


def _demonstration() -> None:
    from evenhand.desk.demonstration.make import DOMAIN, PASSWORD, make

    if not User.objects.exists():
        click.echo("Making a simulated county...", err=True)
        with one_step("acts") as progress:
            made = make(progress=progress)
        click.echo(f"{made.taken.events:,} events, {len(made.taken.refused)} acts refused", err=True)
    click.echo("Everything in this desk is made up. Sign in with one of", err=True)
    for user in User.objects.filter(email__endswith=f"@{DOMAIN}").order_by("pk"):
        click.echo(f"  {user.email:36} {PASSWORD}", err=True)


def run(address: str, workers: int) -> None:
    """Become gunicorn."""
    counts = environment().folder / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
    click.echo(f"http://{address}/", err=True)
    os.execv(
        sys.executable,
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--bind",
            address,
            "--workers",
            str(workers),
            "--threads",
            THREADS,
            # Longer than a proxy or a browser holds a connection, which would else send into a closed one.
            "--keep-alive",
            "75",
            "evenhand.desk.wsgi",
        ],
    )
