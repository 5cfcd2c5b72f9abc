"""Sessions hold copies: acts that were refused."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.dispatch import receiver

from evenhand.desk.record.erased import COPIES, ToErase, erasing
from evenhand.desk.refusal.middleware import REFUSED

COPIES.append(Session)
HELD = (REFUSED,)
"""What sessions hold of people. It can be entered again, so all of it goes."""


@receiver(erasing, dispatch_uid="erasure.sessions")
def forget(people: ToErase, **_: Any) -> None:
    """Take what is held of people out of all sessions; nobody is signed out."""
    for session in Session.objects.iterator():
        said = session.get_decoded()
        if any(name in said for name in HELD):
            session.session_data = SessionStore().encode({k: v for k, v in said.items() if k not in HELD})
            session.save(update_fields=["session_data"])
