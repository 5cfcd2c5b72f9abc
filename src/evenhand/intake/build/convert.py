"""Text as the values of an event's fields. Each distinct text is judged once."""

import re
import types
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from evenhand.intake.build.view import Mask, View, mask_of
from evenhand.intake.mapping.model import Cell, nearest_hint
from evenhand.record.events import EVENT_TYPES, FIELDS
from evenhand.record.events.base import PersonalMark

TRUE = frozenset({"true", "t", "yes", "y", "1", "x"})
FALSE = frozenset({"false", "f", "no", "n", "0"})
LIST_SEPARATOR = "|"


class RefusedError(ValueError):
    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


@dataclass
class Converted:
    """A field's values. `bad`: text that gives none; `why` tells for a text the reason and the remedy."""

    values: pa.Array
    text: pa.Array
    bad: Mask
    why: dict[str, tuple[str, str]]


@cache
def _checker(event_type: str, field: str) -> TypeAdapter[Any] | None:
    """The event class's own check of one field, or None where any text will do."""
    info = EVENT_TYPES[event_type].model_fields[field]
    annotation: Any = info.annotation
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    bounds = [m for m in info.metadata if not isinstance(m, PersonalMark)]
    if annotation is str and not bounds:
        return None
    return TypeAdapter(Annotated[annotation, *bounds] if bounds else annotation)


def translate(cell: Cell, text: str) -> str | None:
    """A text through the cell's own `values` and `patterns`; None where it maps to nothing."""
    if cell.fold_case:
        text = text.upper()
    if cell.values is None and cell.patterns is None:
        return text
    values = cell.values or {}
    if cell.fold_case:
        values = {key.upper(): code for key, code in values.items()}
    if text in values:
        return values[text] or None
    for pattern, code in (cell.patterns or {}).items():
        if re.search(pattern, text, re.IGNORECASE if cell.fold_case else 0):
            return code or None
    if cell.default is not None:
        return cell.default or None
    if cell.unknown == "empty":
        return None
    if cell.unknown == "keep":
        return text
    raise RefusedError(
        "the mapping does not know this code",
        'Add it to the mapping\'s `values`, or give a `default`, or set unknown = "empty".',
    )


def _single(arrow: pa.DataType, text: str) -> Any:
    if pa.types.is_boolean(arrow):
        low = text.lower()
        if low in TRUE or low in FALSE:
            return low in TRUE
        raise RefusedError("is neither yes nor no", 'Map it with `values` to "true" or "false".')
    if pa.types.is_integer(arrow):
        clean = re.sub(r"\.0+$", "", text.replace(",", ""))
        if re.fullmatch(r"[+-]?\d{1,9}", clean):
            return int(clean)
        raise RefusedError("is no whole number", "Correct it in the export, or map another column.")
    if pa.types.is_floating(arrow):
        try:
            return float(text.replace(",", "").rstrip("% "))
        except ValueError:
            raise RefusedError("is no number", "Correct it in the export, or map another column.") from None
    return text


def convert(view: View, cell: Cell, event_type: str, field: str) -> Converted:
    """A cell's text as values of one field of one event type (not for instants)."""
    spec = FIELDS[event_type].get(field)
    arrow = spec.arrow if spec is not None else pa.string()
    checker = _checker(event_type, field) if field in EVENT_TYPES[event_type].model_fields else None
    key = (
        cell.model_dump_json(),
        str(arrow),
        str(checker and checker.core_schema.get("type")),
        event_type,
        field,
    )
    if key in view.memory:
        return view.memory[key]  # type: ignore[return-value]
    text = view.cell_text(cell)
    as_it_is = cell.values is None and cell.patterns is None and not cell.fold_case
    plain = checker is None and as_it_is and pa.types.is_string(arrow)
    if plain:
        done = Converted(text, text, np.zeros(len(view), dtype=bool), {})
    else:
        done = _by_distinct(text, cell, arrow, checker)
    view.memory[key] = done
    return done


def _by_distinct(
    text: pa.Array, cell: Cell, arrow: pa.DataType, checker: TypeAdapter[Any] | None
) -> Converted:
    coded = pc.dictionary_encode(text)
    values: list[Any] = []
    refused: list[bool] = []
    why: dict[str, tuple[str, str]] = {}
    for distinct in coded.dictionary.to_pylist():
        try:
            values.append(_one(distinct, cell, arrow, checker))
            refused.append(False)
        except RefusedError as error:
            values.append(None)
            refused.append(True)
            why[distinct] = (str(error), error.remedy)
    taken = pa.array(values, arrow).take(coded.indices)
    bad = (
        mask_of(pa.array(refused, pa.bool_()).take(coded.indices)) if why else np.zeros(len(text), dtype=bool)
    )
    return Converted(taken, text, bad, why)


def _one(text: str, cell: Cell, arrow: pa.DataType, checker: TypeAdapter[Any] | None) -> Any:
    if pa.types.is_list(arrow):
        items = [i.strip() for i in text.split(cell.separator or LIST_SEPARATOR)]
        codes = [translate(cell, i) for i in items if i]
        result: Any = [_single(arrow.value_type, c) for c in codes if c is not None]
        if not result:
            return None
    else:
        code = translate(cell, text)
        if code is None:
            return None
        result = _single(arrow, code)
    if checker is not None:
        try:
            checker.validate_python(tuple(result) if isinstance(result, list) else result)
        except ValidationError as error:
            raise _explained(error, result) from None
    return result


def _explained(error: ValidationError, result: Any) -> RefusedError:
    first = error.errors()[0]
    if first["type"] == "enum":
        options = [c.strip(" '") for c in str(first["ctx"]["expected"]).replace(" or ", ", ").split(",")]
        given = str(first["input"])
        return RefusedError(
            f"is no known code{nearest_hint(given, options)}",
            "Map it with `values` to one of: " + ", ".join(options),
        )
    return RefusedError(first["msg"], "Correct it in the export, or map it with `values`.")
