"""Backups of a running desk, and their restoring, checked by the ledger's root.

backup.json    what it holds: database, ledger size and root, SHA-256 of each file
desk.db        the database where it is SQLite (taken by its own online backup)
desk.dump      the database where it is PostgreSQL (pg_dump, custom format)
uploads/       documents
public/        the ledger's tiles and verifier keys

The private keys in `keys/` are not in it: whoever takes a backup must not sign in the ledger's name.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from evenhand.desk.erasure.models import Backup
from evenhand.desk.record.integrity import check_ledger
from evenhand.desk.record.ledger import ledger
from evenhand.record.digest import sha256_of
from evenhand.record.folder import MARKER, Kind, staged_folder
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.store import Store
from evenhand.record.ledger.tree import fold, leaf_hash

STATEMENT, SQLITE, DUMP = "backup.json", "desk.db", "desk.dump"
FOLDERS = ("uploads", "public")


class BackupError(Exception):
    """A backup cannot be made or restored; the message says why and what to do."""


def state() -> dict[str, Any]:
    """Size and root of the ledger as it is now."""
    return _state_in(ledger().store)


def backup(out: Path) -> dict[str, Any]:
    """Write a backup to the folder `out`, which must not exist; it appears whole or not at all.

    Raises `BackupError` where the ledger is not whole: a backup of it would take the place of a good one.
    """
    if out.exists():
        raise BackupError(f"{out} is there already: name a new folder.")
    _check("Restore the last good backup.")
    with staged_folder(out, Kind.BACKUP) as folder:
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(settings.DATABASES["default"]["NAME"]), folder / SQLITE)
            said = _state_of(folder / SQLITE)
        else:
            said = state()
            _dump(folder / DUMP)
        for name in FOLDERS:
            if (settings.ENVIRONMENT.folder / name).is_dir():
                shutil.copytree(settings.ENVIRONMENT.folder / name, folder / name)
        held = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != MARKER]
        files = {str(p.relative_to(folder)): sha256_of(p) for p in held}
        statement = {
            "made_at": datetime.now(UTC).isoformat(),
            "vendor": connection.vendor,
            **said,
            "files": files,
        }
        (folder / STATEMENT).write_text(json.dumps(statement, indent=2) + "\n")
    # A later erasure says in which backups the erased parts may still be. Before the migrations of an upgrade
    # there is no such table, and no erasure either.
    with suppress(DatabaseError):
        Backup.objects.create(made_at=statement["made_at"], place=out.name)
    return statement


def _check(remedy: str) -> None:
    try:
        check_ledger()
    except VerificationError as fault:
        raise BackupError(f"The ledger is not whole. {fault}. Run `evenhand desk verify`. {remedy}") from None
    except LedgerError as error:
        raise BackupError(str(error)) from None


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
    target.chmod(0o600)


def _state_of(path: Path) -> dict[str, Any]:
    """Size and root of the ledger in a copy of the database."""
    from evenhand.record.ledger.store.sqlite import SqliteStore

    # An open connection keeps files of its own beside the copy, which would count as part of the backup.
    with closing(sqlite3.connect(path)) as copy:
        return _state_in(SqliteStore(copy))


def _state_in(store: Store) -> dict[str, Any]:
    size = store.size()
    hashes = [leaf_hash(leaf) for leaves in store.leaves(0, size) for leaf in leaves]
    return {"origin": store.origin(), "size": size, "root": fold(hashes).hex()}


def _postgres(*command: str) -> None:
    """Run one of PostgreSQL's tools on the desk's database; the password goes by the environment."""
    said = settings.DATABASES["default"]
    where = {
        "PGHOST": said["HOST"],
        "PGPORT": said["PORT"],
        "PGUSER": said["USER"],
        "PGPASSWORD": said["PASSWORD"],
    }
    tool = shutil.which(command[0])
    if tool is None:
        raise BackupError(f"{command[0]} is missing: install PostgreSQL's client programs.")
    env = os.environ | {k: str(v) for k, v in where.items() if v}
    done = subprocess.run([tool, *command[1:]], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {done.stderr.strip().splitlines()[-1]}")


def _dump(target: Path) -> None:
    _postgres("pg_dump", "--format=custom", f"--file={target}", str(settings.DATABASES["default"]["NAME"]))


def restore(folder: Path) -> dict[str, Any]:
    """Bring a backup into an empty folder and database; its ledger must come out as it went in.

    Raises `BackupError` for a damaged backup, or a desk that is not empty.
    """
    try:
        statement: dict[str, Any] = json.loads((folder / STATEMENT).read_text())
    except (OSError, ValueError):
        raise BackupError(f"{folder} holds no backup (it has no readable {STATEMENT}).") from None
    for name, sha in statement["files"].items():
        if not (folder / name).is_file() or sha256_of(folder / name) != sha:
            raise BackupError(f"{folder / name} is damaged or missing: take another backup.")
    if statement["vendor"] != connection.vendor:
        raise BackupError(f"the backup is of {statement['vendor']}, this desk uses {connection.vendor}.")
    _bring_database(folder)
    for name in FOLDERS:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, settings.ENVIRONMENT.folder / name, dirs_exist_ok=False)
    now = state()
    if (now["size"], now["root"]) != (statement["size"], statement["root"]):
        raise BackupError("the restored ledger is not the one that was backed up: do not use it.")
    _check("Do not use this desk; restore another backup.")
    call_command("migrate", verbosity=0)
    return statement


def _bring_database(folder: Path) -> None:
    if connection.vendor == "sqlite":
        target = Path(settings.DATABASES["default"]["NAME"])
        connections.close_all()
        if target.exists() and target.stat().st_size:
            raise BackupError(f"{target} is there already: restore into an empty folder.")
        for left in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
            left.unlink(missing_ok=True)
        shutil.copy(folder / SQLITE, target)
        target.chmod(0o600)
        return
    if connection.introspection.table_names():
        raise BackupError("the database is not empty: restore into an empty one.")
    name = str(settings.DATABASES["default"]["NAME"])
    _postgres("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={name}", str(folder / DUMP))
