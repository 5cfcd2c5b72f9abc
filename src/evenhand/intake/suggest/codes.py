"""Guesses for the codes of a column, value by value."""

import re
from collections.abc import Iterable

_LEVELS = (
    (r"(?i)^\(?f(el)?(ony)?\b|^\(?f\d|^\(?f[a-e]?\)?$", "felony"),
    (r"(?i)^\(?m(isd?)?(emeanou?r)?\b|^\(?mo?\d|^\(?m[a-e]?\)?$|^gm$|gross misd", "misdemeanor"),
    (r"(?i)^inf|^i$|infraction|traffic", "infraction"),
    (r"(?i)ordinance|^ord|municipal", "ordinance"),
    (r"(?i)\bhold\b", "hold"),
)
_CAUSES = (
    (r"(?i)\bbond|\bbail|surety", "bond"),
    (r"(?i)recog|\bror?\b|\bpr\b|\bor\b|own rec|personal bond|pretrial|pre-trial", "recognizance"),
    (r"(?i)acquit|not guilty", "acquitted"),
    (r"(?i)not? (charges? )?filed|no charges|no complaint|\bncf\b|declin|\bnpc\b|no prob", "not_filed"),
    (r"(?i)dismiss|nolle|\bdism|quash", "dismissed"),
    (r"(?i)time served|served|expir|sentence|\bsrv|completed", "served"),
)
_DESTINATIONS = (
    (r"(?i)\b(to|out to|at) court\b|\bcourt (transport|appearance|run|return)|\boutcount", "court"),
    (r"(?i)\bice\b|immigr|\bins\b|\bbcis\b|homeland|\bdhs\b|\bero\b", "ice"),
    (r"(?i)prison|dep(artmen)?t\.? of corr|\bdoc\b|penitentiary|state inst|\btdcj|\bfdoc|\bbop\b", "prison"),
    (r"(?i)hospital|medical cent|psych|mental health", "hospital"),
    (r"(?i)other (agency|county|jurisd)|transfer.*\b(agency|county|jurisd\w*)\b", "other_agency"),
    (r"(?i)marshal|\busms\b|\bfbi\b|\bdea\b|extradit|turned over|"
     r"to (agency|another)|police dep", "other_agency"),
)  # fmt: skip
_DISPOSITIONS = (
    (r"(?i)not? (charges? )?filed|\bncf\b|declin", "not_filed"),
    (r"(?i)acquit|not guilty", "acquitted"),
    (r"(?i)dismiss|nolle|quash", "dismissed"),
    (r"(?i)time served|served", "sentence_served"),
    (r"(?i)convict|guilty|sentence", "convicted"),
    (r"(?i)bond|bail", "bail"),
    (r"(?i)recog|\bror?\b|\bpr\b", "recognizance"),
    (r"(?i)transfer|\bice\b|immigr|marshal|prison", "transferred"),
)
_TABLES = {"level": _LEVELS, "cause": _CAUSES, "destination": _DESTINATIONS, "disposition": _DISPOSITIONS}


def guess_codes(table: str, values: Iterable[str]) -> dict[str, str]:
    """The values that a table of patterns knows, each with its code."""
    found = {}
    for value in values:
        for pattern, code in _TABLES[table]:
            if re.search(pattern, value.replace("_", " ")):
                found[value] = code
                break
    return found


def doubtful_moves(values: Iterable[str], facilities: Iterable[str]) -> list[str]:
    """The values that may tell of a move to another facility of the same agency, which is no exit.

    They speak of a transfer, and name one of the facilities or no authority that is known.
    """
    own = [re.compile(rf"(?i)\b{re.escape(name)}\b") for name in facilities]
    found = []
    for value in values:
        if re.search(r"(?i)\btransfer|\btrans(f|fd)?\b|\bmoved?\b|\brelocat|\brehous", value):
            known = guess_codes("destination", [value])
            if any(name.search(value) for name in own) or not known:
                found.append(value)
    return found
