"""What the texts ask and no rule judges, with the reason; rules that were dropped because no text supports them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftOut:
    """A duty, or a part of one, that no record can be asked about.

    `part_of`: the coded rule that judges the rest; `why`: what events lack, or why it is no duty; `instead`: what
    comes closest. A template's page is written as in the citations: J20 p. 3.
    """

    id: str
    sentence: str
    why: str
    instead: str = ""
    part_of: str | None = None


_DROPPED = (
    LeftOut(
        "AGR-07",
        "ICE reviews the program every three years.",
        'Not a duty: both jail enforcement texts say that ICE "reserves the right" (J20 p. 12, J25 p. 6).',
        "`review.opened` with the body `ice_opr` says when a review began.",
    ),
    LeftOut(
        "TRF-02",
        "A transfer to ICE has a receipt for the person's property.",
        "No text asks for it.",
        "TRF-01 asks for the receiving officer and the receipt, as good practice.",
    ),
    LeftOut(
        "TRF-04",
        "A transfer to ICE comes with a list of documents, with copies to the person.",
        "No text asks for it: 8 CFR 287.3 is about arrests without a warrant.",
        "DET-04 asks that a copy of the detainer is served.",
    ),
    LeftOut(
        "UNI-04",
        "People are screened in the order in which they were booked.",
        "No text asks for it, no event says why a booking waits, and a rule sees one booking's history only.",
        "The desk lists bookings in that order; `uniformity` compares the time from booking to screening "
        "between groups.",
    ),
)
_DUTIES = (
    LeftOut(
        "IV.E",
        "Who pays for training, travel, salaries, equipment and network (J20 p. 3, J25 p. 3, W19 p. 3, W25 p. 3).",
        "Payments are no events of the record.",
        "AGR-16 judges the interconnection security agreement.",
    ),
    LeftOut(
        "IV.H",
        "Liability, representation by the Department of Justice, disclosure of an officer's disciplinary record "
        "(Giglio), cooperation with federal investigations and compliance reviews (p. 4-5 in all four).",
        "The texts set no time, and no event records a refusal to cooperate.",
        "Reviews and their findings are recorded; REV-03 judges corrective actions.",
    ),
    LeftOut(
        "IV.C",
        "Warrant service officers: ICE reviews the training requirements every year (W19 p. 2, W25 p. 2).",
        "ICE's own review is no event of the record.",
        "OFF-06 judges the additional training that ICE asks for.",
    ),
    LeftOut(
        "V.C",
        "A steering committee meets as necessary (J20 p. 6, W19 p. 6).",
        "The texts leave it to the parties when it is necessary.",
        "`meeting.held` with the kind `steering` is counted.",
    ),
    LeftOut(
        "IV.B",
        "Warrant service officers: the agency gives ICE access to candidates' disciplinary records on request "
        "(W19 p. 2, W25 p. 2).",
        "No event records the request.",
        "OFF-02Q judges the questionnaire.",
    ),
    LeftOut("VII", "Points of contact (J20 p. 6, J25 p. 6, W19 p. 6, W25 p. 6).", "Names are no duty."),
)
_PARTS = (
    LeftOut(
        "AGR-03",
        "Only under the jail enforcement model does a designated officer transport a person.",
        "Whether the transporter was a designated officer is not known: standings are of the officer who acts, "
        "and a departure is recorded by someone else.",
        "TRF-05 judges where a designated officer takes the person.",
        part_of="AGR-03",
    ),
    LeftOut(
        "AGR-06F",
        "Under the warrant service officer form of 2019 the first review meeting is not before the ninth month.",
        'The form says "approximately nine to 12 months" and "to the extent practicable"; an early meeting is no '
        "fault, and a rule cannot ask for a meeting within a window that begins later than the act.",
        "That the first meeting comes within the 12 months, with one of grace, is judged.",
        part_of="AGR-06F",
    ),
    LeftOut(
        "OFF-04",
        "Every single examination of a course is passed.",
        "`examination.taken` does not say which examination of the course it was, so a re-take is not tied to what "
        "was failed.",
        "The scores, the number of failures, of remedial examinations and of re-takes are judged.",
        part_of="OFF-04",
    ),
    LeftOut(
        "OFF-08",
        "Credentials go back when the agreement ends.",
        "An officer's history has no event for the end of the agency's agreement.",
        "Return after a revocation, after leaving and on request is judged.",
        part_of="OFF-08",
    ),
    LeftOut(
        "LAN-04",
        "The 2019 WSO material names whom to contact and is up to date (App. B; W19 p. 9).",
        "The attestation of a poster states its languages only.",
        "That the process is shown, in English at least, is judged.",
        part_of="LAN-04",
    ),
    LeftOut(
        "LAN-02",
        "The interpreter who was present is on the list by name.",
        "Who interpreted is part of the personal part, which no rule reads.",
        "LAN-05 judges whether an interpreter of that language was on the list that day.",
        part_of="LAN-05",
    ),
    LeftOut(
        "CMP-03",
        "Warrant service officers: the outcome is reported by the time that ICE sets (W19 p. 9, W25 p. 9).",
        "No event states the time that ICE set.",
        "That the outcome is reported at all is judged.",
        part_of="CMP-03",
    ),
    LeftOut(
        "REC-05",
        "ICE's Privacy Officer approves a release to the media (App. C; J20 p. 11, J25 p. 11, W19 p. 12, W25 p. 10).",
        "The approval is inside ICE and no event of the record.",
        "Coordination with ICE Public Affairs, which asks for that approval, is judged.",
        part_of="REC-05",
    ),
    LeftOut(
        "REC-06",
        "The log of NCIC queries is kept for a year.",
        "No event says when a log entry is deleted.",
        "That the query was logged is judged.",
        part_of="REC-06",
    ),
    LeftOut(
        "HLD-02, HLD-06",
        "Why a person was kept past the time, as a code.",
        "The events of custody have no code for the reason of a delay.",
        "The reason that the departure or release states in words is in the findings (`stated_reason`).",
        part_of="HLD-02",
    ),
)

LEFT_OUT = (*_DROPPED, *_DUTIES, *_PARTS)
