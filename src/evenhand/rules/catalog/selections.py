"""Selections that several groups of rules share."""

from evenhand.rules.algebra import (
    THIS,
    Compare,
    Condition,
    Count,
    Exists,
    Field,
    First,
    Next,
    Not,
    Op,
    Prev,
    Ref,
    Unknown,
    sel,
)
from evenhand.rules.patterns import FEDERAL, all_of, any_of, by_federal_officer, eq, ne, one_of

IMMIGRATION_ACTS = (
    "interview.held",
    "determination.made",
    "detainer.issued",
    "warrant.served",
    "charging_document.prepared",
)
"""Acts that only a designated officer or a federal officer may do (8 U.S.C. 1357(g)(1)).

Asking about a person's status needs no agreement (1357(g)(10)), so a record check is none of them. Neither is
the service of a detainer, nor an event of custody.
"""

ACTS = sel(*IMMIGRATION_ACTS)
BOOKED = First(sel("person.booked"))
DUE = First(sel("custody.release_due"))
EXIT = First(sel("custody.released", "custody.departed", "custody.transferred_in_place"))
"""The end of local custody: release, departure, or transfer to ICE inside the jail."""
DETAINER_HOLD = sel("custody.hold_started", basis="detainer")
TO_ICE = sel("custody.departed", destination="ice")
CONCURRED = Prev(sel("determination.reviewed", outcome="concur"))
REVIEWED = Next(sel("determination.reviewed"))
BY_LOCAL_OFFICER: Condition = Not(by_federal_officer(THIS))
LAST_HOLD = Prev(sel("custody.hold_started"))
_LAST_HOLD_END = Prev(sel("custody.hold_ended"))
_CAME_HELD_OR_WENT = Prev(
    sel("custody.hold_started", "custody.hold_ended", "custody.released", "person.booked")
)


def of_type(of: Ref, *types: str) -> Condition:
    """The occurrence is of one of the types."""
    return one_of(of, "type", *types)


def role_missing(event_type: str, since: Prev | None = None) -> Condition:
    """Unknown if one of these events does not say in what capacity its actor acted, false if all do."""
    all_, stated = sel(event_type), sel(event_type, having=("actor_role",))
    return all_of(
        Compare(Count(all_, since=since), Op.GT, Count(stated, since=since)),
        Unknown(f"{event_type}.actor_role"),
    )


def departs_elsewhere(of: Ref) -> Condition:
    """The occurrence is a departure, but not to ICE."""
    return all_of(of_type(of, "custody.departed"), ne(Field(of, "destination"), "ice"))


ON_HOLD: Condition = all_of(Exists(LAST_HOLD), of_type(_CAME_HELD_OR_WENT, "custody.hold_started"))
"""A hold began before the act and had not ended."""
HELD_ON_DETAINER: Condition = any_of(
    all_of(ON_HOLD, eq(Field(LAST_HOLD, "basis"), "detainer")),
    # Another hold ended since: whether the one on a detainer still ran, nobody can tell.
    all_of(
        Exists(Prev(DETAINER_HOLD)),
        of_type(_CAME_HELD_OR_WENT, "custody.hold_ended"),
        one_of(_LAST_HOLD_END, "basis", "judicial_warrant", "other_agency"),
        Unknown("custody.hold_ended"),
    ),
)
STARTS_DETAINER_HOLD: Condition = all_of(
    of_type(THIS, "custody.hold_started"), eq(Field(THIS, "basis"), "detainer")
)
DEPARTS_TO_ICE: Condition = all_of(of_type(THIS, "custody.departed"), eq(Field(THIS, "destination"), "ice"))
IMMIGRATION_CUSTODY = (
    "detainer.issued",
    "warrant.served",
    "custody.hold_started",
    "custody.transferred_in_place",
    "custody.departed",
)
FOR_IMMIGRATION: Condition = any_of(
    of_type(THIS, "detainer.issued", "warrant.served", "custody.transferred_in_place"),
    STARTS_DETAINER_HOLD,
    DEPARTS_TO_ICE,
)
"""Of the acts `IMMIGRATION_CUSTODY`, those on immigration grounds."""


def at_every_act(background: str) -> tuple[str, ...]:
    """Examples, one for each immigration act, done before the stated background."""
    return tuple(f"0h {act} | {background}" for act in IMMIGRATION_ACTS)


def by_federal_officers(background: str) -> tuple[str, ...]:
    """Examples of an act that is no local officer's, before the stated background."""
    return tuple(f"0h interview.held actor_role={role} | {background}" for role in FEDERAL)
