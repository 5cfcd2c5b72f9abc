"""By when something of an agreement is owed: the rules' own spans on the rules' own clock."""

from datetime import datetime, timedelta

from evenhand.desk.agreements.models import Agreement
from evenhand.rules.algebra import Span
from evenhand.rules.catalog import CATALOG
from evenhand.rules.clock import deadline


def next_meeting(agreement: Agreement) -> datetime | None:
    """By when the next annual meeting is owed (AGR-06); None before effect and after the end."""
    if agreement.meeting_owed_since is None:
        return None
    return deadline(agreement.meeting_owed_since, _span("AGR-06"), agreement.zone)


def earliest_end(agreement: Agreement) -> datetime | None:
    """The day from which the agreement may end on the notice given (AGR-09); None without a notice."""
    return None if agreement.notice_at is None else agreement.notice_at + abs(_span("AGR-09").delta)


def suspension_end(agreement: Agreement) -> datetime | None:
    """When the suspension's stated length is over; None where there is no suspension or no length."""
    if agreement.suspension_ends_at is not None:
        return agreement.suspension_ends_at
    if agreement.suspended_at is None or agreement.suspension_days is None:
        return None
    return agreement.suspended_at + timedelta(days=agreement.suspension_days)


def _span(rule: str) -> Span:
    (span,) = CATALOG[rule].spans
    return span
