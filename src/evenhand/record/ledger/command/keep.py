"""Commands of who keeps a ledger: init, append, checkpoint, rotate, erase, export, status."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import click

from evenhand.progress import one_step
from evenhand.record.events import Event
from evenhand.record.events.oversight import ErasedPart
from evenhand.record.folder import Kind, staged_folder
from evenhand.record.ledger.checkpoint import Checkpoint
from evenhand.record.ledger.command.shared import PATH, WRONG_USE, home_option, opened, quits
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.expunge import expunge
from evenhand.record.ledger.home import SQLITE, Home, Settings, export
from evenhand.record.ledger.keys import read_signer, verifiers_in
from evenhand.record.ledger.ledger import Ledger, Order, case_of, published_in
from evenhand.record.ledger.lines import Refused, read_events
from evenhand.record.ledger.migrate import FirstStore, migrate, verify_published
from evenhand.record.ledger.note import Note
from evenhand.record.ledger.reconcile import reconcile
from evenhand.record.ledger.tiles import TileFolder
from evenhand.record.manifest import FILE_NAME


@click.command()
@home_option
@click.option("--origin", required=True, help="The log's name, such as ledger.example.gov/county-jail.")
@click.option("--postgres", metavar="DSN", help="Keep it in PostgreSQL instead of an SQLite file.")
@click.option("--grant", metavar="ROLE", help="Let this PostgreSQL role read and append, and nothing else.")
@quits
def init(folder: Path, origin: str, postgres: str | None, grant: str | None) -> None:
    """Make a ledger: its folder, its store and its first key."""
    home = Home.create(folder, Settings(origin=origin, store=postgres or SQLITE), grant=grant)
    (verifier,) = verifiers_in(home.public)
    click.echo(f"Made the ledger {origin} in {folder}.")
    click.echo(f"Give this verifier key to everyone who shall check it:\n{verifier.vkey()}")


Line = tuple[int, str, Event]


def _groups(lines: Iterable[Line | Refused], count: int) -> Iterator[tuple[list[Line], list[Refused]]]:
    good: list[Line] = []
    bad: list[Refused] = []
    for line in lines:
        if isinstance(line, Refused):
            bad.append(line)
        else:
            good.append(line)
        if len(good) >= count or len(bad) >= count:
            yield good, bad
            good, bad = [], []
    if good or bad:
        yield good, bad


def append_group(ledger: Ledger, group: Sequence[Line]) -> tuple[range, int, list[Refused]]:
    """Append what is not there yet, in one transaction: new leaves, how many were there, what is refused."""
    new: dict[UUID, Event] = {}
    refused, there = [], 0
    with ledger.store.transaction():
        ledger.store.tail()
        for number, text, event in group:
            same = new[event.id] == event if event.id in new else ledger.holds(event)
            if same is None:
                new[event.id] = event
            elif same:
                there += 1
            else:
                said = "another event has this id"
                refused.append(Refused(number, text, "id", said, "Give it an id of its own."))
        return ledger.append(list(new.values())), there, refused


class _Quarantine:
    """The refused lines, each with its reason, in a file that only the owner can read."""

    def __init__(self, folder: Path, source: str) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        self.path = folder / "refused" / f"{Path(source).name}-{stamp}-{os.getpid()}.jsonl"
        self.count = 0

    def add(self, lines: Sequence[Refused]) -> None:
        if not lines:
            return
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(vars(line), ensure_ascii=False) + "\n" for line in lines)
        for line in lines[: max(0, 5 - self.count)]:
            click.echo(f"Refused: {line.sentence()}", err=True)
        self.count += len(lines)


@click.command()
@click.argument("file", type=click.File("rb"))
@home_option
@click.option(
    "--batch", default=1000, show_default=True, type=click.IntRange(1), help="Events a transaction."
)
@quits
def append(file: BinaryIO, folder: Path, batch: int) -> None:
    """Append the events in FILE (JSON lines; - for standard input).

    Good lines are appended, bad ones set aside with the reason; then the exit code is 2. A line whose event
    is in the ledger already is passed over, so that the same file may be given again after an interruption.
    """
    done: Counter[str] = Counter()
    with opened(folder) as (home, ledger):
        quarantine = _Quarantine(home.folder, file.name)
        for good, bad in _groups(read_events(file), batch):
            added, there, others = append_group(ledger, good)
            done.update(added=len(added), there=there)
            quarantine.add([*bad, *others])
            if sys.stderr.isatty():
                click.echo(f"\r{done['added']} appended", nl=False, err=True)
        size = ledger.store.size()
    if sys.stderr.isatty():
        click.echo(err=True)
    click.echo(
        f"Appended {done['added']} events; {done['there']} were there already; {quarantine.count} lines "
        f"refused. The ledger has {size} leaves."
    )
    if quarantine.count:
        click.echo(f"The refused lines and why: {quarantine.path}", err=True)
        sys.exit(WRONG_USE)


def _check_whole(home: Home, ledger: Ledger) -> None:
    """Compare the store with what was published and its parts with the commitments to them.

    Raises `VerificationError` for the first fault.
    """
    published = published_in(home.public, verifiers_in(home.public))
    reconcile(ledger.store, TileFolder(home.public, published.size) if published is not None else None)


@click.command()
@home_option
@click.option("--cosigned", type=PATH, help="Take a witness's signatures from this cosigned checkpoint.")
@quits
def checkpoint(folder: Path, cosigned: Path | None) -> None:
    """Sign a checkpoint over all that was appended, and bring the published tiles up to date.

    The whole store is checked first: what was altered is not signed.
    """
    with opened(folder) as (home, ledger):
        _check_whole(home, ledger)
        if cosigned is not None:
            note = ledger.add_cosignatures(home.public, Note.parse(cosigned.read_bytes()))
        else:
            note = ledger.publish(home.public, home.signers())
    click.echo(note.dump().decode(), nl=False)


@click.command()
@home_option
@click.option("--retire", metavar="KEYID", help="Delete the private key of this id (8 hexadecimal digits).")
@quits
def rotate(folder: Path, retire: str | None) -> None:
    """Make a new key; checkpoints are signed with old and new until the old one is retired."""
    with opened(folder) as (home, ledger):
        if retire is None:
            signer = home.new_key()
            click.echo(f"Give this verifier key to everyone who checks:\n{signer.verifier.vkey()}")
        _check_whole(home, ledger)
        # Signed with both before one goes, so that a reader with either key can follow.
        ledger.publish(home.public, home.signers())
        if retire is not None:
            home.retire(retire)
            click.echo(f"The private key {retire} is deleted; what it signed still verifies.")


@click.command()
@click.argument("ids", metavar="ID...", nargs=-1)
@home_option
@click.option("--order", metavar="TEXT", default="", help="Who ordered it: court, number and date.")
@click.option("--actor", help="Who carries it out.")
@click.option("--subject", metavar="SUBJECT", help="Erase the parts of all of this subject's events.")
@click.option("--case", "whole", is_flag=True, help="Erase the case parts as well as the personal parts.")
@click.option(
    "--signing-key", type=PATH, help="For a sealed record: the *.skey file to sign its new checkpoint with."
)
@click.option("--scrub", is_flag=True, help="Only clean the store's files again after an earlier erasure.")
@quits
def erase(
    ids: tuple[str, ...],
    folder: Path,
    order: str,
    actor: str | None,
    subject: str | None,
    whole: bool,
    signing_key: Path | None,
    scrub: bool,
) -> None:
    """Erase the personal parts and salts of the events ID... under a court's order.

    The order is recorded as an event of its own; the leaves and all proofs stay as they are. --ledger may
    also name a sealed record.
    """
    part = ErasedPart.CASE if whole else ErasedPart.PERSONAL
    if (folder / FILE_NAME).is_file():
        if not ids or subject or scrub or whole:
            raise LedgerError(
                "for a sealed record give the ids of the events, without --subject, --case and --scrub."
            )
        signer = read_signer(signing_key) if signing_key else None
        under = expunge(folder, [_event_id(text) for text in ids], Order(order, actor), signer=signer)
        click.echo(f"Erased {len(set(ids))} personal parts from the record; it has {under.size} leaves now.")
        return
    with opened(folder) as (_, ledger):
        if not scrub:
            events = [_event_id(text) for text in ids]
            if subject:
                events += _of_subject(ledger, subject, part)
            if not events:
                raise LedgerError(f"name the events to erase, or a --subject that has {part} parts left.")
            with ledger.store.transaction():
                added = ledger.erase(events, Order(order, actor), part)
            click.echo(f"Erased {len(added)} {part} parts; the order is recorded from leaf {added.start} on.")
        left = ledger.store.scrub()
    for sentence in left:
        click.echo(f"Still to do: {sentence}", err=True)
    if left:
        sys.exit(WRONG_USE)
    click.echo("The store's files hold none of it any more; backups and copies are yours to clean.")


def _event_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise LedgerError(f"{text!r} is no event id (a UUID).") from None


def _of_subject(ledger: Ledger, subject: str, part: ErasedPart) -> list[UUID]:
    """The events of a subject that still have that part."""
    sought = json.dumps(subject, ensure_ascii=False).encode()
    found = []
    for rows in ledger.store.rows():
        for row in rows:
            if row.case is None or sought not in row.case.part:
                continue
            if part is ErasedPart.PERSONAL and row.personal is None:
                continue
            case = case_of(row)
            if case is not None and case["subject"] == subject:
                found.append(UUID(bytes=row.id))
    return found


@click.command(name="export")
@home_option
@click.option("--out", type=PATH, required=True, help="A new folder, or one to replace.")
@quits
def export_command(folder: Path, out: Path) -> None:
    """Write tiles, public leaves, checkpoint and verifier keys anew from the store."""
    with opened(folder) as (home, ledger):
        _check_whole(home, ledger)
        note = export(home, ledger, out)
    click.echo(f"Wrote {Checkpoint.parse(note.text).size} leaves and their proof to {out}.")


@click.command(name="migrate")
@click.argument("old", metavar="OLD", type=PATH)
@click.argument("new", metavar="NEW", type=PATH)
@click.option("--origin", help="The new log's name. [default: the old one's, with /2 behind it]")
@click.option("--postgres", metavar="DSN", help="Keep the new one in PostgreSQL instead of an SQLite file.")
@quits
def migrate_command(old: Path, new: Path, origin: str | None, postgres: str | None) -> None:
    """Carry the ledger OLD, of format 1, over into the new ledger NEW.

    Public leaves of format 1 show case data. The new log has other leaves, so it has a name and a key of its
    own; its first leaf states the name, size and root of the old one. OLD is verified and left as it is.
    """
    before = Home.open(old)
    if new.exists() and any(new.iterdir()):
        raise LedgerError(f"{new} is not empty: name a new folder.")
    settings = Settings(origin=origin or f"{before.settings.origin}/2", store=postgres or SQLITE)
    source = before.connect()
    try:
        verify_published(before.public, verifiers_in(before.public))
        with staged_folder(new, Kind.LEDGER_HOME) as staged, one_step("leaves") as moved:
            home = Home.create(staged, settings)
            ledger = home.ledger()
            try:
                with ledger.store.transaction():
                    continued = migrate(FirstStore(source.connection), ledger.store, progress=moved)
                ledger.publish(home.public, home.signers())
                (verifier,) = verifiers_in(home.public)
            finally:
                ledger.store.close()
    finally:
        source.close()
    click.echo(
        f"{new} continues {continued.origin}: {continued.size} leaves, root {continued.root.hex()}.\n"
        f"Give this verifier key to everyone who checks:\n{verifier.vkey()}\n"
        f"Keep {old} until readers have the new key. Then take its public folder down: it shows case data."
    )


@click.command()
@home_option
@quits
def status(folder: Path) -> None:
    """Say what the ledger holds and what is not under a checkpoint yet."""
    with opened(folder) as (home, ledger):
        size, last = ledger.store.size(), ledger.store.last_checkpoint()
        count = len(ledger.store.checkpoints())
        keys = [s.verifier for s in home.signers()]
    published = 0 if last is None else last[0]
    click.echo(f"origin       {home.settings.origin}")
    click.echo(f"store        {'SQLite' if home.settings.store == SQLITE else 'PostgreSQL'}")
    click.echo(f"leaves       {size}")
    click.echo(
        f"checkpoints  {count}, the newest over {published} leaves; {size - published} not covered yet"
    )
    if last is not None:
        names = Counter(s.name for s in Note.parse(last[1]).signatures)
        click.echo(f"signed by    {', '.join(names)}")
    for key in keys:
        click.echo(f"key          {key.vkey()}")
