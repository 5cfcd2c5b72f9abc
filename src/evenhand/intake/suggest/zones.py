"""The time zones of each state, and the zones to which an abbreviation or an offset can belong."""

from collections.abc import Iterable

_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)
_BY_STATE = {
    _EASTERN: "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC TN VA VT WV",
    _CENTRAL: "AL AR FL IA IL IN KS KY LA MI MN MO MS ND NB NE OK SD TN TX WI",
    _MOUNTAIN: "CO ID KS MT ND NB NE NM OR SD TX UT WY",
    _PACIFIC: "CA ID NV OR WA",
    "America/Detroit": "MI",
    "America/Indiana/Indianapolis": "IN",
    "America/Kentucky/Louisville": "KY",
    "America/Boise": "ID OR",
    "America/Phoenix": "AZ",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
    "America/St_Thomas": "VI",
    "Pacific/Guam": "GM GU",
    "Pacific/Saipan": "MP CM",
}
_BY_MARK = {
    _EASTERN: "EST EDT ET EASTERN -0400 -0500 -04:00 -05:00",
    _CENTRAL: "CST CDT CT CENTRAL -0500 -0600 -05:00 -06:00",
    _MOUNTAIN: "MST MDT MT MOUNTAIN -0600 -0700 -06:00 -07:00",
    "America/Phoenix": "MST -0700 -07:00",
    _PACIFIC: "PST PDT PT PACIFIC -0700 -0800 -07:00 -08:00",
    "America/Anchorage": "AKST AKDT -0800 -0900 -08:00 -09:00",
    "Pacific/Honolulu": "HST -1000 -10:00",
    "America/Puerto_Rico": "AST -0400 -04:00",
}


def zones_of_state(state: str) -> list[str]:
    """The zones in which a state lies, by its two letters or those of its ORIs; the first has most of it."""
    return [zone for zone, states in _BY_STATE.items() if state.upper() in states.split()]


def zones_of_marks(marks: Iterable[str]) -> list[str]:
    """The zones that can have all of these abbreviations or offsets."""
    marks = [mark.upper() for mark in marks]
    return [
        zone for zone, known in _BY_MARK.items() if marks and all(mark in known.split() for mark in marks)
    ]
