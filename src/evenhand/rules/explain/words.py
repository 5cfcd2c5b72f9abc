"""Plain English for the moments, events and values in an explanation."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from evenhand.record.labels import STAY, code_label, event_label, field_label
from evenhand.record.time import Moment, whole_day
from evenhand.rules.algebra import (
    AgreementStanding,
    Count,
    Earliest,
    FacilityStanding,
    Field,
    First,
    Last,
    Later,
    Latest,
    Lit,
    Next,
    ObservedUntil,
    OfficerStanding,
    Prev,
    Ref,
    Sel,
    StayStanding,
    This,
    Value,
)
from evenhand.rules.context import CUT
from evenhand.rules.patterns import END_OF_RECORD
from evenhand.rules.wording import span_text

_NEVER_BEFORE = 1000
"""Moments before this year stand for "never" (`standing.NEVER`)."""
_IN_MINUTE = timedelta(seconds=59, microseconds=999_999)
_MANY = 8
"""A selection of more types than this is called "any event"."""


def day_text(day: date) -> str:
    """`Mon, Nov 24, 2008`."""
    return f"{day:%a, %b} {day.day}, {day.year}"


def clock_time(moment: datetime) -> str:
    """`3:30 p.m.`, with seconds where there are some."""
    hour, half = moment.hour % 12 or 12, "a.m." if moment.hour < 12 else "p.m."
    seconds = f":{moment:%S}" if moment.second else ""
    return f"{hour}:{moment:%M}{seconds} {half}"


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """`Mon, Nov 24, 2008, 2:05 p.m. EST`, in the time zone."""
    if moment.year < _NEVER_BEFORE:
        return "never"
    here = moment.astimezone(zone)
    return f"{day_text(here.date())}, {clock_time(here)} {here:%Z}"


def interval_text(moment: Moment, zone: ZoneInfo) -> str:
    """A moment as far as it is known: a time, a day, or the earliest and the latest."""
    earliest, latest = moment.earliest, moment.latest
    if earliest is None or latest is None:
        if latest is not None:
            return f"{moment_text(latest, zone)} or earlier"
        return f"{moment_text(earliest, zone)} or later" if earliest is not None else "not known"
    here = earliest.astimezone(zone)
    if latest - earliest < timedelta(minutes=1):
        return moment_text(earliest, zone)
    if whole_day(here.date(), zone) == Moment(earliest.astimezone(UTC), latest.astimezone(UTC)):
        return f"{day_text(here.date())} (hour not known)"
    # The last minute is named as it was stated, not by its last second.
    end = latest - _IN_MINUTE if latest.second == _IN_MINUTE.seconds else latest
    until = end.astimezone(zone)
    if until.date() == here.date() and until.utcoffset() == here.utcoffset():
        return f"{day_text(here.date())}, between {clock_time(here)} and {clock_time(until)} {here:%Z}"
    return f"between {moment_text(earliest, zone)} and {moment_text(end, zone)}"


def types_text(types: tuple[str, ...]) -> str:
    """Event types by their labels, in quotation marks."""
    if len(types) > _MANY:
        return "any event"
    return " or ".join(f"“{event_label(name)}”" for name in types)


def selection_words(chosen: Sel) -> str:
    """Name the events that a selection takes: `“Warrant signed” (form: I-200)`."""
    narrowed = [
        f"{field_label(name)}: {' or '.join(code_label(c) for c in codes)}" for name, codes in chosen.where
    ]
    narrowed += [f"with {field_label(name)}" for name in chosen.having]
    narrowed += [f"{field_label(name)} under {bound:g}" for name, bound in chosen.below]
    return f"{types_text(chosen.types)} ({'; '.join(narrowed)})" if narrowed else types_text(chosen.types)


def ref_words(ref: Ref) -> str:
    """The name of an occurrence or a standing in a sentence."""
    match ref:
        case This():
            return "this act"
        case OfficerStanding():
            return "the officer"
        case AgreementStanding():
            return "the agreement"
        case FacilityStanding():
            return "the facility"
        case StayStanding():
            return "the stay"
        case Prev(sel=chosen, on=on):
            return f"the latest {selection_words(chosen)} up to this act{same(on)}"
        case Next(sel=chosen, on=on):
            return f"the next {selection_words(chosen)} from this act on{same(on)}"
        case First(sel=chosen):
            return f"the first {selection_words(chosen)}"
        case Last(sel=chosen, on=on):
            return f"the last {selection_words(chosen)}{same(on)}"


def same(keys: tuple[str, ...]) -> str:
    return f" with the same {' and '.join(map(field_label, keys))}" if keys else ""


def happening_words(ref: Ref) -> str:
    """That an occurrence happened, or that there is such a standing."""
    match ref:
        case OfficerStanding():
            return "The officer is on record at this act"
        case AgreementStanding():
            return "An agreement of the agency is on record at this act"
        case FacilityStanding():
            return "The facility is on record at this act"
        case Prev(sel=chosen, on=on):
            return f"{selection_words(chosen)}{same(on)} is on record at or before this act"
        case Next(sel=chosen, on=on):
            return f"{selection_words(chosen)}{same(on)} is on record at or after this act"
        case First(sel=chosen) | Last(sel=chosen):
            return f"{selection_words(chosen)} is on record"
        case _:
            return f"{capital(ref_words(ref))} is on record"


def value_words(value: Value) -> str:
    """The name of a value in a sentence."""
    match value:
        case Field(of=StayStanding(), name=name):
            return STAY.get(name) or field_label(name)
        case Field(of=of, name="occurred_at"):
            return ref_words(of)
        case Field(of=of, name=name):
            return f"“{field_label(name)}” of {ref_words(of)}"
        case Lit(value=datetime() as moment):
            return day_text(moment.date())
        case Lit(value=plain):
            return code_label(plain)
        case ObservedUntil():
            return "the end of the record"
        case Later(start=start, span=span):
            side = "before" if span.seconds < 0 else "after"
            return f"{span_text(span)} {side} {value_words(start)}"
        case Count(sel=chosen, since=Prev() as since):
            return f"the number of {selection_words(chosen)} since {ref_words(since)}"
        case Count(sel=chosen):
            return f"the number of {selection_words(chosen)}"
        case Earliest(values=values):
            return f"the earliest of {'; '.join(map(value_words, values))}"
        case Latest(values=values):
            return f"the latest of {'; '.join(map(value_words, values))}"


def plain_value(value: Any) -> str:
    """Give the text of a known value other than a moment."""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(code_label(v) for v in value) or "none"
    return code_label(value)


def missing_words(name: str) -> str:
    """Say what is missing, from its name in an answer."""
    if name == CUT:
        return "what happened before the record begins"
    if name == END_OF_RECORD:
        return "what happened after the record ends"
    kind, _, field = name.rpartition(".")
    if field == "occurred_at":
        return f"a more exact time of “{event_label(kind)}”"
    if "." in kind:
        return f"“{field_label(field)}” of “{event_label(kind)}”"
    if "." in name:
        return f"whether “{event_label(name)}” happened"
    return name


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
