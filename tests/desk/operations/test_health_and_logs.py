"""Health, metrics, and logs that name nobody."""

import io
import json
import logging

import pytest
from django.test import Client
from pytest_django import Settings

from desk.county import County, booked
from evenhand.desk.accounts.models import Role
from evenhand.desk.operations.logs import JsonFormatter


def test_alive_and_ready(client: Client, db: None) -> None:
    assert client.get("/healthz").content == b"ok"
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": True, "tables": True, "ledger": True})


def test_not_ready_without_its_tables(client: Client, db: None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'desk_bookings'")
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["tables"] is False


def test_metrics_are_for_the_operator(client: Client, db: None, settings: Settings) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "operator"
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 404
    client.get("/complain/")
    page = client.get("/metrics", headers={"Authorization": "Bearer operator"}).content.decode()
    assert 'desk_requests_total{method="GET",page="complaints:complain",status="200"}' in page


@pytest.fixture
def lines() -> "list[str]":
    """What the desk's logging writes while the test runs."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)

    class Lines(list[str]):
        def text(self) -> str:
            return stream.getvalue()

    try:
        yield Lines()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def test_logs_of_a_case_name_nobody(county: County, client: Client, lines: "list[str]") -> None:
    subject = booked(county, "B-SECRET-77")
    client.force_login(county.account(Role.DESIGNATED_OFFICER))
    client.get(f"/bookings/{subject}/")
    client.get(f"/bookings/{subject}-none/")
    client.post("/complain/follow/", {"code": "C-SECRET-2222"})
    client.post("/accounts/login/", {"login": "someone@secret.test", "password": "secret words"})
    said = lines.text()  # type: ignore[attr-defined]
    assert said
    for value in ("SECRET", "Doe", "Sample", "1990-01-01", "white", "female", "someone@", "secret words"):
        assert value not in said, value
    pages = {json.loads(line).get("page") for line in said.splitlines()}
    assert "complaints:follow" in pages


def test_an_error_is_logged_without_its_message() -> None:
    record = logging.LogRecord(
        "django.request", logging.ERROR, "x.py", 1, "Not Found: %s", ("/C-SECRET",), None
    )
    assert "SECRET" not in JsonFormatter().format(record)
    try:
        raise ValueError("Doe, Sample")
    except ValueError:
        import sys

        record = logging.LogRecord("evenhand.x", logging.ERROR, "x.py", 1, "failed", (), sys.exc_info())
    said = json.loads(JsonFormatter().format(record))
    assert said["error"] == "ValueError"
    assert "Doe" not in str(said)
