"""The command-line argument that names a record."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from evenhand.record.remote import AnyPath


class _RecordPath(click.ParamType[Any]):
    """A record's folder, or its address in object storage."""

    name = "record"

    def convert(
        self, value: "str | AnyPath", param: click.Parameter | None, ctx: click.Context | None
    ) -> "AnyPath":
        if not isinstance(value, str):
            return value
        if "://" not in value:
            return Path(value)
        from evenhand.record.errors import RecordError
        from evenhand.record.remote import path_of

        try:
            return path_of(value)
        except RecordError as error:
            self.fail(str(error), param, ctx)


RECORD_PATH = _RecordPath()
