"""The wide frame: one row for each history, one aggregate scan for all rules.

A history in which each act happened at most once is a row of columns, one set for each *atom* (an event type
with its conditions), and "the previous warrant" is the warrant if it is not later. Where an act on which a
rule depends happened twice, the row says so (`again`) and the history is left to the long frame. First, last
and how many need no such care. Rules that look only at the act itself and at standings are judged on the
events, and only their worst verdict is carried here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

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
    Sel,
    This,
    selection,
)
from evenhand.rules.answer import Provides
from evenhand.rules.rule import Rule
from evenhand.rules.table.compile import Frame, value, verdict
from evenhand.rules.table.inputs import (
    NAIVE_INSTANT,
    Window,
    columns_read,
    events_table,
    matches,
    with_clocks,
    with_standings,
    within_window,
)
from evenhand.rules.table.packed import Packing

NOT_APPLICABLE = 3
TIERS = (0.5, 0.1)
"""Events of a type to a history, above which the type is of the first tier, of the second."""


@dataclass(frozen=True)
class Atom:
    """Events of one type under one condition."""

    sel: Sel

    @property
    def type(self) -> str:
        return self.sel.types[0]


def atoms(chosen: Sel) -> tuple[Atom, ...]:
    return tuple(Atom(chosen.of(t)) for t in chosen.types)


class _RowFrame(Frame):
    """An event with its standings, by itself."""

    def __init__(self, provides: Provides, until: ir.TimestampScalar, table: ir.Table, rule: Rule) -> None:
        self.provides, self.until, self.table, self.rule = provides, until, table, rule

    def types(self, ref: Ref) -> tuple[str, ...]:
        return self.rule.on.types

    def occurs(self, ref: Ref) -> ir.BooleanValue:
        match ref:
            case OfficerStanding():
                return self.table.officer__event.notnull()
            case AgreementStanding():
                return self.table.agreement__event.notnull()
            case FacilityStanding():
                return self.table.facility__event.notnull()
        return ibis.literal(True)

    def get(self, ref: Ref, name: str) -> ir.Value:
        match ref:
            case OfficerStanding():
                return self.table[f"officer__{name}"]
            case AgreementStanding():
                return self.table[f"agreement__{name}"]
            case FacilityStanding():
                return self.table[f"facility__{name}"]
        return self.table[name]

    def count(self, node: Count) -> ir.IntegerValue:
        raise TypeError("a row has no counts")

    def later(self, node: Later) -> ir.TimestampValue:
        raise TypeError("a row has no clocks")


class _Columns:
    """Which aggregate columns the wide table needs, by atom. Names: `a<n>__<what>`."""

    def __init__(self) -> None:
        self.wanted: dict[Atom, dict[str, None]] = {}

    def name(self, atom: Atom, what: str) -> str:
        self.wanted.setdefault(atom, {})[what] = None
        return f"a{list(self.wanted).index(atom)}__{what}"

    def aggregates(self, events: ir.Table, chosen: Iterable[Atom]) -> dict[str, ir.Value]:
        found: dict[str, ir.Value] = {}
        for atom in chosen:
            where = matches(events, atom.sel)
            for what in self.wanted[atom]:
                name = self.name(atom, what)
                match what:
                    case "n":
                        found[name] = events.count(where=where)
                    case "first":
                        found[name] = events.occurred_at.min(where=where)
                    case "last":
                        found[name] = events.occurred_at.max(where=where)
                    case _:
                        # At most one such event, or the history goes to the long frame.
                        found[name] = events[what].min(where=where)
        return found


class WideFrame(Frame):
    """A history's columns seen from its one event of type `this`."""

    def __init__(self, plan: "WidePlan", rule: Rule, this: Atom, table: ir.Table | None) -> None:
        self.plan, self.rule, self.this, self.table = plan, rule, this, table
        self.provides, self.until = plan.provides, plan.until

    def _column(self, atom: Atom, what: str) -> ir.Value:
        name = self.plan.columns.name(atom, what)
        if self.table is None:
            # While the columns are being collected there is no table yet.
            kinds = {"n": "int64", "first": NAIVE_INSTANT, "last": NAIVE_INSTANT}
            kind = kinds.get(what) or self.plan.column_type(what)
            return ibis.table({name: kind}, name="collecting")[name]
        return self.table[name]

    def types(self, ref: Ref) -> tuple[str, ...]:
        return (self.this.type,) if isinstance(ref, This) else selection(ref).types

    def times(self, atom: Atom) -> ir.IntegerValue:
        """How many events the history has of the atom."""
        return self._column(atom, "n").fill_null(0)

    def occurs(self, ref: Ref) -> ir.BooleanValue:
        match ref:
            case This():
                return self._column(self.this, "first").notnull()
            case OfficerStanding():
                return self._column(self.this, "officer__event").notnull()
            case AgreementStanding():
                return self._column(self.this, "agreement__event").notnull()
            case FacilityStanding():
                return self._column(self.this, "facility__event").notnull()
        return reduce(lambda a, b: a | b, (self._finds(ref, a) for a in atoms(selection(ref))))

    def _finds(self, ref: Ref, atom: Atom) -> ir.BooleanValue:
        moment = self._column(atom, "first")
        if isinstance(ref, First | Last):
            return moment.notnull()
        if atom.type == self.this.type:
            # The only event of the type is the activation.
            return ibis.literal(False)
        here = self._column(self.this, "first")
        if isinstance(ref, Prev):
            return (moment <= here).fill_null(False)
        latest = self._moment_of(ref, atom)
        return (latest > here if _strictly(ref) else latest >= here).fill_null(False)

    def _moment_of(self, ref: Ref, atom: Atom) -> ir.TimestampValue:
        """The moment of an atom's event that stands on the occurrence's side of the act, if any does."""
        first = self._column(atom, "first")
        if not self._moment_alone(ref):
            return first
        here, last = self._column(self.this, "first"), self._column(atom, "last")
        beyond = last <= here if isinstance(ref, Prev) else first < here
        if _strictly(ref):
            beyond = first <= here
        return beyond.ifelse(last, first)

    def _moment_alone(self, ref: Ref) -> bool:
        """Whether of a previous or next event of one type nothing is read but when it was.

        Then it is found among several, unless the act stands between them.
        """
        read = set(self.rule.fields_of(ref)) - {"occurred_at"}
        return isinstance(ref, Prev | Next) and not read and not ref.on and len(ref.sel.types) == 1

    def _between(self, ref: Ref, atom: Atom) -> ir.BooleanValue:
        """Whether the act stands between several events of the atom: the row does not tell the nearest."""
        here = self._column(self.this, "first")
        first, last = self._column(atom, "first"), self._column(atom, "last")
        if isinstance(ref, Prev) or _strictly(ref):
            one_sided = (last <= here) | (first > here)
        else:
            one_sided = (last < here) | (first >= here)
        return (self.times(atom) > 1) & ~one_sided.fill_null(True)

    def get(self, ref: Ref, name: str) -> ir.Value:
        match ref:
            case This():
                return self._of(self.this, name)
            case OfficerStanding():
                return self._column(self.this, f"officer__{name}")
            case AgreementStanding():
                return self._column(self.this, f"agreement__{name}")
            case FacilityStanding():
                return self._column(self.this, f"facility__{name}")
            case Last() if name == "occurred_at":
                return _greatest([self._column(a, "last") for a in atoms(selection(ref))])
            case First() if name == "occurred_at":
                return _least([self._column(a, "first") for a in atoms(selection(ref))])
        found = [self._of(a, name) for a in atoms(selection(ref))]
        if name == "occurred_at" and self._moment_alone(ref):
            found = [self._moment_of(ref, a) for a in atoms(selection(ref))]
        if isinstance(ref, Prev | Next):
            nothing = ibis.null(found[0].type())
            found = [
                self._finds(ref, a).ifelse(column, nothing)
                for a, column in zip(atoms(selection(ref)), found, strict=True)
            ]
        return found[0] if len(found) == 1 else ibis.coalesce(*found)

    def _of(self, atom: Atom, name: str) -> ir.Value:
        if name == "occurred_at":
            return self._column(atom, "first")
        if name == "type":
            there = self._column(atom, "first").notnull()
            return there.ifelse(ibis.literal(atom.type), ibis.null("string"))
        return self._column(atom, name)

    def count(self, node: Count) -> ir.IntegerValue:
        return self._number(node.sel)

    def _number(self, chosen: Sel) -> ir.IntegerValue:
        return reduce(lambda a, b: a + b, (self.times(a) for a in atoms(chosen)))

    def _outside(self, node: Count) -> Iterator[ir.BooleanValue]:
        """Whether an event that is selected stands outside the part of the history that is counted."""
        if node.since is None:
            return
        here, begin = self._column(self.this, "first"), self.get(node.since, "occurred_at")
        for atom in atoms(node.sel):
            yield (self._column(atom, "first") < begin).fill_null(False)
            yield (self._column(atom, "last") > here).fill_null(False)

    def later(self, node: Later) -> ir.TimestampValue:
        if self.table is None:
            self.plan.note_clock(self, node)
            return ibis.null(NAIVE_INSTANT)
        return self.table[f"clock_{self.plan.clock_number(self, node)}"]

    def judged(self) -> ir.BooleanValue:
        """Whether the activation happened, within the window; never null."""
        here = self._column(self.this, "first")
        return here.notnull() & within_window(here, self.plan.window).fill_null(False)

    def again(self) -> ir.BooleanValue:
        """Whether an act that the rule takes for single happened more than once."""
        once, between = [self.this], list[ir.BooleanValue]()
        for ref in self.rule.refs:
            if isinstance(ref, First | Last):
                if set(self.rule.fields_of(ref)) - {"occurred_at"}:
                    once += atoms(selection(ref))
            else:
                for atom in atoms(selection(ref)):
                    if atom.type == self.this.type:
                        once.append(Atom(Sel((atom.type,))))
                    elif self._moment_alone(ref):
                        between.append(self._between(ref, atom))
                    else:
                        once.append(atom)
        several = [self.times(a) > 1 for a in dict.fromkeys(once)] + between
        several += [outside for node in self.rule.counts for outside in self._outside(node)]
        # Several types that a "previous" or "next" may be count together.
        several += [
            self._number(selection(ref)) > 1
            for ref in self.rule.refs
            if len(selection(ref).types) > 1 and self._single(ref)
        ]
        if any(getattr(ref, "on", ()) for ref in self.rule.refs):
            return self.times(self.this) > 0
        return (self.times(self.this) > 0) & reduce(lambda a, b: a | b, several)

    def _single(self, ref: Ref) -> bool:
        return isinstance(ref, Prev | Next) or bool(set(self.rule.fields_of(ref)) - {"occurred_at"})


