"""A group of commands that are imported when they are called, so that a command line starts fast."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click


class Lazy(NamedTuple):
    """Where a command is defined (`module:attribute`), and the first sentence of its help."""

    place: str
    help: str


class LazyGroup(click.Group):
    """A group that imports a command only to run it; its own help comes from the stated sentences."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.lazy)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.lazy:
            return None
        module, attribute = self.lazy[name].place.split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        stand_ins = {name: click.Command(name, help=lazy.help) for name, lazy in self.lazy.items()}
        click.Group(commands=stand_ins).format_commands(ctx, formatter)
