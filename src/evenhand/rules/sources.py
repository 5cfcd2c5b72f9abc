"""The sources that rules cite, each with the days on which it was in force where that is known."""

from datetime import date

from evenhand.rules.rule import Basis, Citation
from evenhand.rules.template import Template

_IIRIRA = date(1996, 9, 30)
I247A = date(2017, 4, 2)
"""From this day ICE issues detainers on Form I-247A with an administrative warrant (Directive 10074.2)."""
CITIZENSHIP_DIRECTIVE = date(2015, 11, 10)
"""From this day ICE Directive 16001.2 is in force."""


def statute(section: str, quote: str = "") -> Citation:
    """8 U.S.C. 1357, whose subsection (g) was added by IIRIRA section 133."""
    effective = _IIRIRA if section.startswith("1357(g)") else None
    return Citation("8 U.S.C.", section, Basis.STATUTE, effective=effective, quote=quote)


def regulation(
    section: str, quote: str = "", *, unverified: bool = False, effective: date | None = None
) -> Citation:
    return Citation(
        "8 CFR", section, Basis.REGULATION, effective=effective, unverified=unverified, quote=quote
    )


def moa(section: str, quote: str = "", **pages: str) -> Citation:
    """The agreement's own text; give each template that has it the page, as in `J20="p. 9"`."""
    return Citation(
        "MOA",
        section,
        Basis.AGREEMENT,
        pages=tuple((str(Template(name)), page) for name, page in pages.items()),
        quote=quote,
    )


def form_i247a(quote: str = "") -> Citation:
    return Citation("Form I-247A (3/17)", "", Basis.FORM, effective=I247A, quote=quote)


def form(name: str, quote: str = "", *, unverified: bool = False) -> Citation:
    return Citation(name, "", Basis.FORM, unverified=unverified, quote=quote)


def court(case: str, reference: str, *, unverified: bool = False) -> Citation:
    """A decision, named by its case and its court and year."""
    return Citation(case, reference, Basis.COURT, unverified=unverified)


def claim(number: str) -> Citation:
    """What the program says of itself; not law."""
    return Citation("Claim", number, Basis.CLAIM)


def practice(text: str, *, unverified: bool = False) -> Citation:
    """A rule of our own, or of good practice: no text asks for it in these words."""
    return Citation(text, "", Basis.PRACTICE, unverified=unverified)


DIRECTIVE_DETAINERS = Citation("ICE Directive 10074.2", "", Basis.DIRECTIVE, effective=I247A, unverified=True)
DIRECTIVE_CITIZENSHIP = Citation(
    "ICE Directive 16001.2", "", Basis.DIRECTIVE, effective=CITIZENSHIP_DIRECTIVE, unverified=True
)
PRIVACY_ACT = Citation("5 U.S.C.", "552a(b)(1)", Basis.STATUTE, unverified=True)
CJIS_LOGGING = Citation("FBI CJIS Security Policy, version 5.4", "5.4.7", Basis.DIRECTIVE, unverified=True)
TITLE_VI = Citation("42 U.S.C.", "2000d", Basis.STATUTE, unverified=True)
REHABILITATION_ACT = Citation("29 U.S.C.", "794", Basis.STATUTE, unverified=True)
VIENNA_CONVENTION = Citation(
    "Vienna Convention on Consular Relations",
    "art. 36(1)(b)",
    Basis.TREATY,
    quote="shall inform ... without delay",
)
GONZALEZ_SETTLEMENT = Citation(
    "Gonzalez v. ICE, No. 13-cv-04416 (C.D. Cal.)",
    "settlement",
    Basis.COURT,
    effective=date(2025, 3, 4),
    until=date(2030, 3, 4),
    unverified=True,
)
"""In force for five years from 4 March 2025 (National Immigrant Justice Center); the text was not read."""
STATE_LAW = Citation("State law", "table in rules/data/state_law.csv", Basis.STATUTE)
