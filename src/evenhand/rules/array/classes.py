"""The histories of a part by what is known beside their events: the types told of, a cut on the left.

It is what `Context.of_history` says of one history. Nearly always one class holds all the histories.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evenhand.record.episode.stays import BOOKED
from evenhand.record.events import SubjectKind, types_of
from evenhand.rules.algebra import Sel
from evenhand.rules.answer import Tells
from evenhand.rules.array.columns import Array, Mask, among, micros
from evenhand.rules.array.part import Part, Selection
from evenhand.rules.context import Context, HistoryContext

FIRST_COLUMNS = ("agency", "facility", "source_file")
"""What is read of a history's first event to know what is told of in it."""


@dataclass(frozen=True)
class Class:
    """Histories of which the same is known; `cases` is None if they are all. In `rough` ones some moments are
    known only as intervals."""

    about: HistoryContext
    rough: bool
    cases: Mask | None


def depends_on_first(context: Context) -> bool:
    """Whether what is told of depends on a history's first event."""
    return any(not tells.always for tells in context.tells or ())


def classes_of(part: Part, kind: SubjectKind, context: Context) -> list[Class]:
    """The classes of a part's histories; those of which the part has none are left out."""
    told = context.always_told()
    if part.inexact is None and not context.may_be_cut and not depends_on_first(context):
        return [Class(HistoryContext(context, context.provides.telling(told), False), False, None)]
    number = np.zeros(part.cases, np.int64)
    number += 1 * part.inexact_cases
    number += 2 * _cut(part, kind, context)
    conditional = [tells for tells in context.tells or () if not tells.always]
    for bit, met in enumerate(_met(part, kind, conditional)):
        number += (4 << bit) * met
    found = []
    for value in np.unique(number):
        types = told
        for bit, tells in enumerate(conditional):
            if types is not None and value & (4 << bit):
                types |= tells.types
        about = HistoryContext(context, context.provides.telling(types), bool(value & 2))
        cases = number == value
        found.append(Class(about, bool(value & 1), None if cases.all() else cases))
    return found


def _first(part: Part, kind: SubjectKind) -> tuple[Selection, Array, Array]:
    """All events of the kind; which histories have any, and the places of their first ones."""
    chosen = part.selected(Sel(types_of(kind)))
    begin, end = chosen.bounds[:-1], chosen.bounds[1:]
    cases = np.flatnonzero(end > begin)
    return chosen, cases, begin[cases]


def _cut(part: Part, kind: SubjectKind, context: Context) -> Mask:
    """Which histories are cut on the left."""
    found = np.zeros(part.cases, bool)
    if not context.may_be_cut or kind is not SubjectKind.BOOKING:
        return found
    found[:] = True
    found[part.selected(Sel((BOOKED,))).case] = False
    if context.observed_from is not None:
        chosen, cases, places = _first(part, kind)
        found[cases] |= part.moment[chosen.rows[places]] < micros(context.observed_from)
    return found


def _met(part: Part, kind: SubjectKind, conditional: list[Tells]) -> Iterator[Mask]:
    """For each of several declarations, the histories in which it holds."""
    if not conditional:
        return
    chosen, cases, places = _first(part, kind)
    moments = part.moment[chosen.rows[places]]
    values = {name: chosen.take(name, places) for name in FIRST_COLUMNS}
    for tells in conditional:
        met = np.ones(len(cases), bool)
        for name, wanted in zip(FIRST_COLUMNS, (tells.agencies, tells.facilities, tells.files), strict=True):
            if wanted is not None:
                met &= values[name].known & among(values[name], wanted)
        if tells.since is not None:
            met &= moments >= micros(tells.since)
        if tells.until is not None:
            met &= moments < micros(tells.until)
        found = np.zeros(part.cases, bool)
        found[cases[met]] = True
        yield found
