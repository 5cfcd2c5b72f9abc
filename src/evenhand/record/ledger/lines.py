"""Events from a file of JSON lines: good ones in batches, bad ones with the reason."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from evenhand.record.events import EVENT_TYPES, FIELDS, Event, parse
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.leaf import entry_of


@dataclass(frozen=True)
class Refused:
    """A line that was not taken: its number from 1, the text, what is wrong where, and the remedy."""

    line: int
    text: str
    column: str
    reason: str
    remedy: str

    def sentence(self) -> str:
        where = f", {self.column}" if self.column else ""
        return f"line {self.line}{where}: {self.reason}. {self.remedy}"


def read_events(lines: Iterable[bytes]) -> Iterator[tuple[int, str, Event] | Refused]:
    """Each line as an event with its number and text, or why it is none. Empty lines are left out."""
    for number, raw in enumerate(lines, 1):
        text = raw.decode("utf-8", "replace").strip()
        if not text:
            continue
        try:
            raw.decode()
            data = json.loads(text, object_pairs_hook=_once)
            if not isinstance(data, dict):
                raise ValueError("it is no JSON object")
            event = parse(data, stored=False)
            entry_of(event)
        except UnicodeDecodeError:
            yield Refused(number, text, "", "it is not UTF-8", "Write the file as UTF-8.")
        except json.JSONDecodeError as error:
            yield Refused(
                number, text, "", f"it is no JSON ({error.msg} at {error.colno})", "One event a line."
            )
        except ValidationError as error:
            yield _refused(number, text, data, error)
        except KeyError:
            known = ", ".join(sorted(EVENT_TYPES)[:3])
            named = data.get("type")
            said = "it is missing" if named is None else f"{named!r} is no event type"
            yield Refused(number, text, "type", said, f"Types are {known}, ...")
        except (ValueError, TypeError, LedgerError) as error:
            yield Refused(number, text, "", str(error).removesuffix("."), "Correct the line.")
        else:
            yield number, text, event


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a field is given twice")
    return made


def _refused(number: int, text: str, data: dict[str, Any], error: ValidationError) -> Refused:
    first = error.errors(include_url=False)[0]
    column = ".".join(map(str, first["loc"]))
    spec = FIELDS[data["type"]].get(str(first["loc"][0]) if first["loc"] else "")
    # The value of a personal field is not repeated on a screen or in a log.
    hidden = (spec is not None and spec.personal) or first["type"] in ("missing", "extra_forbidden")
    shown = "" if hidden else f" (value {str(first['input'])[:40]!r})"
    return Refused(
        number, text, column, f"{first['msg']}{shown}", "Correct the value and append the line again."
    )
