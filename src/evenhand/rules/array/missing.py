"""What a record lacks where a rule cannot be told: event types, fields, or a stated reason, by name."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from evenhand.rules.algebra import (
    AgreementStanding,
    And,
    Compare,
    Condition,
    Contains,
    Count,
    Earliest,
    Exists,
    FacilityStanding,
    Field,
    First,
    Given,
    In,
    Last,
    Later,
    Latest,
    Next,
    Not,
    OfficerStanding,
    Or,
    Prev,
    Ref,
    StayStanding,
    This,
    Unknown,
    Value,
)
from evenhand.rules.array.columns import NO, YES, Mask
from evenhand.rules.array.truth import View
from evenhand.rules.array.values import AT_THE_BEGIN, AT_THE_END, mask_of, needed
from evenhand.rules.context import CUT
from evenhand.rules.rule import Rule
from evenhand.rules.standing import PAPERS, STAY_FIELDS, event_type_of

Lack = tuple[str, Any]
"""The name of something that the record lacks, and where it lacks it."""


def missing(view: View, rule: Rule) -> dict[str, Mask]:
    """What is lacking at the view's acts, at each of which the rule cannot be told: names, and where."""
    found: dict[str, Mask] = {}
    size = len(view.acts)
    for when, term in view.plan.terms[rule.id]:
        (applies, outside), (yes, no) = view.truth(when), view.truth(term.holds)
        unclear = ~outside & ~yes & ~(applies & no)
        for node, known in ((when, applies), (term.holds, yes | no)):
            for name, where in _lacks(view, node):
                here = where & unclear & ~known
                if np.any(here):
                    found[name] = found.get(name, NO) | mask_of(here, size)
    return found


def _lacks(view: View, node: Condition) -> Iterator[Lack]:
    match node:
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yes, no = view.truth(part)
                yield from _where(_lacks(view, part), ~yes & ~no)
        case Not(part=part):
            yield from _lacks(view, part)
        case Unknown(what=what):
            yield what, YES
        case Exists(of=of):
            yield from _lacks_of_existence(view, of)
        case Compare(left=left, right=right):
            yield from _missing_of(view, left)
            yield from _missing_of(view, right)
        case In(value=item):
            yield from _missing_of(view, item)
        case Contains(items=items, value=item):
            for value in (items, item):
                yield from _where(_missing_of(view, value), ~view.value(value).known)
        case Given(field=Field(of=StayStanding(), name=name)):
            yield from _lacks_of_given_stay(view, name)
        case Given(field=field):
            yield from _missing_of(view, field)


def _where(lacks: Iterator[Lack], mask: Any) -> Iterator[Lack]:
    return ((name, where & mask) for name, where in lacks)


def _lacks_of_existence(view: View, of: Ref) -> Iterator[Lack]:
    match of:
        case OfficerStanding():
            yield from _lacks_of_key(view, "actor")
            for paper in PAPERS:
                if not view.provides.tells(paper):
                    yield paper, view.keyed(of) & ~view.found(of)
            yield "officer.certified.occurred_at", view.keyed(of) & view.found(of) & ~view.sure(of)
        case AgreementStanding():
            yield "agreement.took_effect", ~view.found(of)
            yield "agreement.took_effect.occurred_at", view.found(of) & ~view.sure(of)
        case FacilityStanding():
            yield from _lacks_of_key(view, "facility")
            if not view.provides.tells("poster.attested"):
                yield "poster.attested", view.keyed(of) & ~view.found(of)
            yield "poster.attested.occurred_at", view.keyed(of) & view.found(of) & ~view.sure(of)
        case Prev() | Next() | First() | Last():
            yield from ((name, ~view.found(of)) for name in view.unseen_if_absent(of))
            yield from _where(_blurred(view, of.sel.types), view.maybe(of))


def _missing_of(view: View, node: Value) -> Iterator[Lack]:
    """What would have to be known for the value to be, and the moments that would have to be known better."""
    yield from _lacks_of_value(view, node)
    yield from _blurs_of_value(view, node)


