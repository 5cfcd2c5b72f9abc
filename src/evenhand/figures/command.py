"""`evenhand figures`: fiscal-year tables of a record, with disclosure control."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.disclosure.options import (
    fail_option,
    previous_option,
    register_option,
    rounding_option,
    threshold_option,
)
from evenhand.page.place import InputError
from evenhand.record.argument import RECORD_PATH, seal_options
from evenhand.record.errors import RecordError
from evenhand.record.interrupt import interruptible
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.remote import AnyPath

if TYPE_CHECKING:
    from evenhand.disclosure.register import EarlierEditions
    from evenhand.figures.publish import Control
    from evenhand.figures.year import FiscalYear
    from evenhand.record.seal_check import SealPolicy

_STOPPED = 130
_WIDTH = 120


@click.command(name="figures")
@click.argument("record", type=RECORD_PATH)
@click.option("--year", required=True, metavar="FY2019", help="The fiscal year: 1 October to 30 September.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@threshold_option
@rounding_option
@seal_options
@previous_option
@register_option
@fail_option
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON on stdout, nothing else.")
def figures_command(
    record: AnyPath,
    year: str,
    out: Path,
    threshold: int,
    rounding: int,
    keys: Sequence[str],
    require_ledger: bool,
    previous: tuple[Path, ...],
    register: Path | None,
    fail: bool,
    as_json: bool,
) -> None:
    """Tables of RECORD for a fiscal year: encounters, determinations, holds, releases, complaints, officers.

    No small cell is shown, and none can be worked out from the others. Days are the facility's own.

    Exit status: 0 written, also when the record cannot tell some of the figures; 2 bad usage or input;
    3 an earlier edition was found, with --fail-unprotected.
    """
    from evenhand.disclosure.register import EarlierEditions
    from evenhand.figures.editions import REMEDY, edition
    from evenhand.figures.output import JSON
    from evenhand.figures.publish import Control
    from evenhand.figures.year import fiscal_year
    from evenhand.record.seal_check import SealPolicy

    try:
        with interruptible():
            asked = fiscal_year(year)
            editions = tuple(edition(path, JSON, asked.name) for path in previous)
            control = Control(threshold, rounding, editions)
            seal = SealPolicy(tuple(keys), require_ledger)
            _run(record, seal, asked, out, control, EarlierEditions(register, fail, REMEDY), as_json)
    except (RecordError, LedgerError, ValueError) as error:
        raise InputError(str(error)) from None
    except OSError as error:
        raise InputError(f"{error.filename or out}: {error.strerror or error}") from None
    except KeyboardInterrupt:
        click.echo(f"Stopped. {out} is as it was before.", err=True)
        sys.exit(_STOPPED)


def _run(
    record: AnyPath,
    seal: "SealPolicy",
    asked: "FiscalYear",
    out: Path,
    control: "Control",
    earlier: "EarlierEditions",
    as_json: bool,
) -> None:
    import duckdb
    from rich.console import Console

    from evenhand.disclosure import register as publications
    from evenhand.figures import output, terminal
    from evenhand.figures.report import write_report
    from evenhand.figures.run import figures
    from evenhand.record.folder import Kind, check_replaceable, staged_folder
    from evenhand.record.store import open_record

    check_replaceable(out, Kind.FIGURES)
    opened = open_record(record, seal)
    console = Console(stderr=True, highlight=False)
    try:
        with staged_folder(out, Kind.FIGURES) as folder, console.status("figures") as status:
            found = figures(opened, asked, control, folder, lambda what: status.update(what))
            output.write(found, folder)
            write_report(found, folder)
            new = output.publication("figures", opened, control, folder / output.JSON, asked.name)
            earlier.check(new, out)
            publications.write(new, folder)
            opened.confirm()
        earlier.enter(new)
    except duckdb.OutOfMemoryException:
        raise InputError("there is too little memory to count this record") from None
    if as_json:
        click.echo((out / output.JSON).read_text(encoding="utf-8"), nl=False)
    else:
        terminal.show(found, out, Console(highlight=False, width=_WIDTH))
