"""What the agreements and the law ask and no rule judges, with what the events would have to carry for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftOut:
    """A duty, or a part of one, that no record can be asked about.

    `part_of`: the coded rule that judges the rest; `why`: what events lack; `instead`: what comes closest.
    """

    id: str
    sentence: str
    why: str
    instead: str = ""
    part_of: str | None = None


LEFT_OUT = (
    LeftOut(
        "UNI-04",
        "The order of work is the order of booking: no screening starts while an older one of the facility "
        "waits, but for medical care, court or language.",
        "No event says why a booking waits (there is no code for medical care, court or language), and a rule "
        "sees one booking's history, not the others that wait beside it.",
        "The desk's worklist stands in the order of booking and says at each screening which older one waits; "
        "`uniformity` compares the time from booking to screening between groups.",
    ),
    LeftOut(
        "AGR-07",
        "ICE may review the program every three years: the last review is not older.",
        "A review's events name the agency but not the agreement, and make a history of their own: an "
        "agreement's history has no review in it.",
        "The agreement allows the review and does not oblige to it; `review.opened` with the body `ice_opr` "
        "tells when one began.",
    ),
    LeftOut(
        "OFF-04",
        "Every single examination of a course is passed.",
        "`examination.taken` does not say which examination of the course it was, so that a re-take is not "
        "tied to what was failed.",
        "The last examination, the number of failures, of remedial examinations and of re-takes are judged.",
        part_of="OFF-04",
    ),
    LeftOut(
        "OFF-08",
        "Credentials are returned when the agreement ends.",
        "An officer's history has no event for the end of the agency's agreement.",
        "Return after revocation and after leaving is judged.",
        part_of="OFF-08",
    ),
    LeftOut(
        "LAN-02",
        "The interpreter was qualified on that day.",
        "Who interpreted is part of the personal part, which no rule reads.",
        "That an interpreter is named is judged.",
        part_of="LAN-02",
    ),
    LeftOut(
        "HLD-02, HLD-06",
        "Why somebody was kept past the time, as a code.",
        "The events of custody have no code for the reason of a delay.",
        "The reason that the departure or release states in words stands in the findings (`stated_reason`).",
        part_of="HLD-02",
    ),
)
