"""`evenhand rebooking`: time from release to the next booking."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.page.place import InputError
from evenhand.record.argument import RECORD_PATH, seal_options
from evenhand.record.errors import RecordError
from evenhand.record.interrupt import interruptible
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.remote import AnyPath

if TYPE_CHECKING:
    from evenhand.record.seal_check import SealPolicy

CSV, JSON, REPORT = "rebooking.csv", "rebooking.json", "report.html"
_STOPPED = 130
_WIDTH = 110


@click.command()
@click.argument("record", type=RECORD_PATH)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Also write a table and a report to this folder."
)
@click.option(
    "--threshold",
    type=click.IntRange(3, 1000),
    default=11,
    show_default=True,
    help="The least number of people that a step of a curve may tell of.",
)
@seal_options
@click.option("--json", "as_json", is_flag=True, help="Print the curves as JSON on stdout, nothing else.")
def rebooking(
    record: AnyPath,
    out: Path | None,
    threshold: int,
    keys: Sequence[str],
    require_ledger: bool,
    as_json: bool,
) -> None:
    """Share of people in RECORD who are booked again within a time of their release (Kaplan-Meier).

    Exit status: 0 shown, also when the record cannot tell; 2 bad usage or input.
    """
    from evenhand.record.seal_check import SealPolicy

    try:
        with interruptible():
            _run(record, SealPolicy(tuple(keys), require_ledger), out, threshold, as_json)
    except (RecordError, LedgerError, ValueError) as error:
        raise InputError(str(error)) from None
    except OSError as error:
        raise InputError(f"{error.filename or out}: {error.strerror or error}") from None
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(_STOPPED)


def _run(record: AnyPath, seal: "SealPolicy", out: Path | None, threshold: int, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from evenhand.figures.rebooking.output import summary, write
    from evenhand.figures.rebooking.study import study
    from evenhand.record.folder import Kind, check_replaceable, staged_folder
    from evenhand.record.store import open_record

    if out is not None:
        check_replaceable(out, Kind.REBOOKING)
    opened = open_record(record, seal)
    found = study(opened, threshold)
    opened.confirm()
    if out is not None:
        with staged_folder(out, Kind.REBOOKING) as folder:
            write(found, folder)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, width=_WIDTH)
    console.print(f"The record is {opened.standing.sentence}.", markup=False)
    if found.cannot_tell:
        console.print(found.cannot_tell, markup=False)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Released by")
    for name in ("People", "Days", "Booked again", "95% interval"):
        table.add_column(name, justify="right", no_wrap=True)
    for curve in found.curves:
        for n, row in enumerate(curve.estimates):
            who = (curve.group, f"{curve.people:,}") if n == 0 else ("", "")
            interval = (
                "not defined" if row.low is None or row.high is None else f"{row.low:.1%} to {row.high:.1%}"
            )
            table.add_row(*who, f"{row.days:,}", f"{row.share:.1%}", interval)
    console.print(table)
    if found.left_out:
        console.print(found.left_out, markup=False)
    for limit in found.limits:
        console.print(limit, markup=False)
    if out is not None:
        console.print(str(out / REPORT), markup=False, soft_wrap=True)
