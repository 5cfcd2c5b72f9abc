"""What is compared between groups: shares of bookings and times within a booking.

Each measure is a condition on one row of `bookings.py`. What a record must tell of stands in `needs`; where
it does not, the answer is "cannot tell".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from evenhand.record.events.booking import FORMS, Step

STEP_BITS: dict[Step, int] = {step: 1 << place for place, step in enumerate(Step)}
_ALL_STEPS = {form: sum(STEP_BITS[s] for s in steps) for form, steps in FORMS.items()}
_STEPS_DONE = (
    "CASE form "
    + " ".join(f"WHEN '{form}' THEN (steps & {bits}) = {bits}" for form, bits in _ALL_STEPS.items())
    + " END"
)
"""Null where the form's version is not given or not known."""


@dataclass(frozen=True)
class Measure:
    """One thing that is compared.

    `of` names those whom it is about. `needs` are event types, or fields as `type.field`; of a name with
    several types joined by `|` one is enough. `limits` says what the figure cannot tell.
    """

    id: str
    title: str
    of: str
    needs: tuple[str, ...]
    limits: str

    def lacking(self, provides: Mapping[str, Collection[str]]) -> tuple[str, ...]:
        """The needed types and fields of which the record cannot tell."""
        return tuple(need for need in self.needs if not any(_given(n, provides) for n in need.split("|")))


def _given(need: str, provides: Mapping[str, Collection[str]]) -> bool:
    parts = need.rsplit(".", 1)
    if need in provides:
        return True
    return parts[0] in provides and parts[1] in provides[parts[0]]


@dataclass(frozen=True)
class Share(Measure):
    """How many of a population had the event: SQL conditions. Null: not known."""

    population: str
    event: str


@dataclass(frozen=True)
class Time(Measure):
    """How long from one moment to another, by their names. Without `stop`: until `lost` or the record's end.

    `grid_min` is the width in minutes to which times are cut. Where a moment is known only to a range, as to
    the day, so is the time: only times known to less than `width_min` are measured.
    """

    start: str
    stop: str
    lost: str = ""
    unit: str = "hours"
    grid_min: int = 1

    @property
    def unit_min(self) -> int:
        """The unit of the figures, in minutes."""
        return {"minutes": 1, "hours": 60, "days": 1440}[self.unit]

    @property
    def width_min(self) -> int:
        """The unit; two moments known to the minute always do."""
        return max(self.unit_min, 2)


COVERAGE = Share(
    "coverage",
    "Screened",
    "everyone booked",
    ("screening.opened",),
    "A screening that was opened is counted, however far it went.",
    "true",
    "opened_at IS NOT NULL",
)
STEPS = Share(
    "steps",
    "All steps of the form done",
    "everyone whose screening was opened on a known form",
    ("screening.opened.form_version", "screening.step_done.step"),
    "It tells whether each step was noted as done, not how well.",
    "opened_at IS NOT NULL",
    _STEPS_DONE,
)
INTERVIEW = Share(
    "interview",
    "Interviewed",
    "everyone screened",
    ("screening.opened", "interview.held"),
    "Stated birth or citizenship abroad is a ground for an interview. No figure here adjusts for it, so that "
    "a difference may have a lawful cause.",
    "opened_at IS NOT NULL",
    "interview_at IS NOT NULL",
)
REFERRAL = Share(
    "referral",
    "Referred",
    "everyone interviewed",
    ("interview.held", "determination.made.outcome"),
    "A referral rests on facts of a case that the figures do not adjust for. One that a supervisor sent back "
    "counts.",
    "interview_at IS NOT NULL",
    "referred",
)
DETAINER = Share(
    "detainer",
    "Detainer issued",
    "everyone booked",
    ("detainer.issued",),
    "A detainer rests on facts of a case that the figures do not adjust for.",
    "true",
    "detainer_at IS NOT NULL",
)
HELD = Share(
    "held",
    "Held on a detainer",
    "everyone booked",
    ("custody.hold_started.basis",),
    "A hold that was not recorded cannot be counted.",
    "true",
    "held_on_detainer",
)
TO_ICE = Share(
    "outcome",
    "Handed over to ICE",
    "everyone booked",
    ("custody.departed.destination",),
    "What followed in federal custody is not in a jail's record.",
    "true",
    "to_ice",
)
NO_ACTION = Share(
    "no_action",
    "Referral that ended without action",
    "everyone referred",
    ("determination.made.outcome", "detainer.issued", "custody.departed.destination"),
    "An outcome test (Becker 1957; Ayres 2002, Justice Research and Policy 4:131): a group whose referrals "
    "end without a detainer or a transfer more often may have been referred on less. It compares averages, "
    "while a standard is a threshold: groups judged by one may differ, and groups judged by two may not "
    "(inframarginality: Simoiu, Corbett-Davies and Goel 2017, Annals of Applied Statistics 11:1193). "
    "Whether action follows is itself decided by people.",
    "referred",
    "detainer_at IS NULL AND NOT to_ice",
)
TO_SCREENING = Time(
    "to_screening",
    "Time to screening",
    "everyone booked",
    ("screening.opened",),
    "From the first booking to the first screening of the same stay. Who leaves the jail before a screening "
    "is counted as seen up to then. If leaving early and being screened late go together, the curve is not "
    "that of a jail that nobody leaves.",
    "began",
    "opened",
    "left",
    "minutes",
)
HOLD = Time(
    "hold_length",
    "Length of the hold",
    "every stay with a hold on a detainer",
    ("custody.hold_started.basis", "custody.hold_ended|custody.released|custody.departed"),
    "From when nothing but the detainer holds the person, or from the start of the hold if that is later, to "
    "the end of the hold, the exit or the transfer to ICE inside the jail, whichever is first. A stay "
    "without a release due on record counts from the start of the hold.",
    "hold",
    "hold_stop",
)
RELEASE_DELAY = Time(
    "release_delay",
    "Time from release due to leaving",
    "every stay in which release became due on record",
    ("custody.release_due", "custody.released|custody.departed"),
    "To the exit or the transfer to ICE inside the jail, whichever is first. If one stay has several "
    "release-due moments, the last counts if the record shows what held the person before it; otherwise the "
    "stay is left out. Holds on a detainer are part of this time.",
    "due",
    "ended",
    unit="minutes",
)
STAY = Time(
    "stay",
    "Length of stay",
    "every stay that began with a booking",
    ("custody.released|custody.departed",),
    "From the booking to the exit. Trips to a hospital or a court and moves between the agency's facilities "
    "do not end a stay. Bail, sentences and court dates differ by case and are not adjusted for.",
    "began",
    "left",
    grid_min=60,
)

SHARES: tuple[Share, ...] = (COVERAGE, STEPS, INTERVIEW, REFERRAL, DETAINER, HELD, TO_ICE, NO_ACTION)
TIMES: tuple[Time, ...] = (TO_SCREENING, HOLD, RELEASE_DELAY, STAY)
MEASURES: dict[str, Measure] = {m.id: m for m in (*SHARES, *TIMES)}
