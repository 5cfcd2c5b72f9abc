"""Answering the questions of a suggested mapping in tests."""

from collections.abc import Mapping
from pathlib import Path

import tomlkit

from evenhand.intake.mapping.load import questions_of
from evenhand.intake.mapping.questions import Question
from evenhand.intake.suggest.write import suggest_mapping

ALWAYS = {
    "agency": "WA0270000",
    "zone": "America/Los_Angeles",
    "first day": "earliest",
    "last day": "latest",
}
"""Answers to the questions that every file leaves."""

Answers = Mapping[str, str | Mapping[str, str]]


def asked(source: Path) -> dict[str, Question]:
    """The questions about a file by name, without those that every file leaves."""
    found = {q.name: q for q in suggest_mapping(source).questions}
    assert set(ALWAYS) - set(found) == set()
    return {name: q for name, q in found.items() if name not in ALWAYS}


def answer(text: str, answers: Answers) -> str:
    """The mapping with these answers, and those of `ALWAYS`, written into it."""
    document = tomlkit.parse(text)
    for question in document["question"]:
        given = {**ALWAYS, **answers}.get(question["name"])
        if given is None:
            continue
        if isinstance(given, str):
            question["answer"] = given
        else:
            for code, one in given.items():
                question["answers"][code] = one
    return tomlkit.dumps(document)


def open_names(text: str) -> list[str]:
    return [q.name for q in questions_of(text.encode(), "m.toml") if q.open]
