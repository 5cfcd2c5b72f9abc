"""`evenhand detainers`: detainers by fiscal year, facility and lift reason."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.disclosure import register as publications
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

TABLES, JSON, REPORT = "tables", "detainers.json", "report.html"
if TYPE_CHECKING:
    from evenhand.figures.publish import Control
    from evenhand.record.seal_check import SealPolicy

_STOPPED = 130
_WIDTH = 120


@click.command(name="detainers")
@click.argument("record", type=RECORD_PATH)
@click.option("--out", type=click.Path(path_type=Path), help="Also write tables and a report to this folder.")
@threshold_option
@rounding_option
@seal_options
@previous_option
@register_option
@fail_option
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON on stdout, nothing else.")
def detainers_command(
    record: AnyPath,
    out: Path | None,
    threshold: int,
    rounding: int,
    keys: Sequence[str],
    require_ledger: bool,
    previous: tuple[Path, ...],
    register: Path | None,
    fail: bool,
    as_json: bool,
) -> None:
    """Detainers of RECORD by fiscal year, facility and lift reason.

    No small cell is shown, and none can be worked out from the others. Days are the facility's own.

    Exit status: 0 shown, also when the record cannot tell; 2 bad usage or input; 3 an earlier edition was
    found, with --fail-unprotected.
    """
    from evenhand.figures.editions import REMEDY, edition
    from evenhand.figures.publish import Control
    from evenhand.record.seal_check import SealPolicy

    try:
        with interruptible():
            editions = tuple(edition(path, JSON) for path in previous)
            control = Control(threshold, rounding, editions)
            seal = SealPolicy(tuple(keys), require_ledger)
            earlier = publications.EarlierEditions(register, fail, REMEDY)
            _run(record, seal, out, control, earlier, as_json)
    except (RecordError, LedgerError, ValueError) as error:
        raise InputError(str(error)) from None
    except OSError as error:
        raise InputError(f"{error.filename or out}: {error.strerror or error}") from None
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(_STOPPED)


def _run(
    record: AnyPath,
    seal: "SealPolicy",
    out: Path | None,
    control: "Control",
    earlier: publications.EarlierEditions,
    as_json: bool,
) -> None:
    from rich.console import Console

    from evenhand.figures.detainers.count import detainers
    from evenhand.figures.detainers.output import show, summary, write
    from evenhand.figures.output import publication
    from evenhand.record.folder import Kind, check_replaceable, staged_folder
    from evenhand.record.store import open_record

    if out is not None:
        check_replaceable(out, Kind.DETAINERS)
    opened = open_record(record, seal)
    found = detainers(opened, control)
    opened.confirm()
    if out is not None:
        with staged_folder(out, Kind.DETAINERS) as folder:
            write(found, folder)
            new = publication("detainers", opened, found.control, folder / JSON, None)
            earlier.check(new, out)
            publications.write(new, folder)
        earlier.enter(new)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2, ensure_ascii=False))
    else:
        show(found, out, Console(highlight=False, width=_WIDTH))
