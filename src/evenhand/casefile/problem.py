"""Problems in a case file: each with its line, the value and how to fix it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One problem: `line` counts from 1."""

    line: int
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text} {self.remedy}"


class CaseFileError(Exception):
    """A case file cannot be read. The error lists all its problems."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(problems, key=lambda p: p.line))
        super().__init__("\n".join(f"{path}, {problem}" for problem in self.problems))
