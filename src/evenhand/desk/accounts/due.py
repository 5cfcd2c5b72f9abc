"""Changes of access that await the account as their second person."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import User
from evenhand.desk.accounts.requests import open_for
from evenhand.desk.home.due import DueItem, offers_due

ROOM = "desk_accounts"


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    text, url = _("Your approval of a change of access is needed"), reverse("accounts:requests")
    return [DueItem(text, url, request.ends_at, False, ROOM) for request in open_for(user, now)]
