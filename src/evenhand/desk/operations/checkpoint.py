"""Signing what the desk has recorded, so that anyone can check it without trusting the desk."""

from pathlib import Path

from django.conf import settings

from evenhand.desk.record.integrity import check_ledger
from evenhand.desk.record.ledger import ledger
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.keys import signers_in, write_signer, write_verifier
from evenhand.record.ledger.note import Note, Signer
from evenhand.record.ledger.tiles import CHECKPOINT


def checkpoint() -> tuple[Path, Note]:
    """Bring the tiles in `public/` up to date and sign them; the first time a key is made.

    `public/` may be copied anywhere: `evenhand ledger verify` needs nothing else but the verifier key.
    Raises `VerificationError` where the ledger is not whole: what was altered is not signed; `LedgerError`
    where the key of what was published is not here.
    """
    check_ledger()
    folder: Path = settings.ENVIRONMENT.folder
    keys, public = folder / "keys", folder / "public"
    book = ledger()
    public.mkdir(exist_ok=True)
    signers = signers_in(keys)
    if not signers and (public / CHECKPOINT).is_file():
        raise LedgerError(
            f"{keys} has no signing key, but a checkpoint was published: copy the key back from where you "
            "keep it. Backups don't hold it."
        )
    if not signers:
        signer = Signer.generate(book.store.origin())
        write_signer(keys, signer)
        write_verifier(public, signer.verifier)
        signers = [signer]
    return public, book.publish(public, signers)
