"""`evenhand uniformity watch`: alerts on a record that grows, at a stated rate of false ones for ever."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.page.place import InputError
from evenhand.record.argument import RECORD_PATH, seal_options
from evenhand.record.errors import RecordError
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.remote import AnyPath

if TYPE_CHECKING:
    from evenhand.record.seal_check import SealPolicy
    from evenhand.uniformity.watch.monitor import Look

_STOPPED = 130
COLUMNS = ("race_ethnicity", "sex", "age_group")


def _references(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        column, _, value = text.partition("=")
        if column not in COLUMNS or not value:
            raise click.BadParameter(f"{text!r}: write column=group with one of {', '.join(COLUMNS)}.")
        found[column] = value
    return found


@click.command("watch")
@click.argument("record", type=RECORD_PATH)
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Go on from the last look.")
@click.option(
    "--alpha",
    type=click.FloatRange(min=0, max=1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="Chance that any alert is ever false.",
)
@click.option(
    "--by",
    type=click.Choice(COLUMNS),
    multiple=True,
    default=COLUMNS,
    help="Groups to compare; may be repeated. [default: all]",
)
@click.option(
    "--reference",
    multiple=True,
    callback=_references,
    help="column=group to compare with. [default: the largest group]",
)
@click.option("--json", "as_json", is_flag=True, help="All of it as JSON.")
@click.option(
    "--fail-on",
    type=click.Choice(["alert", "never"]),
    default="never",
    show_default=True,
    help="Exit with 1.",
)
@seal_options
def watch(
    record: AnyPath,
    state: Path | None,
    alpha: float,
    by: tuple[str, ...],
    reference: dict[str, str],
    as_json: bool,
    fail_on: str,
    keys: Sequence[str],
    require_ledger: bool,
) -> None:
    """Look whether the process is the same for all groups: as often as you like.

    Each share and time of the process is compared between groups within facility and first charge. The record
    may be looked at every day: the chance that any alert is ever false stays at most --alpha. With --state
    the next look goes on where this one ends, and days once counted stay as they were counted. The output is
    for the agency: it may hold small cells.

    \b
    Exit status: 0; 1 an alert, with --fail-on alert; 2 wrong use or bad input.
    """
    import duckdb

    from evenhand.record.seal_check import SealPolicy
    from evenhand.uniformity.watch import report
    from evenhand.uniformity.watch.state import StateError
    from evenhand.uniformity.watch.terminal import show

    try:
        found = _look(record, SealPolicy(tuple(keys), require_ledger), state, alpha, by, reference)
    except (StateError, RecordError, LedgerError) as error:
        raise InputError(str(error)) from None
    except duckdb.OutOfMemoryException:
        raise InputError("there is too little memory for so many bookings") from None
    except duckdb.Error as error:
        raise InputError(f"{record} cannot be read: {str(error).splitlines()[0]}") from None
    except OSError as error:
        raise InputError(f"{error.filename or state or record}: {error.strerror or error}") from None
    except KeyboardInterrupt:
        click.echo("Stopped. The state is as it was before.", err=True)
        raise click.exceptions.Exit(_STOPPED) from None
    data = report.as_data(found)
    if as_json:
        click.echo(json.dumps(data, indent=1, allow_nan=False))
    else:
        show(data)
    if fail_on == "alert" and any(each["alert"] for each in data["comparisons"]):
        raise click.exceptions.Exit(1)


def _look(
    folder: AnyPath,
    seal: "SealPolicy",
    state: Path | None,
    alpha: float,
    by: tuple[str, ...],
    references: dict[str, str],
) -> "Look":
    from tempfile import TemporaryDirectory

    from evenhand.progress import steps
    from evenhand.record.store import open_record
    from evenhand.uniformity.run import STEPS, scratch_connection
    from evenhand.uniformity.watch import report
    from evenhand.uniformity.watch.cases import read_cases
    from evenhand.uniformity.watch.monitor import look
    from evenhand.uniformity.watch.state import load_state, save_state

    before = load_state(state) if state else None
    record = open_record(folder, seal)
    with (
        TemporaryDirectory() as spill,
        scratch_connection(Path(spill)) as connection,
        steps(STEPS.__getitem__) as progress,
    ):
        cases = read_cases(record, connection, progress)
        found = look(record, cases, alpha, by, references, before, progress)
    record.confirm()
    if not found.found:
        raise InputError(_nothing(folder, dict(report.notes(found)), cases.total))
    if state:
        save_state(state, found.state)
    return found


def _nothing(record: AnyPath, why: dict[str, str], total: int) -> str:
    if not total:
        return f"{record} holds no booking: there is nothing to watch yet."
    reasons = "; ".join(f"{name}: {reason}" for name, reason in why.items())
    return f"{record}: nothing can be compared. {reasons}."
