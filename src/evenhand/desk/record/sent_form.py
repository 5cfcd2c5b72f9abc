"""The form that a request sends: known again when it is sent twice, by a double click or the back button.

Each form is rendered with a number of its own, which holds the time at which its page was opened. What a
request sends, number included, gives the id of the event that it records: sent again, it has the same id.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings

from evenhand.record.ledger.identity import uuid7

FIELD = "form_number"
"""The hidden field of every form."""


class SentForm:
    """What one request sends. `opened_at` is when its page was opened (UTC)."""

    def __init__(self, number: UUID, content: Iterable[str]) -> None:
        self.opened_at = datetime.fromtimestamp((number.int >> 80) / 1000, UTC)
        self._key = hmac.new(settings.SECRET_KEY.encode(), digestmod=hashlib.sha256)
        for part in content:
            said = part.encode(errors="surrogatepass")
            self._key.update(len(said).to_bytes(8) + said)
        self._given = 0

    def event_id(self) -> UUID:
        """The id of the next event that the request records; nobody can choose one."""
        self._given += 1
        key = self._key.copy()
        key.update(self._given.to_bytes(8))
        value = int.from_bytes(key.digest()[:16])
        # Version 8 (RFC 9562, section 5.8).
        return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62)

    def opened_before(self, moment: datetime | None) -> bool:
        return moment is not None and moment > self.opened_at


_sent: ContextVar[SentForm | None] = ContextVar("sent_form", default=None)


def sent_form() -> SentForm | None:
    """The form that the request at hand sends, if it sends one."""
    return _sent.get()


def new_number() -> str:
    """The number of a form that is rendered now."""
    return str(uuid7(datetime.now(UTC)))


@contextmanager
def sending(number: str, content: Iterable[str]) -> Iterator[None]:
    """Within it a form is sent that has this number and says this; without a number it is no form."""
    try:
        form = SentForm(UUID(number), content)
    except (ValueError, OverflowError, OSError):
        form = None
    token = _sent.set(form)
    try:
        yield
    finally:
        _sent.reset(token)
