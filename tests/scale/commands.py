"""Running commands in this process, and what they write."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from evenhand.cli import main


def run(*words: object) -> Result:
    """`evenhand WORDS...`; an error that no one caught fails the test."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def without_place(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files, without what an audit's summary says of where the record lies."""
    if "summary.json" not in files:
        return files
    summary = json.loads(files["summary.json"])
    summary.pop("record", None)
    return {**files, "summary.json": json.dumps(summary).encode()}
