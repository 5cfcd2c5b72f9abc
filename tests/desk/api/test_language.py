"""The API answers in the caller's language: what the desk says and what Pydantic found."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pydantic import BaseModel, ValidationError

from desk.api_calls import act, booking, post, token
from desk.county import County
from evenhand.desk.api.acts import ActIn
from evenhand.desk.api.bookings import BookingIn, ChargeRow, ReleaseIn
from evenhand.desk.api.models import Grant
from evenhand.desk.record.wrong import SENTENCES, what_is_wrong
from evenhand.record.events import EVENT_TYPES

SPANISH = {"accept-language": "es"}
HOSTILE: list[Any] = [
    *(None, "", "x" * 3000, 0, -1, 10**30, 1.5, float("nan"), True, [], {}, ["x"], [None], [1] * 300),
    *("2026-01-01", "2026-01-01T00:00", "2026-13-01T00:00Z", "99999-01-01", "nan", "a\nb", "1" * 5000),
]


@pytest.mark.parametrize("kind", [*EVENT_TYPES.values(), BookingIn, ChargeRow, ReleaseIn, ActIn])
def test_no_error_of_a_row_or_an_act_is_without_a_sentence(kind: type[BaseModel]) -> None:
    """Each kind of error that wrong values bring about has its sentence, filled in, in Spanish too."""
    for value in HOSTILE:
        for said in (dict.fromkeys(kind.model_fields, value) | {"unknown": value}, value):
            with pytest.raises(ValidationError) as raised:
                kind.model_validate(said)
            for error in raised.value.errors():
                assert error["type"] in SENTENCES
                english = what_is_wrong(error)
                with translation.override("es"):
                    spanish = what_is_wrong(error)
                assert english != spanish
                assert "%(" not in english + spanish


def test_an_error_without_a_sentence_is_said_in_english() -> None:
    assert what_is_wrong({"type": "url_scheme", "msg": "as it came"}) == "as it came"


def test_a_bad_row_is_explained_in_the_language_asked_for(county: County, client: Client) -> None:
    rows = [
        booking(county) | {"booked_at": "yesterday"},
        booking(county, "26-2", charges=[{"ncic_class": "133"}]),
        booking(county, "26-3", facility="nowhere"),
        booking(county, "26-4", name="a\x00b"),
    ]
    headers = token(county)
    english = post(client, "bookings", rows, headers).json()["results"]
    spanish = post(client, "bookings", rows, headers | SPANISH).json()["results"]
    assert english[0]["wrong"][0]["what"].startswith("it is no moment")
    assert spanish[0]["wrong"][0]["what"].startswith("no es un momento")
    assert {w["field"]: w["what"] for w in spanish[1]["wrong"]} == {
        "charges.0.statute": "falta",
        "charges.0.ncic_class": r"no tiene la forma ^(\d{2})?$",
    }
    for one, other in zip(english, spanish, strict=True):
        for said, also_said in zip(one["wrong"], other["wrong"], strict=True):
            assert (said["field"], said["value"]) == (also_said["field"], also_said["value"])
            assert said["what"] != also_said["what"]
            assert said["remedy"] != also_said["remedy"]


def test_a_refusal_and_a_call_turned_away_are_in_that_language(county: County, client: Client) -> None:
    said = act(county, "detainer.issued", {"form_version": "2017", "ground": "biometric_match"})
    headers = token(county) | SPANISH
    unknown = post(client, "acts", [said], headers).json()["results"][0]
    assert unknown["wrong"][0]["what"].startswith("esta agencia no tiene ese caso")
    post(client, "bookings", [booking(county)], headers)
    refused = post(client, "acts", [said], headers).json()["results"][0]
    assert refused["status"] == "refused"
    assert all(against["sentence"] != "" for against in refused["refusals"])
    english = post(client, "acts", [said], token(county)).json()["results"][0]
    for one, other in zip(english["refusals"], refused["refusals"], strict=True):
        assert one["sentence"] != other["sentence"]
        assert one["remedy"] != other["remedy"]
    away = post(client, "bookings", [], token(county, Grant.FINDINGS) | SPANISH)
    assert (away.status_code, away.json()["detail"][:19]) == (403, "este token no puede")
    bad = client.get("/api/v1/findings?after=x", headers=headers)
    assert (bad.status_code, bad.json()["detail"][0]["msg"]) == (422, "no es un número entero")
