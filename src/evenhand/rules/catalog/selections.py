"""Selections that several groups of rules share."""

from evenhand.rules.algebra import THIS, Condition, First, Next, Not, Prev, sel
from evenhand.rules.patterns import FEDERAL, by_federal_officer

IMMIGRATION_ACTS = (
    "interview.held",
    "record_check.done",
    "determination.made",
    "detainer.issued",
    "warrant.served",
    "charging_document.prepared",
)
"""Acts that only a designated officer or a federal officer may do (8 U.S.C. 1357(g)(1))."""

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


def at_every_act(background: str) -> tuple[str, ...]:
    """Examples, one for each immigration act, done before the stated background."""
    return tuple(f"0h {act} | {background}" for act in IMMIGRATION_ACTS)


def by_federal_officers(background: str) -> tuple[str, ...]:
    """Examples of an act that is no local officer's, before the stated background."""
    return tuple(f"0h interview.held actor_role={role} | {background}" for role in FEDERAL)
