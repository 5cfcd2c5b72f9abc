"""A refusal at each guard, in the browser, in both languages; a second person lets a warning pass, or does not."""

from collections import Counter

import pytest
from django.utils import translation
from playwright.sync_api import Page, expect

from desk.browser.attempts import ATTEMPTS, NO_PAGE, Attempt
from desk.browser.axe import LANGUAGES, SCHEMES, faults
from desk.browser.conftest import SignIn
from desk.browser.seat import Seat
from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.record.guard import rules_about
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.remedies import REMEDIES
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.refusal.models import Waiting
from evenhand.record.events import EVENT_TYPES
from evenhand.rules.catalog import CATALOG
from evenhand.rules.rule import Severity, Use

GUARDS = {rule.id for name in EVENT_TYPES for rule in rules_about(name)}
WARNINGS = {rule for rule in GUARDS if set(CATALOG[rule].severities) != {Severity.VIOLATION}}
"""Rules of which a breach may be a warning, under some terms of the agreement at least."""
FIRST = {rule.partition("-")[0]: rule for rule in reversed(ATTEMPTS)}.values()
"""Of each family of rules the first, outside the trials."""
EACH = [pytest.param(rule, marks=[] if rule in FIRST else [pytest.mark.trial]) for rule in ATTEMPTS]


@pytest.fixture
def seat(page: Page, county: County, sign_in: SignIn) -> Seat:
    return Seat(page, county, sign_in)


def recorded() -> Counter[str]:
    """How many events of each type are in the ledger, without the views of pages."""
    with within(EVERYTHING):
        types = Occurrence.objects.exclude(type="access.viewed").values_list("type", flat=True)
        return Counter(types)


def refused(seat: Seat, attempt: Attempt, language: str = "en") -> list[str]:
    """Try it, and see that it was refused and nothing else was recorded; the rules that the page names."""
    seat.sit(attempt.role)
    seat.page.goto(attempt.path)
    if language != "en":
        seat.page.locator(f'button[name="language"][value="{language}"]').click()
    before = recorded()
    with seat.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        seat.enter(**attempt.said)
    assert answer.value.status == 409, seat.text
    rules = seat.page.locator("main h2").all_inner_texts()
    blocking = [rule for rule in rules if CATALOG[rule].use is Use.BLOCKS]
    assert recorded() - before == Counter({"guard.refused": len(blocking)})
    return rules


def test_every_guard_has_its_attempt() -> None:
    """A new guard needs an attempt by a page, or the reason why there is none."""
    assert {rule.id for rule in CATALOG.values() if rule.guard} == GUARDS
    assert ATTEMPTS.keys() | NO_PAGE.keys() == GUARDS
    assert not ATTEMPTS.keys() & NO_PAGE.keys()


@pytest.mark.parametrize("rule", NO_PAGE)
def test_no_page_runs_into(county: County, rule: str) -> None:
    assert NO_PAGE[rule].holds(county), f"not so any more: {NO_PAGE[rule].why}"


@pytest.mark.trial
@pytest.mark.parametrize("rule", EACH)
def test_a_refusal_at_each_guard(seat: Seat, rule: str) -> None:
    """The page in one of the languages: rule, sentence, sources, remedy, and whether anyone may allow the act."""
    place = list(ATTEMPTS).index(rule)
    language, scheme = LANGUAGES[place % 2], SCHEMES[place // 2 % 2]
    rules = refused(seat, ATTEMPTS[rule](seat.county), language)
    assert rule in rules
    with translation.override(language):
        sentence = translation.gettext(CATALOG[rule].sentence)
        remedy, alone = str(REMEDIES[rule]), translation.gettext("No one can override this.")
    alert = seat.page.locator(".usa-alert", has=seat.page.get_by_role("heading", name=rule, exact=True))
    said = alert.inner_text()
    assert sentence in said
    assert remedy in said
    assert all(str(citation) in said for citation in CATALOG[rule].citations)
    blocking = {one for one in rules if CATALOG[one].use is Use.BLOCKS}
    ask = seat.page.locator('main a[href="/second-person/ask/"]').count() == 1
    confirm = seat.page.locator('main form[action="/warnings/confirm/"]').count() == 1
    assert confirm == (not blocking)
    assert not ask or blocking <= WARNINGS
    assert (alone in seat.text) == (not ask and not confirm)
    assert faults(seat.page, scheme, 320 if place % 3 else 1024) == []


@pytest.mark.parametrize(
    ("rule", "event", "second"),
    [
        ("AUT-01", "custody.hold_started", Role.COORDINATOR),
        ("SUP-02", "warrant.served", Role.FEDERAL_SUPERVISOR),
        ("OFF-13", "officer.revoked", Role.COORDINATOR),
    ],
)
def test_a_second_person_lets_it_pass(seat: Seat, rule: str, event: str, second: Role) -> None:
    assert refused(seat, ATTEMPTS[rule](seat.county)) == [rule]
    before = recorded()
    seat.follow("Ask a second person").send("Ask", reason="The other jail is full.")
    assert "A second person is asked." in seat.text
    assert recorded() - before == Counter()
    before = recorded()
    seat.sit(second).open("/second-person/")
    assert "The other jail is full." in seat.text
    seat.send("Allow the act")
    expect(seat.page.get_by_role("status")).to_contain_text("The act is recorded")
    assert recorded() - before == Counter({event: 1, "guard.overridden": 1})
    assert "Nothing waits." in seat.text
    assert seat.found == {}


def test_a_warning_is_saved_anyway(seat: Seat) -> None:
    assert refused(seat, ATTEMPTS["LAN-06"](seat.county)) == ["LAN-06"]
    before = recorded()
    seat.send("Save anyway")
    assert recorded() - before == Counter({"interview.held": 1, "guard.warned": 1})
    assert seat.found == {}


def test_a_second_person_does_not_let_it_pass(seat: Seat) -> None:
    refused(seat, ATTEMPTS["AUT-01"](seat.county))
    before = recorded()
    seat.follow("Ask a second person").send("Ask", reason="The court has the warrant.")
    seat.sit(Role.COORDINATOR).open("/second-person/")
    seat.send("Refuse the act", reason="Release the person.")
    expect(seat.page.get_by_role("status")).to_contain_text("The act was not let pass.")
    assert recorded() - before == Counter({"guard.refused": 1})
    with within(EVERYTHING):
        assert not Waiting.objects.exists()
    assert seat.found == {}
