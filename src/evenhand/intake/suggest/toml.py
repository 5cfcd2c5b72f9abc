"""Writing parts of a suggested mapping as TOML that a person can read and edit."""

import json
import re
from collections.abc import Mapping as Table
from typing import Any

from evenhand.intake.mapping.questions import FREE, Question


def key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else text(name)


def text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Table):
        pairs = [f"{key(name)} = {inline(item)}" for name, item in value.items()]
        return "{ " + ", ".join(pairs) + " }" if pairs else "{}"
    return "[" + ", ".join(inline(item) for item in value) + "]"


def remark(words: str) -> str:
    """A comment of one line."""
    return "# " + " ".join(words.split())


def block(content: dict[str, Any]) -> list[str]:
    """An `[[event]]` block."""
    lines = ["[[event]]", *(line(name, item) for name, item in content.items() if name != "fields")]
    if content.get("fields"):
        lines += ["[event.fields]", *(line(name, item) for name, item in content["fields"].items())]
    return lines


def line(name: str, value: Any, note: str = "") -> str:
    """A key with its value, and a comment behind it."""
    return f"{key(name)} = {inline(value)}" + (f"  {remark(note)}" if note else "")


def question(asked: Question, hints: dict[str, str]) -> list[str]:
    """A `[[question]]` block. `hints`: a comment for each text that wants an answer of its own."""
    lines = ["[[question]]", line("name", asked.name), line("asks", asked.asks)]
    if asked.column is not None:
        lines.append(line("column", asked.column))
    if asked.event:
        lines.append(line("event", asked.event, "what the events of all readings have"))
    if asked.saw:
        lines += ["saw = [", *(f"  {text(seen)}," for seen in asked.saw), "]"]
    if asked.free is not None:
        lines.append(line("free", asked.free, f"the answer can also be {FREE[asked.free][0]}"))
    if asked.answers is None:
        names = " or ".join(text(r.name) for r in asked.reading)
        lines.append(line("answer", "", names))
    if asked.reading:
        lines += ["reading = [", *(f"  {inline(_plain(r.model_dump()))}," for r in asked.reading), "]"]
    if asked.answers is not None:
        lines.append("[question.answers]  # for each text the name of a reading")
        lines += [line(code, "", hints.get(code, "")) for code in asked.answers]
    return lines


def _plain(reading: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reading.items() if value not in (None, "")}
