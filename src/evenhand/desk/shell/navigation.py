"""What every page is given: the header of each role, the colors, the time until the session ends."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.desk.accounts.idle import kept_for
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.shell.theme import Theme, theme_of

_ALL = frozenset(Role) - {Role.ADMINISTRATOR}
_PROGRAM = frozenset({Role.REVIEWER, Role.AUDITOR, Role.COORDINATOR, Role.FEDERAL_SUPERVISOR})
_OVERSIGHT = frozenset(
    {Role.REVIEWER, Role.AUDITOR, Role.COORDINATOR, Role.FEDERAL_SUPERVISOR, Role.COMPLAINTS_OFFICER}
)


_CASES = frozenset(
    {
        Role.BOOKING_OFFICER,
        Role.DESIGNATED_OFFICER,
        Role.COORDINATOR,
        Role.FEDERAL_SUPERVISOR,
        Role.REVIEWER,
        Role.AUDITOR,
    }
)


@dataclass(frozen=True)
class Entry:
    """A page in the header: its name among the addresses, its words, and who sees it."""

    view: str
    text: str | Promise
    roles: frozenset[Role]


ENTRIES: list[Entry] = [
    Entry("home:home", _("Home"), frozenset(Role)),
    Entry("screening:work", _("Screening"), _CASES),
    Entry("supervision:queue", _("Supervision"), frozenset({Role.FEDERAL_SUPERVISOR})),
    Entry("bookings:cases", _("Bookings"), _CASES),
    Entry("custody:clocks", _("Custody"), _CASES),
    Entry("complaints:list", _("Complaints"), _OVERSIGHT),
    Entry("reviews:list", _("Reviews"), _OVERSIGHT),
    Entry("officers:list", _("Officers"), _PROGRAM),
    Entry("officers:own", _("My authority"), frozenset({Role.DESIGNATED_OFFICER})),
    Entry("agreements:list", _("Agreements"), _PROGRAM),
    Entry("facilities:list", _("Facilities"), _PROGRAM | {Role.DESIGNATED_OFFICER, Role.BOOKING_OFFICER}),
    Entry("exports:export", _("Export"), frozenset({Role.COORDINATOR, Role.REVIEWER})),
    Entry("erasure:list", _("Erasure orders"), frozenset({Role.COORDINATOR, Role.FEDERAL_SUPERVISOR})),
    Entry("lapses:calendar", _("What lapses"), _PROGRAM),
    Entry("accounts:list", _("Administration"), frozenset({Role.ADMINISTRATOR})),
    Entry("programs:list", _("API access"), frozenset({Role.ADMINISTRATOR})),
]
"""Each room adds its own, in the order of the work."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context: `navigation` for the account's role, whether this is a demonstration, the colors, and
    `idle`: seconds without an act after which the session ends, and how long before that it says so.
    """
    items = []
    user = getattr(request, "user", None)
    if isinstance(user, User):
        for entry in ENTRIES:
            if user.role in entry.roles:
                url = reverse(entry.view)
                current = request.path.startswith(url) if url != "/" else request.path == url
                items.append({"url": url, "text": entry.text, "current": current})
    ends = kept_for()
    return {
        "navigation": items,
        "demonstration": settings.DEMONSTRATION,
        "theme": theme_of(request),
        "themes": [(Theme.SYSTEM, _("As the system")), (Theme.LIGHT, _("Light")), (Theme.DARK, _("Dark"))],
        "idle": {"ends": ends, "warns": min(settings.IDLE_WARNING, ends // 2)},
    }
