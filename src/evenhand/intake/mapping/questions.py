"""Questions that a suggested mapping leaves open, and what their answers do to the mapping.

A question has no effect until it is answered. The mapping says where an answer goes by `answer_to`, and a
reading may add an event block.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator
from rapidfuzz import process

from evenhand.intake.errors import IntakeError
from evenhand.record.episode import EXIT_TYPES

EMPTY = "(empty)"
"""Stands for an empty cell among the texts of a question."""
_REFERENCE, _PART = "answer_to", "part"
_NOTHING = object()


def _zone(answer: str) -> str | None:
    try:
        ZoneInfo(answer)
    except (KeyError, ValueError, OSError):
        return "not an IANA time zone; write, for example, America/New_York"
    return None if "/" in answer else "not the zone of a place; write, for example, America/New_York"


def _agency(answer: str) -> str | None:
    if re.fullmatch(r"[A-Z]{2}[A-Z0-9]{5,7}", answer):
        return None
    return "not an ORI; write its 7 to 9 capital letters and digits, for example NC0600000"


def _date(answer: str) -> str | None:
    try:
        datetime.fromisoformat(answer)
    except ValueError:
        return "not a date; write, for example, 2026-06-30"
    return None


def _formats(answer: str) -> str | None:
    if all("%" in part or part.strip() in ("iso", "excel") for part in answer.split("|")):
        return None
    return "not a date format; write, for example, %m/%d/%Y %H:%M, with | between several"


FREE: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "zone": ("an IANA time zone, such as America/Chicago", _zone),
    "agency": ("an ORI, such as NC0600000", _agency),
    "date": ("a date, such as 2026-06-30", _date),
    "formats": ("date formats, such as %m/%d/%Y %H:%M, with | between several", _formats),
}
"""The kinds of free answers: what to write, and the check that gives what is wrong with an answer."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reading(_Part):
    """One answer that a question offers.

    `gives`: the value that goes where the mapping refers to the question. Without it, that key is left out,
    and a block whose `at` is left out goes too. `event`: an event block that the answer adds; for an answer
    about texts of a column, the block applies to the rows with these texts.
    """

    name: str = Field(min_length=1)
    means: str = ""
    gives: Any = None
    event: dict[str, Any] | None = None


class Question(_Part):
    """A doubt about an export, with what was seen and the readings.

    `event`: keys that the event blocks of all readings have; an empty text in a reading's `event` takes one
    of them away. `answer` is for the whole question; `answers` has one answer for each text of `column`.
    `free` names the kind of other answers that the question takes (see `FREE`).
    """

    name: str = Field(min_length=1)
    asks: str = Field(min_length=1)
    saw: tuple[str, ...] = ()
    column: str | None = None
    event: dict[str, Any] = Field(default_factory=dict)
    free: str | None = None
    answer: str | None = None
    answers: dict[str, str] | None = None
    reading: tuple[Reading, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.answer is None) == (self.answers is None):
            raise ValueError('needs either answer = "" or a table of answers')
        if self.answers is not None and self.column is None:
            raise ValueError("has answers for texts but no column; add column")
        if self.free is not None and self.free not in FREE:
            raise ValueError(f"free = {self.free!r}; use one of {', '.join(FREE)}")
        if not self.reading and self.free is None:
            raise ValueError("has no reading and takes no free answer; add one")
        return self

    def given(self) -> dict[str, str]:
        """Every answer by the text that it is about; '' is the text of a question without texts."""
        return self.answers if self.answers is not None else {"": self.answer or ""}

    @property
    def open(self) -> bool:
        return any(not answer.strip() for answer in self.given().values())

    def chosen(self, answer: str) -> Reading | None:
        return next((r for r in self.reading if r.name == answer.strip()), None)

    def problem(self, answer: str) -> str | None:
        """What is wrong with an answer, with the remedy; None if it can be taken."""
        if self.chosen(answer) is not None:
            return None
        names = [r.name for r in self.reading]
        if self.free is not None:
            wrong = FREE[self.free][1](answer.strip())
            if wrong is None:
                return None
            return wrong + (f", or one of: {', '.join(names)}" if names else "")
        near = process.extractOne(answer, names, score_cutoff=60)
        return f"not one of: {', '.join(names)}" + (f"; nearest: {near[0]}" if near else "")

    def value(self, answer: str) -> Any:
        """What an answer puts where the mapping refers to the question."""
        reading = self.chosen(answer)
        if reading is not None:
            return _NOTHING if reading.gives is None else reading.gives
        if self.free == "formats":
            return [part.strip() for part in answer.split("|")]
        return answer.strip()

    def how_to_answer(self) -> list[str]:
        """The readings and the kind of a free answer, a line each."""
        lines = [f"{r.name}: {r.means}" if r.means else r.name for r in self.reading]
        return [*lines, FREE[self.free][0]] if self.free else lines


