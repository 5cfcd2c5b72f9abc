"""What the commands share: options, exit codes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from evenhand.record.errors import RecordError
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.home import Home
from evenhand.record.ledger.ledger import Ledger

P = ParamSpec("P")
R = TypeVar("R")

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130

PATH = click.Path(path_type=Path)
home_option = click.option(
    "--ledger",
    "folder",
    type=PATH,
    envvar="EVENHAND_LEDGER",
    default=Path("."),
    show_default="the current folder",
    help="The ledger's folder, as `init` made it (EVENHAND_LEDGER).",
)
key_option = click.option(
    "--key",
    "keys",
    multiple=True,
    help="The log's verifier key, or a *.vkey file that holds it. May be given several times.",
)


def quits(function: Callable[P, R]) -> Callable[P, R]:
    """Turn errors into one sentence on stderr and an exit code."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except VerificationError as error:
            click.echo(f"NOT VERIFIED. {error}", err=True)
            code = FAILED
        except (LedgerError, RecordError) as error:
            click.echo(f"Error: {error}", err=True)
            code = WRONG_USE
        except FileNotFoundError as error:
            click.echo(f"Error: {error.filename} does not exist.", err=True)
            code = WRONG_USE
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            click.echo(
                f"Error: {where}{error.strerror or error}. What was acknowledged is kept; put the disk or "
                "its rights in order and run the command again.",
                err=True,
            )
            code = WRONG_USE
        except KeyboardInterrupt:
            click.echo("Interrupted. What was acknowledged is kept.", err=True)
            code = INTERRUPTED
        sys.exit(code)

    return run


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Home, Ledger]]:
    """A ledger's folder with its store open."""
    home = Home.open(folder)
    ledger = home.ledger()
    try:
        yield home, ledger
    finally:
        ledger.store.close()
