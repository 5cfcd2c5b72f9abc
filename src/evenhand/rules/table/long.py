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
    First,
    Last,
    Later,
    Next,
    OfficerStanding,
    Prev,
    Ref,
    Sel,
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
        return self.get(ref, "pos").notnull()

    def get(self, ref: Ref, name: str) -> ir.Value:
        match ref:
            case This():
                return self.table[name]
            case OfficerStanding():
                return self.table[f"officer__{name}"]
            case AgreementStanding():
                return self.table[f"agreement__{name}"]
        return self.table[f"ref_{self.plan.refs.index(ref)}"][name]

    def count(self, chosen: Sel) -> ir.IntegerValue:
        return self.table[f"count_{self.plan.counts.index(chosen)}"]

    def later(self, node: Later) -> ir.TimestampValue:
        return self.table[f"clock_{self.plan.laters.index(node)}"]


class LongPlan:
    """The expressions of all rules of one kind of subject, over an events table of the given name.

    The table has the columns of `columns_judged`.
    """

    def __init__(
        self,
        kind: SubjectKind,
        rules: tuple[Rule, ...],
        provides: Provides,
        until: ir.TimestampScalar,
        window: Window,
        source: str,
    ) -> None:
        self.kind, self.rules, self.provides, self.until = kind, rules, provides, until
        self.window = window
        self.refs = tuple(dict.fromkeys(ref for rule in rules for ref in rule.refs))
        self.counts = tuple(dict.fromkeys(c for rule in rules for c in rule.counts))
        self.laters = skipping_laters(rules)
        self.events = events_table(kind, source, columns_judged(kind, rules))

    @cached_property
    def activations(self) -> ir.Table:
        """All events at which some rule is judged, with every occurrence the rules look at."""
        events = self.events
        askable = [
            Sel(types, rule.on.where, rule.on.having)
            for rule in self.rules
            if (types := self.provides.askable(rule.on))
        ]
        wanted = reduce(lambda a, b: a | b, (matches(events, s) for s in askable), ibis.literal(False))
        acts = events.filter(wanted & within_window(events.occurred_at, self.window))
        if self.refs or self.counts:
            around = self._around(acts)
            acts = acts.left_join(around, acts.pos == around.act_pos).drop("act_pos")
        acts = with_standings(acts, officer=True, agreement=True)
        starts = {}
        for n, later in enumerate(self.laters):
            rule = next(r for r in self.rules if later in r.laters)
            starts[n] = (value(LongFrame(self, acts, rule), later.start), acts.zone)
        return with_clocks(acts, starts) if starts else acts

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
        for n, chosen in enumerate(self.counts):
            found[f"count_{n}"] = matches(pairs, chosen).sum()
        return pairs.group_by("act_pos").aggregate(**found)

    def _pick(self, pairs: ir.Table, ref: Ref) -> ir.Value:
        names = dict.fromkeys([*_ALWAYS, *(f for rule in self.rules for f in rule.fields_of(ref))])
        event = ibis.struct({name: pairs[name] for name in names})
        match ref:
            case First(sel=chosen):
                return event.argmin(pairs.pos, where=matches(pairs, chosen))
            case Last(sel=chosen):
                return event.argmax(pairs.pos, where=matches(pairs, chosen))
            case Prev(sel=chosen, on=keys):
                where = matches(pairs, chosen) & (pairs.occurred_at <= pairs.act_at)
            case Next(sel=chosen, on=keys):
                where = matches(pairs, chosen) & (pairs.occurred_at >= pairs.act_at)
            case _:
                raise TypeError(ref)
        where = where & (pairs.pos != pairs.act_pos)
        for key in keys:
            where = where & (pairs[key] == pairs[f"act_{key}"]).fill_null(False)
        return (
            event.argmax(pairs.pos, where=where)
            if isinstance(ref, Prev)
            else event.argmin(pairs.pos, where=where)
        )

    def judged(self, rule: Rule, activations: str) -> ir.Table:
        """The rule's activations with verdict, evidence and deadline.

        `activations` names a table with the columns of `activations`. Columns: case, pos, subject, verdict,
        id, occurred_at, agency, facility, actor, evidence (list of ids, nulls among them), due, done.
        """
        table, frame = self._at(rule, activations)
        evidence = [table.id, *(frame.get(ref, "id") for ref in rule.refs)]
        if rule.reads_officer:
            evidence.append(table.officer__event)
        if rule.reads_agreement:
            evidence.append(table.agreement__event)
        due, done = meaning.timing(frame, rule)
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
            due.name("due"),
            done.name("done"),
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
        table = ibis.table(self.activations.schema(), name=activations)
        askable = Sel(self.provides.askable(rule.on), rule.on.where, rule.on.having)
        table = table.filter(matches(table, askable))
        return table, LongFrame(self, table, rule)
