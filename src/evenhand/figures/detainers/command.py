"""`evenhand detainers`: detainers by fiscal year, facility and lift reason."""

import json
import sys
from pathlib import Path

import click

from evenhand.figures.disclosure.options import rounding_option, threshold_option
from evenhand.page.place import InputError, check_replaceable
from evenhand.record.argument import RECORD_PATH
from evenhand.record.errors import RecordError
from evenhand.record.interrupt import interruptible
from evenhand.record.remote import AnyPath

TABLES, JSON, REPORT = "tables", "detainers.json", "report.html"
OUTPUTS = (TABLES, JSON, REPORT)
_STOPPED = 130
_WIDTH = 120


@click.command(name="detainers")
@click.argument("record", type=RECORD_PATH)
@click.option("--out", type=click.Path(path_type=Path), help="Also write tables and a report to this folder.")
@threshold_option
@rounding_option
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON on stdout, nothing else.")
def detainers_command(
    record: AnyPath, out: Path | None, threshold: int, rounding: int, as_json: bool
) -> None:
    """Detainers of RECORD by fiscal year, facility and lift reason.

    No small cell is shown, and none can be worked out from the others. Days are the facility's own.

    Exit status: 0 shown, also when the record cannot tell; 2 bad usage or input.
    """
    try:
        with interruptible():
            _run(record, out, threshold, rounding, as_json)
    except (RecordError, ValueError) as error:
        raise InputError(str(error)) from None
    except OSError as error:
        raise InputError(f"{error.filename or out}: {error.strerror or error}") from None
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(_STOPPED)


def _run(record: AnyPath, out: Path | None, threshold: int, rounding: int, as_json: bool) -> None:
    from rich.console import Console

    from evenhand.figures.detainers.count import detainers
    from evenhand.figures.detainers.output import show, summary, write
    from evenhand.figures.publish import Control
    from evenhand.record.folder import staged_folder
    from evenhand.record.store import Record

    opened = Record(record)
    if out is not None:
        check_replaceable(out, OUTPUTS)
    found = detainers(opened, Control(threshold, rounding))
    if out is not None:
        with staged_folder(out) as folder:
            write(found, folder)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2, ensure_ascii=False))
    else:
        show(found, out, Console(highlight=False, width=_WIDTH))
