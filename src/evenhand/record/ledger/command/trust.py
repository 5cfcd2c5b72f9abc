"""Commands of who checks a ledger: prove, verify, verify-proof, witness."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from evenhand.progress import one_step
from evenhand.record.ledger.check import check
from evenhand.record.ledger.checkpoint import Checkpoint, Opened
from evenhand.record.ledger.command.shared import PATH, home_option, key_option, opened, quits
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.home import SETTINGS, Home, tiles_folder
from evenhand.record.ledger.keys import (
    check_readable,
    read_signer,
    read_verifier,
    verifiers_in,
    write_signer,
    write_verifier,
)
from evenhand.record.ledger.leaf import Opening, canonical, opens
from evenhand.record.ledger.note import COSIGNATURE, Note, Signer, Verifier
from evenhand.record.ledger.proof import (
    Inclusion,
    check_consistency,
    check_inclusion,
    parse_proof,
    prove_consistency,
    prove_inclusion,
)
from evenhand.record.ledger.reconcile import reconcile
from evenhand.record.ledger.tiles import CHECKPOINT, TileFolder, write_whole
from evenhand.record.ledger.verify import read_checkpoint
from evenhand.record.ledger.verify import verify as verify_tiles
from evenhand.record.ledger.witness import Witness


def _verifiers(keys: Sequence[str], folder: Path) -> list[Verifier]:
    """The keys given, or with a warning those that lie beside the checkpoint."""
    if keys:
        return [read_verifier(key) for key in keys]
    found = verifiers_in(folder)
    check_readable(found, folder)
    click.echo(
        "Warning: no --key was given, so the key beside the checkpoint is taken. Whoever can change the "
        "folder can change that key too: compare it with one that you were given in another way.",
        err=True,
    )
    return found


def _index(text: str, home: Home | None) -> int:
    """The number of a leaf, given as such or as the event's id."""
    if text.isdecimal():
        return int(text)
    try:
        event = UUID(text)
    except ValueError:
        raise LedgerError(f"{text!r} is neither an event's id nor the number of a leaf.") from None
    if home is None:
        raise LedgerError("public leaves do not show ids of events: give the number of the leaf.")
    with opened(home.folder) as (_, ledger):
        index = ledger.store.position(event)
    if index is None:
        raise LedgerError(f"event {event} is not in the ledger.")
    return index


def _note_of(folder: Path, home: Home | None, size: int | None) -> bytes:
    """The newest checkpoint, or of a ledger's own folder the one of that size."""
    newest = (folder / CHECKPOINT).read_bytes()
    if size is None or Checkpoint.parse(Note.parse(newest).text).size == size:
        return newest
    if home is not None:
        with opened(home.folder) as (_, ledger):
            for known, note in reversed(ledger.store.checkpoints()):
                if known == size:
                    return note
    raise LedgerError(f"there is no signed checkpoint over {size} leaves.")


def _write(raw: bytes, out: Path | None) -> None:
    if out is None:
        click.echo(raw, nl=False)
    else:
        write_whole(out, raw)


@click.command()
@click.argument("event", metavar="[ID]", required=False)
@home_option
@click.option("--consistency", nargs=2, type=click.IntRange(0), metavar="A B", help="Two sizes of the log.")
@click.option("--out", type=PATH, help="Write the proof to this file instead of standard output.")
@click.option(
    "--opening", type=PATH, help="Also write the event's parts and their salts, to show them to a court."
)
@click.option("--case-only", is_flag=True, help="Leave the personal part out of the opening.")
@quits
def prove(
    event: str | None,
    folder: Path,
    consistency: tuple[int, int] | None,
    out: Path | None,
    opening: Path | None,
    case_only: bool,
) -> None:
    """Prove that event ID (or the leaf of that number) is in the log, or that it only grew from A to B."""
    if (event is None) == (consistency is None):
        raise LedgerError("give either an event's id or --consistency A B.")
    home = Home.open(folder) if (folder / SETTINGS).is_file() else None
    tiles = tiles_folder(folder)
    if consistency is not None:
        old, new = consistency
        if old > new:
            raise LedgerError(f"{old} is larger than {new}: give the smaller size first.")
        note = _note_of(tiles, home, new)
        _write(prove_consistency(TileFolder(tiles, new), old, note).dump(), out)
        return
    assert event is not None
    note = _note_of(tiles, home, None)
    size = Checkpoint.parse(Note.parse(note).text).size
    index = _index(event, home)
    if index >= size:
        raise LedgerError(f"leaf {index} is not under a checkpoint yet: run `evenhand ledger checkpoint`.")
    if opening is not None:
        _write_opening(home, index, opening, case_only=case_only)
    _write(prove_inclusion(TileFolder(tiles, size), index, note).dump(), out)


