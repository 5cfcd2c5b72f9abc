"""The command-line argument that names a record."""

from collections.abc import Callable
from typing import Any

import click

from evenhand.record.errors import RecordError
from evenhand.record.remote import AnyPath, path_of


class _RecordPath(click.ParamType[Any]):
    """A record's folder, or its address in object storage."""

    name = "record"

    def convert(
        self, value: str | AnyPath, param: click.Parameter | None, ctx: click.Context | None
    ) -> AnyPath:
        try:
            return path_of(value) if isinstance(value, str) else value
        except RecordError as error:
            self.fail(str(error), param, ctx)


RECORD_PATH = _RecordPath()


def seal_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--key` and `--require-ledger` to a command that reads a record; see `seal_check.SealPolicy`."""
    key = click.option("--key", "keys", multiple=True, metavar="VKEY", help="The ledger's verifier key.")
    required = click.option("--require-ledger", is_flag=True, help="Refuse a record that carries no ledger.")
    return key(required(command))


replace_sealed_option = click.option(
    "--replace-sealed", is_flag=True, help="Delete the sealed record that is in the folder of --out."
)
