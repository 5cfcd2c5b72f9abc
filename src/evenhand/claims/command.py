"""`evenhand claims`: published claims, and what the data at hand say of each."""

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
    from evenhand.claims.run import Answered
    from evenhand.record.seal_check import SealPolicy
    from evenhand.record.store import Record

_STOPPED = 130
_WIDTH = 100
_FOLDER = click.Path(path_type=Path)


@click.command(name="claims")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--record", type=RECORD_PATH, help="A record to measure on.")
@click.option("--registry", type=_FOLDER, help="What `evenhand registry build` wrote.")
@click.option("--uniformity", type=_FOLDER, help="What `evenhand uniformity` wrote.")
@seal_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, nothing else.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown on stdout, nothing else.")
def claims_command(
    ids: Sequence[str],
    record: AnyPath | None,
    registry: Path | None,
    uniformity: Path | None,
    keys: Sequence[str],
    require_ledger: bool,
    as_json: bool,
    as_markdown: bool,
) -> None:
    """Claims made of the program, such as C05, with measure, result, interval, source and limits.

    Exit status: 0 shown, also when nothing can be told; 2 bad usage or input.
    """
    from evenhand.record.seal_check import SealPolicy

    try:
        with interruptible():
            found = _found(ids, record, SealPolicy(tuple(keys), require_ledger), registry, uniformity)
    except (RecordError, LedgerError, ValueError) as error:
        raise InputError(str(error)) from None
    except OSError as error:
        raise InputError(f"{error.filename or record}: {error.strerror or error}") from None
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(_STOPPED)
    if as_json:
        from evenhand.claims.run import as_json as plain

        click.echo(json.dumps(plain(found), indent=2, ensure_ascii=False))
    elif as_markdown:
        from evenhand.claims.text import markdown

        click.echo(markdown(found), nl=False)
    else:
        _show(found)


def _found(
    ids: Sequence[str],
    record: AnyPath | None,
    seal: "SealPolicy",
    registry: Path | None,
    uniformity: Path | None,
) -> "list[Answered]":
    from rich.console import Console

    from evenhand.claims.claim import claims
    from evenhand.claims.run import answered

    known = [claim.id for claim in claims().claims]
    wanted = [name.upper() for name in ids] or known
    if unknown := [name for name in wanted if name not in known]:
        raise InputError(f"no claim is called {', '.join(unknown)}: there are {known[0]} to {known[-1]}")
    opened = _opened(record, seal) if record else None
    console = Console(stderr=True, highlight=False)
    with console.status("claims") as status:
        found = answered(opened, registry, uniformity, wanted, lambda name: status.update(f"claim {name}"))
    if opened:
        opened.confirm()
    return found


def _opened(folder: AnyPath, seal: "SealPolicy") -> "Record":
    from evenhand.record.store import open_record

    return open_record(folder, seal)


def _show(found: "list[Answered]") -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from evenhand.claims.text import body, commentary, lines, source_line

    console = Console(highlight=False, width=_WIDTH)

    def say(text: str, style: str = "", indent: int = 2) -> None:
        console.print(Padding(Text(text, style=style), (0, 0, 0, indent)))

    say(commentary(), indent=0)
    for one in found:
        console.print()
        say(f"{one.claim.id}  {one.claim.claim}", "bold", 0)
        say(f"{one.claim.kind}; {one.status}", "dim")
        source = ""
        for answer in one.answers:
            if source_line(answer) != source:
                say(source := source_line(answer), "italic")
            for line in lines(answer):
                say(line, indent=4)
        for heading, rows in body(one.claim):
            say(f"{heading}:")
            for row in rows:
                say(row, indent=4)
