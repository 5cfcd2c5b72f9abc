"""The long frame: one row for each activation, exact for every history.

Each activation is paired with the events of its history, and one aggregate picks, for each occurrence that
any rule looks at, the event that it is. Costs the square of a history's length, so it serves small subjects,
and of the bookings only those with findings or with an act done more than once.
"""

from functools import cached_property, reduce

import ibis
import ibis.expr.types as ir

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import (
    AgreementStanding,
    Count,
    FacilityStanding,
    First,
    Last,
    Later,
    Next,
    OfficerStanding,
    Prev,
    Ref,
    This,
    selection,
)
from evenhand.rules.answer import Provides
from evenhand.rules.rule import Rule
from evenhand.rules.table import compile as meaning
from evenhand.rules.table.compile import Frame, value
from evenhand.rules.table.inputs import (
    Window,
    columns_judged,
    events_table,
    matches,
    skipping_laters,
    with_clocks,
    with_standings,
    within_window,
)
from evenhand.rules.table.packed import Packing

_ALWAYS = ("id", "pos", "type", "occurred_at")


class LongFrame(Frame):
    """Columns of `activations`: the event's, `ref_<n>` (a struct), `count_<n>`, `clock_<n>`, standings."""

    def __init__(self, plan: "LongPlan", table: ir.Table, rule: Rule) -> None:
        self.plan, self.table, self.rule = plan, table, rule
        self.provides = plan.provides
        self.until = plan.until

    def types(self, ref: Ref) -> tuple[str, ...]:
        return self.rule.on.types if isinstance(ref, This) else selection(ref).types

    def occurs(self, ref: Ref) -> ir.BooleanValue:
        match ref:
            case This():
                return ibis.literal(True)
            case OfficerStanding():
                return self.table.officer__event.notnull()
            case AgreementStanding():
                return self.table.agreement__event.notnull()
            case FacilityStanding():
                return self.table.facility__event.notnull()
        return self.get(ref, "pos").notnull()

    def get(self, ref: Ref, name: str) -> ir.Value:
        match ref:
            case This():
                return self.table[name]
            case OfficerStanding():
                return self.table[f"officer__{name}"]
            case AgreementStanding():
                return self.table[f"agreement__{name}"]
            case FacilityStanding():
                return self.table[f"facility__{name}"]
        return self.table[f"ref_{self.plan.refs.index(ref)}"][name]

    def count(self, node: Count) -> ir.IntegerValue:
        return self.table[f"count_{self.plan.counts.index(node)}"]

    def later(self, node: Later) -> ir.TimestampValue:
        return self.table[f"clock_{self.plan.laters.index(node)}"]


