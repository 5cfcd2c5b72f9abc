"""What is watched, and when a case is counted.

A case is counted so many whole days after its day as what is asked has long been settled: what the record
tells by then counts. Titles and limits are those of the measures that they are taken from.
"""

from dataclasses import dataclass

from evenhand.uniformity import measures
from evenhand.uniformity.measures import Measure

DAY_MIN = 1440


@dataclass(frozen=True)
class Watched:
    """A measure as it is watched.

    `begins` is the SQL instant on whose local day the case falls, `among` a condition on the case, and
    `settled` the days to wait. A share has a condition `event` (null: not known). A time has the instants
    `stop` and `lost`, is followed for `follow_min` minutes and cut to `grid_min` minutes.
    """

    measure: Measure
    settled: int
    begins: str
    among: str
    event: str | None = None
    stop: str = ""
    lost: str = ""
    follow_min: int = 0
    grid_min: int = 1

    @property
    def id(self) -> str:
        return self.measure.id

    @property
    def is_time(self) -> bool:
        return self.event is None


def _by(instant: str, days: int) -> str:
    return f"({instant} IS NOT NULL AND {instant} <= booked_at + INTERVAL {days} DAY)"


_SCREENED, _INTERVIEWED, _REFERRED = _by("opened_at", 1), _by("interview_at", 3), _by("referred_at", 10)

WATCHED: tuple[Watched, ...] = (
    Watched(measures.COVERAGE, 1, "booked_at", "true", _SCREENED),
    Watched(measures.STEPS, 2, "booked_at", _SCREENED, measures.STEPS.event),
    Watched(measures.INTERVIEW, 3, "booked_at", _SCREENED, _INTERVIEWED),
    Watched(measures.REFERRAL, 10, "booked_at", _INTERVIEWED, _REFERRED),
    Watched(measures.DETAINER, 14, "booked_at", "true", _by("detainer_at", 14)),
    Watched(measures.NO_ACTION, 14, "booked_at", _REFERRED, f"NOT {_by('detainer_at', 14)}"),
    Watched(
        measures.TO_SCREENING,
        1,
        "booked_at",
        "true",
        stop="opened_at",
        lost="exit_at",
        follow_min=DAY_MIN,
        grid_min=5,
    ),
    Watched(
        measures.HOLD,
        4,
        "hold_at",
        "hold_at IS NOT NULL",
        stop="coalesce(hold_end_at, exit_at)",
        lost="NULL::TIMESTAMPTZ",
        follow_min=4 * DAY_MIN,
        grid_min=60,
    ),
    Watched(
        measures.RELEASE_DELAY,
        2,
        "due_at",
        "due_at IS NOT NULL",
        stop="exit_at",
        lost="hold_at",
        follow_min=2 * DAY_MIN,
        grid_min=15,
    ),
)
