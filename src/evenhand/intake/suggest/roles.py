"""What a column seems to be, by the words of its header and the shape of its values."""

import re
from dataclasses import dataclass, field

import pyarrow as pa

from evenhand.intake.duck import Duck
from evenhand.intake.header_words import words
from evenhand.intake.personal.headers import personal_by_name
from evenhand.intake.personal.looks import personal_by_look
from evenhand.intake.suggest.codes import sure_levels
from evenhand.intake.suggest.dates import Dates, guess_clock, guess_dates
from evenhand.intake.suggest.look import Column, Look

_ORIGIN = {"citizenship", "citizen", "nationality", "national", "alien", "immigration", "country"}
_KEYS = {"id", "no", "key", "#", "identifier"}
_BOOKED = {
    "booked", "booking", "book", "intake", "admit", "admitted", "admission", "commit", "committed",
    "commitment", "received",
}  # fmt: skip
_RELEASED = {"released", "release", "discharge", "discharged", "departure", "exit", "left"}
_PLANNED = {
    "scheduled", "projected", "expected", "estimated", "anticipated", "tentative", "max", "eligible",
    "parole",
}  # fmt: skip
_SNAPSHOT = {
    "download",
    "downloaded",
    "snapshot",
    "report",
    "run",
    "export",
    "exported",
    "extract",
    "updated",
}
"""Words of a day on which a file was made."""
_PERSON = {
    "person", "inmate", "offender", "subject", "defendant", "individual", "jacket", "sid", "mni", "pin", "so",
}  # fmt: skip
_NOT_OF_BOOKINGS = {
    "charge", "officer", "court", "case", "agency", "facility", "bond", "statute", "ori", "badge",
}  # fmt: skip
"""Words of numbers that name something else."""
_MANGLED = re.compile(r"\d(\.\d+)?[Ee]\+\d+|#+")
"""A number that a spreadsheet rounded or could not show."""
FOOTER = re.compile(r"(?i)(?:(?:grand |sub)?totals?\b|page \d|printed (?:on|by)\b|end of report)")
"""How a row begins that is no data: a total, or the foot of a page."""
_ORI = re.compile(r"[A-Z]{2}(?=.*\d)[A-Z0-9]{5,7}")
CODES = 200
"""A column of codes has at most so many distinct values."""


@dataclass
class Roles:
    """The columns that fit each role, the best first.

    `dates` and `clocks`: the columns of dates and of times of day. `origin`: columns of birthplace or
    citizenship, which are never mapped. `names`: the parts of the person's name. `named`: the roles of times
    whose columns say so in their header.
    """

    candidates: dict[str, list[Column]] = field(default_factory=dict)
    dates: dict[str, Dates] = field(default_factory=dict)
    clocks: dict[str, tuple[str, bool]] = field(default_factory=dict)
    origin: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)

    def take(self, role: str, column: Column) -> None:
        known = self.candidates.setdefault(role, [])
        if column not in known:
            known.append(column)

    def of(self, role: str) -> list[Column]:
        return self.candidates.get(role, [])

    def first(self, role: str) -> Column | None:
        return next(iter(self.of(role)), None)


def tells_origin(name: str) -> bool:
    """Whether a header speaks of place of birth, citizenship or the like."""
    found = words(name)
    place = {"place", "country", "state", "city", "nation"}
    return bool(found & _ORIGIN) or ("birth" in found and bool(found & place)) or "born" in found


def mangled(column: Column) -> list[str]:
    """The texts of a key that a spreadsheet changed, such as 2.02E+11."""
    return [t for t in column.counts if _MANGLED.fullmatch(t)]


def assign(look: Look, duck: Duck) -> Roles:
    """Give each role the columns that fit it."""
    roles = Roles()
    roles.origin = [c.name for c in look.columns if tells_origin(c.name)]
    usable = [c for c in look.columns if c.name not in roles.origin and c.given]
    for column in usable:
        found = words(column.name)
        clock = guess_clock(column) if found & {"time", "hour", "clock"} and "date" not in found else None
        if clock is not None:
            roles.clocks[column.name] = clock
            continue
        named_date = bool(found & {"date", "time", "on", "at", "in", "out", "booked", "released", "arrested"})
        dates = guess_dates(column, duck, named_date=named_date)
        if dates is not None:
            roles.dates[column.name] = dates
    _times(roles, usable)
    for column in usable:
        if column.name not in roles.dates and column.name not in roles.clocks:
            _texts(roles, column, words(column.name), look.rows)
    for column in usable:
        found = words(column.name)
        if "birth" in found and found & {"date", "day"}:
            roles.take("birth_date", column)
    _keys(roles, usable, look)
    return roles