class LongPlan:
    """The expressions of all rules of one kind of subject, over an events table of the given name.

    The table has the columns of `columns_judged`. The table `cases` says of each history whether its answers
    are counted here, by all rules, or with which words of verdicts it was kept back.
    """

    def __init__(
        self,
        kind: SubjectKind,
        rules: tuple[Rule, ...],
        provides: Provides,
        until: ir.TimestampScalar,
        window: Window,
        source: str,
        cases: str,
        packing: Packing,
    ) -> None:
        self.kind, self.rules, self.provides, self.until = kind, rules, provides, until
        self.window = window
        self.refs = tuple(dict.fromkeys(ref for rule in rules for ref in rule.refs))
        self.counts = tuple(dict.fromkeys(c for rule in rules for c in rule.counts))
        self.laters = skipping_laters(rules)
        self.events = events_table(kind, source, columns_judged(kind, rules))
        self.packing = packing
        words = dict.fromkeys(packing.words, "int64")
        self.cases = ibis.table({"case": "int64", "counted": "boolean", **words}, name=cases)

    @cached_property
    def activations(self) -> dict[bool, ir.Table]:
        """The events at which a rule is to be judged, with every occurrence that the rules look at.

        Under True those of the rules that look at nothing but the act and standings, which come without
        others; under False those of all other rules.
        """
        return {alone: self._activations(alone) for alone in (True, False)}

    def _activations(self, alone: bool) -> ir.Table:
        chosen = [rule for rule in self.rules if rule.alone is alone]
        events = self.events.join(self.cases, "case")
        wanted = [self._asked(events, rule) for rule in chosen]
        acts = events.filter(reduce(lambda a, b: a | b, wanted, ibis.literal(False)))
        if not alone and (self.refs or self.counts):
            around = self._around(acts)
            acts = acts.left_join(around, acts.pos == around.act_pos).drop("act_pos")
        facility = any(rule.reads_facility for rule in chosen)
        acts = with_standings(acts, officer=True, agreement=True, facility=facility)
        starts = {}
        for n, later in enumerate(() if alone else self.laters):
            rule = next(r for r in self.rules if later in r.laters)
            starts[n] = (value(LongFrame(self, acts, rule), later.start), acts.zone)
        return with_clocks(acts, starts) if starts else acts

    def _asked(self, acts: ir.Table, rule: Rule) -> ir.BooleanValue:
        """Whether the rule is to be judged at the event; the table has the columns of `cases` too."""
        askable = rule.on.of(*self.provides.askable(rule.on))
        asked = acts.counted | self.packing.open_for(acts, rule.id)
        return matches(acts, askable) & within_window(acts.occurred_at, self.window) & asked

    def _around(self, acts: ir.Table) -> ir.Table:
        """For each activation, by `act_pos`: the occurrences and counts, one aggregate each."""
        other = self.events.view()
        keys = {k for ref in self.refs for k in getattr(ref, "on", ())}
        left = acts.select(
            act_case=acts.case,
            act_pos=acts.pos,
            act_at=acts.occurred_at,
            **{f"act_{k}": acts[k] for k in keys},
        )
        pairs = left.join(other, left.act_case == other.case)
        found: dict[str, ir.Value] = {}
        for n, ref in enumerate(self.refs):
            found[f"ref_{n}"] = self._pick(pairs, ref)
        for n, node in enumerate(self.counts):
            chosen = matches(pairs, node.sel)
            if node.since is None:
                found[f"count_{n}"] = chosen.sum()
            else:
                before = chosen & (pairs.occurred_at <= pairs.act_at)
                found[f"count_{n}"] = pairs.occurred_at.collect(where=before)
        around = pairs.group_by("act_pos").aggregate(**found)
        return around.mutate(
            **{f"count_{n}": self._since(around, n) for n, node in enumerate(self.counts) if node.since}
        )

    def _since(self, around: ir.Table, n: int) -> ir.IntegerValue:
        """How many of the moments collected for a count do not come before its beginning."""
        since = self.counts[n].since
        assert since is not None
        begin = around[f"ref_{self.refs.index(since)}"]["occurred_at"]
        kept = around[f"count_{n}"].filter(lambda moment: (moment >= begin).fill_null(True))
        return kept.length().fill_null(0)

    def _pick(self, pairs: ir.Table, ref: Ref) -> ir.Value:
        names = dict.fromkeys([*_ALWAYS, *(f for rule in self.rules for f in rule.fields_of(ref))])
        event = ibis.struct({name: pairs[name] for name in names})
        match ref:
            case First(sel=chosen):
                return event.argmin(pairs.pos, where=matches(pairs, chosen))
            case Last(sel=chosen, on=()):
                return event.argmax(pairs.pos, where=matches(pairs, chosen))
            case Last(sel=chosen, on=keys):
                where = matches(pairs, chosen)
            case Prev(sel=chosen, on=keys):
                where = matches(pairs, chosen) & (pairs.occurred_at <= pairs.act_at)
            case Next(sel=chosen, on=keys, strictly=strictly):
                follows = pairs.occurred_at > pairs.act_at if strictly else pairs.occurred_at >= pairs.act_at
                where = matches(pairs, chosen) & follows
            case _:
                raise TypeError(ref)
        where = where & (pairs.pos != pairs.act_pos)
        for key in keys:
            where = where & (pairs[key] == pairs[f"act_{key}"]).fill_null(False)
        return (
            event.argmax(pairs.pos, where=where)
            if isinstance(ref, Prev | Last)
            else event.argmin(pairs.pos, where=where)
        )

    def judged(self, rule: Rule, activations: str) -> ir.Table:
        """The rule's activations with verdict, evidence and deadline.

        `activations` names a table with the columns of `activations`. Columns: case, pos, subject, verdict,
        id, occurred_at, agency, facility, actor, evidence (list of ids, nulls among them), and those of
        `compile.STATED`.
        """
        table, frame = self._at(rule, activations)
        evidence = [table.id, *(frame.get(ref, "id") for ref in rule.refs)]
        if rule.reads_officer:
            evidence.append(table.officer__event)
        if rule.reads_agreement:
            evidence.append(table.agreement__event)
        if rule.reads_facility:
            evidence.append(table.facility__event)
        return table.select(
            table.case,
            table.pos,
            table.subject,
            meaning.verdict(frame, rule).name("verdict"),
            table.id,
            table.occurred_at,
            table.agency,
            table.facility,
            table.actor,
            ibis.array([e.cast("string") for e in evidence]).name("evidence"),
            **meaning.stated(frame, rule),
        )

    def lacking(self, rule: Rule, activations: str) -> ir.Table:
        """What the record lacks at the activations: columns case, pos, missing (names, nulls among them)."""
        table, frame = self._at(rule, activations)
        lacks = [
            where.fill_null(False).ifelse(name, ibis.null("string"))
            for name, where in meaning.missing(frame, rule)
        ]
        names = ibis.array(lacks) if lacks else ibis.null("array<string>")
        return table.select(table.case, table.pos, missing=names)

    def _at(self, rule: Rule, activations: str) -> tuple[ir.Table, LongFrame]:
        """The rule's own activations, and where its nodes find their columns."""
        table = ibis.table(self.activations[rule.alone].schema(), name=activations)
        table = table.filter(self._asked(table, rule))
        return table, LongFrame(self, table, rule)
