"""Where the page of a subject is: each room says it of its own kind."""

from django.urls import NoReverseMatch, resolve, reverse

from evenhand.desk.accounts.access import ANYONE
from evenhand.desk.accounts.models import User
from evenhand.desk.record.history import Subject
from evenhand.record.events import SubjectKind

_PAGES: dict[SubjectKind, str] = {
    SubjectKind.BOOKING: "bookings:case",
    SubjectKind.AGREEMENT: "agreements:show",
    SubjectKind.OFFICER: "officers:show",
    SubjectKind.FACILITY: "facilities:show",
    SubjectKind.COMPLAINT: "complaints:show",
    SubjectKind.REVIEW: "reviews:show",
}
"""The name of the page of each kind of subject; it takes the subject alone."""


def shown_by(kind: SubjectKind, page: str) -> None:
    """Declare the page of a kind of subject, by the name of its address."""
    _PAGES[kind] = page


def page_of(subject: Subject, user: User) -> str:
    """The address of a subject's page where the account may open it, or else an empty text."""
    name = _PAGES.get(subject.kind)
    if name is None:
        return ""
    try:
        address = reverse(name, args=[subject])
    except NoReverseMatch:
        return ""
    allowed: frozenset[str] | str = getattr(resolve(address).func, "allowed", frozenset())
    return address if allowed == ANYONE or user.role in allowed else ""
