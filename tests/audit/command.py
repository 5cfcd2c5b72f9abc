"""Running the commands in this process."""

from pathlib import Path

from click.testing import CliRunner, Result

from evenhand.cli import main


def run(*words: object) -> Result:
    """`evenhand WORDS...`; an error that no one caught fails the test."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def audit(record: Path, out: Path, *words: object) -> Result:
    return run("audit", record, "--out", out, *words)
