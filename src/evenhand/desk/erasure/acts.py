"""Entering an order, deciding it as a second person, and erasing, all in one transaction.

The program's coordinator enters an order, since that role answers for the agency's records and reads them; an
administrator sees no case. Another coordinator, or the federal supervisor, who knows whether the record is
also a federal one, confirms it. Nobody erases alone.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.erasure.models import ErasureOrder
from evenhand.desk.record import history, leaves, projection
from evenhand.desk.record.act import draft, now
from evenhand.desk.record.act import note as record
from evenhand.desk.record.erased import ToErase, erasing
from evenhand.desk.record.history import Subject
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.resent import Stated, stated_at
from evenhand.record.events import FIELDS, SubjectKind
from evenhand.record.events.oversight import ErasedPart
from evenhand.record.events.privacy import ErasureDecided, ErasureOrdered, ErasureOutcome, ErasureScope
from evenhand.record.ledger.ledger import Order

ENTERS = (Role.COORDINATOR,)
DECIDES = (Role.COORDINATOR, Role.FEDERAL_SUPERVISOR)
KINDS = (SubjectKind.BOOKING, SubjectKind.COMPLAINT)
"""Histories that an order may name: those of a person in custody, and of a complainant."""
NAMES = ("name", "person_key")
"""Personal fields by which somebody may have written of a person elsewhere."""

FILES_LEFT = "The database's files were not rewritten. Run `evenhand desk erasures`."


class NotDecidedError(Exception):
    """This account may not decide this order now; the message says why."""


def enter(
    by: User,
    *,
    agency: str,
    court: str,
    number: str,
    ordered_on: date,
    document: bytes,
    histories: Sequence[Subject],
    scope: ErasureScope = ErasureScope.PERSONAL,
) -> ErasureOrder:
    """Enter an order; nothing is erased before another account confirms it."""
    sha256, subject = hashlib.sha256(document).hexdigest(), f"order:{uuid4().hex}"
    with transaction.atomic():
        record(
            lambda: [
                draft(
                    ErasureOrdered.type,
                    by=by.as_actor(),
                    subject=subject,
                    agency=agency,
                    document=sha256,
                    scope=scope,
                    histories=len(histories),
                    court=court,
                    number=number,
                    ordered_on=ordered_on.isoformat(),
                )
            ]
        )
        return ErasureOrder.objects.create(
            agency=agency,
            subject=subject,
            court=court,
            number=number,
            ordered_on=ordered_on,
            document=_box().encrypt(document),
            sha256=sha256,
            scope=scope,
            histories=[[one.kind.value, one.subject] for one in histories],
            concerned=len(histories),
            entered_by=by.actor,
            entered_at=now(),
        )


def document_of(order: ErasureOrder) -> bytes:
    """The order's file, while the order is open."""
    return _box().decrypt(bytes(order.document))


def _box() -> Fernet:
    """The lock of orders' files, from the desk's secret key: what waits names a person."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"order|{settings.SECRET_KEY}".encode()).digest()))


def decline(number: int, by: User, note: str) -> ErasureOrder:
    """Decline an order. Raises `NotDecidedError`."""
    with transaction.atomic():
        order = _decide(number, by, ErasureOutcome.DECLINED, note)
        order.save()
    return order


def confirm(number: int, by: User) -> ErasureOrder:
    """Confirm an order and erase what it names. Raises `NotDecidedError` or `StillHeldError`.

    In one transaction: the parts and their salts in the ledger, the read tables of these histories, all
    working copies, and the order's own file. `finish` must follow, outside of it.
    """
    with transaction.atomic():
        order = _decide(number, by, ErasureOutcome.CONFIRMED, "")
        subjects = order.subjects()
        people, personal = _people(order.agency, subjects)
        whole = order.scope == ErasureScope.EVERYTHING
        owed = sorted(people.events if whole else personal)
        if owed:
            text = f"order {order.subject.partition(':')[2]}, document sha256:{order.sha256}"
            by_order = Order(text, actor=by.actor, occurred_at=order.decided_at)
            _index(ledger().erase(owed, by_order, ErasedPart.CASE if whole else ErasedPart.PERSONAL))
        if whole:
            projection.forget(order.agency, subjects, people.events)
        else:
            _project(subjects)
        erasing.send(None, people=people)
        order.erased, order.histories, order.left = len(owed), [], [FILES_LEFT]
        order.save()
    return order


def _decide(number: int, by: User, outcome: ErasureOutcome, note: str) -> ErasureOrder:
    """The order, decided but not saved. It is read behind the ledger's lock: one decision counts."""
    ledger().begin()
    order = ErasureOrder.objects.filter(pk=number).first()
    if order is None or not order.open:
        raise NotDecidedError(_("This order has been decided already."))
    if by.role not in DECIDES or not by.scope().holds(order.agency):
        raise NotDecidedError(_("A coordinator or federal supervisor of the agency must decide."))
    if by.actor == order.entered_by:
        raise NotDecidedError(_("You entered this order. Another person must decide."))
    record(
        lambda: [
            draft(
                ErasureDecided.type,
                by=by.as_actor(),
                subject=order.subject,
                agency=order.agency,
                document=order.sha256,
                outcome=outcome,
                note=note,
            )
        ]
    )
    order.decided_by, order.decided_at, order.outcome = by.actor, now(), outcome.value
    order.document = b""
    return order


def _people(agency: str, subjects: Sequence[Subject]) -> tuple[ToErase, list[UUID]]:
    """What rooms are told of these histories, and the events that have a personal part."""
    about = [*subjects, *(one._replace(kind=SubjectKind.SYSTEM) for one in subjects)]
    histories, _agreements = history.load_all(about, ())
    stated = stated_at([entry.seq for entries in histories.values() for entry in entries])
    personal = {one.event.id: _personal(one) for one in stated.values()}
    names = {said[name] for said in personal.values() for name in NAMES if name in said}
    people = ToErase(
        agency=agency,
        subjects=frozenset(about),
        events=frozenset(one.event.id for one in stated.values()),
        names=frozenset(name.casefold() for name in names),
    )
    return people, [event for event, said in personal.items() if said]


def _personal(stated: Stated) -> dict[str, str]:
    """The personal fields of an event that were given and not erased."""
    event = stated.event
    return {
        name: str(getattr(event, name))
        for name, spec in FIELDS[event.type].items()
        if spec.personal and getattr(event, name) is not None
    }


def _index(added: range) -> None:
    """Enter the events that record the erasure into the index of the ledger."""
    found = leaves.at(list(added))
    projection.index(added, [history.event_of(leaf.case, None) for leaf in found if leaf.case is not None])


def _project(subjects: Iterable[Subject]) -> None:
    """Write the rows that follow from the histories as they are now."""
    histories, _agreements = history.load_all(list(subjects), ())
    projection.project(histories, lambda agency: history.load_all((), {agency})[1][agency]).write()
