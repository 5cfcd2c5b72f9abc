"""A desk whose ledger has format 1 says what to run, and goes on after it with nothing lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as desk_settings
from django.db import connection
from pytest_django import Settings

from desk.casework import Desk, complain
from desk.county import County
from evenhand.desk.operations.backup import BackupError, backup
from evenhand.desk.operations.ledger_format import TABLES, migrate_ledger
from evenhand.desk.operations.verify import verify
from evenhand.desk.record.integrity import check_ledger
from evenhand.desk.record.ledger import store
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.store import Row
from evenhand.record.ledger.tiles import TileFolder

ORIGIN = "evenhand.test/desk/2"
CREATE = {
    "ledger_origin": "one integer, origin text, format integer",
    "ledger_entry": "seq bigint PRIMARY KEY, id {blob}, leaf {blob}",
    "ledger_opening": "seq bigint PRIMARY KEY, personal {blob}, salt {blob}",
    "ledger_erasure": "seq bigint PRIMARY KEY, erased_by bigint",
    "ledger_checkpoint": "number bigint PRIMARY KEY, size bigint, note {blob}",
}
FUNCTIONS = {
    "sqlite": (),
    "postgresql": (
        "refuse",
        "next",
        "order",
        "unerased",
        "grows",
        "case_order",
        "case_unerased",
        "erased_once",
    ),
}


def _run(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


def _as_format_1() -> list[Row]:
    """Put the desk's ledger into the tables of format 1, whose leaf was what the case part is now."""
    rows = [row for some in store().rows() for row in some]
    for table in ("ledger_case", *reversed(TABLES)):
        _run(f"DROP TABLE {table} CASCADE" if connection.vendor == "postgresql" else f"DROP TABLE {table}")
    for name in FUNCTIONS[connection.vendor]:
        _run(f"DROP FUNCTION ledger_{name}() CASCADE")
    blob = "bytea" if connection.vendor == "postgresql" else "blob"
    for table, columns in CREATE.items():
        _run(f"CREATE TABLE {table} ({columns.format(blob=blob)})")
    for name in ("refuse", "next", "order", "unerased", "grows") if connection.vendor == "postgresql" else ():
        _run(f"CREATE FUNCTION ledger_{name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    _run("INSERT INTO ledger_origin VALUES (1, %s, 1)", "evenhand.test/desk")
    for row in rows:
        assert row.case is not None
        _run("INSERT INTO ledger_entry VALUES (%s, %s, %s)", row.number, row.id, row.case.part)
        if row.personal is not None:
            _run("INSERT INTO ledger_opening VALUES (%s, %s, %s)", row.number, *row.personal)
    return rows


@pytest.fixture
def before(desk: Desk, county: County, settings: Settings, tmp_path: Path) -> list[Row]:
    """The rows of a desk's ledger, which now has format 1."""
    settings.ENVIRONMENT = desk_settings.ENVIRONMENT.model_copy(update={"folder": tmp_path})
    (tmp_path / "public").mkdir()
    desk.screen(desk.book())
    complain(county)
    return _as_format_1()


def test_the_old_format_is_refused_by_name(before: list[Row], tmp_path: Path) -> None:
    with within(EVERYTHING):
        with pytest.raises(LedgerError, match="evenhand desk migrate-ledger"):
            check_ledger()
        with pytest.raises(BackupError, match="evenhand desk migrate-ledger"):
            backup(tmp_path / "backup")


def test_nothing_is_lost(before: list[Row], desk: Desk, tmp_path: Path) -> None:
    continued = migrate_ledger(ORIGIN)
    assert (continued.origin, continued.size) == ("evenhand.test/desk", len(before))
    with within(EVERYTHING):
        after = [row for some in store().rows() for row in some]
        assert [row.case.part for row in after[1:] if row.case] == [
            row.case.part for row in before if row.case
        ]
        assert [row.personal for row in after[1:]] == [row.personal for row in before]
        assert list(verify()) == []
    first = json.loads(next(TileFolder(tmp_path / "public", len(after)).leaves()))
    assert (first["type"], first["size"]) == ("ledger.continued", len(before))
    assert (tmp_path / "public-format1").is_dir()
    desk.book("B-2")
    assert store().size() > len(after)
    with pytest.raises(LedgerError):
        migrate_ledger("evenhand.test/desk/3")


def test_a_failure_changes_nothing(before: list[Row], tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="a name of its own"):
        migrate_ledger("evenhand.test/desk")
    assert _run("SELECT format FROM ledger_origin") == [(1,)]
    assert (tmp_path / "public").is_dir()
