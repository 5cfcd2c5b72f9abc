"""`evenhand record`: what a record holds, whether it is whole, and the schema of its events."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.record.argument import RECORD_PATH, seal_options
from evenhand.record.errors import RecordError
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.remote import AnyPath

if TYPE_CHECKING:
    from rich.table import Table

    from evenhand.record.manifest import Manifest
    from evenhand.record.seal_check import SealPolicy
    from evenhand.record.store import Record

RECORD = click.argument("folder", type=RECORD_PATH)


@click.group()
def record() -> None:
    """Look into a record: what it holds, and whether it is whole."""


@record.command()
@RECORD
def show(folder: AnyPath) -> None:
    """Print where a record came from and what it holds."""
    from rich.console import Console

    with _refusing():
        opened = _open(folder)
    manifest, console = opened.manifest, Console()
    console.print(
        f"{manifest.kind} by evenhand {manifest.evenhand}, events from {manifest.observed_from} to "
        f"{manifest.observed_until}, time zones {', '.join(manifest.zones) or 'none'}",
        highlight=False,
    )
    console.print(f"The record is {opened.standing.sentence}.", markup=False, highlight=False)
    console.print(_counts(manifest))
    for line in manifest.told():
        console.print(line, markup=False, highlight=False)


def _counts(manifest: "Manifest") -> "Table":
    from rich.table import Table

    table = Table("what", "number", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    counts = manifest.counts
    rows = {
        "rows in": counts.rows_in,
        "rows that told events": counts.rows.told,
        "rows merged with another row": counts.rows.merged,
        "rows left out by the mapping": counts.rows.left_out,
        "rows without an event": counts.rows.without_event,
        "rows quarantined": counts.rows.quarantined,
        **{f"left out: {reason}": n for reason, n in counts.left_out.items()},
        **{f"without an event: {reason}": n for reason, n in counts.without_event.items()},
        **{f"{kind} histories": n for kind, n in counts.cases.items()},
        **{f"{name} events": n for name, n in counts.events.items()},
        **{f"policy: {name}": n for name, n in counts.policies.items()},
    }
    for name, number in rows.items():
        table.add_row(name, f"{number:,}")
    return table


@record.command()
@RECORD
@seal_options
def check(folder: AnyPath, keys: Sequence[str], require_ledger: bool) -> None:
    """Compare each file's hash with the manifest's, and a sealed record with its ledger.

    Exit status 2 if one differs.
    """
    from evenhand.record.seal_check import SealPolicy

    number = 0
    with _refusing():
        opened = _open(folder, SealPolicy(tuple(keys), require_ledger, thorough=True))
        for file, now in opened.hashes():
            if now != file.sha256:
                raise RecordError(
                    f"{folder / file.file} is not the file that was written: restore it or run the intake "
                    "again."
                )
            number += 1
    events = sum(file.events for file in opened.manifest.event_files())
    click.echo(f"{number} files with {events:,} events are as the manifest says.")
    click.echo(f"The record is {opened.standing.sentence}.")


@record.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead.")
def schema(out: Path | None) -> None:
    """Print the JSON Schema of every event type."""
    from evenhand.record.events import json_schema

    text = json.dumps(json_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


def _open(folder: AnyPath, seal: "SealPolicy | None" = None) -> "Record":
    from evenhand.record.store import open_record

    return open_record(folder, seal)


@contextmanager
def _refusing() -> Iterator[None]:
    """End with status 2 for a record that cannot be read."""
    try:
        yield
    except (RecordError, LedgerError, OSError) as error:
        click.echo(f"evenhand record: {error}", err=True)
        sys.exit(2)
