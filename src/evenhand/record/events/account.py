"""Events of the desk itself: who may sign in, in which role, and which programs may call.

They belong to no agency's program, so their agency is `THE_DESK`. No password, link, code, token or secret is
in any of them. Exports for audits leave them out.
"""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from evenhand.record.events.base import Code, Event, PersonalText, SubjectKind

THE_DESK = "DESK00000"
"""In place of an ORI. No agency can have it."""


class LinkDelivery(StrEnum):
    """How an invitation's link left the desk: whoever saw it could have used it."""

    MAIL = "mail"
    SHOWN = "shown"


class Factor(StrEnum):
    TOTP = "totp"
    WEBAUTHN = "webauthn"
    RECOVERY_CODES = "recovery_codes"


class AccountEvent(Event):
    """An act on an account, a token, a webhook or a place, which `subject` names."""

    subject_kind: ClassVar[SubjectKind] = SubjectKind.ACCOUNT


class AccountGranted(AccountEvent):
    """The account got a role, in these agencies: what it may do and see from then on.

    `second_person` confirmed it. `name` and `email` say whose account it is; they are needed to find who
    acted under the subject's name.
    """

    type: ClassVar[str] = "account.granted"
    role: Code
    agencies: tuple[Code, ...] | None = None
    second_person: str | None = None
    name: PersonalText = None
    email: PersonalText = None


class AccountFound(AccountEvent):
    """The desk started with an account that no event tells of: it is older, or was made past the desk.

    `role`, `agencies`: what it could do then.
    """

    type: ClassVar[str] = "account.found"
    role: Code
    agencies: tuple[Code, ...] | None = None


class AccountWithdrawn(AccountEvent):
    """The account lost a role, or agencies: what it may no longer do."""

    type: ClassVar[str] = "account.withdrawn"
    role: Code
    agencies: tuple[Code, ...] | None = None


class AccountInvited(AccountEvent):
    """A link to set a password was made. `ends_at`: until when it works.

    `delivery` tells who could have used it. `reset`: the account had a password before.
    `clears_factors`: its second factors end with it. `second_person` confirmed it.
    """

    type: ClassVar[str] = "account.invited"
    delivery: LinkDelivery
    ends_at: AwareDatetime
    reset: bool | None = None
    clears_factors: bool | None = None
    second_person: str | None = None


class AccountEnrolled(AccountEvent):
    """The invited person set the password; from here the account's acts are its holder's."""

    type: ClassVar[str] = "account.enrolled"


class AccountPasswordChanged(AccountEvent):
    type: ClassVar[str] = "account.password_changed"


class AccountResetStarted(AccountEvent):
    """Someone asked on the sign-in page for a link to the account's address."""

    type: ClassVar[str] = "account.reset_started"


class AccountFactorEnrolled(AccountEvent):
    """`factor`: which kind, to tell a changed one from a second one."""

    type: ClassVar[str] = "account.factor_enrolled"
    factor: Factor


class AccountFactorRemoved(AccountEvent):
    """`factor`: which kind ended."""

    type: ClassVar[str] = "account.factor_removed"
    factor: Factor


class AccountRecoveryUsed(AccountEvent):
    """A recovery code stood in for the second factor."""

    type: ClassVar[str] = "account.recovery_used"


class AccountLocked(AccountEvent):
    """Sign-in failed so often that the account was locked for a while: at most one event per lock."""

    type: ClassVar[str] = "account.locked"


class AccountDisabled(AccountEvent):
    type: ClassVar[str] = "account.disabled"


class AccountEnabled(AccountEvent):
    """`second_person` confirmed it."""

    type: ClassVar[str] = "account.enabled"
    second_person: str | None = None


class AccountDetailsChanged(AccountEvent):
    """`name`, `email`: what they are now, to find whose account it was at any time.

    `second_person` confirmed it.
    """

    type: ClassVar[str] = "account.details_changed"
    second_person: str | None = None
    name: PersonalText = None
    email: PersonalText = None


class AccountSignInLinked(AccountEvent):
    """The account signed in at the agency's own provider for the first time; its password ended."""

    type: ClassVar[str] = "account.sign_in_linked"


class AccountChangeRequested(AccountEvent):
    """A change that needs a second person was requested.

    `change` and `request` tie the answer to it; `role`, `agencies` and `grants` say what was asked for.
    """

    type: ClassVar[str] = "account.change_requested"
    change: Code
    request: Code
    role: Code | None = None
    agencies: tuple[Code, ...] | None = None
    grants: tuple[Code, ...] | None = None


class AccountChangeConfirmed(AccountEvent):
    """The second person confirmed the request; the events of the change follow."""

    type: ClassVar[str] = "account.change_confirmed"
    change: Code
    request: Code


class AccountChangeDeclined(AccountEvent):
    type: ClassVar[str] = "account.change_declined"
    change: Code
    request: Code


class TokenIssued(AccountEvent):
    """A program got a token. `program` is its name in events, `of_agency` and `grants` what it reaches,
    `roles` those of the people whose acts it may send.

    `second_person` confirmed it, as a token for federal acts needs.
    """

    type: ClassVar[str] = "token.issued"
    program: str
    of_agency: Code
    grants: tuple[Code, ...]
    roles: tuple[Code, ...] | None = None
    expires_at: AwareDatetime
    second_person: str | None = None


class TokenRevoked(AccountEvent):
    type: ClassVar[str] = "token.revoked"


class WebhookAdded(AccountEvent):
    """`host` receives notices of `of_agency`, of these `types`; the rest of the address may hold a secret."""

    type: ClassVar[str] = "webhook.added"
    host: str
    of_agency: Code
    types: tuple[Code, ...] | None = None


class WebhookStopped(AccountEvent):
    type: ClassVar[str] = "webhook.stopped"


class PlaceAdded(AccountEvent):
    """An agency or facility was entered, within which roles are granted."""

    type: ClassVar[str] = "place.added"


class SettingsRecorded(AccountEvent):
    """The desk started with these settings, which bear on who may do what; recorded when they change.

    `oidc_issuer` and `oidc_second_factor`: whom the desk believes about who signs in, and about their second
    factor. `invitation_hours`, `by_mail`: how long invitations work, and who sees their links.
    `will_as_violation`: what a second person may override.
    """

    type: ClassVar[str] = "settings.recorded"
    oidc_issuer: str | None = None
    oidc_second_factor: tuple[str, ...] | None = None
    invitation_hours: int
    by_mail: bool
    will_as_violation: bool
