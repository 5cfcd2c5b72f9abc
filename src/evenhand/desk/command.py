"""`evenhand serve`, `evenhand rebuild` and `evenhand desk ...`. Django is loaded only when one is called."""

import os
import sys
from pathlib import Path

import click

from evenhand.record.argument import replace_sealed_option
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
        environment().folder.mkdir(parents=True, exist_ok=True, mode=0o700)
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

    Exit codes: 0 the tables were what the ledger gives; 1 they were not (they are now), or the ledger is not
    whole (they are left as they are); 2 wrong use.
    """
    start(folder=folder)
    from evenhand.desk.record.rebuild import rebuild as replay
    from evenhand.progress import one_step
    from evenhand.record.ledger.errors import VerificationError

    try:
        with one_step("replaying") as progress:
            done = replay(lambda step, n, total: progress(n, total))
    except VerificationError as fault:
        raise click.ClickException(f"{fault}. Run `evenhand desk verify`.") from None
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
@replace_sealed_option
def export_command(out: Path, agencies: tuple[str, ...], personal: str, replace_sealed: bool) -> None:
    """Write the desk's ledger as a record, which `evenhand audit` reads."""
    from evenhand.desk.record.export import Personal, export
    from evenhand.desk.record.scope import EVERYTHING, within
    from evenhand.progress import one_step

    try:
        with one_step("exporting") as progress, within(EVERYTHING):
            manifest = export(
                out,
                agencies=frozenset(agencies) or None,
                personal=Personal(personal),
                progress=progress,
                replace_sealed=replace_sealed,
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


@desk.command("erasures")
def erasures_command() -> None:
    """Do what is left of erasures: rewrite the database's files. For a timer, when the desk is quiet.

    Exit codes: 0 nothing is left; 1 something is, and each order says what; 2 wrong use.
    """
    from evenhand.desk.erasure.scrub import finish, unfinished
    from evenhand.desk.record.scope import EVERYTHING, within

    with within(EVERYTHING):
        done = [finish(order) for order in unfinished()]
    for order in done:
        for said in order.left or ["finished"]:
            click.echo(f"{order.subject}: {said}")
    sys.exit(1 if any(order.left for order in done) else 0)


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


@desk.command("verify")
def verify_command() -> None:
    """Check the whole record: ledger, tiles, checkpoint, parts, erasures and read tables.

    Prints what is wrong and where, and changes nothing. Exit codes: 0 nothing is wrong; 1 something is;
    2 wrong use.
    """
    from evenhand.desk.operations.verify import verify
    from evenhand.progress import one_step

    count = 0
    with one_step("verifying") as progress:
        for fault in verify(lambda step, n, total: progress(n, total)):
            count += 1
            click.echo(fault, err=True)
    if count:
        raise click.ClickException(f"Faults found: {count:,}. Keep the database and the logs as evidence.")
    click.echo("Nothing is wrong: leaves, tiles, checkpoint, parts, erasures and read tables agree.")


@desk.command("migrate-ledger")
@click.option("--origin", required=True, help="The new log's name, such as ledger.example.gov/jail/2.")
def migrate_ledger_command(origin: str) -> None:
    """Carry a ledger of format 1, whose public leaves show case data, over into a new log.

    Stop the desk and make a backup first. The first leaf of the new log states the name, size and root of the
    old one. Then set EVENHAND_DESK_ORIGIN to the new name and give readers the new verifier key.
    """
    from evenhand.desk.operations.ledger_format import migrate_ledger
    from evenhand.record.ledger.errors import LedgerError

    try:
        continued = migrate_ledger(origin)
    except LedgerError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{origin} continues {continued.origin}: {continued.size:,} leaves, root {continued.root.hex()}. "
        "Take the old public folder (public-format1) down: it shows case data."
    )


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
@click.option("--clear-factors", is_flag=True, help="Also remove the account's second factors.")
def administrator_command(email: str, name: str, actor: str, clear_factors: bool) -> None:
    """Make an administrator's account, and print a link with which its holder sets a password.

    For the first administrator, and for one who lost the password. The link works once, until
    EVENHAND_DESK_INVITATION_HOURS have passed. The ledger records the command and the system account.
    """
    from evenhand.desk.accounts.administrators import TakenError
    from evenhand.desk.accounts.operator import administrator

    try:
        link = administrator(email, name, actor, clears_factors=clear_factors)
    except TakenError as error:
        raise click.ClickException(str(error)) from None
    _print_link(link.secret)


def _print_link(secret: str | None) -> None:
    """Print an invitation, unless the desk mailed it."""
    from evenhand.desk.accounts.invitation import printed

    click.echo(printed(secret) if secret else "The link was sent by email.")


@desk.group("federal")
def federal() -> None:
    """Make the first federal supervisor's account of an agency, in two steps.

    Later federal accounts are requested on the desk and confirmed there by a federal supervisor.
    """


@federal.command("request")
@click.argument("email")
@click.option("--name", required=True, help="The holder's name.")
@click.option("--actor", default="", help="The account's name in the record. [default: the address]")
@click.option("--agency", "agencies", multiple=True, required=True, help="ORI; may be repeated.")
def federal_request_command(email: str, name: str, actor: str, agencies: tuple[str, ...]) -> None:
    """First step: record the request, and print its number and a code for the holder."""
    from evenhand.desk.accounts.acts import NotAllowedError
    from evenhand.desk.accounts.administrators import TakenError
    from evenhand.desk.accounts.operator import request_federal

    try:
        asked = request_federal(email, name, actor, agencies)
    except (NotAllowedError, TakenError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"request {asked.request.pk}\ncode {asked.code}")


@federal.command("confirm")
@click.argument("number", type=int)
@click.option(
    "--confirmed-by",
    required=True,
    help="Who of ICE vouches for the holder, and how: name, office, letter and date. It is recorded.",
)
def federal_confirm_command(number: int, confirmed_by: str) -> None:
    """Second step: record who of ICE vouches for the holder, make the account, and print the link."""
    from evenhand.desk.accounts.acts import NotAllowedError, OverError
    from evenhand.desk.accounts.administrators import TakenError
    from evenhand.desk.accounts.operator import confirm_federal

    try:
        link = confirm_federal(number, confirmed_by)
    except (NotAllowedError, OverError, TakenError) as error:
        raise click.ClickException(str(error)) from None
    _print_link(link.secret)


@desk.command("manage", context_settings=MANAGE, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's own management commands, such as `check --deploy` or `migrate`."""
    if arguments[:1] in (("changepassword",), ("createsuperuser",)):
        raise click.ClickException(
            "nobody types another's password. Make a link: evenhand desk administrator EMAIL"
        )
    from django.core.management import execute_from_command_line

    execute_from_command_line(["evenhand desk manage", *arguments])
