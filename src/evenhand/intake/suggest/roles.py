"""What a column seems to be, by the words of its header and the shape of its values."""

import re
from dataclasses import dataclass, field

from evenhand.intake.duck import Duck
from evenhand.intake.suggest.dates import Dates, guess_clock, guess_dates
from evenhand.intake.suggest.look import Column, Look

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

BIRTH_ABROAD = {"citizenship", "citizen", "nationality", "national", "alien", "immigration", "country"}
_KEYS = {"id", "no", "key", "#"}


def words(name: str) -> set[str]:
    """A header's words: camel case, underscores and known run-together words taken apart."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    parts = re.split(r"[^A-Za-z0-9#]+", spaced.lower())
    return {word for part in parts if part for word in _JOINED.get(part, part).split()}


@dataclass
class Roles:
    """The columns by role, each with why it was chosen; and those that must not be mapped lightly."""

    chosen: dict[str, Column] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    dates: dict[str, Dates] = field(default_factory=dict)
    clocks: dict[str, tuple[str, bool]] = field(default_factory=dict)
    origin: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def take(self, role: str, column: Column, why: str) -> None:
        if role not in self.chosen:
            self.chosen[role] = column
            self.why[role] = why


def tells_origin(name: str) -> bool:
    """Whether a header speaks of place of birth, citizenship or the like."""
    found = words(name)
    place = {"place", "country", "state", "city", "nation"}
    return bool(found & BIRTH_ABROAD) or ("birth" in found and bool(found & place)) or "born" in found


_BOOKED = (
    "booked",
    "booking",
    "book",
    "intake",
    "admit",
    "admitted",
    "admission",
    "commit",
    "commitment",
    "received",
)
_RELEASED = ("released", "release", "discharge", "discharged", "departure", "exit")


def assign(look: Look, duck: Duck) -> Roles:
    """Give each role the first column that fits it."""
    roles = Roles()
    for column in look.columns:
        found = words(column.name)
        named_date = bool(found & {"date", "time", "on", "at", "in", "out", "booked", "released", "arrested"})
        if column.given and not tells_origin(column.name):
            clock = guess_clock(column) if found & {"time", "hour", "clock"} and "date" not in found else None
            if clock is not None:
                roles.clocks[column.name] = clock
            elif (dates := guess_dates(column, duck, named_date=named_date)) is not None:
                roles.dates[column.name] = dates
    for column in look.columns:
        if tells_origin(column.name):
            roles.origin.append(column.name)
    usable = [c for c in look.columns if c.name not in roles.origin]
    _times(roles, usable)
    for column in usable:
        if column.name not in roles.dates and column.name not in roles.clocks:
            _texts(roles, column, words(column.name), look.rows)
    _birth(roles, usable)
    _keys(roles, usable, look)
    return roles


def _times(roles: Roles, columns: list[Column]) -> None:
    dated = [c for c in columns if c.name in roles.dates and "birth" not in words(c.name)]
    outer = [c for c in dated if c.item_of is None]
    for role, signs, weak in (("booked", _BOOKED, "in"), ("released", _RELEASED, "out")):
        for column in outer:
            found = words(column.name)
            if (
                found & set(signs)
                and "charge" not in found
                and not found & {"scheduled", "projected", "bond"}
            ):
                roles.take(role, column, f"a date under the name {column.name!r}")
        for column in outer:
            if weak in words(column.name):
                roles.take(role, column, f"a date under the name {column.name!r}")
    for column in dated:
        found = words(column.name)
        if "arrest" in found or "arrested" in found:
            roles.take("arrested", column, f"a date under the name {column.name!r}")
        if "detainer" in found and not found & {"cancel", "cancelled", "lifted"}:
            roles.take("detainer", column, f"a date under the name {column.name!r}")
        if found & {"charge", "disposition"} and found & {"disposition", "disposed", "release", "released"}:
            roles.take("disposed", column, f"a date under the name {column.name!r}")
    if "booked" not in roles.chosen:
        left = [c for c in outer if c not in roles.chosen.values()]
        if left:
            roles.take("booked", left[0], "TODO: no name told of it; this is the first column of dates")


def _texts(roles: Roles, column: Column, found: set[str], rows: int) -> None:
    distinct, name = len(column.counts), column.name
    why = f"the name {name!r}"
    if not column.given:
        return
    if found & {"sex", "gender"}:
        roles.take("sex", column, why)
    elif found & {"race", "ethnicity", "ethnic"}:
        roles.take("race", column, why)
    elif "age" in found and found & {"group", "cat", "category", "band", "range"}:
        roles.take("age", column, why)
    elif "arresting" in found or (found & {"arrest"} and found & {"agency", "department"}):
        roles.take("arresting_agency", column, why)
    elif (found & {"release", "released", "releasing"} and not found & (_KEYS | {"officer", "by"})) or (
        found & {"discharge", "exit", "departure"}
        and found & {"type", "reason", "code", "cause", "disposition"}
    ):
        roles.take("cause", column, why)
    elif (found & {"level", "degree", "severity", "class"} and distinct <= 60) or (
        found & {"felony", "misdemeanor"} and distinct <= 60
    ):
        roles.take("level", column, why)
    elif "disposition" in found:
        roles.take("disposition", column, why)
    elif found & {"charge", "charges", "count"} and found & {"no", "seq", "sequence"} and _whole(column):
        roles.take("charge_no", column, why)
    elif found & {
        "charge",
        "charges",
        "offense",
        "offenses",
        "offence",
        "statute",
        "violation",
    } and not found & (_KEYS | {"type", "bond", "bail", "status", "date", "count", "code"}):
        roles.take("charge", column, why)
    elif (
        found & {"facility", "jail", "site", "location", "institution"}
        and distinct <= 60
        and not found & _KEYS
    ):
        roles.take("facility", column, why)
    elif found & {"agency"} and not found & _KEYS:
        roles.take("arresting_agency", column, f"TODO: {why}; is it the agency that arrested?")
    elif "name" in found and not found & {
        "officer",
        "agency",
        "facility",
        "attorney",
        "judge",
        "court",
        "charge",
    }:
        roles.names.append(name)


def _whole(column: Column) -> bool:
    return all(re.fullmatch(r"\d{1,6}(\.0+)?", t) for t in column.counts)


def _birth(roles: Roles, columns: list[Column]) -> None:
    for column in columns:
        found = words(column.name)
        if "birth" in found and found & {"date", "day"} and column.given:
            roles.take("birth_date", column, f"the name {column.name!r}")


def _keys(roles: Roles, columns: list[Column], look: Look) -> None:
    plain = [c for c in columns if c.given and c.item_of is None and c.name not in roles.clocks]
    person = {
        "person",
        "inmate",
        "offender",
        "subject",
        "defendant",
        "individual",
        "jacket",
        "sid",
        "mni",
        "pin",
        "so",
    }
    for column in plain:
        found = words(column.name)
        if (
            found & {"booking", "book"}
            and (found & _KEYS or len(found) == 1)
            and column.name not in roles.dates
        ):
            roles.take("key", column, f"the name {column.name!r}")
        if found & person and not found & {"charge", "name"} and column.name not in roles.dates:
            roles.take("person", column, f"the name {column.name!r}")
    if "key" in roles.chosen:
        return
    for column in plain:
        found = words(column.name)
        is_person = column is roles.chosen.get("person")
        if found & _KEYS and column.given == look.rows and "charge" not in found and not is_person:
            roles.take("key", column, f"TODO: the name {column.name!r} is of a key; is it the booking's?")
            return
