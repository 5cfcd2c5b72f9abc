"""History on two times: when each agreement was listed, by which sheets, and what that says of its force.

A gap of one sheet is bridged. An ending is a window between the last sheet that lists an agreement and the
first that does not; no day is made up inside it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from evenhand.registry.cleaning import Model
from evenhand.registry.evidence import HANDOVER_GAP, Evidence
from evenhand.registry.lines import Line, bits, last

BRIDGED = 2
"""Listings this many places apart (one sheet between) are one span."""

ANSWERED = 180
"""An agreement signed at most this many days after a request was last listed answers it."""


class Status(StrEnum):
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    ENDED = "ended"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Span:
    """Places (in the series of sheets in force) of the first and last sheet of one unbroken listing."""

    first: int
    last: int


@dataclass
class Agreement:
    """One agreement. `keys` are its line keys and `listed_under` the agencies that these name, of which
    `agency` is the latest; places count sheets in force; `*_pending` are days of pending sheets that listed
    the request which it answered."""

    key: str
    keys: list[str]
    agency: str
    model: Model
    signed: date | None
    listed: int
    listed_under: list[str] = field(default_factory=list)
    other_days: list[date] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    bridged: int = 0
    status: Status = Status.UNCLEAR
    reason: str = ""
    superseded_by: str = ""
    first_pending: date | None = None
    last_pending: date | None = None

    @property
    def first(self) -> int:
        return self.spans[0].first

    @property
    def last(self) -> int:
        return self.spans[-1].last


@dataclass
class Request:
    """An agency's request for a model, as pending sheets listed it: days, and what became of it."""

    agency: str
    model: Model
    spans: list[Span]
    outcome: str = ""
    reason: str = ""
    agreement: str = ""


def spans_of(mask: int) -> tuple[list[Span], int]:
    """The unbroken listings in a mask, gaps of one sheet bridged, and how many gaps were bridged."""
    filled = mask | (mask << 1 & mask >> 1)
    starts, ends = filled & ~(filled << 1), filled & ~(filled >> 1)
    spans = [Span(start, end) for start, end in zip(bits(starts), bits(ends), strict=True)]
    return spans, (filled ^ mask).bit_count()


def trace(
    groups: Sequence[list[str]],
    lines: dict[str, Line],
    agency_of: dict[str, str],
    key_of: dict[str, str],
    evidence: Evidence,
) -> list[Agreement]:
    """The agreements of groups of line keys, with their listings and status. `agency_of` gives the agency of
    a line key, `key_of` the key that an agreement's id is made from."""
    found = [_agreement(keys, lines, agency_of, key_of) for keys in groups]
    series: dict[tuple[str, Model], list[Agreement]] = defaultdict(list)
    for agreement in found:
        series[agreement.agency, agreement.model].append(agreement)
    for members in series.values():
        members.sort(key=lambda a: (a.first, a.last, a.key))
        for agreement in members:
            _set_status(agreement, members, evidence.force_days)
    return found


def _agreement(
    keys: list[str], lines: dict[str, Line], agency_of: dict[str, str], key_of: dict[str, str]
) -> Agreement:
    latest = max(keys, key=lambda k: (last(lines[k].listed), lines[k].listed.bit_count(), k))
    dated = [k for k in keys if lines[k].signed]
    best = max(dated, key=lambda k: (last(lines[k].listed), lines[k].listed.bit_count(), k), default=latest)
    listed = 0
    for key in keys:
        listed |= lines[key].listed
    signed = lines[best].signed
    agreement = Agreement(
        key_of[keys[0]], sorted(keys), agency_of[latest], lines[latest].model, signed, listed
    )
    agreement.listed_under = sorted({agency_of[k] for k in keys})
    days = {day for k in keys if (day := lines[k].signed)}
    agreement.other_days = sorted(days - {signed} if signed else days)
    agreement.spans, agreement.bridged = spans_of(listed)
    return agreement