def _strictly(ref: Ref) -> bool:
    return isinstance(ref, Next) and ref.strictly


def _least(columns: list[ir.Value]) -> ir.Value:
    return columns[0] if len(columns) == 1 else ibis.least(*columns)


def _greatest(columns: list[ir.Value]) -> ir.Value:
    return columns[0] if len(columns) == 1 else ibis.greatest(*columns)


class WidePlan:
    """One query for all rules of one kind of subject over an events table of the given name.

    `counts` are the numbers of events by type. Types that most histories have are aggregated in one scan of
    the source, the rarer ones tier by tier from the compact `tables` that the query needs: an aggregate costs
    the same for an almost empty batch of rows as for a full one.
    """

    def __init__(
        self,
        kind: SubjectKind,
        rules: tuple[Rule, ...],
        provides: Provides,
        until: ir.TimestampScalar,
        window: Window,
        source: str,
        counts: dict[str, int],
        cases: int,
        packing: Packing,
    ) -> None:
        self.rules, self.provides, self.until, self.window = rules, provides, until, window
        self.events = events_table(kind, source)
        self.counts, self.cases = counts, cases
        self.tables: dict[str, ir.Table] = {}
        self.columns = _Columns()
        self.packing = packing
        self.clocks: list[tuple[Atom, Later]] = []
        self.row_rules = tuple(r for r in rules if r.alone)
        self.history_rules = tuple(r for r in rules if not r.alone)
        for rule in self.history_rules:
            for this in self._this_atoms(rule):
                frame = WideFrame(self, rule, this, None)
                frame.occurs(This())
                verdict(frame, rule)
                frame.again()
        for this, _ in self.clocks:
            self.columns.name(this, "zone")

    def column_type(self, what: str) -> str:
        """The type of an event's or a standing's column."""
        table = with_standings(self.events, officer=True, agreement=True, facility=True)
        return table[what].type()  # type: ignore[no-any-return]

    def note_clock(self, frame: WideFrame, node: Later) -> None:
        if (frame.this, node) not in self.clocks:
            self.clocks.append((frame.this, node))
        value(frame, node.start)

    def clock_number(self, frame: WideFrame, node: Later) -> int:
        return self.clocks.index((frame.this, node))

    def _this_atoms(self, rule: Rule) -> tuple[Atom, ...]:
        return tuple(Atom(rule.on.of(t)) for t in self.provides.askable(rule.on))

    def verdicts(self) -> ir.Table:
        """One row a history: `case`, `again`, and the words of all rules' verdicts (`packing`)."""
        wide = self._wide()
        frames = {
            rule: [WideFrame(self, rule, this, wide) for this in self._this_atoms(rule)]
            for rule in self.history_rules
        }
        if self.clocks:
            starts = {}
            for n, (this, node) in enumerate(self.clocks):
                rule = next(r for r in self.history_rules if node in r.laters)
                frame = WideFrame(self, rule, this, wide)
                start = frame.occurs(This()).ifelse(value(frame, node.start), ibis.null(NAIVE_INSTANT))
                starts[n] = (start, wide[self.columns.name(this, "zone")])
            wide = with_clocks(wide, starts)
            frames = {
                rule: [WideFrame(self, rule, f.this, wide) for f in listed] for rule, listed in frames.items()
            }
        judged: dict[str, ir.Value] = {}
        for rule in self.rules:
            if rule in frames:
                each = [
                    f.judged().ifelse(verdict(f, rule), NOT_APPLICABLE).cast("int8") for f in frames[rule]
                ]
                judged[rule.id] = _least(each)
            else:
                judged[rule.id] = wide[rule.id].fill_null(NOT_APPLICABLE).cast("int8")
        again = [wide.corrected > 0, *(f.again() for listed in frames.values() for f in listed)]
        kept_back = reduce(lambda a, b: a | b, again, ibis.literal(False)).fill_null(False)
        return wide.select(wide.case, again=kept_back, **self.packing.pack(judged))

    def _wide(self) -> ir.Table:
        """One row a history with all aggregate columns: each tier's scan, joined to that of the first."""
        found: ir.Table | None = None
        for n in range(len(TIERS) + 1):
            chosen = [a for a in self.columns.wanted if self.tier(a.type) == n]
            rules = [r for r in self.row_rules if min(map(self.tier, r.on.types)) == n]
            if found is None:
                found = self._scan(self.events, chosen, rules, corrected=True)
            elif chosen or rules:
                scan = self._scan(self._compact(n, chosen, rules), chosen, rules).rename(tier_case="case")
                found = found.left_join(scan, found.case == scan.tier_case).drop("tier_case")
        assert found is not None
        return found

    def tier(self, event_type: str) -> int:
        """0 for types that most histories have, higher for rarer ones."""
        if not self.counts:
            return 0
        share = self.counts.get(event_type, 0) / max(self.cases, 1)
        return sum(share <= bound for bound in TIERS)

    def _compact(self, n: int, chosen: list[Atom], rules: list[Rule]) -> ir.Table:
        """The rows of a tier's types in a table of their own, which `tables` says how to make."""
        types = {a.type for a in chosen} | {t for r in rules for t in r.on.types}
        name, source = f"tier_{n}", self._rest()
        self.tables[name] = source.filter(source.type.isin(sorted(types))).select(*columns_read(self.rules))
        return ibis.table(self.tables[name].schema(), name=name)

    def _rest(self) -> ir.Table:
        """All that the first tier does not need, read once, from which the later tiers are made."""
        if "rest" not in self.tables:
            rare = [r for r in self.row_rules if min(map(self.tier, r.on.types)) > 0]
            types = {a.type for a in self.columns.wanted if self.tier(a.type)}
            types |= {t for r in rare for t in r.on.types}
            rows = self.events.filter(self.events.type.isin(sorted(types)))
            self.tables["rest"] = rows.select(*columns_read(self.rules))
        return ibis.table(self.tables["rest"].schema(), name="rest")

    def _scan(
        self, events: ir.Table, chosen: list[Atom], rules: list[Rule], *, corrected: bool = False
    ) -> ir.Table:
        needs = {what for atom in chosen for what in self.columns.wanted[atom]}
        events = with_standings(
            events,
            officer=any(r.reads_officer for r in rules) or any(n.startswith("officer__") for n in needs),
            agreement=any(r.reads_agreement for r in rules)
            or any(n.startswith("agreement__") for n in needs),
            facility=any(r.reads_facility for r in rules) or any(n.startswith("facility__") for n in needs),
        )
        found = self.columns.aggregates(events, chosen)
        if corrected:
            found["corrected"] = events.corrects.count()
        for rule in rules:
            askable = rule.on.of(*self.provides.askable(rule.on))
            frame = _RowFrame(self.provides, self.until, events, rule)
            chosen_acts = matches(events, askable) & within_window(events.occurred_at, self.window)
            # A verdict for which the record has no column at all is a constant.
            judged = chosen_acts.ifelse(verdict(frame, rule), NOT_APPLICABLE)
            found[rule.id] = judged.min(where=chosen_acts)
        return events.group_by("case").aggregate(**found)
