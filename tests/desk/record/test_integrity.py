"""What an owner of the database alters in the ledger is found by every reader, with the number of the leaf."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.conf import settings as desk_settings
from django.db import connection
from pytest_django import Settings

from desk.casework import Desk, complain
from desk.county import County
from evenhand.desk.command import verify_command
from evenhand.desk.operations.backup import BackupError, backup
from evenhand.desk.operations.checkpoint import checkpoint
from evenhand.desk.operations.verify import verify
from evenhand.desk.record import history, leaves
from evenhand.desk.record.export import export
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import ErasedPart
from evenhand.record.ledger.errors import VerificationError
from evenhand.record.ledger.leaf import commitment, new_salt, public_leaf
from evenhand.record.ledger.ledger import Order, case_of

Attack = Callable[["Owner"], int]


class Owner:
    """The database's owner, with every guard off. `interview` and `complaint` are numbers of leaves."""

    def __init__(self, interview: int, complaint: int) -> None:
        self.interview, self.complaint = interview, complaint
        if connection.vendor == "postgresql":
            self.run("SET LOCAL session_replication_role = replica")
        else:
            for (name,) in self.run("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
                self.run(f"DROP TRIGGER {name}")

    def run(self, statement: str, *values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return [] if cursor.description is None else cursor.fetchall()

    def part(self, table: str, column: str, seq: int) -> bytes:
        return bytes(self.run(f"SELECT {column} FROM {table} WHERE seq = %s", seq)[0][0])

    def set(self, table: str, column: str, value: bytes, seq: int) -> None:
        self.run(f"UPDATE {table} SET {column} = %s WHERE seq = %s", value, seq)


def change_an_answer(owner: Owner) -> int:
    case = owner.part("ledger_case", "part", owner.interview)
    changed = re.sub(rb'"language":"[^"]*"', b'"language":"xx"', case)
    assert changed != case
    owner.set("ledger_case", "part", changed, owner.interview)
    return owner.interview


def change_a_text(owner: Owner) -> int:
    personal = owner.part("ledger_opening", "personal", owner.complaint)
    changed = re.sub(rb'"text":"[^"]*"', b'"text":"nothing"', personal)
    assert changed != personal
    owner.set("ledger_opening", "personal", changed, owner.complaint)
    return owner.complaint


def delete_a_text(owner: Owner) -> int:
    owner.run("DELETE FROM ledger_opening WHERE seq = %s", owner.complaint)
    return owner.complaint


def delete_a_case_part(owner: Owner) -> int:
    owner.run("DELETE FROM ledger_case WHERE seq = %s", owner.interview)
    return owner.interview


def swap_two_case_parts(owner: Owner) -> int:
    one, two = owner.interview, owner.complaint
    for column in ("part", "salt"):
        first, second = (owner.part("ledger_case", column, seq) for seq in (one, two))
        owner.set("ledger_case", column, second, one)
        owner.set("ledger_case", column, first, two)
    return min(one, two)


def replace_a_salt(owner: Owner) -> int:
    owner.set("ledger_case", "salt", new_salt(), owner.interview)
    return owner.interview


def replace_a_salt_of_a_text(owner: Owner) -> int:
    owner.set("ledger_opening", "salt", new_salt(), owner.complaint)
    return owner.complaint


ATTACKS: list[Attack] = [
    change_an_answer,
    change_a_text,
    delete_a_text,
    delete_a_case_part,
    swap_two_case_parts,
    replace_a_salt,
    replace_a_salt_of_a_text,
]


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """The desk's folder, for this test alone."""
    settings.ENVIRONMENT = desk_settings.ENVIRONMENT.model_copy(update={"folder": tmp_path})
    return tmp_path


@pytest.fixture
def owner(desk: Desk, county: County, folder: Path) -> Owner:
    """A desk with an interview and a complaint under a checkpoint, and the owner of its database."""
    subject = desk.book()
    desk.screen(subject)
    desk.interview(subject)
    complain(county)
    with within(EVERYTHING):
        checkpoint()
    return Owner(_seq("interview.held"), _seq("complaint.received"))


def _seq(event_type: str) -> int:
    with within(EVERYTHING):
        return Occurrence.objects.filter(type=event_type).latest("seq").seq


def test_a_desk_that_nobody_altered_is_whole(owner: Owner, tmp_path: Path) -> None:
    with within(EVERYTHING):
        assert list(verify()) == []
        assert rebuild().differences == ()
        checkpoint()
        export(tmp_path / "record")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_every_reader_finds_what_was_altered(owner: Owner, tmp_path: Path, attack: Attack) -> None:
    number = attack(owner)
    with within(EVERYTHING):
        readers: list[Callable[[], object]] = [
            lambda: leaves.at([number]),
            lambda: _read(number),
            rebuild,
            checkpoint,
            lambda: export(tmp_path / "record"),
        ]
        for read in readers:
            with pytest.raises(VerificationError, match=f"leaf {number} of the store"):
                read()
        with pytest.raises(BackupError, match=f"leaf {number} of the store"):
            backup(tmp_path / "backup")
        assert not (tmp_path / "backup").exists()
        assert any(f"leaf {number} of the store: " in fault for fault in verify())


def _read(number: int) -> None:
    row = Occurrence.objects.get(seq=number)
    history.load(history.Subject(row.agency, SubjectKind(row.kind), row.subject))


def test_a_leaf_that_was_made_to_fit_an_altered_part_is_not_the_published_one(owner: Owner) -> None:
    """Leaf, case part and salt fit each other; the tiles do not fit them."""
    number = owner.interview
    with within(EVERYTHING):
        case, salt = case_of(ledger().row(number)), new_salt()
        assert case is not None
        part = owner.part("ledger_case", "part", number).replace(b'"language":"', b'"language":"x')
        owner.set("ledger_case", "part", part, number)
        owner.set("ledger_case", "salt", salt, number)
        owner.set("ledger_entry", "leaf", public_leaf(case, commitment(salt, part)), number)
        with pytest.raises(VerificationError, match="not the leaf that was published"):
            rebuild()
        said = list(verify())
    assert f"leaf {number} of the store: it is not the leaf that was published." in said


def test_a_store_without_its_tiles_is_held_to_its_own_checkpoint(owner: Owner, folder: Path) -> None:
    number = owner.interview
    (folder / "public" / "checkpoint").unlink()
    with within(EVERYTHING):
        case = case_of(ledger().row(number))
        assert case is not None
        part, salt = owner.part("ledger_case", "part", number), new_salt()
        owner.set("ledger_case", "salt", salt, number)
        owner.set("ledger_entry", "leaf", public_leaf(case, commitment(salt, part)), number)
        with pytest.raises(VerificationError, match="do not give its root"):
            checkpoint()


def test_a_store_that_was_set_back_is_refused(owner: Owner) -> None:
    last = ledger().store.size() - 1
    for table in ("ledger_opening", "ledger_case", "ledger_entry"):
        owner.run(f"DELETE FROM {table} WHERE seq = %s", last)
    with within(EVERYTHING), pytest.raises(VerificationError):
        rebuild()


def test_a_read_table_that_was_altered_is_named_and_left_alone(owner: Owner) -> None:
    owner.run("UPDATE desk_record_occurrence SET actor = 'nobody' WHERE seq = %s", owner.interview)
    with within(EVERYTHING):
        said = list(verify())
        assert said == [f"desk_record_occurrence {owner.interview}: the ledger gives other values."]
        assert Occurrence.objects.get(seq=owner.interview).actor == "nobody"


def test_an_erasure_on_record_is_no_fault(owner: Owner) -> None:
    with within(EVERYTHING):
        seqs = {ErasedPart.PERSONAL: owner.complaint, ErasedPart.CASE: owner.interview}
        for part, seq in seqs.items():
            case = case_of(ledger().row(seq))
            assert case is not None
            ledger().erase([UUID(case["id"])], Order("District Court 12, no. 1"), part)
        rebuild()
        assert list(verify()) == []
        assert not Occurrence.objects.filter(seq=owner.interview).exists()
        (text,) = leaves.at([owner.complaint])
        assert text.personal is None
        assert text.erased


def test_the_command_says_what_is_wrong_and_where(owner: Owner) -> None:
    with within(EVERYTHING):
        good = CliRunner().invoke(verify_command)
        assert good.exit_code == 0, good.output
        number = delete_a_text(owner)
        bad = CliRunner().invoke(verify_command)
    assert bad.exit_code == 1
    assert f"leaf {number} of the store: its personal part is gone, and no erasure" in bad.stderr
