"""Custody in Spanish: nothing on a page stays in English, and a paper is printed in either language."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from desk.county import County
from desk.custody.flow import Flow
from evenhand.desk.accounts.models import Role
from evenhand.desk.custody.offers import OFFERS

sys.path.append(str(Path(__file__).parents[3] / "scripts"))


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    import messages

    messages.compile_all()


def test_every_message_of_the_room_has_its_spanish() -> None:
    import messages

    assert [said for said in messages.missing() if said.startswith("custody/")] == []


def test_placeholders_are_kept() -> None:
    import messages

    marks = re.compile(r"%\(\w+\)\w+|\{\w\}")
    for message in messages.catalog(messages.DESK / "custody"):
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(set(marks.findall(s)) == set(marks.findall(ids[-1])) for s in said), message.id


def page(client: Client, url: str) -> Any:
    return client.get(url, headers={"accept-language": "es"}).content.decode()


@pytest.mark.usefixtures("clock")
def test_the_hold_clock_speaks_spanish(county: County, client: Client) -> None:
    flow = Flow(county, 90).screened(80).detained(78).held(60)
    client.force_login(county.account(Role.BOOKING_OFFICER))
    said = page(client, reverse("custody:clocks"))
    assert "venció hace 12 h 00 min" in said
    assert "Ponga a la persona en libertad ahora: el formulario no da más de 48 horas." in said
    case = page(client, reverse("bookings:case", args=[flow.subject]))
    assert "Registre lo que se hizo:" in case
    for offer in OFFERS:
        if Role.BOOKING_OFFICER in offer.roles:
            form = page(client, reverse(f"custody:{offer.view}", args=[flow.subject]))
            assert "<h1>" in form
            for english in ("Leave empty", "Choose one", "Was a copy", ">Record<"):
                assert english not in form


def test_a_paper_is_printed_in_either_language(county: County, client: Client) -> None:
    flow = Flow(county, 90).screened(80).detained(78)
    client.force_login(county.account(Role.DESIGNATED_OFFICER))
    url = reverse("custody:paper_detainer", args=[flow.subject])
    english = client.get(url).content.decode()
    assert "must be released" in english
    assert "Spanish" in english
    spanish = client.get(url, {"language": "es"}).content.decode()
    assert '<html lang="es">' in spanish
    assert "debe ser puesta en libertad" in spanish
    assert client.get(url, {"language": "../../x"}).status_code == 200
