"""How a subject stands in an address: agency and number in one segment of the path.

`NC0600000:26-0017` is booking 26-0017, whose subject is written with its agency; `NC0600000.officer-1` is a
subject without it. Any other character than a letter, a digit, `-`, `_` or `.` is written as `~` and two
hexadecimal digits for each byte of its UTF-8. Percent-encoding would not do: servers and proxies take %2F
back to a slash before the desk sees it.
"""

import re

from django.urls import register_converter

from evenhand.desk.record.history import OfSubject, Subject
from evenhand.record.events import SubjectKind

_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
_AGENCY, _NUMBER = r"(?:[A-Za-z0-9_-]|~[0-9A-F]{2})+", r"(?:[A-Za-z0-9._-]|~[0-9A-F]{2})*"
SEGMENT = f"{_AGENCY}[:.]{_NUMBER}"


def segment(agency: str, subject: str) -> str:
    """The segment of one subject; no two subjects of a kind have the same."""
    whose = _escaped(agency).replace(".", "~2E")
    if subject.startswith(f"{agency}:"):
        return f"{whose}:{_escaped(subject[len(agency) + 1 :])}"
    return f"{whose}.{_escaped(subject)}"


def named(text: str) -> tuple[str, str]:
    """Agency and subject of a segment. Raises `ValueError` for a text that `segment` does not give."""
    found = re.fullmatch(rf"({_AGENCY})([:.])({_NUMBER})", text)
    if found is None:
        raise ValueError("the address names no subject")
    agency, number = _plain(found[1]), _plain(found[3])
    subject = f"{agency}:{number}" if found[2] == ":" else number
    if segment(agency, subject) != text or "\0" in subject:
        raise ValueError("the address is not written as the desk writes it")
    return agency, subject


def _escaped(text: str) -> str:
    raw = text.encode()
    return "".join(chr(byte) if byte in _KEPT else f"~{byte:02X}" for byte in raw)


def _plain(text: str) -> str:
    raw = re.sub(r"~([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), text)
    return raw.encode("latin-1").decode()


class _Converter:
    """Takes a segment to a `Subject` of the kind, and an event, a row or a `Subject` to its segment."""

    regex = SEGMENT
    kind: SubjectKind

    def to_python(self, value: str) -> Subject:

        agency, subject = named(value)
        return Subject(agency, self.kind, subject)

    def to_url(self, value: Subject | OfSubject | str) -> str:
        if isinstance(value, str):
            named(value)
            return value
        return segment(value.agency, value.subject)


# `<booking:subject>` and the like in the tables of addresses.
for _kind in SubjectKind:
    register_converter(type(f"{_kind.name.title()}Converter", (_Converter,), {"kind": _kind}), _kind.value)
