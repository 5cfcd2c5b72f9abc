"""The command-line argument that names a record."""

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
