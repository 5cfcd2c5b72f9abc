"""The papers of custody: records of service and receipts, to be printed in English or Spanish."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.models import Case
from evenhand.desk.custody.labels import CAUSES, DESTINATIONS, DOCUMENTS, GROUNDS
from evenhand.desk.screening.languages import LANGUAGES
from evenhand.record.events import Event

Text = str | Promise
Line = tuple[Text, Any]
_LANGUAGES = dict(LANGUAGES)
OFFICER, PERSON = _("Officer"), _("The person")


@dataclass(frozen=True)
class Paper:
    """One kind of paper. `lines` are made from the latest events of `types`, by type."""

    slug: str
    title: Text
    types: tuple[str, ...]
    ready: Callable[[Case], bool]
    lines: Callable[[dict[str, Any]], list[Line]]
    statement: Text
    signatures: tuple[Text, ...]

    @property
    def view(self) -> str:
        return f"paper_{self.slug.replace('-', '_')}"

    @property
    def url_name(self) -> str:
        return f"custody:{self.view}"


def latest(paper: Paper, events: Sequence[Event]) -> dict[str, Any]:
    """The last effective event of each of the paper's types."""
    return {event.type: event for event in events if event.type in paper.types}


def _yes_no(value: bool | None) -> Text:
    return "" if value is None else (_("Yes") if value else _("No"))


def _language(code: str | None) -> Text:
    return _LANGUAGES.get(code or "", code or "")


def _documents(codes: Sequence[str] | None) -> list[Text]:
    return [DOCUMENTS.get(code, code) for code in codes or ()]


def _when(event: Any) -> datetime | None:
    return event.occurred_at if event is not None else None


def _detainer(found: dict[str, Any]) -> list[Line]:
    issued, served = found.get("detainer.issued"), found["detainer.served"]
    grounds = [GROUNDS[g] for g in issued.grounds or (issued.ground,) if g] if issued else []
    return [
        (_("Form"), "I-247A"),
        (_("Probable cause stated"), grounds),
        (_("Issued on"), _when(issued)),
        (_("Served on the person"), _when(served)),
        (_("Served by"), served.actor),
        (_("Language"), _language(served.language)),
        (_("Copy given to the person"), _yes_no(served.copy_given)),
    ]


def _warrant(found: dict[str, Any]) -> list[Line]:
    signed, served = found.get("warrant.signed"), found["warrant.served"]
    return [
        (_("Form"), served.form or ""),
        (_("Signed on"), _when(signed)),
        (_("Signed by"), signed.actor if signed else ""),
        (_("Served on the person"), _when(served)),
        (_("Served by"), served.actor),
        (_("Language"), _language(served.language)),
        (_("Interpreter needed"), _yes_no(served.interpreter_needed)),
        (_("Interpreter"), served.interpreter or ""),
        (_("Copy given to the person"), _yes_no(served.copy_given)),
    ]


def _release(found: dict[str, Any]) -> list[Line]:
    due, released = found.get("custody.release_due"), found["custody.released"]
    return [
        (_("Release due"), _when(due)),
        (_("Cause"), CAUSES.get(released.cause or "", "")),
        (_("Left the jail"), _when(released)),
        (_("Released by"), released.actor),
    ]


def _transfer(found: dict[str, Any]) -> list[Line]:
    inside, left = found.get("custody.transferred_in_place"), found.get("custody.departed")
    last: Any = left if left is not None else inside
    lines: list[Line] = [
        (_("Custody passed inside the jail"), _when(inside)),
        (_("Left the jail"), _when(left)),
    ]
    lines += [
        (_("Where to"), DESTINATIONS.get(left.destination, "") if left else DESTINATIONS["ice"]),
        (_("Receiving officer"), last.receiving_officer or ""),
        (_("Number of the receipt"), last.receipt or ""),
    ]
    if inside is not None:
        lines.append((_("Detention agreement"), inside.detention_agreement or _("No agreement")))
    if left is not None:
        lines += [
            (_("Number of the property receipt"), left.property_receipt or ""),
            (_("Documents served or sent along"), _documents(left.documents)),
            (_("Copies given to the person"), _yes_no(left.copies_given)),
        ]
    return lines


PAPERS: tuple[Paper, ...] = (
    Paper(
        "detainer",
        _("Service of the detainer"),
        ("detainer.issued", "detainer.served"),
        lambda case: case.detainer_served_at is not None,
        _detainer,
        _(
            "The detainer asks the jail to keep the person for no more than 48 hours after the time when the "
            "person would otherwise have been released. If ICE does not take custody by then, the person "
            "must be released."
        ),
        (OFFICER, PERSON),
    ),
    Paper(
        "warrant",
        _("Service of the warrant"),
        ("warrant.signed", "warrant.served"),
        lambda case: case.warrant_served_at is not None,
        _warrant,
        _("The warrant was served on the person in the language named above."),
        (OFFICER, _("Interpreter"), PERSON),
    ),
    Paper(
        "release",
        _("Receipt of release"),
        ("custody.release_due", "custody.released"),
        lambda case: case.released_at is not None,
        _release,
        _("The person was released from the jail."),
        (OFFICER, PERSON),
    ),
    Paper(
        "transfer",
        _("Receipt of transfer"),
        ("custody.transferred_in_place", "custody.departed"),
        lambda case: case.transferred_at is not None or case.departed_at is not None,
        _transfer,
        _("Custody of the person passed to the receiving officer with the documents listed above."),
        (OFFICER, _("Receiving officer"), PERSON),
    ),
)