def _write_opening(home: Home | None, index: int, path: Path, *, case_only: bool) -> None:
    if home is None:
        raise LedgerError("--opening needs the ledger's own folder, which holds the parts.")
    with opened(home.folder) as (_, ledger):
        row = ledger.row(index)
    if row.case is None:
        raise LedgerError(f"the parts of leaf {index} were erased.")
    parts = {"case": row.case} | ({"personal": row.personal} if row.personal and not case_only else {})
    said = {name: {"part": json.loads(o.part), "salt": o.salt.hex()} for name, o in parts.items()}
    write_whole(path, (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode(), mode=0o600)


@click.command()
@click.argument("folder", metavar="DIR", type=PATH)
@key_option
@click.option(
    "--known", type=PATH, multiple=True, help="A checkpoint that you hold: the log must begin with it."
)
@click.option("--processes", type=click.IntRange(1), help="How many share the work of a large log.")
@quits
def verify(folder: Path, keys: tuple[str, ...], known: tuple[Path, ...], processes: int | None) -> None:
    """Verify the tiles and leaves in DIR against the signed checkpoint; no database is needed.

    DIR may also be a sealed record, whose events are then compared as well, or a ledger's own folder, whose
    store is.
    """
    tiles = tiles_folder(folder)
    verifiers = _verifiers(keys, tiles)
    held = [read_checkpoint(path, verifiers) for path in known]
    sealed = tiles == folder / "ledger" and (folder / "manifest.json").is_file()
    if not sealed or (tiles / "tile" / "entries").is_dir():
        with one_step("leaves") as moved:
            found = verify_tiles(tiles, verifiers, known=held, processes=processes, progress=moved)
        times = f", appended from {found.first_time} to {found.last_time}" if found.first_time else ""
        click.echo(
            f"Verified: {found.leaves} leaves of {found.opened.checkpoint.origin}{times}, signed by "
            f"{', '.join(found.signed_by)}."
        )
    if sealed:
        _verify_record(folder, verifiers)
    elif tiles == folder / "public" and (folder / SETTINGS).is_file():
        _verify_store(folder, tiles, verifiers)


def _verify_record(folder: Path, verifiers: Sequence[Verifier]) -> None:
    with one_step("events") as moved:
        result = check(folder, verifiers, progress=moved)
    if result is None or not result.ok:
        place, said = ("ledger", "it is gone") if result is None else (result.place, result.problem)
        raise VerificationError(str(said), place=str(place))
    click.echo(f"Verified: {result.sentence}")


def _verify_store(folder: Path, tiles: Path, verifiers: Sequence[Verifier]) -> None:
    size = read_checkpoint(tiles / CHECKPOINT, verifiers).checkpoint.size
    with opened(folder) as (_, ledger), one_step("rows") as moved:
        found = reconcile(ledger.store, TileFolder(tiles, size), progress=moved)
    click.echo(
        f"Verified: the store holds the same leaves, {found.leaves - found.published} more that no "
        f"checkpoint covers yet, and {found.erased} parts erased on recorded orders."
    )


@click.command(name="verify-proof")
@click.argument("file", type=PATH)
@key_option
@click.option("--old", type=PATH, help="The older checkpoint, for a proof of consistency.")
@click.option("--opening", type=PATH, help="A personal part with its salt, as `prove --opening` wrote it.")
@quits
def verify_proof(file: Path, keys: tuple[str, ...], old: Path | None, opening: Path | None) -> None:
    """Check a proof file with nothing but the log's key (and for consistency the older checkpoint)."""
    if not keys:
        raise LedgerError("give the log's key with --key.")
    verifiers = [read_verifier(key) for key in keys]
    proof = parse_proof(file.read_bytes())
    if isinstance(proof, Inclusion):
        under = check_inclusion(proof, verifiers).checkpoint
        click.echo(f"Verified: this is leaf {proof.index} of the {under.size} of {under.origin}:")
        click.echo(proof.leaf.decode("utf-8", "backslashreplace"))
        if opening is not None:
            _check_opening(proof.leaf, opening)
        return
    if old is None:
        raise LedgerError("a proof of consistency is checked against the older checkpoint: give --old.")
    before: Opened = read_checkpoint(old, verifiers)
    under = check_consistency(proof, before, verifiers).checkpoint
    click.echo(f"Verified: the {under.size} leaves of {under.origin} begin with those {proof.old}.")


def _check_opening(leaf: bytes, path: Path) -> None:
    try:
        said: dict[str, Any] = json.loads(path.read_bytes())
        given = {n: Opening(canonical(o["part"]), bytes.fromhex(o["salt"])) for n, o in said.items()}
        case, personal = given["case"], given.get("personal")
        committed = opens(json.loads(leaf), case)
        kept = personal is None or opens(json.loads(case.part), personal)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LedgerError(
            f"{path} is not an opening. Make one with `evenhand ledger prove ID --opening FILE`."
        ) from None
    if not committed:
        raise VerificationError("its case part is not the one that the leaf commits to", place=str(path))
    if not kept:
        raise VerificationError(
            "its personal part is not the one that the case part commits to", place=str(path)
        )
    for name in given:
        click.echo(f"Verified: the leaf commits to this {name} part: {json.dumps(said[name]['part'])}")


@click.command()
@click.argument("source", metavar="DIR", type=PATH)
@key_option
@click.option("--state", type=PATH, required=True, help="The witness's own folder: its key and what it saw.")
@click.option("--name", help="The witness's name, needed the first time.")
@click.option("--out", type=PATH, help="Write the cosigned checkpoint here instead of standard output.")
@quits
def witness(source: Path, keys: tuple[str, ...], state: Path, name: str | None, out: Path | None) -> None:
    """Compare the log in DIR with what this witness saw of it before, and cosign it.

    A fork, or a log that was set back, is refused (exit code 1) and kept as evidence in the state folder.
    """
    if not keys:
        raise LedgerError("give the log's key with --key: a witness takes it from nowhere else.")
    note = Witness(state, _witness_key(state, name)).cosign(
        tiles_folder(source), [read_verifier(key) for key in keys]
    )
    _write(note.dump(), out)


def _witness_key(state: Path, name: str | None) -> Signer:
    found = sorted(state.glob("*.skey"))
    if found:
        return read_signer(found[0])
    if name is None:
        raise LedgerError("this witness has no key yet: give its name with --name.")
    signer = Signer.generate(name, COSIGNATURE)
    write_signer(state, signer)
    write_verifier(state, signer.verifier)
    click.echo(f"The witness's verifier key: {signer.verifier.vkey()}", err=True)
    return signer
