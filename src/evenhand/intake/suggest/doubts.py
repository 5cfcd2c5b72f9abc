"""Collecting what a suggestion is sure of, and the questions that it asks."""

from dataclasses import dataclass, field
from typing import Any

from evenhand.intake.mapping.questions import Question, Reading


def reference(name: str, part: str | None = None) -> dict[str, str]:
    """The place in a mapping where the answer to a question goes, or the part of it with this name."""
    return {"answer_to": name} if part is None else {"answer_to": name, "part": part}


@dataclass
class Doubts:
    """The questions of a suggestion, in the order in which they are asked, and what it is sure of.

    `hints`: for each question about texts, a comment for each text.
    """

    questions: list[Question] = field(default_factory=list)
    hints: dict[str, dict[str, str]] = field(default_factory=dict)
    sure: list[str] = field(default_factory=list)

    def ask(
        self,
        name: str,
        asks: str,
        readings: list[Reading],
        *,
        saw: list[str] | None = None,
        free: str | None = None,
        event: dict[str, Any] | None = None,
    ) -> dict[str, str]:
        """Add a question with one answer; return the reference to it."""
        self._add(name, asks, readings, saw, event, free=free, answer="")
        return reference(name)

    def ask_of_texts(
        self,
        name: str,
        asks: str,
        column: str,
        texts: dict[str, str],
        readings: list[Reading],
        *,
        saw: list[str] | None = None,
        event: dict[str, Any] | None = None,
    ) -> dict[str, str]:
        """Add a question that wants an answer for each text (with a comment); return the reference."""
        if self._add(name, asks, readings, saw, event, column=column, answers=dict.fromkeys(texts, "")):
            self.hints[name] = texts
        return reference(name)

    def _add(
        self,
        name: str,
        asks: str,
        readings: list[Reading],
        saw: list[str] | None,
        event: dict[str, Any] | None,
        **answers: Any,
    ) -> bool:
        """Add a question unless it is asked already; whether it was added."""
        if any(q.name == name for q in self.questions):
            return False
        self.questions.append(
            Question(
                name=name,
                asks=asks,
                saw=tuple(saw or ()),
                event=event or {},
                reading=tuple(readings),
                **answers,
            )
        )
        return True


def reading(name: str, means: str = "", gives: Any = None, event: dict[str, Any] | None = None) -> Reading:
    return Reading(name=name, means=means, gives=gives, event=event)