def _lacks_of_value(view: View, node: Value) -> Iterator[Lack]:
    match node:
        case Count(sel=chosen, since=since):
            lacking = view.lacking(chosen, *((since.sel,) if since else ()))
            yield from ((name, YES) for name in lacking)
            if view.about.cut and not lacking:
                yield CUT, (YES if since is None else ~view.found(since))
        case Later(start=start):
            yield from _lacks_of_value(view, start)
        case Earliest(values=values) | Latest(values=values):
            unknown = ~_bounded(view, node)
            for value in values:
                yield from _where(_missing_of(view, value), unknown)
        case Field(of=OfficerStanding() | AgreementStanding() | FacilityStanding() as of, name=name):
            yield from _lacks_of_standing(view, of, node)
        case Field(of=StayStanding(), name=name):
            yield from _where(_lacks_of_stay(view, name), ~view.stay_unknown())
        case Field(of=This(), name=name):
            if name != "occurred_at":
                yield from _by_type(view, This(), name, ~view.value(node).known)
        case Field(of=Prev() | Next() | First() | Last() as of, name=name):
            happened = view.found(of) | view.maybe(of)
            yield from ((kind, ~happened) for kind in of.sel.types)
            if unseen := view.unseen(of):
                yield from ((lack, happened) for lack in unseen)
            elif name != "occurred_at":
                yield from _by_type(view, of, name, view.certain(of) & ~view.value(node).known)


def _blurs_of_value(view: View, node: Value) -> Iterator[Lack]:
    match node:
        case Count(sel=chosen, since=Prev() as since) if view.rough:
            if not view.lacking(chosen, since.sel):
                low, high = view.range(node)
                types = (*chosen.types, *since.sel.types)
                yield from _where(_blurred(view, types), low.data != high.data)
        case Later(start=start):
            yield from _blurs_of_value(view, start)
        case Earliest(values=values) | Latest(values=values):
            for value in values:
                low, high = view.range(value)
                yield from _where(_blurs_of_value(view, value), low.known & high.known)
        case Field(of=OfficerStanding() | AgreementStanding() | FacilityStanding() as of, name=name):
            low, high = view.range(node)
            if low is not high:
                yield f"{needed(of)[name]}.occurred_at", low.known & high.known & (low.data != high.data)
        case Field(of=StayStanding(), name=name):
            yield from _blurs_of_stay(view, name)
        case Field(of=This(), name="occurred_at"):
            yield from _blurred(view, ())
        case Field(of=Prev() | Next() | First() | Last() as of, name=name) if view.rough:
            happened = view.found(of) | view.maybe(of)
            if name == "occurred_at":
                spot = view.spot(of)
                exact = spot.yes & (spot.low.data == spot.high.data)
                yield from _where(_blurred(view, of.sel.types), happened & ~exact)
            elif not view.unseen(of):
                yield from _where(_blurred(view, of.sel.types), happened & ~view.certain(of))


def _bounded(view: View, node: Earliest | Latest) -> Any:
    """Where one of the values has both bounds."""
    low, high = view.range(node)
    return low.known & high.known


def _blurred(view: View, types: tuple[str, ...]) -> Iterator[Lack]:
    """The moments of these types that are not known exactly in the act's history; the act's own included."""
    if not view.rough:
        return
    part, acts = view.acts.part, view.acts
    assert part.inexact is not None
    yield from _by_type(view, This(), "occurred_at", part.inexact[acts.rows])
    for name in dict.fromkeys(types):
        cases = part.blurred(name)
        if cases is not None:
            yield f"{name}.occurred_at", cases[acts.case]


def _lacks_of_standing(
    view: View, of: OfficerStanding | AgreementStanding | FacilityStanding, node: Field
) -> Iterator[Lack]:
    key = {OfficerStanding: "actor", FacilityStanding: "facility"}.get(type(of))
    if key:
        yield from _lacks_of_key(view, key)
    need = needed(of)[node.name]
    if not view.provides.type(need):
        yield need, view.keyed(of)
        return
    low, high = view.range(node)
    lack = f"{need}.{node.name}" if view.provides.tells(event_type_of(need)) else need
    yield lack, view.keyed(of) & ~(low.known & high.known)


