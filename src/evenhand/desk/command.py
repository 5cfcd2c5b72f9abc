"""`evenhand serve`, `evenhand rebuild` and `evenhand desk ...`. Django is loaded only when one is called."""

import os
import sys
from pathlib import Path

import click

from evenhand.record.errors import RecordError

MANAGE = {"ignore_unknown_options": True, "help_option_names": []}
ENDED = 3
"""The exit code of `clocks` where one has ended; no failure has it, so a monitor can tell."""


def start(*, demonstration: bool = False, folder: Path | None = None) -> None:
    """Load Django with the settings of the environment. A bad setting ends the command with its name."""
    if demonstration:
        os.environ["EVENHAND_DESK_MODE"] = "demonstration"
    if folder is not None:
        os.environ["EVENHAND_DESK_FOLDER"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.desk.settings")
    try:
        import django
        from pydantic import ValidationError

        from evenhand.desk.environment import PREFIX, environment
    except ImportError:
        raise click.ClickException("the desk needs more libraries: install evenhand[desk].") from None
    try:
        environment().folder.mkdir(parents=True, exist_ok=True)
    except ValidationError as error:
        said = "; ".join(f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise click.ClickException(said) from None
    django.setup()


@click.command()
@click.option("--demonstration", is_flag=True, help="Made-up agencies and accounts of every role.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where its data are. [default: desk]")
@click.option("--address", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
@click.option("--workers", type=click.IntRange(min=1), default=4, show_default=True, help="Processes.")
def serve(demonstration: bool, folder: Path | None, address: str, workers: int) -> None:
    """Start the desk.

    For real use it refuses to start with weak settings, and names each. The settings are environment
    variables (docs/desk/settings.md).
    """
    start(demonstration=demonstration, folder=folder)
    from evenhand.desk.serving import prepare, run

    prepare(demonstration=demonstration)
    run(address, workers)


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Where its data are. [default: desk]")
def rebuild(folder: Path | None) -> None:
    """Replay the desk's ledger into empty read tables and compare.

    Exit codes: 0 the tables were what the ledger gives; 1 they were not (they are now); 2 wrong use.
    """
    start(folder=folder)
    from evenhand.desk.record.rebuild import rebuild as replay
    from evenhand.progress import one_step

    with one_step("replaying") as progress:
        done = replay(lambda step, n, total: progress(n, total))
    for table, rows in done.rows.items():
        click.echo(f"{table}: {rows:,} rows")
    for difference in done.differences:
        click.echo(f"{difference.table} {difference.key}: {difference.what}", err=True)
    click.echo(f"{done.events:,} events replayed, {len(done.differences):,} rows differed")
    sys.exit(1 if done.differences else 0)


@click.group()
@click.option("--folder", type=click.Path(path_type=Path), help="Where its data are. [default: desk]")
@click.option("--demonstration", is_flag=True, help="A desk with made-up data.")
def desk(folder: Path | None, demonstration: bool) -> None:
    """Run and keep the desk, the web app of a jail's program."""
    start(demonstration=demonstration, folder=folder)


@desk.command("export")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The record's folder.")
@click.option("--agency", "agencies", multiple=True, help="Only this agency (ORI); may be repeated.")
@click.option(
    "--personal",
    type=click.Choice(["none", "groups", "all"]),
    default="groups",
    show_default=True,
    help="How much of the personal parts goes along; `groups` is what statistics of uniformity read.",
)
def export_command(out: Path, agencies: tuple[str, ...], personal: str) -> None:
    """Write the desk's ledger as a record, which `evenhand audit` reads."""
    from evenhand.desk.record.export import Personal, export
    from evenhand.desk.record.scope import EVERYTHING, within
    from evenhand.progress import one_step

    try:
        with one_step("exporting") as progress, within(EVERYTHING):
            manifest = export(
                out, agencies=frozenset(agencies) or None, personal=Personal(personal), progress=progress
            )
    except RecordError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{out}: {sum(manifest.counts.events.values()):,} events")


@desk.command("clocks")
@click.option("--within", type=click.FloatRange(min=0), default=12, show_default=True, help="Hours ahead.")
@click.option("--agency", help="Only this agency (ORI).")
def clocks(within: float, agency: str | None) -> None:
    """List the clocks of custody that have ended, or end soon, for a timer or a mail.

    One line a clock, by its end: booking number, facility, end, time left, what must be done. No name stands
    in it. Exit codes: 0 none has ended; 1 they could not be read; 2 wrong use; 3 one has ended undone.
    """
    from django.db import Error

    from evenhand.desk.custody.notice import notices
    from evenhand.desk.record.act import now

    try:
        found = notices(now(), within, agency)
    except Error as error:
        raise click.ClickException(f"the clocks could not be read from the database: {error}") from None
    for notice in found:
        click.echo(notice.line)
    sys.exit(ENDED if any(notice.ended for notice in found) else 0)


@desk.command("audit")
def audit_command() -> None:
    """Audit the desk's own record by the whole catalog and keep the findings, which the API gives out."""
    from evenhand.desk.findings.run import run

    counts = run()
    for rule, number in sorted(counts.items()):
        click.echo(f"{rule}: {number:,}")
    click.echo(f"{sum(counts.values()):,} findings")


@desk.command("deliver")
def deliver_command() -> None:
    """Send the notices that are due to the addresses an administrator entered. For a timer."""
    from evenhand.desk.webhooks.outbox import deliver

    arrived, failed = deliver()
    click.echo(f"{arrived:,} arrived, {failed:,} did not and will be tried again")


@desk.command("checkpoint")
def checkpoint_command() -> None:
    """Sign what was recorded, and bring the published tiles up to date. For a timer."""
    from evenhand.desk.operations.checkpoint import checkpoint
    from evenhand.record.ledger.errors import LedgerError

    try:
        public, note = checkpoint()
    except LedgerError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{public}\n{note.text}", nl=False)


@desk.command("backup")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder for it.")
def backup_command(out: Path) -> None:
    """Back up database, documents and keys of a running desk."""
    from evenhand.desk.operations.backup import BackupError, backup

    try:
        said = backup(out)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{out}: {said['size']:,} events, root {said['root']}")


@desk.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore_command(folder: Path) -> None:
    """Bring a backup into an empty folder or database, and check that its ledger came out as it went in."""
    from evenhand.desk.operations.backup import BackupError, restore

    try:
        said = restore(folder)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"restored: {said['size']:,} events, root {said['root']}")


@desk.command("administrator")
@click.argument("email")
@click.option(
    "--name", default="Administrator", show_default=True, help="The holder's name, for a new account."
)
@click.option("--actor", default="", help="Its name in the record. [default: the address]")
def administrator_command(email: str, name: str, actor: str) -> None:
    """Make an administrator's account, and print a link with which its holder sets a password.

    For the first one, and for one who lost the password: the link works once and for a day.
    """
    from evenhand.desk.accounts.administrators import TakenError, administrator
    from evenhand.desk.accounts.invitation import invitation
    from evenhand.desk.environment import environment

    try:
        user = administrator(email, name, actor)
    except TakenError as error:
        raise click.ClickException(str(error)) from None
    host = next(iter(environment().hosts), "")
    click.echo(f"https://{host}{invitation(user)}" if host else invitation(user))


@desk.command("manage", context_settings=MANAGE, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's own management commands, such as `check --deploy` or `migrate`."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["evenhand desk manage", *arguments])