def _times(roles: Roles, columns: list[Column]) -> None:
    dated = [c for c in columns if c.name in roles.dates and "birth" not in words(c.name)]
    outer = [c for c in dated if c.item_of is None]
    for role, signs, weak in (("booked", _BOOKED, "in"), ("released", _RELEASED, "out")):
        for column in outer:
            found = words(column.name)
            if found & signs and not found & {"charge", "bond", "court", "hearing", "detainer", *_PLANNED}:
                roles.take(role, column)
        if not roles.of(role):
            for column in outer:
                if weak in words(column.name):
                    roles.take(role, column)
        if roles.of(role):
            roles.named.add(role)
    for column in outer:
        found = words(column.name)
        if found & _PLANNED and found & (_RELEASED | {"out"}):
            roles.take("planned", column)
        if found & _SNAPSHOT and len(column.counts) > 1:
            roles.take("snapshot", column)
        if "arrest" in found or "arrested" in found:
            roles.take("arrested", column)
        if found & {"detainer", "hold"} and not found & {"cancel", "cancelled", "lifted"}:
            roles.take("detainer", column)
    for column in dated:
        found = words(column.name)
        ends = {"disposition", "disposed", "release", "released"}
        if found & {"charge", "disposition", "disposed"} and found & ends:
            roles.take("disposed", column)
    if not roles.of("booked"):
        roles.candidates["booked"] = [
            c for c in outer if c not in roles.of("released") and not words(c.name) & _SNAPSHOT
        ]


def _texts(roles: Roles, column: Column, found: set[str], rows: int) -> None:
    distinct = len(column.counts)
    if found & {"ori", "agency"} and all(_ORI.fullmatch(t) for t in column.counts):
        roles.take("ori", column)
    elif found & {"zone", "timezone", "tz"}:
        roles.take("zone", column)
    elif (
        found & {"movement", "event", "transaction", "action", "activity"} or found == {"type"}
    ) and _names_events(column, found):
        roles.take("movement", column)
    elif found & {"sex", "gender"}:
        roles.take("sex", column)
    elif found & {"race", "ethnicity", "ethnic"}:
        roles.take("race", column)
    elif "age" in found and found & {"group", "cat", "category", "band", "range"}:
        roles.take("age", column)
    elif "arresting" in found or (found & {"arrest"} and found & {"agency", "department"}):
        roles.take("arresting_agency", column)
    elif (
        found & {"release", "released", "releasing"} and not found & (_KEYS | {"officer", "by", "charge"})
    ) or (
        found & {"discharge", "exit", "departure"}
        and found & {"type", "reason", "code", "cause", "disposition"}
    ):
        roles.take("cause", column)
    elif found & {"level", "degree", "severity", "class", "felony", "misdemeanor"} and distinct <= CODES:
        roles.take("level", column)
    elif "disposition" in found:
        roles.take("disposition", column)
    elif found & {"charge", "charges", "count"} and found & {"no", "seq", "sequence"} and _whole(column):
        roles.take("charge_no", column)
    elif found & {
        "charge", "charges", "offense", "offenses", "offence", "statute", "violation",
    } and not found & (_KEYS | {"type", "bond", "bail", "status", "date", "count", "row"}):  # fmt: skip
        roles.take("charge", column)
    elif (
        found & {"facility", "jail", "site", "location", "institution"}
        and distinct <= CODES
        and not found & _KEYS
    ):
        roles.take("facility", column)
    elif personal_by_name(column.name) == "a person's name":
        roles.names.append(column.name)


def _names_events(column: Column, found: set[str]) -> bool:
    """Whether the texts of a column can each be the kind of an event."""
    few = len(column.counts) <= CODES and not found & (_KEYS | {"seq", "sequence"})
    levels = len(sure_levels(column.counts))
    return few and not _whole(column) and levels < len(column.counts) / 2


def _whole(column: Column) -> bool:
    return all(re.fullmatch(r"\d{1,6}(\.0+)?", t) for t in column.counts)


def _keys(roles: Roles, columns: list[Column], look: Look) -> None:
    """The columns that can name a booking or a person. Personal data never can."""
    plain = [
        c
        for c in columns
        if c.item_of is None
        and c.name not in roles.clocks
        and c.name not in roles.dates
        and personal_by_name(c.name) is None
    ]
    for column in plain:
        found = words(column.name)
        if found & _PERSON and not found & {"charge"}:
            if _looks_personal(column):
                roles.names.append(column.name)
            else:
                roles.take("person", column)
        elif (
            found & {"booking", "book"} and (found & _KEYS or len(found) == 1) and not _looks_personal(column)
        ):
            roles.take("key", column)
    for column in plain:
        found = words(column.name)
        other = found & _NOT_OF_BOOKINGS
        used = any(column in known for known in roles.candidates.values())
        if found & _KEYS and not (other or used or look.rows > column.given) and not _looks_personal(column):
            roles.take("maybe_key", column)


def _looks_personal(column: Column) -> bool:
    texts = [t for t in column.counts if not FOOTER.match(t)]
    return personal_by_look(pa.array(texts, pa.string()), key=True) is not None
