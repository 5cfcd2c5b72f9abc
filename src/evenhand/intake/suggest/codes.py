"""What a jail's own texts mean, where the whole text leaves no doubt; and what else they may mean.

A text is sure when every one of its words belongs to one meaning: "BONDED OUT" is, "BOND - ICE HOLD
CANCELLED" is not. Anything else is a question with the meanings that its words suggest.
"""

import re
from collections.abc import Iterable
from functools import cache

from evenhand.record.episode import TEMPORARY

_AROUND = r"released?|releasing|rel|discharged?|out|on|by|upon|the|of|per|via|and"

_CAUSES = {
    "bond": (
        r"bond|bonds|bonded|bail|bailed|surety|bondsman",
        r"posted|post|paid|cash|property|full|secured|company|made",
    ),
    "recognizance": (
        r"own recog\w*|personal recog\w*|recognizance|ror|own rec|or bond|pr bond|personal bond|"
        r"release on recog\w*|unsecured bond",
        r"bond|signature|promise to appear|pretrial release",
    ),
    "acquitted": (r"acquitted|acquittal|found not guilty|not guilty", r"jury|verdict|at trial|all charges"),
    "not_filed": (
        r"(?:no )?charges? not filed|no charges?(?: were)? filed|not filed|no complaint(?: filed)?|"
        r"prosecution declined|declined (?:to )?prosecut\w+|da declined|never filed",
        r"by da|by district attorney",
    ),
    "dismissed": (
        r"dismissed|dismissal|nolle prosequi|nolle prossed|nolle prosse|nolle pros|nolle|charges? dropped|"
        r"quashed",
        r"charges?|cases?|all|court|by court|da|warrant",
    ),
    "served": (
        r"(?:time|sentence|term) (?:is )?(?:served|completed?|expired|expiration)|served(?: \w+)? (?:time|"
        r"sentence|term)|completed? (?:of )?(?:sentence|term|time)|(?:expiration|completion|end) of "
        r"(?:sentence|term)|served|sentence expir\w+",
        r"credit for|in full|time",
    ),
}
_DISPOSITIONS = {
    "acquitted": _CAUSES["acquitted"],
    "dismissed": _CAUSES["dismissed"],
    "not_filed": _CAUSES["not_filed"],
    "sentence_served": _CAUSES["served"],
    "bail": _CAUSES["bond"],
    "recognizance": _CAUSES["recognizance"],
    "convicted": (r"convicted|conviction|found guilty|guilty|pled guilty|plead guilty", r"plea|by jury|jury"),
}
_TO = (
    r"(?:(?:released?|rel|transfer(?:red)?|trans|xfer|turned over|handed over|tot|picked up|sent|moved|"
    r"deliver(?:ed)?|custody) )?(?:in)?(?:to|over to)(?: the)? (?:custody of )?(?:the )?"
)
_DESTINATIONS = {
    "ice": ((r"(?:u s |us )?(?:ice|immigration)(?: and customs enforcement)?(?: ero)?"),
            r"custody|officers?|agents?|authorities|detention|facility|center|pick ?up|transfer|transport"),
    "prison": (r"(?:state |federal )?(?:prison|penitentiary)|(?:state )?(?:department|dept) of corrections?|"
               r"state doc|tdcj|fdoc|cdcr|bureau of prisons",
               r"custody|transfer|commitment|system"),
    "other_agency": (r"(?:an)?other (?:agency|county|jurisdiction|authority|state)|(?:u s |us )?marshals?|"
                     r"usms|out ?of ?county|(?:other|outside) law enforcement",
                     r"custody|agency|service|transfer|pick ?up"),
    "court": (r"court|court appearance", r"appearance|run|transport"),
    "hospital": (r"hospital|state hospital|medical center", r"transport"),
}  # fmt: skip
_ALONE = {
    "ice": r"{0} (?:custody|pick ?up|transfer|transport)|(?:custody|transfer|pick ?up|picked up by) {0}",
    "prison": r"(?:{0})|{0} (?:custody|transfer|commitment)|(?:transfer|custody|commitment) {0}",
    "other_agency": r"(?:extradited|extradition)|{0} (?:custody|transfer|pick ?up)|(?:custody|transfer) {0}",
    "court": r"out to court",
    "hospital": r"(?:out to )?hospital(?: transport)?",
}
_LEVELS = {
    "felony": r"f|fel|felony|f ?[1-9]|f[a-e]|(?:state jail|capital|class [a-e0-9]|(?:1st|2nd|3rd|4th|5th|"
    r"first|second|third|fourth|fifth) degree) felony|felony (?:class )?[a-e0-9]|"
    r"felony (?:1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth)(?: degree)?|felony capital|"
    r"unclassified felony",
    "misdemeanor": r"m|misd|misdemeanou?r|m ?[1-9]|m[a-c]|gm|(?:gross|petty|class [a-d0-9]|"
    r"(?:1st|2nd|3rd|4th|first|second|third|fourth) degree|unclassified|criminal) misdemeanou?r|"
    r"misdemeanou?r (?:class )?[a-d0-9]|misdemeanou?r (?:1st|2nd|first|second)(?: degree)?",
    "infraction": r"inf|infraction|civil infraction|traffic infraction|noncriminal infraction",
    "ordinance": r"ord|ordinance|(?:city|county|municipal|local) ordinance|ordinance violation",
    "hold": r"hold|holds|detainer",
}
_HOLD = (
    r"(?:hold|holds|hld|detainer)",
    r"for|from|by|on|of|out|another|other|agency|agencies|authority|authorities|department|dept|jurisdiction|"
    r"county|co|state|federal|fed|u|s|us|usms|marshals?|service|ice|immigrat\w*|customs|and|enforcement|dhs|ins|"
    r"civil|fta|warrant|probation|parole|doc|dea|fbi|atf|placed|in|transit|courtesy|contract|the",
)
_MAYBE_HOLD = re.compile(
    r"\b(holds?|holding for|hld|detainers?|ice|immigration|civil|infractions?|courtesy|in transit)\b|"
    r"\bnon ?criminal\b|\bhousing (only|for)\b"
)

