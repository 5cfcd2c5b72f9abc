"""A ledger's own folder: settings, database, private keys, and what is published.

ledger.json     the log's name, and where its store is
ledger.db       the store, where it is SQLite
keys/           *.skey, readable by the owner only
public/         checkpoint, tile/..., *.vkey: may be copied anywhere and served by any file server
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from evenhand.record.folder import Kind, staged_folder
from evenhand.record.ledger.checkpoint import Checkpoint
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.keys import signers_in, slug, verifiers_in, write_signer, write_verifier
from evenhand.record.ledger.ledger import Ledger
from evenhand.record.ledger.note import Note, Signer, check_name
from evenhand.record.ledger.store import Store, sqlite
from evenhand.record.ledger.tiles import CHECKPOINT, TileWriter, write_whole

SETTINGS = "ledger.json"
SQLITE = "sqlite"


class Settings(BaseModel):
    """`store` is "sqlite" (the file `ledger.db` beside) or a PostgreSQL DSN without a password."""

    model_config = ConfigDict(extra="forbid")

    origin: str
    store: str = SQLITE


def _postgres(dsn: str) -> Store:
    try:
        from evenhand.record.ledger.store import postgres
    except ImportError:
        raise LedgerError("PostgreSQL needs psycopg: install evenhand[postgres].") from None
    return postgres.PostgresStore(postgres.connect(dsn))


@dataclass(frozen=True)
class Home:
    """An existing ledger's folder."""

    folder: Path
    settings: Settings

    @classmethod
    def create(cls, folder: Path, settings: Settings, *, grant: str | None = None) -> "Home":
        """Make a ledger: folder, tables, first key. Raises `LedgerError` when there is one already."""
        check_name(settings.origin)
        if (folder / SETTINGS).exists():
            raise LedgerError(f"{folder} holds a ledger already.")
        folder.mkdir(parents=True, exist_ok=True)
        home = cls(folder, settings)
        store = home.connect(create=True)
        try:
            with store.transaction():
                if not home._begun(store):
                    store.create(settings.origin)
                if grant is not None:
                    home._grant(store, grant)
        finally:
            store.close()
        home.public.mkdir(exist_ok=True)
        if not signers_in(home.keys):
            home.new_key()
        write_whole(folder / SETTINGS, (settings.model_dump_json(indent=2) + "\n").encode(), mode=0o600)
        return home

    def _begun(self, store: Store) -> bool:
        """Whether an interrupted `create` has made the tables already, and nothing is in them."""
        try:
            return store.origin() == self.settings.origin and store.size() == 0
        except LedgerError:
            return False

    @classmethod
    def open(cls, folder: Path) -> "Home":
        """Find a ledger. Raises `LedgerError` when there is none."""
        path = folder / SETTINGS
        try:
            return cls(folder, Settings.model_validate_json(path.read_bytes()))
        except FileNotFoundError:
            raise LedgerError(
                f"{folder} holds no ledger (it has no {SETTINGS}): make one with `evenhand ledger init`, or "
                "name another with --ledger or EVENHAND_LEDGER."
            ) from None
        except (ValidationError, OSError) as error:
            raise LedgerError(f"{path} cannot be read: {str(error).splitlines()[0]}.") from None

    @staticmethod
    def _grant(store: Store, role: str) -> None:
        grant = getattr(store, "grant", None)
        if grant is None:
            raise LedgerError("--grant is for PostgreSQL: an SQLite file is guarded by its permissions.")
        grant(role)

    def connect(self, *, create: bool = False) -> Store:
        """Open the store, of whatever format it is."""
        if self.settings.store == SQLITE:
            return sqlite.SqliteStore(sqlite.connect(self.folder / "ledger.db", create=create))
        return _postgres(self.settings.store)

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def ledger(self) -> Ledger:
        """Open the store. Raises `LedgerError` when it is not to be had or of another log."""
        store = self.connect()
        origin = store.origin()
        if origin != self.settings.origin:
            store.close()
            raise LedgerError(f"the store holds {origin}, the settings say {self.settings.origin}.")
        return Ledger(store)

    def signers(self) -> list[Signer]:
        """The private keys that sign now. Raises `LedgerError` when there is none."""
        signers = signers_in(self.keys)
        if not signers:
            raise LedgerError(f"{self.keys} holds no *.skey file: put the log's key there.")
        return signers

    def new_key(self) -> Signer:
        signer = Signer.generate(self.settings.origin)
        write_signer(self.keys, signer)
        write_verifier(self.public, signer.verifier)
        return signer

    def retire(self, key_id: str) -> None:
        """Delete a private key that another has replaced; its verifier key stays published."""
        path = self.keys / f"{slug(self.settings.origin)}.{key_id}.skey"
        if not path.is_file():
            raise LedgerError(f"there is no private key {key_id} in {self.keys}.")
        if len(self.signers()) < 2:
            raise LedgerError("it is the only key: make its successor first with `evenhand ledger rotate`.")
        path.unlink()


def tiles_folder(location: Path) -> Path:
    """Where the checkpoint of a ledger's folder, a record or a copy of tiles is. Raises `LedgerError`."""
    for folder in (location, location / "public", location / "ledger"):
        if (folder / CHECKPOINT).is_file():
            return folder
    raise LedgerError(
        f"{location} has no checkpoint: name the folder of a ledger, of a sealed record or of tiles."
    )


def export(home: Home, ledger: Ledger, out: Path) -> Note:
    """Write tiles, leaves, checkpoint and verifier keys anew from the store into a folder of their own.

    Everyone may read them: this is the step that publishes. Raises `VerificationError` when the store's
    leaves do not give the signed root, `FolderError` when `out` may not be replaced.
    """
    last = ledger.store.last_checkpoint()
    if last is None:
        raise LedgerError("there is no checkpoint yet: make one with `evenhand ledger checkpoint`.")
    size, note = last[0], Note.parse(last[1])
    with staged_folder(out, Kind.LEDGER) as staged:
        writer = TileWriter(staged)
        for leaves in ledger.store.leaves(0, size):
            writer.extend(leaves)
        checkpoint = Checkpoint.parse(note.text)
        if writer.size != size or writer.close() != checkpoint.root:
            raise VerificationError("the store's leaves do not give its root", place=CHECKPOINT)
        for verifier in verifiers_in(home.public):
            write_verifier(staged, verifier)
        write_whole(staged / CHECKPOINT, note.dump())
    return note