def list_open(questions: tuple[Question, ...]) -> str:
    """The open questions as indented text, each with its readings."""
    lines = []
    for question in questions:
        if not question.open:
            continue
        lines.append(f"  {question.name}: {question.asks}")
        if question.answers is not None:
            left = [text for text, answer in question.answers.items() if not answer.strip()]
            shown = ", ".join(repr(text) for text in left[:12]) + (" …" if len(left) > 12 else "")
            lines.append(f"    texts without an answer ({len(left)}): {shown}")
        lines += [f"    saw: {seen}" for seen in question.saw]
        lines += [f"    - {line}" for line in question.how_to_answer()]
    return "\n".join(lines)


def require_answers(questions: tuple[Question, ...], file: str) -> None:
    """Raise `IntakeError` for answers that no reading has, and for questions that are open."""
    wrong = [
        f"  {q.name}{f', text {text!r}' if text else ''}: answer {answer!r} is {problem}."
        for q in questions
        for text, answer in q.given().items()
        if answer.strip() and (problem := q.problem(answer))
    ]
    if wrong:
        raise IntakeError(f"{file}: correct these answers:\n" + "\n".join(wrong))
    left = sum(q.open for q in questions)
    if left:
        raise IntakeError(
            f"{file}: {left} question{'s are' if left > 1 else ' is'} open, so nothing was read. Write each "
            f"answer into the file, or run `evenhand intake questions {file} --ask`.\n{list_open(questions)}"
        )


def answered(questions: tuple[Question, ...]) -> dict[str, str]:
    """Return the answers by question, for the manifest.

    Answers about texts are counted: the texts themselves may name people, and the manifest is public.
    """
    said = {}
    for question in questions:
        if question.answers is None:
            said[question.name] = (question.answer or "").strip()
        else:
            counts = Counter(answer.strip() for answer in question.answers.values())
            said[question.name] = ", ".join(f"{name} ({count})" for name, count in counts.most_common())
    return said


def fill(content: dict[str, Any], questions: tuple[Question, ...], file: str) -> dict[str, Any]:
    """Return the mapping's content with every answer in its place. The questions must be answered."""
    by_name = {q.name: q for q in questions}
    filled = _filled({k: v for k, v in content.items() if k != "question"}, by_name, file)
    blocks = [b for b in filled.get("event", []) if not isinstance(b, dict) or "at" in b]
    for question in questions:
        for block in _added(question):
            made = _filled(block, by_name, file)
            if "at" not in made:
                continue
            exits = [i for i, b in enumerate(blocks) if b.get("type") in EXIT_TYPES]
            at = exits[0] if exits and made.get("type") not in EXIT_TYPES else len(blocks)
            blocks.insert(at, made)
    return {**filled, "event": blocks} if blocks or "event" in filled else filled


def _added(question: Question) -> Iterator[dict[str, Any]]:
    """The event blocks that the answers add, in the order of the readings."""
    for reading in question.reading:
        if reading.event is None:
            continue
        texts = [t for t, answer in question.given().items() if answer.strip() == reading.name]
        if not texts:
            continue
        block = {key: item for key, item in {**question.event, **reading.event}.items() if item != ""}
        if question.answers is None:
            yield block
            continue
        where = list(block.get("when", []))
        named = [t for t in texts if t != EMPTY]
        if named:
            yield {**block, "when": [*where, {"column": question.column, "in": named}]}
        if EMPTY in texts:
            yield {**block, "when": [*where, {"column": question.column, "given": False}]}


def _filled(value: Any, questions: dict[str, Question], file: str) -> Any:
    """A part of the mapping with its references replaced; `_NOTHING` if it is a reference that gives none."""
    if isinstance(value, list):
        made: list[Any] = []
        for item in value:
            filled = _filled(item, questions, file)
            if _refers(item) and isinstance(filled, list):
                made += filled
            elif filled is not _NOTHING:
                made.append(filled)
        return made
    if _refers(value):
        return _answer(value, questions, file)
    if isinstance(value, dict):
        inner = {key: _filled(item, questions, file) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item is not _NOTHING}
    return value


def _refers(value: Any) -> bool:
    return isinstance(value, dict) and _REFERENCE in value


def _answer(place: dict[str, Any], questions: dict[str, Question], file: str) -> Any:
    """What goes in the place of a reference.

    An answer to the whole question goes there as it is; of a reading that gives a table, the `part` of it
    that the reference names.
    Answers about texts are added to the `values` of the cell in which the reference is; a reference on its
    own is the list of texts with a reading that gives something.
    """
    question = questions.get(str(place[_REFERENCE]))
    if question is None:
        raise IntakeError(
            f"{file}: {_REFERENCE} = {place[_REFERENCE]!r} names no [[question]]. The questions are: "
            f"{', '.join(questions) or 'none'}. Correct the name, or write the value in its place."
        )
    others = {name: q for name, q in questions.items() if q is not question}
    if question.answers is None:
        value = question.value(question.answer or "")
        if _PART in place and isinstance(value, dict):
            value = value.get(place[_PART], _NOTHING)
        return _filled(value, others, file)
    given = {text: question.value(answer) for text, answer in question.answers.items()}
    cell = {key: _filled(item, others, file) for key, item in place.items() if key != _REFERENCE}
    if not cell:
        return [text for text, value in given.items() if value is not _NOTHING]
    codes = {text: "" if code is _NOTHING else code for text, code in given.items()}
    return {**cell, "values": {**cell.get("values", {}), **codes}}
