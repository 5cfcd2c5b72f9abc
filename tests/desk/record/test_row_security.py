"""On PostgreSQL the server itself keeps agencies apart, whatever a query says."""

import pytest
from django.db import connection

from desk.county import County, booked
from evenhand.desk.record.projection import READ_TABLES
from evenhand.desk.record.scope import EVERYTHING, NOTHING, Scope, within

ROLE = "evenhand_desk_test"


@pytest.fixture
def plain_role(county: County) -> None:
    """The tests' own role is a superuser, who is above every policy: they step down to a plain one."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no row-level security")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"SET LOCAL ROLE {ROLE}")


def _counts() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for model in READ_TABLES:
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
            found[model._meta.db_table] = int(cursor.fetchone()[0])
    return found


def test_raw_queries_see_the_scope_alone(county: County, other_county: County, plain_role: None) -> None:
    booked(county)
    booked(other_county)
    with within(EVERYTHING):
        everything = _counts()
    with within(Scope(frozenset({county.ori}))):
        own = _counts()
    with within(NOTHING):
        nothing = _counts()
    assert everything["desk_bookings_case"] == 2
    assert own["desk_bookings_case"] == 1
    assert set(nothing.values()) == {0}
    assert everything["desk_record_occurrence"] > own["desk_record_occurrence"] > 0


def test_no_row_is_written_outside_the_scope(county: County, other_county: County, plain_role: None) -> None:
    from django.db import DatabaseError, transaction

    subject = booked(county)
    with within(Scope(frozenset({other_county.ori}))), connection.cursor() as cursor:
        cursor.execute("UPDATE desk_bookings_case SET zone = 'x' WHERE subject = %s", [subject])
        assert cursor.rowcount == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(
                "INSERT INTO desk_record_occurrence SELECT 999999, gen_random_uuid(), kind, subject, type, "
                "occurred_at, recorded_at, actor, agency FROM (VALUES ('booking', 'x', 'x', now(), now(), 'x', %s)) "
                "AS v(kind, subject, type, occurred_at, recorded_at, actor, agency)",
                [county.ori],
            )


@pytest.mark.django_db
def test_every_read_table_has_the_policy() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no row-level security")
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        secured = {row[0] for row in cursor.fetchall()}
    assert {model._meta.db_table for model in READ_TABLES} <= secured


def test_the_scope_before_is_back_after_a_broken_transaction(county: County, plain_role: None) -> None:
    from django.db import DatabaseError, transaction

    booked(county)
    own = Scope(frozenset({county.ori}))
    with within(own):
        before = _counts()
        with pytest.raises(DatabaseError), transaction.atomic(), within(EVERYTHING), connection.cursor() as c:
            c.execute("SELECT 1 FROM no_such_table")
        assert _counts() == before
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('evenhand.agencies')")
            assert cursor.fetchone() == (county.ori,)
