"""What a finding states: the deadline in force and the first one, and why the thing came late."""

from datetime import timedelta

import pytest

from evenhand.rules.answer import Breach
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import BASE, parse
from rules.engines import by_array, by_case

SET = "0h review.corrective_action_set due=30d"
PASSED = "0h custody.release_due | 0h custody.transferred_in_place"
EXTENDED = "20d review.extended due=20d reason=parts"


def breach(rule_id: str, text: str) -> Breach:
    """The one breach of a rule in an example, the same from both engines."""
    rule = CATALOG[rule_id]
    example = parse(text, rule.subject, subject="s")
    given = [rule], rule.subject, [example.history], example.context
    assert by_array(*given) == by_case(*given)
    (found,) = judge(rule, example.history, example.context).breaches
    return found


@pytest.mark.parametrize(
    ("text", "due", "first", "late"),
    [
        (f"{SET} | 31d review.done", 30, None, 1),
        (f"{SET} | {EXTENDED} | 43d review.done", 40, 30, 3),
        (f"{SET} | {EXTENDED} | 35d review.extended due=30d reason=staff | 66d review.done", 65, 30, 1),
        # An extension without a reason, and one that shortens, move nothing.
        (f"{SET} | 20d review.extended due=20d | 40d review.done", 30, None, 10),
        (f"{SET} | 5d review.extended due=5d reason=parts | 31d review.done", 30, None, 1),
    ],
)
def test_the_due_date_in_force_is_stated(text: str, due: int, first: int | None, late: int) -> None:
    found = breach("REV-03", text)
    assert found.deadline == BASE + timedelta(days=due)
    assert found.first_deadline == (None if first is None else BASE + timedelta(days=first))
    assert found.missed_by == timedelta(days=late)


def test_what_was_never_done_is_open_since_the_date_in_force() -> None:
    found = breach("REV-03", f"{SET} | {EXTENDED} | until 50d")
    assert (found.still_open, found.missed_by) == (True, timedelta(days=10))


@pytest.mark.parametrize(
    ("rule_id", "text", "reason"),
    [
        (
            "HLD-02",
            f"{PASSED} | 49h custody.departed reason=snow",
            "snow",
        ),
        ("HLD-02", f"{PASSED} | 49h custody.departed", None),
        ("HLD-02", PASSED, None),
        ("HLD-06", "0h custody.release_due | 7h custody.released reason=snow", "snow"),
        ("HLD-06", "0h custody.release_due | 7h custody.departed reason=snow", "snow"),
        ("UNI-01", "0h person.booked | 2h screening.opened reason=snow", None),
    ],
)
def test_the_reason_stated_for_a_delay_is_told(rule_id: str, text: str, reason: str | None) -> None:
    assert breach(rule_id, text).stated_reason == reason
