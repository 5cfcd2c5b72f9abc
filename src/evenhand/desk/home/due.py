"""What is due: each room says what an account has to do and by when; the home page shows it all.

    @offers_due
    def due(user: User, now: datetime) -> list[DueItem]: ...

A room's module with its provider is imported in the app's `ready()`. Providers run within the account's scope
and show only what its role may open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from evenhand.desk.accounts.models import User


@dataclass(frozen=True)
class DueItem:
    """One thing to do. `text` names no person; `url` opens it; `due_at` is None where no bound is set.

    `late`: its bound has passed. `room` is the label of the app that offers it. `zone` is that of the place
    that it concerns; without one the account's first agency's.
    """

    text: str | Promise
    url: str
    due_at: datetime | None
    late: bool
    room: str
    zone: str = ""


Provider = Callable[[User, datetime], list[DueItem]]
_PROVIDERS: list[Provider] = []


def offers_due(provider: Provider) -> Provider:
    """Declare a room's provider."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)
    return provider


def due_for(user: User, now: datetime) -> list[DueItem]:
    """All that the account has to do: by its bound, the longest overdue first, then what has no bound."""
    items = [item for provider in _PROVIDERS for item in provider(user, now)]
    return sorted(items, key=lambda i: (i.due_at is None, i.due_at.timestamp() if i.due_at else 0.0))
