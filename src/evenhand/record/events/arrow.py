"""The Arrow type of an event's field, from its annotation."""

from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import pyarrow as pa
from pydantic import AwareDatetime

from evenhand.arrow import without_pandas

without_pandas()

INSTANT = pa.timestamp("us", tz="UTC")


def arrow_type(annotation: Any) -> pa.DataType:
    """The Arrow type that holds the values of an annotation; `TypeError` where none is known."""
    if get_origin(annotation) is Annotated:
        return arrow_type(get_args(annotation)[0])
    if get_origin(annotation) in (tuple, list):
        return pa.list_(arrow_type(get_args(annotation)[0]))
    options = [a for a in get_args(annotation) if a is not type(None)]
    if options:
        return arrow_type(options[0])
    if annotation is AwareDatetime:
        return INSTANT
    if isinstance(annotation, type):
        for python, arrow in (
            (StrEnum, pa.string()),
            (UUID, pa.uuid()),
            (bool, pa.bool_()),
            (int, pa.int32()),
            (float, pa.float64()),
            (str, pa.string()),
        ):
            if issubclass(annotation, python):
                return arrow
    raise TypeError(f"no Arrow type for {annotation!r}")
