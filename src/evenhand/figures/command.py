"""`evenhand figures`: fiscal-year tables of a record, with disclosure control."""

import sys
from pathlib import Path

import click

from evenhand.figures.disclosure.options import rounding_option, threshold_option
from evenhand.page.place import InputError, check_replaceable
from evenhand.record.argument import RECORD_PATH
from evenhand.record.errors import RecordError
from evenhand.record.interrupt import interruptible
from evenhand.record.remote import AnyPath

_STOPPED = 130
_WIDTH = 120


@click.command(name="figures")
@click.argument("record", type=RECORD_PATH)
@click.option("--year", required=True, metavar="FY2019", help="The fiscal year: 1 October to 30 September.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@threshold_option
@rounding_option
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON on stdout, nothing else.")
def figures_command(
    record: AnyPath, year: str, out: Path, threshold: int, rounding: int, as_json: bool
) -> None:
    """Tables of RECORD for a fiscal year: encounters, determinations, holds, releases, complaints, officers.

    No small cell is shown, and none can be worked out from the others. Days are the facility's own.

    Exit status: 0 written, also when the record cannot tell some of the figures; 2 bad usage or input.
    """
    try:
        with interruptible():
            _run(record, year, out, threshold, rounding, as_json)
    except (RecordError, ValueError) as error:
        raise InputError(str(error)) from None
    except OSError as error:
        raise InputError(f"{error.filename or out}: {error.strerror or error}") from None
    except KeyboardInterrupt:
        click.echo(f"Stopped. {out} is as it was before.", err=True)
        sys.exit(_STOPPED)


def _run(record: AnyPath, year: str, out: Path, threshold: int, rounding: int, as_json: bool) -> None:
    import duckdb
    from rich.console import Console

    from evenhand.figures import output, terminal
    from evenhand.figures.publish import Control
    from evenhand.figures.report import write_report
    from evenhand.figures.run import figures
    from evenhand.figures.year import fiscal_year
    from evenhand.record.folder import staged_folder
    from evenhand.record.store import Record

    opened, asked = Record(record), fiscal_year(year)
    check_replaceable(out, output.OUTPUTS)
    console = Console(stderr=True, highlight=False)
    try:
        with staged_folder(out) as folder, console.status("figures") as status:
            found = figures(
                opened, asked, Control(threshold, rounding), folder, lambda what: status.update(what)
            )
            output.write(found, folder)
            write_report(found, folder)
    except duckdb.OutOfMemoryException:
        raise InputError("there is too little memory to count this record") from None
    if as_json:
        click.echo((out / output.JSON).read_text(encoding="utf-8"), nl=False)
    else:
        terminal.show(found, out, Console(highlight=False, width=_WIDTH))
