"""Clean courses: what happens to the people booked, from arrest to release or departure.

Most are screened briefly and released; few are interviewed, fewer have a detainer. Every interval keeps to
every rule's bound, so that a history without a fault breaks none.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from evenhand.record.events.booking import ProbableCause
from evenhand.simulate.calendar import DAY, HOUR, MINUTE, Ints
from evenhand.simulate.chance import Bools, Dice
from evenhand.simulate.grid import NEVER, Grid, latest
from evenhand.simulate.irregular.kinds import Irregular
from evenhand.simulate.offenses import CRIMINAL, OFFENSES
from evenhand.simulate.slots import HOLDS, code, codes_of


class Depth(IntEnum):
    """How far the process goes with a booking."""

    BRIEF = 0
    FULL = 1
    INTERVIEW = 2
    DETAINER = 3


class Ending(IntEnum):
    """How a detainer ends."""

    PICKED_UP = 0
    TRANSFERRED = 1
    LAPSED = 2
    CANCELLED_IN_HOLD = 3
    CANCELLED_BEFORE = 4


DEPTHS = (712, 215, 55, 18)
ENDINGS = (50, 18, 18, 7, 7)
STEPS = ("language", "advisal", "questions", "attestation")
DROPPED = code("disposition", "dropped_for_transfer")


@dataclass
class Plan:
    """What is settled of each booking before its times are drawn.

    Four are for biases, and otherwise false or 0: `withheld` (a referral without a detainer), and the seconds
    by which the screening, the end of a hold and the release come later.
    """

    depth: Ints
    ending: Ints
    charges: Ints
    due: Bools
    determined: Bools
    claimed: Bools
    returned: Bools
    rescreened: Bools
    corrected: Bools
    second_check: Bools
    charging: Bools
    served: Bools
    owed: Bools
    detention_agreement: Bools
    disposed: Bools
    departs: Bools
    viewed: Bools
    exported: Bools
    driven: Bools
    withheld: Bools
    screened_later: Ints
    held_longer: Ints
    released_later: Ints
    irregular: Irregular

    def __len__(self) -> int:
        return len(self.depth)


def make_plan(dice: Dice, n: int, irregular: Irregular) -> Plan:
    """Plans for `n` bookings."""
    return Plan(
        depth=dice.choose(DEPTHS, n),
        ending=dice.choose(ENDINGS, n),
        charges=1 + dice.choose((840, 120, 40), n),
        due=dice.share(350, n),
        determined=dice.share(800, n),
        claimed=dice.share(60, n),
        returned=dice.share(60, n),
        rescreened=dice.share(6, n),
        corrected=dice.share(3, n),
        second_check=dice.share(350, n),
        charging=dice.share(700, n),
        served=np.ones(n, dtype=bool),
        owed=dice.share(200, n),
        detention_agreement=dice.share(300, n),
        disposed=dice.share(60, n),
        departs=dice.share(30, n),
        viewed=dice.share(20, n),
        exported=dice.share(3, n),
        driven=dice.share(500, n),
        withheld=np.zeros(n, dtype=bool),
        screened_later=np.zeros(n, dtype=np.int64),
        held_longer=np.zeros(n, dtype=np.int64),
        released_later=np.zeros(n, dtype=np.int64),
        irregular=irregular,
    )


class Course:
    """Writes the clean histories of a batch into its grid, stage by stage."""

    def __init__(
        self,
        grid: Grid,
        plan: Plan,
        dice: Dice,
        booked: Ints,
        jem: Bools,
        idle: Bools,
        new_form: Bools,
        offense: Ints | None = None,
    ) -> None:
        """`offense` is the first charge where it is settled already, a place in `OFFENSES`."""
        self.grid, self.plan, self.dice, self.offense = grid, plan, dice, offense
        self.booked, self.jem, self.idle, self.new_form = booked, jem, idle, new_form
        self.n = len(grid)
        self.interviewed = plan.depth >= Depth.INTERVIEW
        self.referred = plan.depth == Depth.DETAINER
        self.detained = self.referred & ~plan.withheld
        self.claimed = plan.claimed & self.interviewed
        self.irregular = plan.irregular
        # Release due is always recorded for detainers, else where the jail knew it.
        self.due_known = self.detained | plan.due

    def write(self) -> None:
        """All stages, in the order of what depends on what."""
        self._booking()
        self._charges()
        self._screening()
        self._interview()
        self._determination()
        self._detainer()
        self._release_due()
        self._local_exit()
        self._detainer_exit()
        self._access()

    def _booking(self) -> None:
        grid, n = self.grid, self.n
        grid.put("booked", self.booked)
        grid.say("booked", "arrested_at", self.booked - self.dice.early(15 * MINUTE, 6 * HOUR, n))
        self.arresting = self.dice.choose((60, 25, 10, 5), n)
        grid.say("booked", "arresting_agency", self.arresting)
        grid.say("booked", "foreign_national", True, self.interviewed)

    def _charges(self) -> None:
        grid, plan, n = self.grid, self.plan, self.n
        moment = self.booked
        weights = [o.weight for o in OFFENSES]
        petty = np.zeros(n, dtype=bool)
        for number in (1, 2, 3):
            slot = f"charge{number}"
            moment = moment + self.dice.between(30, 10 * MINUTE, n)
            grid.put(slot, moment, plan.charges >= number)
            chosen = self.dice.choose(weights, n)
            if number == 1 and self.offense is not None:
                chosen = self.offense
            if number == 1:
                # An interview follows on a criminal charge alone.
                petty = self.interviewed & ~CRIMINAL[chosen]
                plan.charges[petty] = np.maximum(plan.charges[petty], 2)
            elif number == 2:
                chosen = np.where(petty, 0, chosen)
            self._offense(slot, chosen)
        grid.put("charge1_fix", grid.moments["charge1"], plan.corrected)
        corrected = self.dice.choose(weights, n)
        self._offense("charge1_fix", np.where(self.interviewed & ~CRIMINAL[corrected], 0, corrected))
        holds = self.irregular.hold_only & ~self.interviewed
        for slot in ("charge1", "charge2", "charge3"):
            grid.say(slot, "level", "hold", holds)
            grid.say(slot, "statute", codes_of("statute", *HOLDS)[plan.charges % len(HOLDS)], holds)
            grid.say(slot, "ncic_class", None, holds)
        grid.say("charge2", "level", "infraction", holds & plan.due)
        # The correction is entered later; the first entry's own delay is a short one.
        grid.lags["charge1_fix"] = self.dice.between(HOUR, 18 * HOUR, n)

    def _offense(self, slot: str, chosen: Ints) -> None:
        for name, of in (("statute", "text"), ("ncic_class", "ncic_class"), ("level", "level")):
            table = codes_of(name, *(getattr(o, of) for o in OFFENSES))
            self.grid.say(slot, name, table[chosen])
        self.grid.say(slot, "arresting_agency", self.arresting)

    def _screening(self) -> None:
        grid, plan, dice, n = self.grid, self.plan, self.dice, self.n
        full = plan.depth >= Depth.FULL
        opened = grid.put("opened", self.booked + plan.screened_later + dice.early(MINUTE, 50 * MINUTE, n))
        form = np.where(self.new_form, code("form_version", "2025"), code("form_version", "2020"))
        grid.say("opened", "form_version", form)
        moment = opened
        for step, low, high in (
            ("language", 30, 120),
            ("advisal", 30, 180),
            ("questions", 60, 600),
            ("attestation", 20, 120),
        ):
            moment = moment + dice.between(low, high, n)
            grid.put(step, moment, full if step != "attestation" else full & self.new_form)
            grid.say(step, "form_version", form)
        closed = np.where(
            full, moment + dice.between(10, 300, n), opened + dice.early(MINUTE, 90 * MINUTE, n)
        )
        self.closed = grid.put("closed", closed)
        other = codes_of("closing_reason", "released_before", "refused", "medical")
        reason = np.where(full, code("closing_reason", "completed"), other[dice.choose((88, 8, 4), n)])
        reason[self.idle & ~full] = code("closing_reason", "not_in_force")
        grid.say("closed", "closing_reason", reason)
        again = plan.rescreened & full
        reopened = grid.put("reopened", closed + dice.between(60, 120, n), again)
        grid.say("reopened", "form_version", form)
        moment = reopened
        for step in STEPS:
            moment = moment + dice.between(20, 60, n)
            grid.put(f"{step}_again", moment, again if step != "attestation" else again & self.new_form)
            grid.say(f"{step}_again", "form_version", form)
        grid.put("reclosed", moment + dice.between(10, 60, n), again)

    def _interview(self) -> None:
        grid, dice, n = self.grid, self.dice, self.n
        held = grid.put("interview", self.closed + dice.early(15 * MINUTE, 6 * HOUR, n), self.interviewed)
        permitted = ("stated_birth_abroad", "stated_citizenship_abroad", "prior_record", "federal_request")
        grounds = codes_of("ground", *permitted)
        grid.say("interview", "ground", grounds[dice.choose((50, 25, 15, 10), n)])
        language = dice.choose((55, 35, 3, 3, 2, 2), n)
        self.language = language
        grid.say("interview", "language", language)
        grid.say("interview", "advisal_language", language)
        self.can_read = (~dice.share(30, n)).astype(np.int64)
        grid.say("interview", "can_read", self.can_read)
        needed = (language > 0) & dice.share(700, n)
        self.interpreter = needed.astype(np.int64)
        for name in ("interpreter_needed", "interpreter_used", "interpreter_named"):
            grid.say("interview", name, self.interpreter)
        for name in ("interpreter_asked", "interpreter_offered"):
            grid.say("interview", name, True)
        self.aid = dice.share(20, n).astype(np.int64)
        grid.say("interview", "aid_needed", self.aid)
        grid.say("interview", "aid_given", self.aid)
        # Who is interviewed may be a foreign national: the jail tells of consular rights without delay.
        advised = grid.put("consulate", held + dice.between(10 * MINUTE, 40 * MINUTE, n), self.interviewed)
        grid.say("consulate", "notification_owed", self.plan.owed.astype(np.int64))
        told = self.interviewed & self.plan.owed
        self.advised = latest(
            advised, grid.put("consulate_told", advised + dice.between(MINUTE, 10 * MINUTE, n), told)
        )
        check = held + dice.between(5 * MINUTE, 90 * MINUTE, n)
        grid.put("check1", check, self.interviewed)
        self.checked = check + dice.between(60, 20 * MINUTE, n)
        grid.put("check2", self.checked, self.interviewed & self.plan.second_check)
        for slot in ("check1", "check2"):
            found = np.where(self.referred, 0, dice.choose((30, 68, 2), n))
            answers = codes_of("response", "record_found", "no_record", "unavailable")
            grid.say(slot, "response", answers[found])
        systems = codes_of("system", "ident", "ncic")
        grid.say("check1", "system", systems[dice.choose((50, 50), n)])
        claimed = grid.put("claimed", held + dice.between(60, 240, n), self.claimed)
        how = codes_of("how", "stated", "document", "record_sign")
        grid.say("claimed", "how", how[dice.choose((70, 20, 10), n)])
        reported = grid.put("reported", claimed + dice.early(2 * MINUTE, 55 * MINUTE, n), self.claimed)
        resolved = grid.put("resolved", reported + dice.between(30 * MINUTE, 30 * HOUR, n), self.claimed)
        self.resolved = np.where(self.claimed, resolved, NEVER)
        outcomes = codes_of("outcome", "citizen", "evidence_of_citizenship", "not_shown")
        # Who is found to be a citizen, or may be one, is let alone: the case ends.
        found = np.where(self.referred, 2, dice.choose((45, 25, 30), n))
        ended = self.claimed & (found < 2)
        concluded = self.claimed | (self.plan.determined & (self.plan.depth == Depth.INTERVIEW))
        self.determined = self.referred | (concluded & ~ended)
        grid.say("resolved", "outcome", outcomes[found])
        papers = codes_of("grounds", "birth certificate", "document seen", "records checked")
        grid.say("resolved", "grounds", papers[found])

    def _determination(self) -> None:
        grid, dice, n = self.grid, self.dice, self.n
        made = latest(self.checked, self.resolved) + dice.between(5 * MINUTE, 2 * HOUR, n)
        self.made = grid.put("determined", made, self.determined)
        outcome = np.where(self.referred, code("outcome", "refer"), code("outcome", "no_action"))
        unsure = ~self.referred & dice.share(100, n)
        grid.say("determined", "outcome", np.where(unsure, code("outcome", "cannot_determine"), outcome))
        of_referred, of_others = codes_of("grounds", "records checked|statement", "records checked")
        stated = np.where(self.referred, of_referred, of_others)
        grid.say("determined", "grounds", stated)
        grid.say("determined", "pending_class", grid.fields[("charge1", "ncic_class")])
        convicted = dice.share(300, n)
        grid.say("determined", "conviction_class", dice.between(0, 12, n), convicted)
        sent_back = self.plan.returned & self.determined
        returned = grid.put("returned", made + dice.early(10 * MINUTE, 8 * HOUR, n), sent_back)
        since = np.where(sent_back, returned, made)
        again = self.irregular.redetermined & self.determined
        # A determination that was sent back may be made anew; then that one is reviewed.
        once = self.determined & ~(again & sent_back)
        reviewed = grid.put("reviewed", since + dice.early(10 * MINUTE, 8 * HOUR, n), once)
        anew = latest(since, reviewed) + dice.between(10 * MINUTE, 2 * HOUR, n)
        self.made = latest(self.made, grid.put("determined_again", anew, again))
        for name in ("outcome", "grounds", "pending_class", "conviction_class"):
            grid.say("determined_again", name, grid.fields[("determined", name)])
        grid.say("determined", "outcome", "cannot_determine", again)
        confirmed = grid.put("reviewed_again", anew + dice.early(10 * MINUTE, 8 * HOUR, n), again)
        self.reviewed = latest(reviewed, confirmed)

    def _detainer(self) -> None:
        grid, dice, n, detained = self.grid, self.dice, self.n, self.detained
        signed = grid.put("signed", self.reviewed + dice.between(5 * MINUTE, HOUR, n), detained)
        issued = grid.put("detainer", signed + dice.between(0, HOUR, n), detained)
        causes, lists = (codes_of(name, *ProbableCause) for name in ("ground", "grounds"))
        cause = dice.choose((20, 20, 45, 15), n)
        grid.say("detainer", "ground", causes[cause])
        grid.say("detainer", "grounds", lists[cause])
        grid.say("detainer", "office", grid.county % 5)
        grid.say("detainer", "escape_risk", dice.share(300, n).astype(np.int64))
        # A warrant of removal rests on a final order.
        self.warrant = np.where(cause == 0, code("form", "I-205"), code("form", "I-200"))
        grid.say("signed", "form", self.warrant)
        grid.put(
            "a_file", issued + dice.between(5 * MINUTE, HOUR, n), detained & self.jem & dice.share(100, n)
        )
        grid.put("notified", issued + dice.early(MINUTE, 20 * HOUR, n), detained & self.jem)
        served = grid.put("detainer_served", issued + dice.between(5 * MINUTE, 4 * HOUR, n), detained)
        self.detainer_served = served
        grid.say("detainer_served", "language", self.language)
        charging = detained & self.plan.charging
        prepared = grid.put("prepared", self.reviewed + dice.between(10 * MINUTE, 5 * HOUR, n), charging)
        papers = grid.put("charging_signed", prepared + dice.between(10 * MINUTE, 20 * HOUR, n), charging)
        self.papers = papers
        cancelled = detained & (self.plan.ending == Ending.CANCELLED_BEFORE)
        self.cancelled_before = np.where(cancelled, served + dice.between(HOUR, 20 * HOUR, n), NEVER)

    def _release_due(self) -> None:
        """When nothing local holds any more."""
        grid, dice, n = self.grid, self.dice, self.n
        ready = latest(self.closed + 10 * MINUTE, self.made, self.resolved, self.detainer_served)
        ready = latest(ready, self.papers, self.cancelled_before)
        checks = np.where(self.interviewed, self.checked, NEVER)
        self.ready = latest(ready, checks, self.advised) + dice.between(10 * MINUTE, HOUR, n)
        waits = np.where(self.interviewed, dice.early(0, 40 * DAY, n), dice.early(0, 6 * DAY, n))
        due = self.ready + np.maximum(waits, self._absent_while_waiting())
        known = self.due_known
        self.due = due = self._several_dues(due)
        grid.put("due", due, known)
        causes = ("bond", "recognizance", "dismissed", "served", "not_filed", "acquitted")
        grounds = codes_of("cause", *causes)
        self.cause = grounds[dice.choose((45, 25, 14, 10, 4, 2), n)]
        grid.say("due", "cause", self.cause)
        disposed = self.plan.disposed & known
        grid.put("disposed", due - dice.between(0, 10 * MINUTE, n), disposed)
        ways = ("bail", "recognizance", "dismissed", "sentence_served", "not_filed")
        disposition = codes_of("disposition", *ways)[dice.choose((40, 25, 20, 10, 5), n)]
        dropped = disposed & self.detained & dice.share(500, n)
        grid.say("disposed", "disposition", np.where(dropped, DROPPED, disposition))
        grid.say("disposed", "reason", "prosecutor's decision", dropped)
        self._bail()
        self._hold_of_another_authority()

    # --- irregular histories -----------------------------------------------------------------------------

    def _absent_while_waiting(self) -> Ints:
        """A move to another jail of the agency, a trip to a hospital or a court; seconds until the return."""
        grid, dice, n = self.grid, self.dice, self.n
        grid.put("moved", self.ready + dice.between(10, 5 * MINUTE, n), self.irregular.moved)
        goes = self.irregular.absent & ~(self.detained & self.irregular.in_hold)
        away = grid.put("away", self.ready + dice.between(6 * MINUTE, 20 * MINUTE, n), goes)
        back = grid.put("back", away + dice.between(30 * MINUTE, 5 * HOUR, n), goes)
        places = codes_of("destination", "hospital", "court")
        self.destination = places[dice.choose((40, 60), n)]
        grid.say("away", "destination", self.destination)
        return np.where(goes, back - self.ready + 10 * MINUTE, 0)

    def _several_dues(self, due: Ints) -> Ints:
        """Release due for a while, until another charge or an order holds the person after all."""
        grid, dice, n = self.grid, self.dice, self.n
        several = self.irregular.several_due & self.due_known
        early = grid.put("due_early", due + MINUTE, several)
        charged = several & dice.share(500, n)
        grid.put("charge_late", early + dice.between(HOUR, 20 * HOUR, n), charged)
        self._offense("charge_late", np.zeros(n, dtype=np.int64))
        return np.where(several, early + dice.between(DAY, 3 * DAY, n), due)

    def _bail(self) -> None:
        """Bail is set soon, and tendered before release is due; it may be refused, though for no detainer."""
        grid, dice, n, due = self.grid, self.dice, self.n, self.due
        bail = self.irregular.bail & self.due_known
        grid.put("bail_set", self.closed + dice.between(MINUTE, 10 * MINUTE, n), bail)
        tendered = grid.put("bail_tendered", due - dice.between(5 * MINUTE, 9 * MINUTE, n), bail)
        refused = bail & dice.share(100, n)
        grid.put("bail_refused", tendered + dice.between(10, 2 * MINUTE, n), refused)

    def _hold_of_another_authority(self) -> None:
        """A hold that outlasts release due, or one that begins after it; `free` is when none is left."""
        grid, dice, n, due = self.grid, self.dice, self.n, self.due
        other = self.irregular.other_hold & self.due_known
        later = other & dice.share(400, n)
        begins = np.where(
            later, due + dice.between(40 * MINUTE, 3 * HOUR, n), due - dice.between(1, 9 * MINUTE, n)
        )
        over = np.where(later, begins, due) + dice.between(HOUR, 4 * HOUR, n)
        grid.put("other_hold", begins, other)
        grid.put("other_hold_over", over, other)
        bases = codes_of("basis", "other_agency", "judicial_warrant")[dice.choose((60, 40), n)]
        grid.say("other_hold", "basis", bases)
        grid.say("other_hold_over", "basis", bases)
        self.free = np.where(other & ~later, over, due)
        # Without a detainer the person stays until the other authority's hold ends.
        self.kept = np.where(other, over, due)

    # --- the way out --------------------------------------------------------------------------------------

    def _local_exit(self) -> None:
        """Release or departure of those whom no detainer holds."""
        grid, dice, n, plan = self.grid, self.dice, self.n, self.plan
        held = self.detained & (plan.ending != Ending.CANCELLED_BEFORE)
        soon = np.where(
            self.detained, dice.between(5 * MINUTE, 50 * MINUTE, n), dice.early(5 * MINUTE, 5 * HOUR, n)
        )
        leaves = self.kept + np.where(self.detained, 0, plan.released_later) + soon
        elsewhere = plan.departs & ~self.detained
        self.released = np.where(~held & ~elsewhere, leaves, NEVER)
        self.departed = np.where(elsewhere, leaves, NEVER)
        away = codes_of("destination", "other_agency", "prison")
        grid.say("departed", "destination", away[dice.choose((60, 40), n)])

    def _detainer_exit(self) -> None:
        """What follows a hold: pick-up, transfer in place, lapse or cancellation."""
        grid, dice, n, plan = self.grid, self.dice, self.n, self.plan
        ends = {e: self.detained & (plan.ending == e) for e in Ending}
        held = self.detained & ~ends[Ending.CANCELLED_BEFORE]
        hold = grid.put("hold", self.free + dice.between(0, 30 * MINUTE, n), held)
        goes = held & self.irregular.absent & self.irregular.in_hold
        away = grid.put("away_in_hold", hold + dice.between(MINUTE, 20 * MINUTE, n), goes)
        grid.say("away_in_hold", "destination", self.destination)
        grid.put("back_in_hold", away + dice.between(20 * MINUTE, 90 * MINUTE, n), goes)
        picked_up, transferred = ends[Ending.PICKED_UP], ends[Ending.TRANSFERRED]
        to_ice = picked_up | transferred
        early = latest(self.due - dice.between(0, 12 * HOUR, n), self.detainer_served + MINUTE)
        grid.put("warrant_served", early, held & plan.served)
        grid.say("warrant_served", "form", self.warrant)
        grid.say("warrant_served", "language", self.language)
        for name in ("needed", "used", "named", "on_warrant"):
            grid.say("warrant_served", f"interpreter_{name}", self.interpreter)
        grid.say("warrant_served", "can_read", self.can_read)
        grid.say("warrant_served", "advisal_language", self.language)
        for name in ("aid_needed", "aid_given"):
            grid.say("warrant_served", name, self.aid)
        # Seconds after the service.
        grid.say("warrant_served", "ice_notified_at", dice.early(MINUTE, 50 * MINUTE, n), ~self.jem)
        # All within 48 hours from release due, also after an absence or another authority's hold.
        until = hold + plan.held_longer + np.where(goes, 2 * HOUR, 0)
        taken = grid.put("transferred", until + dice.between(HOUR, 18 * HOUR, n), transferred)
        stays = transferred & plan.detention_agreement
        after = np.where(stays, dice.between(DAY, 20 * DAY, n), dice.between(HOUR, 17 * HOUR, n))
        most = np.where(self.irregular.other_hold, 35 * HOUR, 41 * HOUR)
        picked = np.maximum(HOUR, dice.between(HOUR, 44 * HOUR, n) * most // (44 * HOUR))
        # Another authority's hold within the time on the detainer ends before the person goes.
        picked = np.where(self.irregular.other_hold, np.maximum(picked, 8 * HOUR), picked)
        leaves = np.where(transferred, taken + after, until + picked)
        self.departed = np.where(to_ice, leaves, self.departed)
        lapsed = self.due + dice.between(47 * HOUR + 20 * MINUTE, 47 * HOUR + 40 * MINUTE, n)
        grid.put("lapsed", lapsed, ends[Ending.LAPSED])
        self.released = np.where(
            ends[Ending.LAPSED], lapsed + dice.between(MINUTE, 15 * MINUTE, n), self.released
        )
        withdrawn = until + dice.between(8 * HOUR, 30 * HOUR, n)
        in_hold = ends[Ending.CANCELLED_IN_HOLD]
        self.released = np.where(in_hold, withdrawn + dice.between(5 * MINUTE, 55 * MINUTE, n), self.released)
        grid.put("cancelled", np.where(in_hold, withdrawn, self.cancelled_before))
        over = np.where(transferred, taken, latest(self.departed, self.released))
        grid.put("hold_over", over, held)
        grid.put("released", self.released)
        grid.say("released", "cause", self.cause)
        grid.put("departed", self.departed)
        self._stays_before_and_after()
        self._papers(to_ice, transferred, stays)

    def _stays_before_and_after(self) -> None:
        """An earlier stay under the same number; weekends in jail after the release."""
        grid, dice, n = self.grid, self.dice, self.n
        other = codes_of("closing_reason", "released_before", "refused", "medical")
        reason = other[dice.choose((88, 8, 4), n)]
        form = grid.fields[("opened", "form_version")]
        before = self.irregular.earlier_stay
        left = grid.put("released_before", self.booked - dice.between(DAY, 20 * DAY, n), before)
        due = grid.put("due_before", left - dice.between(5 * MINUTE, 5 * HOUR, n), before)
        came = grid.put("booked_before", due - dice.between(4 * HOUR, 4 * DAY, n), before)
        opened = grid.put("opened_before", came + dice.early(5 * MINUTE, 50 * MINUTE, n), before)
        grid.put("charge_before", came + dice.between(MINUTE, 4 * MINUTE, n), before)
        grid.put("closed_before", opened + dice.between(MINUTE, HOUR, n), before)
        self._offense("charge_before", np.zeros(n, dtype=np.int64))
        left = self.released
        slots = [("before", before)]
        for number in (1, 2):
            comes = (self.irregular.weekends >= number) & ~self.interviewed & (self.released != NEVER)
            back = grid.put(f"booked_weekend{number}", left + dice.between(4 * DAY, 6 * DAY, n), comes)
            opened = grid.put(f"opened_weekend{number}", back + dice.early(MINUTE, 50 * MINUTE, n), comes)
            grid.put(f"closed_weekend{number}", opened + dice.between(MINUTE, HOUR, n), comes)
            due = grid.put(f"due_weekend{number}", back + dice.between(30 * HOUR, 50 * HOUR, n), comes)
            left = grid.put(f"released_weekend{number}", due + dice.between(MINUTE, 4 * HOUR, n), comes)
            slots.append((f"weekend{number}", comes))
        for name, where in slots:
            grid.say(f"due_{name}", "cause", "other", where)
            grid.say(f"released_{name}", "cause", "other", where)
            grid.say(f"closed_{name}", "closing_reason", reason)
            grid.say(f"opened_{name}", "form_version", form)

    def _papers(self, to_ice: Bools, transferred: Bools, stays: Bools) -> None:
        grid = self.grid
        number = np.arange(grid.first, grid.first + self.n)
        grid.say("departed", "destination", "ice", to_ice)
        for slot, where in (("departed", to_ice), ("transferred", transferred)):
            grid.say(slot, "receiving_officer", np.where(where, grid.county, -1))
            grid.say(slot, "receipt", np.where(where, number, -1))
        grid.say("departed", "property_receipt", np.where(to_ice, number, -1))
        three, two = codes_of("documents", "I-200|I-247A|I-862", "I-200|I-247A")
        served = np.where(grid.happens("prepared"), three, two)
        grid.say("departed", "documents", np.where(to_ice, served, -1))
        grid.say("departed", "copies_given", True, to_ice)
        grid.say("transferred", "detention_agreement", np.where(stays, grid.county, -1))
        # A designated officer drives some to ICE; who, is settled with the cast.
        self.plan.driven &= to_ice & self.jem
        grid.say("departed", "facility_approved", True, self.plan.driven)

    def _access(self) -> None:
        """What the system notes about a booking: corrections, views, exports."""
        grid, dice, n, plan = self.grid, self.dice, self.n, self.plan
        charge = grid.moments["charge1"]
        grid.put("correction_noted", charge + dice.between(HOUR, 18 * HOUR, n), plan.corrected)
        grid.put("viewed", self.booked + dice.between(HOUR, 30 * DAY, n), plan.viewed)
        exported = grid.put("exported", self.booked + dice.between(30 * DAY, 60 * DAY, n), plan.exported)
        recipient, ground, by = (
            codes_of(name, *values)
            for name, values in (
                ("recipient", ("media", "public", "court")),
                ("legal_ground", ("public_records_law", "freedom_of_information_act", "court_order")),
                ("coordinated_with", ("ice_public_affairs", "ice_officer", "ice_officer")),
            )
        )
        kind = dice.choose((30, 40, 30), n)
        grid.say("exported", "recipient", recipient[kind])
        grid.say("exported", "legal_ground", ground[kind])
        grid.say("exported", "coordinated_with", by[kind])
        grid.say("exported", "coordinated_at", exported - dice.between(DAY, 10 * DAY, n))
