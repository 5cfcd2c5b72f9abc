"""Signing what the desk has recorded, so that anyone can check it without trusting the desk."""

from pathlib import Path

from django.conf import settings

from evenhand.desk.record.ledger import ledger
from evenhand.record.ledger.keys import signers_in, write_signer, write_verifier
from evenhand.record.ledger.note import Note, Signer


def checkpoint() -> tuple[Path, Note]:
    """Bring the tiles in `public/` up to date and sign them; the first time a key is made.

    `public/` may be copied anywhere: `evenhand ledger verify` needs nothing else but the verifier key.
    """
    folder: Path = settings.ENVIRONMENT.folder
    keys, public = folder / "keys", folder / "public"
    book = ledger()
    public.mkdir(exist_ok=True)
    signers = signers_in(keys)
    if not signers:
        signer = Signer.generate(book.store.origin())
        write_signer(keys, signer)
        write_verifier(public, signer.verifier)
        signers = [signer]
    return public, book.publish(public, signers)
