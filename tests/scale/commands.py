"""Running commands in this process, and what they write."""

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
