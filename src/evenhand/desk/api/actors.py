"""Whom a program may name as the actor of an act: people of its agency whom the desk knows.

A program states what a person did; it is nobody's sign-in. So it names only people who could have done it:
accounts that may sign in, officers with a certificate in force, and for a federal token federal accounts.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.api.models import FEDERAL_ROLES, Token
from evenhand.desk.officers.models import Officer
from evenhand.desk.record.act import BadActError
from evenhand.record.events import ActorRole


class Actors:
    """The accounts and officers behind the names that a batch states, loaded at once."""

    def __init__(self, token: Token, names: Iterable[str]) -> None:
        named = sorted(set(names))
        self.token = token
        self.officers = {
            row.subject: row for row in Officer.objects.filter(subject__in=named, agency=token.agency)
        }
        accounts = User.objects.filter(actor__in=named)
        self.active = {user.actor: user for user in accounts.filter(agencies=token.agency, is_active=True)}
        self.barred = {user.actor for user in accounts} - self.active.keys()

    def check(self, name: str, role: ActorRole, moment: datetime) -> None:
        """Raise `BadActError` unless the token may state an act of that person in that role then."""
        if role.value not in self.token.roles:
            raise BadActError({"actor_role": _("This token can't send acts of that role.")})
        if role is ActorRole.DESIGNATED_OFFICER:
            self._check_officer(name, moment)
        elif not self._acts_as(name, role):
            raise BadActError(
                {"actor": _("This agency has no active account of that name and role. Check the name.")}
            )

    def _check_officer(self, name: str, moment: datetime) -> None:
        officer = self.officers.get(name)
        if officer is None or name in self.barred:
            raise BadActError({"actor": _("This agency has no active officer of that name. Check the name.")})
        if not officer.stands(moment).get("certified"):
            raise BadActError(
                {"actor": _("This officer had no certificate in force at that time. Check name and time.")}
            )

    def _acts_as(self, name: str, role: ActorRole) -> bool:
        account = self.active.get(name)
        if account is None:
            return False
        if role in FEDERAL_ROLES:
            # A federal supervisor is an officer of ICE too.
            return account.role == Role.FEDERAL_SUPERVISOR
        return account.role != Role.AUDITOR and account.as_actor().role is role
