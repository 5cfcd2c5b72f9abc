"""Which state an agency belongs to, from its ORI."""

# The FBI's identifiers begin with the postal code of the state, but for Nebraska and Guam.
_UNLIKE_POSTAL = {"NB": "NE", "GM": "GU"}
NOT_STATED = "not stated"
_FEDERAL = "DHS-"
"""How the codes of federal agencies begin, such as `DHS-ICE`, which have no ORI in the FBI's list."""


def state_of(ori: str) -> str:
    """The two-letter postal code of an agency's state: the first two characters of its ORI."""
    if ori.startswith(_FEDERAL):
        return "federal"
    code = ori[:2].upper()
    return _UNLIKE_POSTAL.get(code, code) if code.isalpha() and len(code) == 2 else NOT_STATED
