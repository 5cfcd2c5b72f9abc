"""Personal data that a column's header announces."""

import re

from evenhand.intake.header_words import without_accents, words

NAME = "a person's name"
ADDRESS, PHONE, EMAIL = "an address", "a phone number", "an email address"
BIRTH, SSN = "a birth date or place", "a Social Security number"
ALIAS, LICENSE, FILE = "an alias", "a license or identity document", "an immigration file number"

_STEMS = {
    NAME: ("lastname", "firstname", "middlename", "fullname", "surname", "forename", "apellido", "nombre"),
    ALIAS: ("alias",),
    BIRTH: ("birth", "nacimiento", "naissance"),
    SSN: ("socialsec", "socsec", "segurosocial"),
    EMAIL: ("email", "correo"),
    ADDRESS: ("address", "direccion", "domicilio", "zipcode"),
    PHONE: ("phone", "telefono"),
    LICENSE: ("license", "licence", "licencia", "passport", "pasaporte"),
    FILE: ("aliennumber", "alienno", "afile"),
}
"""Letters that announce personal data wherever they stand in a header, also inside a joined word."""

_WORDS = {
    NAME: {"lname", "fname", "mname", "lastnm", "firstnm", "nickname", "moniker", "nom", "prenom", "nachname",
           "vorname"},
    ALIAS: {"aka", "akas", "maiden", "apodo"},
    BIRTH: {"birth", "bday", "born", "yob"},
    SSN: {"ssn", "ssn4", "ssno", "ssnum", "social", "ss#"},
    ADDRESS: {"addr", "addr1", "addr2", "street", "zip", "zip4", "postal", "residence", "domicile",
              "adresse"},
    PHONE: {"tel", "telno", "mobile", "celular", "fax"},
    LICENSE: {"lic", "dl", "dln", "oln", "dlno", "dl#", "plate"},
    FILE: {"anumber", "anum", "ano", "a#", "uscis"},
}  # fmt: skip
"""Whole words that announce personal data."""

_TOGETHER = ((SSN, {"ss", "no"}), (SSN, {"soc", "sec"}), (FILE, {"a", "no"}), (FILE, {"a", "file"}),
             (FILE, {"alien", "no"}), (FILE, {"alien", "id"}), (EMAIL, {"e", "mail"}))  # fmt: skip

_PERSON = (
    "inmate|defendant|offender|arrestee|prisoner|person|subject|detainee|suspect|individual|alien|officer|deputy|"
    "mother|father|spouse|contact"
)
_JOINED_NAME = re.compile(rf"(?:{_PERSON}|last|first|middle|full|given|family|def)+(?:name|nm)s?\d*")
_NAME_FIRST = re.compile(r"(?:name|nm)(?:last|first|middle|full|given|family)")
_PART_OF_NAME = {"first", "last", "middle", "given", "family", "suffix", "initial", "initials", "mi"}

_OFFICE = {
    "facility", "jail", "prison", "institution", "site", "building", "agency", "department", "dept", "court",
    "office", "station", "company",
}  # fmt: skip
"""Words that say that a name, an address or a phone number is an office's, not a person's."""
_THING = {
    "housing", "pod", "unit", "block", "bed", "county", "state", "city", "country", "charge", "charges",
    "offense", "offenses", "offence", "statute", "crime", "violation", "file", "form", "event", "type",
    "status", "reason", "program", "language", "document", "rule", "system", "field", "table", "class",
    "category", "group", "location", "area", "district", "precinct", "division", "zone", "region", "beat",
    "sector", "port", "place", "organization", "org", "entity", "school", "bond", "bail", "no", "id", "#",
}  # fmt: skip
"""Words that say that a name is a thing's, or that a number stands for it, as in `Name No`."""


def personal_by_name(header: str) -> str | None:
    """Say which personal data a header announces, such as `a birth date or place`; None if it announces none.

    Headers such as `Inmate` or `Person`, which can stand for a name or a number, give None:
    `personal_by_look` judges their values.
    """
    # Of a nested name such as `inmates.charge.name` the last two members count.
    header = without_accents(".".join(header.split(".")[-2:]))
    found, joined = words(header), re.sub(r"[^a-z0-9]", "", header.lower())
    announced = [w for w in _STEMS if any(s in joined for s in _STEMS[w]) or found & _WORDS.get(w, set())]
    announced += [what for what, together in _TOGETHER if together <= found]
    if _names_a_person(found, joined):
        announced.append(NAME)
    not_personal: set[str] = set()
    if found & _OFFICE:
        not_personal = {NAME, ADDRESS, PHONE, EMAIL}
    elif found & _THING:
        not_personal = {NAME}
    return next((what for what in announced if what not in not_personal), None)


def _names_a_person(found: set[str], joined: str) -> bool:
    named = (
        bool(found & {"name", "names", "nm"}) or _JOINED_NAME.fullmatch(joined) or _NAME_FIRST.match(joined)
    )
    return bool(named) or (bool(found) and found <= _PART_OF_NAME)