# --- stays -------------------------------------------------------------------------------------------------


def _lacks_of_stay(view: View, name: str) -> Iterator[Lack]:
    lacking: tuple[str, ...] = view.stay_lacking(name)
    if name == "held":
        unknown = ~view.of_stays(view.stays.held)
        yield from ((lack, unknown) for lack in (*lacking, *((CUT,) if view.about.cut else ())))
        return
    number, moments = view.stay_number(), view.stay_moment(name)
    found = moments.found[number]
    absent = (*lacking, CUT) if view.about.cut and name in AT_THE_BEGIN else lacking
    yield from ((lack, ~found) for lack in absent or STAY_FIELDS[name])
    if name == "left_by" or name in AT_THE_END:
        yield from ((lack, found) for lack in lacking)
    if name == "free":
        gone = moments.open[number]
        if view.provides.tells("custody.hold_ended"):
            gone = gone | view.stays.held_on[number]
        yield "custody.hold_ended", found & gone & ~view.of_stays(view.stays.maybe_held_on)


def _blurs_of_stay(view: View, name: str) -> Iterator[Lack]:
    stays, number = view.stays, view.stay_number()
    for lack, where in stays.unsure.items():
        yield lack, where[number]
    if name == "held":
        return
    moments = view.stay_moment(name)
    blurred = moments.found[number] & ~view.stay_unknown()
    if name == "left_by":
        # A type that is known needs no better moment.
        blurred = blurred & (YES if view.stay_lacking(name) else moments.type[number] < 0)
    if name == "free":
        for lack, where in stays.held_on_unsure.items():
            yield lack, where[number] & ~view.stay_unknown()
        blurred = blurred & ~view.of_stays(stays.maybe_held_on)
        if view.provides.tells("custody.hold_ended"):
            blurred = blurred & ~stays.held_on[number]
    blurred = blurred & (moments.open[number] | (moments.low[number] != moments.high[number]))
    named: Any = NO
    for need in STAY_FIELDS[name]:
        cases = view.acts.part.blurred(need)
        if cases is not None:
            named = named | cases[view.acts.case]
            yield f"{need}.occurred_at", blurred & cases[view.acts.case]
    # Several exact moments of one type: which of them counts is what is not known.
    yield from ((f"{need}.occurred_at", blurred & ~named) for need in STAY_FIELDS[name])


def _lacks_of_given_stay(view: View, name: str) -> Iterator[Lack]:
    for lack, where in view.stays.unsure.items():
        yield lack, where[view.stay_number()]
    if name == "held":
        return
    sure = ~view.stay_unknown()
    found = view.stay_moment(name).found[view.stay_number()]
    lacking = view.stay_lacking(name)
    if view.about.cut and name in AT_THE_BEGIN:
        lacking = (*lacking, CUT)
    yield from ((lack, sure & ~found) for lack in lacking)
    if name == "free":
        yield "custody.hold_ended", sure & found & view.stays.held_on[view.stay_number()]
        for lack, where in view.stays.held_on_unsure.items():
            yield lack, sure & where[view.stay_number()]


def _lacks_of_key(view: View, key: str) -> Iterator[Lack]:
    yield from _by_type(view, This(), key, ~view.value(Field(This(), key)).known)


def _by_type(view: View, of: Ref, name: str, where: Any) -> Iterator[Lack]:
    """The field of each type that the occurrence has where the mask is set."""
    types = view.types(of)
    if len(types) == 1:
        yield f"{types[0]}.{name}", where
        return
    where = mask_of(where, len(view.acts))
    here = np.broadcast_to(view.kinds(of), len(view.acts))
    yield from ((f"{types[k]}.{name}", where & (here == k)) for k in np.unique(here[where]))
