"""State law decides only where its words were read; everything else says why it cannot be told."""

from datetime import date

import pytest

from evenhand.record.events import SubjectKind
from evenhand.rules.answer import Verdict
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import parse
from evenhand.rules.state_law import Holds, law_of, state_of, table

HELD_ON_A_WARRANT = (
    "-9d person.booked | -8d detainer.issued | -1h warrant.signed | 0h custody.release_due | "
    "0h custody.hold_started | 9h custody.departed | -400d agreement.took_effect"
)


def answer_for(ori: str, text: str = HELD_ON_A_WARRANT) -> tuple[Verdict, frozenset[str]]:
    """AUT-01 for an agency; its agreement is another agency's, so that only the state's law is left."""
    own = " | ".join(
        f"{part.strip()} agency={ori}" if not part.strip().startswith("-400d") else part
        for part in text.split("|")
    )
    example = parse(own, SubjectKind.BOOKING)
    found = judge(CATALOG["AUT-01"], example.history, example.context)
    return found.verdict, found.missing


@pytest.mark.parametrize(
    "ori", ["CA0010000", "IL0160000", "MA0130000", "MN0270000", "NY0010000", "OR0030000"]
)
def test_a_warrant_alone_is_no_authority_where_the_law_bars_holds(ori: str) -> None:
    assert answer_for(ori) == (Verdict.BROKEN, frozenset())


@pytest.mark.parametrize("ori", ["TX2270000", "IA0770000", "TN0190000"])
def test_holds_where_the_law_was_read_and_allows_or_requires_them(ori: str) -> None:
    assert answer_for(ori)[0] is Verdict.HOLDS


@pytest.mark.parametrize(
    ("ori", "why"),
    [
        ("FL0130000", "state law of FL: the source was not read"),
        ("AL0010000", "state law of AL: the law is unsettled"),
        ("WV0010000", "state law of WV: the day of the change is not known"),
        ("NB0550000", "state law of NE: the source was not read"),
        ("ZZ0000001", "state law: the agency's ORI names no state"),
        ("PR0010000", "state law: the agency's ORI names no state"),
    ],
)
def test_what_does_not_decide_is_named(ori: str, why: str) -> None:
    assert answer_for(ori) == (Verdict.CANNOT_TELL, frozenset({why}))


@pytest.mark.parametrize(
    ("ori", "days", "why"),
    [
        ("CA0010000", -5000, "state law of CA: no row for that day"),
        ("CA0010000", -3000, "state law of CA: the source was not read"),
        ("GA0600000", -390, "state law of GA: no row for that day"),
        (
            "CT0010000",
            -3000,
            "state law of CT: it depends on a felony conviction or another exception of the statute",
        ),
    ],
)
def test_gaps_and_earlier_rows_are_named(ori: str, days: int, why: str) -> None:
    text = (
        f"{days}d person.booked | {days}d detainer.issued | {days}d warrant.signed | "
        f"{days + 1}d custody.release_due | "
        f"{days + 1}d custody.hold_started | {days + 2}d custody.departed | -400d agreement.took_effect"
    )
    assert answer_for(ori, text) == (Verdict.CANNOT_TELL, frozenset({why}))


def test_an_agreement_decides_where_the_law_asks_for_one() -> None:
    assert answer_for("VA0290000")[0] is Verdict.BROKEN
    agreed = parse(
        " | ".join(f"{part.strip()} agency=VA0290000" for part in HELD_ON_A_WARRANT.split("|")),
        SubjectKind.BOOKING,
    )
    assert judge(CATALOG["AUT-01"], agreed.history, agreed.context).verdict is Verdict.HOLDS


def test_the_table_covers_each_state_in_order() -> None:
    states = [law.state for law in table()]
    assert len(set(states)) == 51
    assert all(law.source or law.holds is Holds.UNSETTLED for law in table())
    for law, following in zip(table(), table()[1:], strict=False):
        if law.state == following.state and law.last and following.first:
            assert law.last < following.first


def test_the_row_of_a_day() -> None:
    assert state_of("NB0550000") == "NE"
    found = law_of("NY0010000", date(2020, 1, 1))
    assert found is not None
    assert (found.holds, found.decides) == (Holds.BARRED, True)
    assert law_of("ZZ0000001", date(2020, 1, 1)) is None
    assert law_of("CA0010000", date(2010, 1, 1)) is None
