"""Biases from a file: one a line, `#` before a comment."""

from collections.abc import Sequence
from pathlib import Path

from evenhand.simulate.biases.bias import Bias, BiasError, check, parse


def read_biases(path: Path | None, texts: Sequence[str] = ()) -> tuple[Bias, ...]:
    """The biases of a file and those given beside it. Raises `BiasError` with file, line, text and remedy."""
    biases = [*(_of_file(path) if path else ()), *map(parse, texts)]
    check(biases)
    return tuple(biases)


def _of_file(path: Path) -> list[Bias]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BiasError(
            f"{path}: cannot be read ({error.strerror}). Name a file with one bias a line."
        ) from None
    except UnicodeDecodeError as error:
        raise BiasError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    biases = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            biases.append(parse(text))
        except BiasError as error:
            raise BiasError(f"{path}, line {number}: {error}") from None
    return biases
