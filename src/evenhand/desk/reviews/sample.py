"""A random sample of bookings that anyone can draw again from its seed.

Each booking of the period is given the SHA-256 of the seed and its id; those with the lowest hashes are the
sample. This is a simple random sample without replacement, and needs no particular generator.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from evenhand.desk.record.models import Occurrence
from evenhand.record.events.booking import PersonBooked


def new_seed() -> str:
    """128 random bits as hexadecimal digits."""
    return secrets.token_hex(16)


def frame(agency: str, since: datetime, until: datetime, *, before_seq: int | None = None) -> list[str]:
    """The bookings of an agency from `since` to before `until`, by subject, as the ledger held them.

    `before_seq`: only what stood before that leaf, so that a sample is drawn again as it was.
    """
    rows = Occurrence.objects.filter(
        agency=agency, type=PersonBooked.type, occurred_at__gte=since, occurred_at__lt=until
    )
    if before_seq is not None:
        rows = rows.filter(seq__lt=before_seq)
    return sorted(set(rows.values_list("subject", flat=True)))


def draw(subjects: Iterable[str], size: int, seed: str) -> list[str]:
    """The sample: `size` subjects, or all where there are fewer, in the order of their hashes."""

    def rank(subject: str) -> bytes:
        return hashlib.sha256(f"{seed}|{subject}".encode()).digest()

    return sorted(subjects, key=rank)[:size]
