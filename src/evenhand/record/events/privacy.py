"""Events of who looked for whom, and of court orders to erase.

They are about the record itself, so `subject` is the list, the search or the order, never a person.
"""

from enum import StrEnum
from typing import ClassVar

from evenhand.record.events.base import Code, PersonalText
from evenhand.record.events.oversight import SystemEvent


class SearchGround(StrEnum):
    """Why somebody searches for a person by name."""

    CUSTODY = "custody"
    COUNSEL_OR_FAMILY = "counsel_or_family"
    COURT = "court"
    COMPLAINT = "complaint"
    RECORDS_REQUEST = "records_request"
    OTHER = "other"


class ErasureScope(StrEnum):
    """How much an order removes: what identifies the person, or all that leads to the person."""

    PERSONAL = "personal"
    EVERYTHING = "everything"


class ErasureOutcome(StrEnum):
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class AccessListed(SystemEvent):
    """An account opened a list of people: once in an hour for the same list, narrowed in the same way.

    The subject is a keyed hash of account, list, filter and hour, so that a view is found to be recorded.
    `what` and `narrowed_by` say which people were in reach, `ground` why, `shown` how many of the agency's
    the page showed. `narrowed_by` has the facility and the stage; of a booking number only that there was
    one, since it leads to a person.
    """

    type: ClassVar[str] = "access.listed"
    what: Code
    ground: Code | None = None
    narrowed_by: tuple[Code, ...] | None = None
    shown: int | None = None


class AccessSearched(SystemEvent):
    """An account searched for a person by the exact full name.

    `ground` and `found` (the number of results) are what a review of searches needs. The name is recorded
    nowhere, and no hash of it. `note` is the reason in words, which can name a person.
    """

    type: ClassVar[str] = "access.searched"
    what: Code
    ground: SearchGround
    note: PersonalText = None
    found: int


class ErasureOrdered(SystemEvent):
    """A court's order to seal or expunge was entered; nothing is erased yet.

    `document`, the SHA-256 of the order's file, shows which order it was to whoever holds the original.
    `scope` and `histories` (how many) let an auditor compare the erasure with the order. `court`, `number`
    and `ordered_on` are personal: they lead to the person in a court's docket.
    """

    type: ClassVar[str] = "erasure.ordered"
    document: Code
    scope: ErasureScope
    histories: int
    court: PersonalText = None
    number: PersonalText = None
    ordered_on: PersonalText = None


class ErasureDecided(SystemEvent):
    """A second person confirmed or declined an order: it shows that no one erases alone.

    `document` ties the decision to the order's file. `note` says why an order was declined, and can name a
    person.
    """

    type: ClassVar[str] = "erasure.decided"
    document: Code
    outcome: ErasureOutcome
    note: PersonalText = None
