"""Where results may be put: a folder that is replaced whole must hold nothing else."""

from collections.abc import Collection
from pathlib import Path

import click


class InputError(click.ClickException):
    """Bad input: the command ends with status 2."""

    exit_code = 2


def check_replaceable(folder: Path, names: Collection[str]) -> None:
    """`InputError` if the folder is a file, or holds anything but files of these names."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file: name a folder with --out")
    others = (
        sorted(entry.name for entry in folder.iterdir() if entry.name not in names) if folder.exists() else []
    )
    if others:
        raise InputError(
            f"{folder} holds other things ({', '.join(others[:3])}) and would be replaced: "
            "name a new folder with --out"
        )