def _set_status(agreement: Agreement, series: list[Agreement], days: Sequence[date]) -> None:
    end, final = agreement.last, len(days) - 1
    if end == final:
        agreement.status, agreement.reason = Status.ACTIVE, f"listed in the latest sheet, of {days[final]}"
        return
    window = f"last listed on {days[end]}, missing from the sheet of {days[end + 1]}"
    later = [
        other
        for other in series
        if other is not agreement
        and other.last > end
        and other.first <= end + HANDOVER_GAP + 1
        and other.first > agreement.first
    ]
    if later:
        heir = min(later, key=lambda a: (abs(a.first - end), a.key))
        agreement.status, agreement.superseded_by = Status.SUPERSEDED, heir.key
        day = f"signed {heir.signed}" if heir.signed else "without a signing day"
        agreement.reason = f"{window}; the agency's agreement of the same model {day} took its place"
    elif final - end < BRIDGED:
        agreement.status = Status.UNCLEAR
        agreement.reason = f"{window}, the only one since; a gap of one sheet is no ending"
    else:
        agreement.status = Status.ENDED
        agreement.reason = f"{window} and from all {final - end} sheets since; it ended in between"


def trace_requests(
    agencies: dict[str, list[Line]], agreements: Sequence[Agreement], evidence: Evidence
) -> list[Request]:
    """What pending sheets list, by agency (its key) and model, and the agreement that answered it.

    Where a sheet left the model out, the agency's next agreement of any model answers. An agreement that was
    given to another agency still answers the one that had asked.
    """
    signed: dict[tuple[str, Model], list[Agreement]] = defaultdict(list)
    for agreement in agreements:
        for agency in agreement.listed_under:
            for model in {agreement.model, Model.UNCLEAR}:
                signed[agency, model].append(agreement)
    for series in signed.values():
        series.sort(key=lambda a: (a.first, a.key))
    found: list[Request] = []
    for agency, lines in sorted(agencies.items()):
        masks: dict[Model, int] = defaultdict(int)
        for line in lines:
            if line.pending:
                masks[line.model] |= line.pending
        own: list[Request] = []
        for model, mask in sorted(masks.items()):
            spans, _ = spans_of(mask)
            request = Request(agency, model, spans)
            _answer(request, signed.get((agency, model), []), evidence)
            own.append(request)
        _correct_models(own)
        found += own
    return found


def _correct_models(requests: Sequence[Request]) -> None:
    """A dropped request in whose place the next pending sheet has another model, of one agency, is that one
    with its model put right."""
    for request in requests:
        end = request.spans[-1].last
        heirs = [r for r in requests if r.spans[0].first == end + 1]
        leaving = [r for r in requests if r.spans[-1].last == end]
        if request.outcome == "dropped" and len(heirs) == len(leaving) == 1:
            heir = heirs[0]
            request.agreement, request.outcome = heir.agreement, heir.outcome
            request.reason = f"the next pending sheet has {heir.model} in its place; {heir.reason}"


def _answer(request: Request, series: Sequence[Agreement], evidence: Evidence) -> None:
    pending, force = evidence.pending_days, evidence.force_days
    start, end = pending[request.spans[0].first], pending[request.spans[-1].last]
    for agreement in series:
        listed = force[agreement.first]
        before = [s for s in request.spans if pending[s.first] <= listed]
        if not before or (agreement.signed and (agreement.signed - pending[before[-1].last]).days > ANSWERED):
            continue
        if start <= listed:
            first_asked = pending[before[0].first]
            last_asked = min(pending[before[-1].last], max(listed, pending[before[-1].first]))
            agreement.first_pending = min(first_asked, agreement.first_pending or first_asked)
            agreement.last_pending = max(last_asked, agreement.last_pending or last_asked)
            request.agreement, request.outcome = agreement.key, "signed"
            request.reason = f"an agreement of the model is listed since {listed}"
            if request.model is not agreement.model:
                request.reason = f"the model was left out; one of {agreement.model} is listed since {listed}"
            return
    if request.spans[-1].last == len(pending) - 1:
        request.outcome, request.reason = "pending", f"on the latest pending sheet, of {end}"
    elif len(pending) - 1 - request.spans[-1].last < BRIDGED:
        request.outcome = "unclear"
        request.reason = f"missing from the latest pending sheet alone, last listed on {end}"
    else:
        after = pending[request.spans[-1].last + 1]
        request.outcome = "dropped"
        request.reason = (
            f"last listed on {end}, missing since {after}, and no agreement of the model followed within "
            f"{ANSWERED} days"
        )
    if any(force[a.first] < start for a in series) and request.model is not Model.UNCLEAR:
        request.reason += "; the agency has an agreement of the model from before"


def first_missing(agreement: Agreement, days: Sequence[date]) -> date | None:
    """The day of the first sheet after the last listing; none for an agreement on the latest sheet."""
    return days[agreement.last + 1] if agreement.last + 1 < len(days) else None
