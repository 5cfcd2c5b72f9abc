"""The words of a column's header, however the header joins them."""

import re
import unicodedata

_JOINED = {
    "bookingid": "booking id", "bookingno": "booking no", "bookingnumber": "booking number",
    "bookno": "book no", "bookdate": "book date", "booktime": "book time", "bookingdate": "booking date",
    "bookingtime": "booking time", "releasedate": "release date", "releasetime": "release time",
    "reldate": "release date", "reltime": "release time", "arrestdate": "arrest date",
    "arresttime": "arrest time", "chargedesc": "charge desc", "dob": "birth date",
    "birthdate": "birth date", "dateofbirth": "birth date", "birthplace": "birth place",
    "pob": "birth place", "lastname": "last name", "firstname": "first name", "middlename": "middle name",
    "fullname": "full name", "personid": "person id", "inmateid": "inmate id", "inmateno": "inmate no",
    "datetime": "date time", "releasereason": "release reason", "releasetype": "release type",
    "arrestingagency": "arresting agency", "lvl": "level", "rsn": "reason", "fel": "felony",
    "misd": "misdemeanor", "chgs": "charges", "bkg": "booking", "bk": "booking", "rel": "release",
    "chg": "charge", "desc": "description", "dt": "date", "dttm": "date time", "tm": "time", "num": "no",
    "nbr": "no", "number": "no", "dispo": "disposition",
}  # fmt: skip


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def words(header: str) -> set[str]:
    """Return a header's words in lower case, without accents.

    Splits camel case, underscores and known joined words: `DateOfBirth` gives `birth` and `date`.
    """
    plain = without_accents(header)
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    parts = re.split(r"[^A-Za-z0-9#]+", spaced.lower())
    return {word for part in parts if part for word in _JOINED.get(part, part).split()}
