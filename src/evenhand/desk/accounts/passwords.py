"""Words that a stranger tries first at a jail's desk, so that no password may live of them."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = (
    "evenhand",
    "sheriff",
    "deputy",
    "county",
    "jail",
    "detention",
    "detainer",
    "booking",
    "officer",
    "supervisor",
    "coordinator",
    "administrator",
    "admin",
    "federal",
    "immigration",
    "customs",
    "enforcement",
    "287g",
    "287(g)",
    "i-247a",
    "ice",
    "dhs",
    "password",
    "welcome",
)
"""Each in any case; docs/desk/access.md lists them."""
OTHER_CHARACTERS = 8
_ANY = re.compile("|".join(re.escape(word) for word in sorted(WORDS, key=len, reverse=True)), re.IGNORECASE)


class ContextWordsValidator:
    """Refuses a password of which too little is left without the words of the trade (ASVS 6.2.11)."""

    def validate(self, password: str, user: object = None) -> None:
        if len(_ANY.sub("", password)) < OTHER_CHARACTERS:
            raise ValidationError(self.get_help_text(), code="password_of_context_words")

    def get_help_text(self) -> str:
        return _(
            "Besides words such as sheriff, jail or detainer, a password needs at least %(count)d more "
            "characters."
        ) % {"count": OTHER_CHARACTERS}
