"""Finding a mapping, by path or by the name of one that is shipped, and reading it."""

import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from evenhand.intake.errors import IntakeError
from evenhand.intake.mapping import model, questions
from evenhand.intake.mapping.model import Mapping
from evenhand.intake.mapping.questions import Question
from evenhand.record.manifest import MappingUsed

_SHIPPED = files("evenhand.intake.mapping") / "shipped"


def shipped() -> dict[str, str]:
    """The names of the shipped mappings, each with its title."""
    found = {}
    for entry in sorted(_SHIPPED.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            found[entry.name[:-5]] = str(tomllib.loads(entry.read_text("utf-8")).get("title", ""))
    return found


def load_mapping(given: str) -> tuple[Mapping, MappingUsed]:
    """The mapping in the file `given`, or the shipped one of that name. Raises `IntakeError`."""
    path = Path(given)
    if path.is_file():
        data = path.read_bytes()
    elif given in shipped():
        data = (_SHIPPED / f"{given}.toml").read_bytes()
    else:
        raise IntakeError(
            f"--mapping {given}: there is no such file, and no shipped mapping of that name "
            f"({', '.join(shipped())}). Write one with `evenhand intake suggest SOURCE --out M.toml`."
        )
    mapping, answers = _parse(data, given if path.is_file() else path.name)
    return mapping, MappingUsed(name=mapping.name, sha256=hashlib.sha256(data).hexdigest(), answers=answers)


def parse_mapping(data: bytes, file: str) -> Mapping:
    """Return the mapping in a TOML text, with the answers to its questions put in.

    Raises `IntakeError`, which names the key, its value and the remedy, or lists the open questions.
    """
    return _parse(data, file)[0]


def _parse(data: bytes, file: str) -> tuple[Mapping, dict[str, str]]:
    """The mapping, and the answers in it by question."""
    content = _read(data, file)
    asked = _questions(content, file)
    questions.require_answers(asked, file)
    return validated(questions.fill(content, asked, file), file), questions.answered(asked)


def questions_of(data: bytes, file: str) -> tuple[Question, ...]:
    """Return the questions of a mapping's TOML text, open or answered. Raises `IntakeError`."""
    return _questions(_read(data, file), file)


def validated(content: dict[str, Any], file: str) -> Mapping:
    """Return the mapping that has this content. Raises `IntakeError`."""
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        raise _refusal(error, file) from None


def _read(data: bytes, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise IntakeError(f"{file}: the mapping is not UTF-8 text. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(f"{file}: the mapping is no valid TOML: {error}. Correct that line.") from None


def _questions(content: dict[str, Any], file: str) -> tuple[Question, ...]:
    try:
        found = _Asked.model_validate({"question": content.get("question", [])}).question
    except ValidationError as error:
        raise _refusal(error, file) from None
    names = [question.name for question in found]
    for name in names:
        if names.count(name) > 1:
            raise IntakeError(f"{file}: two questions have the name {name!r}. Rename one.")
    return found


class _Asked(BaseModel):
    question: tuple[Question, ...]


def _refusal(error: ValidationError, file: str) -> IntakeError:
    lines = [_explain(dict(e)) for e in error.errors()]
    shown = list(dict.fromkeys(lines))[:10]
    return IntakeError(f"{file}: the mapping cannot be used:\n" + "\n".join(shown))


def _explain(error: dict[str, Any]) -> str:
    place = ""
    for part in error["loc"]:
        if isinstance(part, int):
            place += f"[{part + 1}]"
        elif part in ("str", "TypeColumn") or "[" in str(part):
            continue
        else:
            place += f".{part}" if place else str(part)
    message = error["msg"].removeprefix("Value error, ")
    kind, value = error["type"], error.get("input")
    if kind == "extra_forbidden":
        key = str(error["loc"][-1])
        if key == "day":
            return f"  {place}: is no longer needed: a day without a time is the whole day. Remove it."
        near = process.extractOne(key, _keys(), score_cutoff=60)
        message = f"there is no such key{f'; nearest: {near[0]!r}' if near else ''}. Correct or remove it"
    elif kind == "missing":
        return f"  {place}: is missing. Add it."
    elif kind == "literal_error":
        message = f"{message}. Use one of these"
    shown = "" if isinstance(value, dict | list) or kind == "extra_forbidden" else f" = {value!r}"
    return f"  {place or 'mapping'}{shown}: {message}."


def _keys() -> list[str]:
    parts = (
        model.Mapping,
        model.FileFacts,
        model.RowKind,
        model.JoinPart,
        model.Cell,
        model.SubjectKey,
        model.Condition,
        model.Split,
        model.TypeColumn,
        model.EventBlock,
        model.TellsPart,
        model.FacilityFacts,
        model.Policies,
        questions.Question,
        questions.Reading,
        model.LeaveOut,
    )
    return sorted({info.alias or name for part in parts for name, info in part.model_fields.items()})
