"""A rule that an earlier act broke is answered again at each new act: the desk asks it before every one."""

import pytest

from evenhand.record.events import SubjectKind
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import parse

CLAIM = "0h citizenship.claimed"
RETURNED = "0h determination.made | 1h determination.reviewed outcome=return"
AGAIN = "0h determination.made | 1h determination.reviewed | 2h determination.made"
CITIZEN = "0h citizenship.resolved outcome=citizen"
CUSTODY = (
    "detainer.issued",
    "warrant.served",
    "custody.hold_started",
    "custody.transferred_in_place",
    "custody.departed",
)
BY_OFFICER = (
    "detainer.issued",
    "warrant.served",
    "charging_document.prepared",
    "custody.transferred_in_place",
    "custody.departed",
)


@pytest.mark.parametrize(
    ("rule", "past", "act"),
    [
        *((rule, CLAIM, act) for rule in ("CIT-02", "CIT-05") for act in CUSTODY),
        *(("CIT-04", CITIZEN, act) for act in (*CUSTODY, "charging_document.prepared")),
        *(("SUP-05", RETURNED, act) for act in BY_OFFICER),
        *(("SUP-02", past, act) for past in (RETURNED, AGAIN) for act in BY_OFFICER[1:2] + BY_OFFICER[3:]),
    ],
)
def test_each_new_act_is_a_breach_of_its_own(rule: str, past: str, act: str) -> None:
    earlier = f"{past} | 3h warrant.served | 4h custody.transferred_in_place"
    example = parse(f"{earlier} | 9h {act}", SubjectKind.BOOKING)
    broken = {breach.activation for breach in judge(CATALOG[rule], example.history, example.context).breaches}
    assert example.history[-1]["id"] in broken


@pytest.mark.parametrize("rule", ["CIT-02", "CIT-05"])
def test_a_hold_that_runs_has_an_hour_from_the_claim(rule: str) -> None:
    held = "-2h custody.release_due | -2h custody.hold_started | 0h citizenship.claimed"
    open_ = parse(f"{held} | until 1h", SubjectKind.BOOKING)
    late = parse(f"{held} | until 59m59s", SubjectKind.BOOKING)
    assert judge(CATALOG[rule], open_.history, open_.context).breaches[0].deadline is not None
    assert not judge(CATALOG[rule], late.history, late.context).breaches
