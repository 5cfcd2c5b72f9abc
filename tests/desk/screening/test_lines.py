"""Lines never crossed: what pages show, and by what lists are ordered and filtered."""

from typing import Any

import pytest
from django.test.signals import template_rendered

from desk.casework import INTERVIEW, Desk
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.acts import Booking, Charge, book
from evenhand.desk.bookings.models import Case
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole
from evenhand.record.events.booking import ChargeLevel

GROUPS = ("Zargothrian", "Quibbleperson")
ANSWERS = (INTERVIEW["stated_place_of_birth"], INTERVIEW["stated_citizenship"])
OFFICER = Role.DESIGNATED_OFFICER


@pytest.fixture
def subject(desk: Desk) -> str:
    """A case with distinct groups, interviewed with distinct answers, and stopped by no claim."""
    county = desk.county
    booking = Booking(
        county.ori,
        county.jail,
        "L-1",
        county.ago(minutes=50),
        "Doe, Sample",
        birth_date="1990-01-31",
        arresting_agency="Police",
        charges=(Charge("14-33", "13", ChargeLevel.FELONY),),
        race_ethnicity=GROUPS[0],
        sex=GROUPS[1],
    )
    with within(EVERYTHING):
        made = book(booking, county.actor(ActorRole.BOOKING_OFFICER))
    desk.screen(made)
    desk.interview(made)
    desk.check(made)
    desk.determine(made)
    return made


def _pages(subject: str, first_event: object) -> list[tuple[Role, str]]:
    case = f"/bookings/{subject}/"
    screening, supervision = f"/screening/{subject}/", f"/supervision/{subject}/"
    readers = (
        Role.BOOKING_OFFICER,
        OFFICER,
        Role.COORDINATOR,
        Role.FEDERAL_SUPERVISOR,
        Role.REVIEWER,
        Role.AUDITOR,
    )
    return [
        *(
            (role, path)
            for role in readers
            for path in ("/bookings/", "/screening/", case, f"{case}summary/")
        ),
        *((OFFICER, f"{screening}{path}") for path in ("close/", "again/", "check/", "claim/", "document/")),
        (OFFICER, f"{screening}determination/"),
        (Role.BOOKING_OFFICER, "/bookings/new/"),
        (Role.BOOKING_OFFICER, "/bookings/upload/"),
        (Role.BOOKING_OFFICER, f"{case}charge/"),
        (Role.BOOKING_OFFICER, f"{case}charge/1/disposition/"),
        (Role.BOOKING_OFFICER, f"{case}correct/{first_event}/"),
        (Role.FEDERAL_SUPERVISOR, "/supervision/"),
        (Role.FEDERAL_SUPERVISOR, f"{supervision}review/"),
        (Role.FEDERAL_SUPERVISOR, f"{supervision}claim/"),
        (Role.FEDERAL_SUPERVISOR, f"{supervision}document/"),
    ]


def _told(value: Any, depth: int = 0) -> str:
    """All that an object in a context could tell a template, some levels deep."""
    if depth > 4:
        return repr(value)
    if isinstance(value, dict):
        return " ".join(_told(v, depth + 1) for v in value.values())
    if isinstance(value, list | tuple | set):
        return " ".join(_told(v, depth + 1) for v in value)
    if hasattr(value, "__dict__") and type(value).__module__.startswith("evenhand"):
        return f"{value!r} {_told(vars(value), depth + 1)}"
    return repr(value)


def test_groups_and_answers_are_on_no_page_and_in_no_context(desk: Desk, subject: str) -> None:
    contexts: list[str] = []

    def keep(sender: object, template: object, context: Any, **_more: object) -> None:
        contexts.extend(
            _told(value)
            for layer in context.dicts
            for name, value in layer.items()
            if name not in ("request", "user", "perms", "csrf_token", "block", "True", "False", "None")
        )

    hidden = (*GROUPS, *ANSWERS)
    first = desk.events(subject)[0].id
    template_rendered.connect(keep)
    try:
        for role, path in _pages(subject, first):
            answer = desk.get(role, path)
            assert answer.status_code == 200, (role, path)
            assert not [word for word in hidden if word in answer.content.decode()], (role, path)
    finally:
        template_rendered.disconnect(keep)
    assert len(contexts) > 500
    assert not [(word, told[:200]) for word in hidden for told in contexts if word in told]


def test_the_interview_form_alone_holds_the_answers(desk: Desk, subject: str) -> None:
    for role in (OFFICER, Role.FEDERAL_SUPERVISOR, Role.REVIEWER, Role.AUDITOR):
        page = desk.get(role, f"/screening/{subject}/interview/").content.decode()
        assert all(answer in page for answer in ANSWERS)
        assert not any(group in page for group in GROUPS)
    for role in (Role.BOOKING_OFFICER, Role.COORDINATOR, Role.COMPLAINTS_OFFICER, Role.ADMINISTRATOR):
        assert desk.get(role, f"/screening/{subject}/interview/").status_code == 403


def test_no_read_table_holds_groups_or_answers(subject: str) -> None:
    from evenhand.desk.record.projection import READ_TABLES

    with within(EVERYTHING):
        for table in READ_TABLES:
            rows = repr(list(table.objects.values()))
            assert not [word for word in (*GROUPS, *ANSWERS) if word in rows], table


@pytest.mark.parametrize("path", ["/screening/", "/supervision/", "/bookings/"])
@pytest.mark.parametrize(
    "query",
    [
        {"order": "name"},
        {"sort": "-name"},
        {"ordering": "ncic"},
        {"name": "Zeta"},
        {"race_ethnicity": GROUPS[0]},
        {"stated_citizenship": ANSWERS[1]},
        {"stage__in": "closed"},
    ],
)
def test_no_list_is_ordered_or_filtered_by_person(desk: Desk, path: str, query: dict[str, str]) -> None:
    for number, name, minutes in (("1", "Zeta, A", 50), ("2", "Alpha, B", 40), ("3", "Mu, C", 30)):
        subject = desk.book(number, minutes, name=name)
        if path == "/supervision/":
            desk.county.act(
                "determination.made",
                subject,
                ActorRole.DESIGNATED_OFFICER,
                outcome="refer",
                grounds=("statement",),
            )

    def shown(**said: str) -> list[str]:
        role = Role.FEDERAL_SUPERVISOR
        page = desk.get(role, path, **said).content.decode()
        places = {n: page.find(f"{desk.county.ori}:{n}/") for n in "123"}
        assert min(places.values()) > 0
        return sorted(places, key=lambda n: places[n])

    assert shown(**query) == shown()


def test_the_worklist_offers_no_search_by_person(desk: Desk) -> None:
    page = desk.get(OFFICER, "/screening/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count("<select") + main.count("<input") == 1
    assert 'name="facility"' in main


def test_the_case_row_has_no_field_for_groups_or_answers() -> None:
    names = " ".join(field.name for field in Case._meta.get_fields())
    for word in ("race", "ethnic", "sex", "creed", "citizenship", "birth_place", "place_of_birth", "country"):
        assert word not in names
