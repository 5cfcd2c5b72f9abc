"""`evenhand intake`: take a jail's export into a record, or suggest a mapping for it."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import MIB, Limits
from evenhand.intake.suggest.command import questions, suggest
from evenhand.record.argument import replace_sealed_option
from evenhand.record.errors import RecordError
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.options import sealing_options

if TYPE_CHECKING:
    from evenhand.intake.mapping.model import Mapping
    from evenhand.intake.run import Outcome
    from evenhand.record.ledger.seal import Seal
    from evenhand.record.manifest import MappingUsed


class DirectOrNamed(click.Group):
    """A group whose first argument may also be a source: then it is `intake take SOURCE...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = bool(args) and (args[0] in self.commands or args[0] in ("-h", "--help"))
        return super().parse_args(ctx, args if named or not args else ["take", *args])


@click.group(cls=DirectOrNamed, context_settings={"help_option_names": ["-h", "--help"]})
def intake() -> None:
    """Take jail exports into a record: evenhand intake SOURCE... --mapping M.toml|NAME --out RECORD

    \b
    Without a command name the arguments are those of `take`:
      evenhand intake bookings.csv --mapping county.toml --out record
      evenhand intake bookings.csv --mapping county.toml --check
      evenhand intake log.xlsx --mapping events --agency NC0600000 --zone America/New_York --out record
    """


@intake.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SOURCE...")
@click.option(
    "--mapping",
    required=True,
    metavar="M.toml|NAME|events",
    help="A mapping file, the name of a shipped mapping, or `events` for a table with one row per event.",
)
@click.option(
    "--agency",
    metavar="ORI",
    help="With --mapping events: the agency's ORI, if the table has no such column.",
)
@click.option(
    "--zone", metavar="ZONE", help="With --mapping events: the time zone, if the table has no such column."
)
@click.option(
    "--tells",
    multiple=True,
    metavar="TYPE",
    help="With --mapping events: an event type that is not in the log because it did not happen. Repeatable.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="RECORD", help="The record's folder.")
@click.option(
    "--check", is_flag=True, help="Only check: write nothing; exit 1 if a row or value does not fit."
)
@click.option(
    "--max-ratio", default=Limits.ratio, show_default=True, help="How many times compressed input may grow."
)
@click.option(
    "--max-row-bytes", default=MIB, show_default=True, help="The longest row; a longer one is quarantined."
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file personal/subject.key of an earlier record, to make the same keys (`made_of`).",
)
@sealing_options
@replace_sealed_option
def take(
    sources: tuple[Path, ...],
    mapping: str,
    agency: str | None,
    zone: str | None,
    tells: tuple[str, ...],
    out: Path | None,
    check: bool,
    max_ratio: float,
    max_row_bytes: int,
    key_file: Path | None,
    ledger: bool,
    ledger_key: Path | None,
    replace_sealed: bool,
) -> None:
    """Take SOURCE files into a record.

    Exit status: 0 done (with --check: everything fits), 1 with --check only: something is quarantined, tells
    nothing or has a faulty key, 2 bad usage or input; then nothing is written.
    """
    from rich.console import Console

    from evenhand.intake.report import show

    if out is None and not check:
        raise click.UsageError("Give --out RECORD, or --check to write nothing.")
    limits = Limits(record_bytes=max_row_bytes, ratio=max_ratio, batch_bytes=max(8 * MIB, 2 * max_row_bytes))
    try:
        seal = _sealing(ledger, ledger_key)
        for path in sources:
            if not path.is_file():
                raise IntakeError(f"{path}: file not found. Name a CSV, Parquet, workbook or JSON file.")
        used = _mapping(sources, mapping, limits, agency, zone, tells)
        if check:
            outcome = _check(sources, used, limits, key_file)
        else:
            outcome = _write(sources, used, limits, out, seal, key_file, replace_sealed)
    except (IntakeError, RecordError, LedgerError) as error:
        click.echo(f"evenhand intake: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("evenhand intake: stopped; the record is as it was.", err=True)
        sys.exit(130)
    except OSError as error:
        click.echo(f"evenhand intake: {error.filename or ''}: {error.strerror or error}.", err=True)
        sys.exit(2)
    show(outcome, Console(), out=None if check else str(out))
    if check and outcome.objections():
        sys.exit(1)


def _sealing(asked: bool, key: Path | None) -> "Seal | None":
    if not (asked or key):
        return None
    from evenhand.record.ledger.seal import sealing

    return sealing(asked, key)


def _mapping(
    sources: tuple[Path, ...],
    given: str,
    limits: Limits,
    agency: str | None,
    zone: str | None,
    tells: tuple[str, ...],
) -> "tuple[Mapping, MappingUsed]":
    from evenhand.intake.mapping.event_log import NAME, event_log_mapping
    from evenhand.intake.mapping.load import load_mapping

    if given == NAME and not Path(given).is_file():
        return event_log_mapping(list(sources), limits, agency=agency, zone=zone, tells=tells)
    for name, value in (("agency", agency), ("zone", zone), ("tells", tells)):
        if value:
            raise click.UsageError(f"--{name} works only with --mapping {NAME}. Put it in the mapping file.")
    return load_mapping(given)


def _check(
    sources: tuple[Path, ...],
    mapping: "tuple[Mapping, MappingUsed]",
    limits: Limits,
    key_file: Path | None,
) -> "Outcome":
    with tempfile.TemporaryDirectory(prefix="evenhand-check-") as folder:
        return _write(sources, mapping, limits, Path(folder) / "record", None, key_file)


def _write(
    sources: tuple[Path, ...],
    mapping: "tuple[Mapping, MappingUsed]",
    limits: Limits,
    out: Path | None,
    seal: "Seal | None",
    key_file: Path | None,
    replace_sealed: bool = False,
) -> "Outcome":
    import pyarrow as pa

    from evenhand.intake.progress import IntakeProgress
    from evenhand.intake.run import Intake
    from evenhand.record.writer import RecordWriter

    assert out is not None
    # Batches of one size come and go: the system's allocator gives their memory to the next ones.
    pa.set_memory_pool(pa.system_memory_pool())
    total = sum(path.stat().st_size for path in sources)
    with IntakeProgress(total) as progress, RecordWriter(out, replace_sealed=replace_sealed) as writer:
        outcome = Intake(*mapping, limits, progress, writer, key_file).run(list(sources))
        if seal:
            seal(writer.folder)
        return outcome


@intake.command()
def mappings() -> None:
    """List the shipped mappings."""
    from evenhand.intake.mapping.event_log import NAME
    from evenhand.intake.mapping.load import shipped

    for name, title in shipped().items():
        click.echo(f"{name:12} {title}")
    click.echo(f"{NAME:12} An event log: one row per event, columns named like event fields")


intake.add_command(suggest)
intake.add_command(questions)
