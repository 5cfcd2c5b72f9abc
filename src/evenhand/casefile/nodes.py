"""The YAML of a case file as nodes with their lines: strict, without aliases, tags or repeated keys."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from evenhand.casefile.problem import CaseFileError, Problem

LARGEST = 2_000_000
"""A file with more bytes than this is not a case file written by hand."""
_NULL = "tag:yaml.org,2002:null"


@dataclass
class Reader:
    """Collect problems while a file is read, so that the user sees all of them at once."""

    path: Path
    problems: list[Problem] = field(default_factory=list)

    def problem(self, node: Node | int, text: str, remedy: str) -> None:
        line = node if isinstance(node, int) else node.start_mark.line + 1
        found = Problem(line, text, remedy)
        if found not in self.problems:
            self.problems.append(found)

    def fail(self) -> CaseFileError:
        return CaseFileError(self.path, self.problems)

    def entries(self, node: MappingNode) -> Iterator[tuple[str, Node, Node]]:
        """Yield each key with its own node and its value's."""
        seen: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.problem(key, "This key is not plain text.", "Write keys as words, such as `type:`.")
                continue
            name = str(key.value)
            if name in seen:
                self.problem(
                    key,
                    f"The key {name!r} appears twice (first in line {seen[name]}).",
                    "Delete one of them.",
                )
                continue
            seen[name] = key.start_mark.line + 1
            yield name, key, value

    def text(self, node: Node, what: str) -> str | None:
        """A plain text, None with a problem where it is something else or empty."""
        if isinstance(node, ScalarNode) and node.tag != _NULL and node.value.strip():
            return str(node.value).strip()
        shown = "empty" if isinstance(node, ScalarNode) else "a list or a block"
        self.problem(node, f"{what} is {shown}.", "Write it as text on one line.")
        return None

    def texts(self, node: Node, what: str) -> list[tuple[str, Node]]:
        """A list of plain texts; one text alone counts as a list of one."""
        items = node.value if isinstance(node, SequenceNode) else [node]
        found = []
        for item in items:
            text = self.text(item, f"An entry of {what}" if isinstance(node, SequenceNode) else what)
            if text is not None:
                found.append((text, item))
        return found


def is_null(node: Node) -> bool:
    """Whether a value is stated as empty (`null`, `~` or nothing)."""
    return isinstance(node, ScalarNode) and node.tag == _NULL


def compose(path: Path, reader: Reader) -> MappingNode:
    """The file's root. Raises `CaseFileError` if it is not YAML of that kind."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reader.problem(1, f"Can't read the file ({error.strerror}).", "Check its name and folder.")
        raise reader.fail() from None
    if len(raw) > LARGEST:
        reader.problem(1, "The file is larger than 2 MB.", "Write one case per file.")
        raise reader.fail()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        reader.problem(line, "The file is not UTF-8 text.", "Save it as UTF-8 in your editor.")
        raise reader.fail() from None
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            _refuse_aliases(event, reader)
        if reader.problems:
            raise reader.fail()
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError:
        reader.problem(1, "The file is nested too deeply.", "Write one case per file, as in the template.")
        raise reader.fail() from None
    except yaml.YAMLError as error:
        reader.problem(_line_of(error, text), f"This is not valid YAML ({_reason(error)}).", _REMEDY)
        raise reader.fail() from None
    if not isinstance(root, MappingNode):
        reader.problem(1, "The file has no case.", "Start from `evenhand case new FILE`.")
        raise reader.fail()
    return root


_REMEDY = "Check indentation, brackets and quotation marks in this line and the one before."


def _refuse_aliases(event: Any, reader: Reader) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        line = event.start_mark.line + 1
        reader.problem(line, "Anchors (&) and aliases (*) are not supported.", "Write the value in full.")
    elif getattr(event, "tag", None):
        reader.problem(event.start_mark.line + 1, "Tags (!) are not supported.", "Delete the tag.")


def _line_of(error: yaml.YAMLError, text: str) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    place = getattr(error, "position", None)
    return text[:place].count("\n") + 1 if isinstance(place, int) else 1


def _reason(error: yaml.YAMLError) -> str:
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unknown"
    return str(reason)
