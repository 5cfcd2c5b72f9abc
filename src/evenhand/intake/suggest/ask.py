"""Walking through the open questions of a mapping at the terminal."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from rich.console import Console
from rich.markup import escape

from evenhand.intake.mapping.load import questions_of
from evenhand.intake.mapping.questions import FREE, Question
from evenhand.intake.suggest.zones import zones_of_state

_HELP = "Enter a number or your answer; Enter skips, 'back' goes back, 'quit' stops."


@dataclass(frozen=True)
class _Step:
    """One answer to give: that of a question, or that of one of its texts."""

    question: Question
    text: str


def ask_all(path: Path, console: Console) -> int:
    """Ask every open question of a mapping file and write each answer into it at once.

    Return how many answers are still open. Stops early at 'quit' or the end of the input. Raises
    `IntakeError` for a file that is no mapping, `KeyboardInterrupt` at Ctrl-C; the answers given so far are
    in the file.
    """
    steps = [
        _Step(question, text)
        for question in questions_of(path.read_bytes(), str(path))
        for text, answer in question.given().items()
        if question.problem(answer) is not None
    ]
    place, shown = 0, ""
    while place < len(steps):
        step = steps[place]
        if step.question.name != shown:
            console.print()
            console.print(f"[{place + 1} of {len(steps)}] {step.question.asks}", style="bold", markup=False)
            _show(step.question, console, _hint(path, step.question))
            shown = step.question.name
        try:
            given = console.input(_prompt(step)).strip()
        except EOFError:
            break
        if given == "quit":
            break
        if given == "back":
            place = max(place - 1, 0)
            continue
        if given:
            answer = _by_number(step.question, given)
            problem = step.question.problem(answer)
            if problem is not None:
                console.print(f"{given!r} is {problem}.", style="bold yellow", markup=False)
                continue
            _write(path, step, answer)
        place += 1
    return sum(
        not answer.strip()
        for question in questions_of(path.read_bytes(), str(path))
        for answer in question.given().values()
    )


def _show(question: Question, console: Console, hint: str | None) -> None:
    for seen in question.saw:
        console.print(f"  Seen: {seen}", markup=False)
    if hint is not None:
        console.print(f"  {hint}", markup=False)
    for number, reading in enumerate(question.reading, 1):
        means = f": {reading.means}" if reading.means else ""
        console.print(f"  {number}  {reading.name}{means}", markup=False)
    if question.free is not None:
        console.print(f"  {'or' if question.reading else 'Write'} {FREE[question.free][0]}", markup=False)
    console.print(_HELP, style="dim", markup=False)


def _hint(path: Path, question: Question) -> str | None:
    """The zones of the agency's state, once its ORI is known."""
    if question.free != "zone":
        return None
    for other in questions_of(path.read_bytes(), str(path)):
        if other.free == "agency" and (zones := zones_of_state((other.answer or "")[:2])):
            return f"The ORI's state lies in {', '.join(zones)}."
    return None


def _prompt(step: _Step) -> str:
    return f"{escape(step.text)} > " if step.text else "> "


def _by_number(question: Question, given: str) -> str:
    """The reading that a number names; any other text is the answer itself."""
    if given.isdigit() and 1 <= int(given) <= len(question.reading):
        return question.reading[int(given) - 1].name
    return given


def _write(path: Path, step: _Step, answer: str) -> None:
    """Put one answer into the file; the rest of it, with its comments, stays as it is."""
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    for question in document["question"]:
        if question["name"] == step.question.name:
            if step.text:
                question["answers"][step.text] = answer
            else:
                question["answer"] = answer
    replace(path, tomlkit.dumps(document))


def replace(path: Path, text: str) -> None:
    """Write a text file in one step, so that a stop at any moment leaves the old one or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
