"""The options of a command that writes a record: whether to seal it, and under which key."""

from collections.abc import Callable
from pathlib import Path

import click

Command = Callable[..., None]


def sealing_options(command: Command) -> Command:
    """Add `--ledger` and `--ledger-key` to a command; see `seal.sealing` for what they ask."""
    sealed = click.option(
        "--ledger", is_flag=True, help="Seal the record with a ledger: any later change then shows."
    )
    key = click.option(
        "--ledger-key",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Sign with this key (made by `evenhand ledger init`), not with one that is thrown away.",
    )
    return sealed(key(command))
