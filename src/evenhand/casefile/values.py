"""The fields of an event in a case file, read by the type that the field has in a record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from yaml.nodes import Node

from evenhand.casefile.nodes import Reader, is_null
from evenhand.casefile.times import FORMS, read_moment
from evenhand.record.events import FieldSpec

_YES, _NO = ("true", "yes"), ("false", "no")


def read_field(reader: Reader, spec: FieldSpec, kind: str, node: Node, zone: ZoneInfo) -> Any:
    """Read a field's value. Return None if it is empty, or if it is not valid (with a problem noted)."""
    if is_null(node):
        return None
    name = f"{kind}.{spec.name}"
    if pa.types.is_list(spec.arrow):
        read = _reader_of(spec, spec.arrow.value_type, zone)
        return [_value(reader, name, text, item, read) for text, item in reader.texts(node, name)]
    text = reader.text(node, name)
    return None if text is None else _value(reader, name, text, node, _reader_of(spec, spec.arrow, zone))


def _value(reader: Reader, name: str, text: str, node: Node, read: Callable[[str], Any]) -> Any:
    try:
        return read(text)
    except ValueError as error:
        reader.problem(node, f"{name} is {text!r}.", str(error))
        return None


def _reader_of(spec: FieldSpec, arrow: Any, zone: ZoneInfo) -> Callable[[str], Any]:
    if spec.codes:
        return lambda text: _code(text, spec.codes or ())
    if pa.types.is_boolean(arrow):
        return _flag
    if pa.types.is_timestamp(arrow):
        return lambda text: _instant(text, zone)
    if pa.types.is_integer(arrow):
        return lambda text: _number(text, int)
    if pa.types.is_floating(arrow):
        return lambda text: _number(text, float)
    return str


def _code(text: str, codes: tuple[str, ...]) -> str:
    plain = {code.lower(): str(code) for code in codes}
    if (code := plain.get(text.lower())) is None:
        raise ValueError(f"Use one of: {', '.join(codes)}.")
    return code


def _flag(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise ValueError("Write yes or no.")


def _number(text: str, kind: type[int] | type[float]) -> int | float:
    try:
        return kind(text)
    except ValueError:
        raise ValueError("Write a number.") from None


def _instant(text: str, zone: ZoneInfo) -> datetime:
    """The first moment of the day or minute that is stated."""
    try:
        moment = read_moment(text, zone)
    except ValueError as error:
        raise ValueError(f"{error} {FORMS}") from None
    assert moment.earliest is not None
    return moment.earliest
