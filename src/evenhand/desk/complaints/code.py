"""Tracking codes: the secret with which a complainant follows a complaint.

A code has six groups of five characters: 29 drawn at random (131 bits) and one that shows a typing error. The
desk shows it once and keeps only its SHA-256, which is enough because a code is too long to guess. The code
is no part of an event: it opens a page, as a password does, and says nothing about the complaint.
"""

import hashlib
import re
import secrets

from django.utils.translation import gettext as _

LETTERS = "34679ABCDEFHJKMNPQRTWXY"
"""Characters that are not mistaken for one another, in print or by hand. Their number, 23, is a prime."""
LEFT_OUT = "0 1 2 5 8 G I L O S U V Z"
GROUPS, GROUP = 6, 5
LENGTH = GROUPS * GROUP
_RADIX = 5
"""A primitive root of 23: the check finds each wrong character and each two that traded places."""
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212_.]+")
_EARLIER = re.compile(r"C[2-9A-HJKMNP-TV-Z]{12}")
"""The numbers that were given out before, `C-XXXX-XXXX-XXXX`. They were published in the ledger."""


class CodeError(ValueError):
    """A text that is no tracking code: what is wrong with it and what to do."""


def new_code() -> str:
    """Draw a code, in groups: `3A7KM-...`."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH - 1))
    code = drawn + LETTERS[-_remainder(drawn) * _RADIX % len(LETTERS)]
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def read(typed: str) -> str:
    """The code in a text that a person typed, without what separates its groups. Raises `CodeError`."""
    code = _BETWEEN.sub("", typed).upper()
    if _EARLIER.fullmatch(code):
        raise CodeError(
            _(
                "Numbers that begin with C- no longer open a complaint, to protect you. Your complaint is "
                "not lost: ask the agency's complaints office about it and give this number."
            )
        )
    if not set(code) <= set(LETTERS):
        raise CodeError(
            _("A tracking code never has %(left_out)s. Check each character.") % {"left_out": LEFT_OUT}
        )
    if len(code) != LENGTH:
        raise CodeError(
            _("A tracking code has %(length)s characters; you entered %(entered)s. Check each group.")
            % {"length": LENGTH, "entered": len(code)}
        )
    if _remainder(code):
        raise CodeError(_("There is a typing error in the code. Check each character."))
    return code


def digest_of(code: str) -> str:
    """What is kept of a code that `new_code` made or `read` gave: SHA-256, in hexadecimal."""
    return hashlib.sha256(code.replace("-", "").encode()).hexdigest()


def _remainder(code: str) -> int:
    """0 for a whole code whose check character is right."""
    found = 0
    for character in code:
        found = (found * _RADIX + LETTERS.index(character)) % len(LETTERS)
    return found
