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
    This,
    Unknown,
    Value,
)
from evenhand.rules.array.columns import YES
from evenhand.rules.array.truth import View
from evenhand.rules.array.values import mask_of
from evenhand.rules.rule import Rule
from evenhand.rules.standing import AGREEMENT_FIELDS, FACILITY_FIELDS, OFFICER_FIELDS

Lack = tuple[str, Any]
"""The name of something that the record lacks, and where it lacks it."""


def missing(view: View, rule: Rule) -> set[str]:
    """The names of what is lacking at the view's acts, at each of which the rule cannot be told."""
    found: set[str] = set()
    for when, term in view.plan.terms[rule.id]:
        (applies, outside), (yes, no) = view.truth(when), view.truth(term.holds)
        unclear = ~outside & ~yes & ~(applies & no)
        for node, known in ((when, applies), (term.holds, yes | no)):
            found |= {name for name, where in _lacks(view, node) if np.any(where & unclear & ~known)}
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
            yield from _lacks_of_value(view, left)
            yield from _lacks_of_value(view, right)
        case In(value=item):
            yield from _lacks_of_value(view, item)
        case Contains(items=items, value=item):
            yield from _lacks_of_value(view, items)
            yield from _lacks_of_value(view, item)
        case Given(field=field):
            yield from _lacks_of_value(view, field)


def _where(lacks: Iterator[Lack], mask: Any) -> Iterator[Lack]:
    return ((name, where & mask) for name, where in lacks)


def _lacks_of_existence(view: View, of: Ref) -> Iterator[Lack]:
    match of:
        case OfficerStanding():
            yield from _lacks_of_key(view, "actor")
            if not view.provides.officers():
                yield "officer.certified", view.keyed(of)
        case AgreementStanding():
            yield "agreement.took_effect", YES
        case FacilityStanding():
            if lack := view.provides.lacking_of_facilities():
                yield lack, YES
            else:
                yield from _lacks_of_key(view, "facility")
        case Prev() | Next() | First() | Last():
            yield from ((name, YES) for name in view.lacking(of.sel))


def _lacks_of_value(view: View, node: Value) -> Iterator[Lack]:
    match node:
        case Count(sel=chosen, since=since):
            yield from ((name, YES) for name in view.lacking(chosen, *((since.sel,) if since else ())))
        case Later(start=start):
            yield from _lacks_of_value(view, start)
        case Earliest(values=values) | Latest(values=values):
            unknown = ~view.value(node).known
            for value in values:
                yield from _where(_lacks_of_value(view, value), unknown)
        case Field(of=OfficerStanding() | AgreementStanding() | FacilityStanding()):
            yield from _lacks_of_standing(view, node)
        case Field(of=This(), name=name):
            yield from _by_type(view, This(), name, ~view.value(node).known)
        case Field(of=Prev() | Next() | First() | Last() as of, name=name):
            found = view.found(of)
            yield from ((kind, ~found) for kind in of.sel.types)
            if unseen := view.lacking(of.sel):
                yield from ((lack, found) for lack in unseen)
            else:
                yield from _by_type(view, of, name, found & ~view.value(node).known)


def _lacks_of_standing(view: View, node: Field) -> Iterator[Lack]:
    unknown = ~view.value(node).known
    match node.of:
        case OfficerStanding() as of:
            yield from _lacks_of_key(view, "actor")
            yield _field_or_type(view, OFFICER_FIELDS[node.name], node.name), view.keyed(of) & unknown
        case AgreementStanding():
            yield _field_or_type(view, AGREEMENT_FIELDS[node.name], node.name), unknown
        case FacilityStanding() as of:
            if lack := view.provides.lacking_of_facilities():
                yield lack, YES
            else:
                yield from _lacks_of_key(view, "facility")
                yield f"{FACILITY_FIELDS[node.name]}.{node.name}", view.keyed(of) & unknown


def _field_or_type(view: View, needed: str, name: str) -> str:
    return f"{needed}.{name}" if view.provides.type(needed) else needed


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
