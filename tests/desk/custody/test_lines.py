"""Lines never crossed: what pages of custody show, and by what lists are ordered and narrowed."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from desk.county import County
from desk.custody.flow import BOOKING, FEDERAL, INTERVIEW, SERVE, SIGNER, Flow
from desk.custody.test_acts import TO_ICE
from evenhand.desk.accounts.models import Role
from evenhand.desk.custody.filters import DetainerFilter, FacilityFilter
from evenhand.desk.custody.offers import OFFERS
from evenhand.desk.custody.papers import PAPERS
from evenhand.desk.record.scope import EVERYTHING, within

GROUPS = ("white", "female")
ANSWERS = (INTERVIEW["stated_place_of_birth"], INTERVIEW["stated_citizenship"])
COUNTRY = ("Jamaica", "JM")
LISTS = ("clocks", "detainers", "releases")


@pytest.fixture
def flow(county: County) -> Flow:
    """A case with everything on it that must not be shown, up to the departure."""
    made = Flow(county, 40).screened(30).detained(28).held(20)
    made.do("serve_warrant", **SERVE, at=19)
    made.do("advise_consulate", country="JM", asked=False, at=18)
    made.do("notify_consulate", country="JM", at=17)
    return made


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


def _read(client: Client, path: str) -> tuple[int, str]:
    """A page's status, and all that it shows or could show."""
    told: list[str] = []

    def keep(sender: object, template: object, context: Any, **_more: object) -> None:
        told.extend(
            _told(value)
            for layer in context.dicts
            for name, value in layer.items()
            if name not in ("request", "user", "csrf_token", "block", "True", "False", "None")
        )

    template_rendered.connect(keep)
    try:
        answer = client.get(path)
    finally:
        template_rendered.disconnect(keep)
    return answer.status_code, " ".join([answer.content.decode(), *told])


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATOR])
def test_groups_answers_and_country_are_on_no_page_and_in_no_context(
    county: County, flow: Flow, role: Role, client: Client
) -> None:
    client.force_login(county.account(role))
    paths = [reverse(f"custody:{name}") for name in LISTS]
    paths += [reverse("bookings:case", args=[flow.subject]), "/"]
    paths += [reverse(f"custody:{o.view}", args=[flow.subject]) for o in OFFERS if role in o.roles]
    seen = 0
    for path in paths:
        status, told = _read(client, path)
        seen += status == 200
        form_of_country = "/consulate-" in path
        hidden = (*GROUPS, *ANSWERS, *(() if form_of_country else COUNTRY))
        # "white-space" and the like are no value of a person.
        assert not [
            word for word in hidden if f" {word} " in told or f">{word}<" in told or f"'{word}'" in told
        ]
    assert seen >= (1 if role is Role.COMPLAINTS_OFFICER else 5)


def test_papers_show_no_group_answer_or_country(county: County, flow: Flow, client: Client) -> None:
    flow.do("depart", by=BOOKING, at=1, **TO_ICE)
    client.force_login(county.account(Role.BOOKING_OFFICER))
    for paper in PAPERS:
        if paper.ready(flow.case()):
            status, told = _read(client, reverse(paper.url_name, args=[flow.subject]))
            assert status == 200
            assert not [w for w in (*GROUPS, *ANSWERS, *COUNTRY) if f">{w}<" in told or f"'{w}'" in told]


def test_lists_are_narrowed_by_facility_and_work_alone() -> None:
    assert set(FacilityFilter.base_fields) == {"facility"}
    assert set(DetainerFilter.base_fields) == {"facility", "state"}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_asks_the_database_for_anything_of_the_person(
    county: County, flow: Flow, name: str, client: Client
) -> None:
    client.force_login(county.account(Role.BOOKING_OFFICER))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(reverse(f"custody:{name}"), {"name": "Doe", "order": "name", "q": "Doe"})
    for query in asked.captured_queries:
        tail = query["sql"].partition(" WHERE ")[2]
        assert '"name"' not in re.sub(r'"desk_places_(facility|agency)"."name"', "", tail)
        assert '"birth_date"' not in tail


def test_two_persons_differ_in_the_list_by_their_clocks_alone(county: County, client: Client) -> None:
    """The same case under another number, booked later: its place follows from its clock."""
    Flow(county, 60, "B-1").do("release_due", "bond", by=BOOKING, at=1)
    Flow(county, 50, "B-2").do("release_due", "bond", by=BOOKING, at=2)
    client.force_login(county.account(Role.BOOKING_OFFICER))
    said = client.get(reverse("custody:clocks")).content.decode()
    assert said.index("B-2") < said.index("B-1")


def test_the_signature_of_a_warrant_is_federal(county: County) -> None:
    flow = Flow(county, 9)
    flow.do("sign_warrant", "I-205", signer_position=SIGNER, by=FEDERAL)
    with within(EVERYTHING):
        assert flow.case().warrant_form == "I-205"


def test_the_country_stands_on_the_notice_to_the_consulate_alone(
    county: County, flow: Flow, client: Client
) -> None:
    client.force_login(county.account(Role.DESIGNATED_OFFICER))
    url = reverse("custody:consulate_notified", args=[flow.subject])
    assert '<option value="JM" selected>' in client.get(url).content.decode()
