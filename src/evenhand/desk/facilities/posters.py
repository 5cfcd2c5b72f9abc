"""By when a facility's posters are to be attested again: each quarter, a bound of our own.

The complaint process is shown in English and Spanish (MOA Appendix B).
"""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from evenhand.desk.facilities.models import Posters

LANGUAGES = ("en", "es")


def counts(posters: Posters) -> bool:
    """Whether an attestation names both languages."""
    return set(LANGUAGES) <= set(posters.languages)


def due(attested: Iterable[Posters], now: datetime, zone: str) -> datetime:
    """The end of the quarter after that of the last attestation, or of this quarter where there is none."""
    last = max((p.attested_at for p in attested if counts(p)), default=None)
    return _quarter_end(last, zone, 1) if last is not None else _quarter_end(now, zone, 0)


def _quarter_end(moment: datetime, zone: str, later: int) -> datetime:
    """The midnight at which the quarter of a moment ends in that zone, or one `later` quarters on."""
    local = moment.astimezone(ZoneInfo(zone))
    quarter = local.year * 4 + (local.month - 1) // 3 + 1 + later
    return datetime(quarter // 4, quarter % 4 * 3 + 1, 1, tzinfo=ZoneInfo(zone))
