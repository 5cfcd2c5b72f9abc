"""Answering the questions of a suggested mapping, as a person who knows the jail would."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tomlkit

Answers = Mapping[str, str | Mapping[str, str]]
"""Answers by the name of the question: one, or one for each text."""
ALWAYS = ("agency", "zone", "first day", "last day")
"""What no export tells: the questions that every suggestion leaves open."""


def questions_in(mapping: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        tomlkit.parse(mapping.read_text(encoding="utf-8")).unwrap().get("question", [])
    )
    return found


def answer(mapping: Path, answers: Answers) -> list[str]:
    """Write the answers into a mapping file; return the names of the questions that stay open."""
    return answer_by(mapping, lambda question: answers.get(question["name"]))


def answer_by(mapping: Path, know: Callable[[dict[str, Any]], str | Mapping[str, str] | None]) -> list[str]:
    """Like `answer`, with a function that is asked each question in turn; None if it doesn't know."""
    document = tomlkit.parse(mapping.read_text(encoding="utf-8"))
    left = []
    for question in document.get("question", []):
        given = know(question.unwrap())
        if isinstance(given, str) and "answer" in question:
            question["answer"] = given
        elif isinstance(given, Mapping) and "answers" in question:
            for text in question["answers"]:
                question["answers"][text] = given.get(text, "")
        whole = question["answers"].values() if "answers" in question else [question["answer"]]
        if not all(whole):
            left.append(str(question["name"]))
    mapping.write_text(tomlkit.dumps(document), encoding="utf-8")
    return left
