"""The sources that rules cite, each with the days on which it was in force where that is known."""

from datetime import date

from evenhand.rules.rule import Citation

_IIRIRA = date(1996, 9, 30)
I247A = date(2017, 4, 2)
"""From this day ICE issues detainers on Form I-247A with an administrative warrant (Directive 10074.2)."""


def statute(section: str) -> Citation:
    """8 U.S.C. 1357(g), as added by IIRIRA section 133."""
    return Citation("8 U.S.C.", section, effective=_IIRIRA)


def regulation(section: str) -> Citation:
    return Citation("8 CFR", section)


def moa(section: str) -> Citation:
    """The agreement's own text; what differs by model or template stands in the rule's terms."""
    return Citation("MOA", section)


def form_i247a() -> Citation:
    return Citation("Form I-247A (3/17)", "", effective=I247A)


def claim(number: str) -> Citation:
    """What the program says of itself; not law."""
    return Citation("Claim", number)


def practice(text: str, *, unverified: bool = False) -> Citation:
    return Citation(text, "", unverified=unverified)


DIRECTIVE_DETAINERS = Citation("ICE Directive 10074.2", "", effective=I247A)
DIRECTIVE_CITIZENSHIP = Citation("ICE Directive 16001.2", "", effective=date(2015, 11, 10), unverified=True)
PRIVACY_ACT = Citation("5 U.S.C.", "552a")
TITLE_VI = Citation("42 U.S.C.", "2000d")
REHABILITATION_ACT = Citation("29 U.S.C.", "794")
