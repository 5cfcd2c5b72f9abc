"""Reading the body of a call: JSON of one meaning only, refused before any row of it is looked at.

RFC 8259 leaves open what a name given twice means, and Python reads NaN, which is no JSON. A sender and the
desk must not understand one body differently, so both are refused.
"""

import json
import math
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

DEEPEST = 16
"""Levels of lists and objects in one body; a row of an act needs five."""
_SHOWN = 50


class BodyError(Exception):
    """A body that is not read: the status of the answer, and what is wrong and what to do."""

    def __init__(self, status: int, detail: str) -> None:
        self.status = status
        self.detail = detail
        super().__init__(detail)


class StrictParser(Parser):
    """Ninja's parser, which raises `BodyError` for what has no single meaning."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise BodyError(415, _("Send JSON, with the header Content-Type: application/json."))
        return parsed(request.body)


def parsed(body: bytes) -> Any:
    """The values of a JSON body. Raises `BodyError`."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BodyError(
            400, _("The body is not UTF-8 at byte %(at)s. Send it as UTF-8.") % {"at": error.start}
        ) from None
    try:
        said = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_finite)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise BodyError(
            400, _("The body is not JSON at line %(line)s, column %(column)s. Correct it.") % where
        ) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        # A whole number of thousands of digits.
        raise BodyError(400, _("A number in the body is too long. Send it as a text.")) from None
    if _deep(said):
        raise _too_deep()
    return said


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, value in pairs:
        if name in said:
            raise BodyError(
                400,
                _("An object in the body has the name %(name)s twice. Send each name once.")
                % {"name": json.dumps(name[:_SHOWN])},
            )
        said[name] = value
    return said


def _no_number(name: str) -> NoReturn:
    raise BodyError(400, _("%(name)s is not JSON. Leave the field out or send null.") % {"name": name})


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise BodyError(400, _("A number in the body is out of range. Send a smaller one."))
    return value


def _too_deep() -> BodyError:
    return BodyError(
        400, _("The body is nested more than %(most)s levels deep. Send it flatter.") % {"most": DEEPEST}
    )


def _deep(said: Any) -> bool:
    """Whether lists and objects lie deeper than allowed: level by level, so that no depth is too much."""
    level = [said]
    for _depth in range(DEEPEST + 1):
        level = [part for part in level if isinstance(part, dict | list)]
        if not level:
            return False
        level = [inner for part in level for inner in (part.values() if isinstance(part, dict) else part)]
    return True
