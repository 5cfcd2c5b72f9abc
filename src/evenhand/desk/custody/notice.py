"""The clocks that have ended or end soon, told without a name: for a timer or a mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from evenhand.desk.bookings.models import Case
from evenhand.desk.custody.clocks import NAMES, Reading, open_clocks, read
from evenhand.desk.record.scope import EVERYTHING, Scope, within


@dataclass(frozen=True)
class Notice:
    """One clock of one booking."""

    number: str
    facility: str
    zone: str
    reading: Reading

    @property
    def ended(self) -> bool:
        return self.reading.ended

    @property
    def line(self) -> str:
        """The notice as one line, columns parted by tabs."""
        end = self.reading.due_at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M %Z")
        span = self.reading.left_text
        left = f"ended {span} ago" if self.ended else f"ends {span} from now"
        what = str(self.reading.at_end if self.ended else self.reading.name)
        return "\t".join((self.number, self.facility, end, left, f"{self.reading.rule.id}: {what}"))


def notices(now: datetime, hours: float, agency: str | None = None) -> list[Notice]:
    """The open clocks that end within so many hours, or have ended, by their end; of one agency or all."""
    with within(Scope(frozenset({agency})) if agency else EVERYTHING):
        clocks = list(
            open_clocks(NAMES)
            .filter(due_at__lte=now + timedelta(hours=hours))
            .order_by("due_at", "rule", "pk")
        )
        cases = Case.objects.in_bulk([(clock.agency, clock.subject) for clock in clocks])
    return [
        Notice(case.number, case.facility, case.zone, read(clock, now))
        for clock in clocks
        for case in [cases[clock.agency, clock.subject]]
    ]
