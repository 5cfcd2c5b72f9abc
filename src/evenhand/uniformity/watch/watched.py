"""What is watched, and when a case is counted.

A case is counted so many whole days after its day as what is asked has long been settled: what the record
tells by then counts. Titles and limits are those of the measures that they are taken from.
"""

from dataclasses import dataclass

from evenhand.uniformity import measures
from evenhand.uniformity.measures import Measure, Time

DAY_MIN = 1440


@dataclass(frozen=True)
class Watched:
    """A measure as it is watched.

    `begins` names the moment on whose local day the case falls, `among` is a condition on the case, and
    `settled` the days to wait. A share has a condition `event` (null: not known). A time has the moments
    `stop` and `lost`, is followed for `follow_min` minutes and cut to `grid_min` minutes; one that is not
    known to less than `width_min` minutes is left out.
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

    @property
    def width_min(self) -> int:
        return self.measure.width_min if isinstance(self.measure, Time) else self.grid_min


def _by(name: str, days: int) -> str:
    """SQL for whether the booking's first event of a sort came within days; null if that is not known."""
    return (
        f"CASE WHEN {name}_at IS NULL THEN false WHEN {name}_by <= booked_at + INTERVAL {days} DAY THEN true "
        f"WHEN {name}_at > booked_by + INTERVAL {days} DAY THEN false END"
    )


_SCREENED, _INTERVIEWED, _REFERRED = _by("screened", 1), _by("interviewed", 3), _by("referred", 10)
_DETAINED = _by("detained", 14)


def _share(measure: Measure, settled: int, among: str, event: str | None) -> Watched:
    """A share of bookings, counted on the day of the first booking."""
    return Watched(measure, settled, "booked", f"stay_no = 1 AND ({among})", event)


WATCHED: tuple[Watched, ...] = (
    _share(measures.COVERAGE, 1, "true", _SCREENED),
    _share(measures.STEPS, 2, _SCREENED, measures.STEPS.event),
    _share(measures.INTERVIEW, 3, _SCREENED, _INTERVIEWED),
    _share(measures.REFERRAL, 10, _INTERVIEWED, _REFERRED),
    _share(measures.DETAINER, 14, "true", _DETAINED),
    _share(measures.NO_ACTION, 14, _REFERRED, f"NOT ({_DETAINED})"),
    Watched(
        measures.TO_SCREENING,
        1,
        "began",
        "true",
        stop="opened",
        lost="left",
        follow_min=DAY_MIN,
        grid_min=5,
    ),
    Watched(
        measures.HOLD,
        4,
        "hold",
        "true",
        stop="hold_stop",
        follow_min=4 * DAY_MIN,
        grid_min=60,
    ),
    Watched(
        measures.RELEASE_DELAY,
        2,
        "due",
        "true",
        stop="ended",
        lost="held",
        follow_min=2 * DAY_MIN,
        grid_min=15,
    ),
)
