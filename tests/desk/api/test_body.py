"""Bodies that are no JSON of one meaning: a JSON error with 4xx, and nothing is recorded."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from desk.api_calls import booking, token
from desk.county import County
from evenhand.desk.api.body import DEEPEST, BodyError, parsed
from evenhand.desk.places.models import Agency
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import EVERYTHING, within

CALLS = ["bookings", "charges", "releases", "acts", "exports"]


def _nested(levels: int) -> str:
    return "[" * levels + "]" * levels


BODIES: dict[str, tuple[bytes, int, str]] = {
    "900 levels": (_nested(900).encode(), 400, "levels deep"),
    "900 objects": (b'{"a":' * 900 + b"1" + b"}" * 900, 400, "levels deep"),
    "100,000 levels": (_nested(100_000).encode(), 400, "levels deep"),
    "an open end of levels": (b"[" * 100_000, 400, "levels deep"),
    "a name twice": (b'[{"number": "1", "number": "2"}]', 400, '"number" twice'),
    "a name twice, once escaped": (b'[{"number": "1", "n\\u0075mber": "2"}]', 400, '"number" twice'),
    "a name twice within": (b'[{"charges": [{"no": 1, "no": 1}]}]', 400, '"no" twice'),
    "a long name twice": (b'[{"' + b"x" * 9999 + b'":1,"' + b"x" * 9999 + b'":1}]', 400, "twice"),
    "half a surrogate as a name, twice": (b'[{"\\ud800":1,"\\ud800":1}]', 400, "twice"),
    "NaN": (b'[{"number": NaN}]', 400, "NaN is not JSON"),
    "Infinity": (b'[{"number": Infinity}]', 400, "Infinity is not JSON"),
    "minus Infinity": (b"[-Infinity]", 400, "-Infinity is not JSON"),
    "1e400": (b"[1e400]", 400, "out of range"),
    "5,000 digits": (b"[" + b"9" * 5000 + b"]", 400, "too long"),
    "bad UTF-8": (b'[{"number": "\xff\xfe"}]', 400, "not UTF-8"),
    "half a surrogate pair in UTF-8": (b'["\xed\xa0\x80"]', 400, "not UTF-8"),
    "an overlong slash": (b'["\xc0\xaf"]', 400, "not UTF-8"),
    "UTF-16": ("[]".encode("utf-16"), 400, "not UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf[]", 400, "not JSON"),
    "a half": (b'[{"number":', 400, "not JSON"),
    "two values": (b"[][]", 400, "not JSON"),
    "a comment": (b"[] // x", 400, "not JSON"),
    "U+0000": (b"\x00", 400, "not JSON"),
    "3 MB": (b'["' + b"x" * 3_000_000 + b'"]', 413, "larger than 2,621,440 bytes"),
}


def _post(client: Client, call: str, body: bytes, headers: dict[str, str], kind: str) -> Any:
    client.raise_request_exception = False
    return client.generic("POST", f"/api/v1/{call}", body, content_type=kind, headers=headers)


def _events() -> int:
    with within(EVERYTHING):
        return int(Occurrence.objects.count())


@pytest.mark.parametrize("call", CALLS)
def test_a_body_without_one_meaning_is_turned_away(county: County, client: Client, call: str) -> None:
    headers, before = token(county), _events()
    for name, (body, status, said) in BODIES.items():
        answer = _post(client, call, body, headers, "application/json")
        found = (answer.status_code, answer["Content-Type"])
        assert found == (status, "application/json; charset=utf-8"), (name, answer.content[:300])
        assert said in answer.json()["detail"], name
        assert len(answer.content) < 500
    assert _events() == before


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html", ""],
)
def test_another_content_type_is_415(county: County, client: Client, kind: str) -> None:
    body = json.dumps([booking(county)]).encode()
    answer = _post(client, "bookings", body, token(county), kind)
    assert answer.status_code == 415, answer.content
    assert "application/json" in answer.json()["detail"]


def test_a_stranger_is_answered_before_the_body_is_read(county: County, client: Client) -> None:
    for name in ("3 MB", "900 levels", "a name twice"):
        answer = _post(client, "bookings", BODIES[name][0], {}, "application/json")
        assert answer.status_code == 401, name


def test_the_reason_follows_the_language(county: County, client: Client) -> None:
    headers = token(county) | {"Accept-Language": "es"}
    answer = _post(client, "bookings", b"[NaN]", headers, "application/json")
    assert "no es JSON" in answer.json()["detail"]


def test_what_a_row_needs_is_read(county: County, client: Client) -> None:
    body = json.dumps([booking(county)]).encode()
    answer = _post(client, "bookings", body, token(county), "application/json; charset=utf-8")
    assert answer.json()["recorded"] == 1


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01", 1e300]
)
def test_a_moment_out_of_bounds_is_a_bad_call(county: County, client: Client, at: object) -> None:
    said = {"recipient": "court", "legal_ground": "court_order", "coordinated_at": at}
    body = json.dumps(said).encode()
    answer = _post(client, "exports", body, token(county), "application/json")
    assert answer.status_code == 422, answer.content
    assert "coordinated_at" in json.dumps(answer.json()["detail"])


def test_a_bad_act_is_a_bad_call(county: County, client: Client) -> None:
    with within(EVERYTHING):
        Agency.objects.filter(pk=county.ori).delete()
    body = json.dumps({"recipient": "court", "legal_ground": "court_order"}).encode()
    answer = _post(client, "exports", body, token(county), "application/json")
    assert answer.status_code == 422, answer.content
    assert answer.json()["detail"][0]["loc"] == ["body", "agency"]


def test_the_deepest_level_is_read_and_one_more_is_not() -> None:
    assert parsed(_nested(DEEPEST).encode()) is not None
    with pytest.raises(BodyError, match="levels deep"):
        parsed(_nested(DEEPEST + 1).encode())


def test_a_body_at_the_limit_is_answered(county: County, client: Client) -> None:
    """2.6 MB of the smallest rows, of which there are too many."""
    rows = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 4) // 3
    answer = _post(client, "bookings", b"[" + b"{}," * rows + b"{}]", token(county), "application/json")
    assert answer.status_code == 413
    assert "rows were sent" in answer.json()["detail"]