_PERHAPS = {
    "bond": r"\bbonds?\b|\bbonded|\bbail",
    "recognizance": r"recog|\bror\b|\bpr\b|^o ?r\b|\bor bond|own rec|personal bond|pretrial",
    "acquitted": r"acquit|not guilty",
    "not_filed": r"not? (charges? )?filed|no charges|no complaint|\bncf\b|declin|\bnpc\b",
    "dismissed": r"dismiss|nolle|\bdism|quash|dropped",
    "served": r"served|expir|sentence|completed",
    "ice": r"\bice\b|immigr|\bins\b|homeland|\bdhs\b|\bero\b",
    "prison": r"prison|corrections|\bdoc\b|penitentiary|state inst|\btdcj|\bbop\b",
    "other_agency": r"agency|county|jurisd|marshal|\busms\b|\bfbi\b|\bdea\b|extradit|turned over|police|"
    r"transfer",
    "court": r"\bcourt\b|outcount",
    "hospital": r"hospital|medical|psych|mental",
    "moved": r"\btransfer|\btrans\b|\bmoved?\b|relocat|rehous|annex",
}
"""Words that suggest a meaning without proving it, by the name of the reading."""


def normal(text: str) -> str:
    """A text in lower case with one blank between its words, signs left out."""
    apart = re.sub(r"(?<=\d),(?=\d{3})|[.'’](?=\w\b)", "", text.lower())
    apart = re.sub(r"\b([a-z])\.", r"\1 ", apart)
    return " ".join(re.sub(r"[^a-z0-9&]+", " ", apart).split())


@cache
def _full(heads: str, others: str) -> re.Pattern[str]:
    """A whole text of heads and other words with at least one head."""
    other = rf"(?:{others})"
    return re.compile(rf"(?:{other} )*(?:{heads})(?: (?:{other}|{heads}))*")


def sure_causes(texts: Iterable[str]) -> dict[str, str]:
    """The reasons that surely mean a release from custody, each with its cause."""
    return _one_of(texts, _CAUSES)


def sure_dispositions(texts: Iterable[str]) -> dict[str, str]:
    """The texts that surely are a disposition of a charge."""
    texts = list(texts)
    gone = {t: "transferred" for t, where in sure_destinations(texts).items() if where not in TEMPORARY}
    return {**_one_of(texts, _DISPOSITIONS), **gone}


def _one_of(texts: Iterable[str], table: dict[str, tuple[str, str]]) -> dict[str, str]:
    found = {}
    for text in texts:
        plain = normal(text)
        codes = [
            code
            for code, (heads, others) in table.items()
            if _full(heads, f"{_AROUND}|{others}").fullmatch(plain)
        ]
        # A bond on one's own recognizance is worded with both.
        codes = ["recognizance"] if "recognizance" in codes else codes
        if len(codes) == 1:
            found[text] = codes[0]
    return found


def sure_destinations(texts: Iterable[str]) -> dict[str, str]:
    """The reasons that surely tell where a person was taken, each with its destination."""
    found = {}
    for text in texts:
        plain = normal(text)
        for code, (place, tail) in _DESTINATIONS.items():
            whole = rf"{_TO}(?:{place})(?: (?:{tail}))*|{_ALONE[code].format(f'(?:{place})')}"
            if re.fullmatch(whole, plain):
                found[text] = code
                break
    return found


def sure_levels(texts: Iterable[str]) -> dict[str, str]:
    """The texts that surely are a charge level."""
    found = {}
    for text in texts:
        if re.search(r"[^\w\s().,/&-]", text):
            continue
        plain = normal(text)
        for code, whole in _LEVELS.items():
            if re.fullmatch(whole, plain):
                found[text] = code
                break
    return found


def sure_holds(texts: Iterable[str]) -> list[str]:
    """The charge texts that surely are a hold for an authority, and no criminal charge."""
    whole = _full(*_HOLD)
    return [text for text in texts if whole.fullmatch(normal(text))]


def maybe_holds(texts: Iterable[str]) -> list[str]:
    """The charge texts with a word of a hold or of something else that is no criminal charge."""
    texts = list(texts)
    sure = set(sure_holds(texts))
    return [text for text in texts if text not in sure and _MAYBE_HOLD.search(normal(text))]


def perhaps(text: str, readings: Iterable[str]) -> list[str]:
    """The readings, of those given, that the text's words suggest."""
    plain = normal(text)
    return [name for name in readings if name in _PERHAPS and re.search(_PERHAPS[name], plain)]


def names_a_facility(text: str, facilities: Iterable[str]) -> bool:
    """Whether a text names one of the agency's own facilities."""
    return any(re.search(rf"\b{re.escape(normal(name))}\b", normal(text)) for name in facilities if name)
