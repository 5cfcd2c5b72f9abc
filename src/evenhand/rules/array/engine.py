"""Judging all rules on the parts of a record: counts by subject, and every act that broke a rule.

The parts are judged one by one, in any order, in any process: nothing is carried from one to the next.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import Sel
from evenhand.rules.answer import Verdict, unanswerable
from evenhand.rules.array.breaches import BREACHES, breaches
from evenhand.rules.array.columns import Array, Mask, micros
from evenhand.rules.array.missing import missing
from evenhand.rules.array.part import Acts, Events, Part, Selection
from evenhand.rules.array.plan import Plan
from evenhand.rules.array.standing import StandingTables
from evenhand.rules.array.truth import View
from evenhand.rules.array.values import mask_of
from evenhand.rules.case import Context
from evenhand.rules.rule import Rule

NARROWED_FROM = 1000
"""From so many acts on, those to which a rule does not apply are left out first, if they are the most."""


@dataclass
class Tally:
    """One rule's answers, counted by subject; `missing` names what was lacking where it could not be told."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    missing: set[str] = field(default_factory=set)

    def add(self, other: "Tally") -> None:
        self.verdicts += other.verdicts
        self.missing |= other.missing


@dataclass
class PartResult:
    """The answers on one part: a tally for each rule, by its id, and what is broken (shape `BREACHES`)."""

    tallies: dict[str, Tally]
    broken: pa.Table


class ArrayEngine:
    """Judges rules on parts of events. It can be pickled, and a part is judged by itself."""

    def __init__(self, rules: Iterable[Rule], context: Context) -> None:
        self.rules, self.context = tuple(rules), context
        self._tables = StandingTables(context.standings)
        self._plans: dict[SubjectKind, Plan] = {}

    def __getstate__(self) -> tuple[tuple[Rule, ...], Context]:
        return self.rules, self.context

    def __setstate__(self, state: tuple[tuple[Rule, ...], Context]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def unanswered(self) -> dict[str, Tally]:
        """A tally without answers for each rule; what the record lacks for a rule to be asked at all."""
        return {r.id: Tally(missing=set(unanswerable(r, self.context.provides))) for r in self.rules}

    def _plan(self, kind: SubjectKind) -> Plan:
        if kind not in self._plans:
            asked = [
                r for r in self.rules if r.subject is kind and not unanswerable(r, self.context.provides)
            ]
            self._plans[kind] = Plan(asked, self.context, self._tables)
        return self._plans[kind]

    def judge(self, events: Events) -> PartResult:
        """Judge every history of a part. Raises `RecordError` for a part that is damaged."""
        plan = self._plan(events.kind)
        tallies = {
            rule.id: Tally(Counter({Verdict.CANNOT_TELL: events.cases}))
            for rule in self.rules
            if rule.subject is events.kind and rule.id not in plan.terms
        }
        broken = []
        if plan.rules:
            run = _PartRun(Part(events, plan.columns), plan)
            for rule in plan.rules:
                tallies[rule.id], found = run.judge(rule)
                broken += found
        return PartResult(tallies, pa.concat_tables(broken) if broken else BREACHES.empty_table())


class _PartRun:
    """One pass of all rules over a part. A view is kept while a rule is left that looks from its acts."""

    def __init__(self, part: Part, plan: Plan) -> None:
        self.part, self.plan = part, plan
        self._views: dict[Sel, View] = {}
        self._left = Counter(asked for rule in plan.rules for asked in plan.asked[rule.id])

    def _view(self, asked: Sel) -> View:
        if asked not in self._views:
            self._views[asked] = View(self._within_window(self.part.selected(asked)), self.plan)
        return self._views[asked]

    def _within_window(self, chosen: Selection) -> Acts:
        acts = Acts(chosen)
        since, until = self.plan.context.window
        moment = self.part.moment[acts.rows]
        if since is not None:
            acts = acts.at(np.flatnonzero(moment >= micros(since)))
            moment = self.part.moment[acts.rows]
        return acts if until is None else acts.at(np.flatnonzero(moment < micros(until)))

    def judge(self, rule: Rule) -> tuple[Tally, list[pa.Table]]:
        """The rule's answers on the part, and its breaches."""
        each = []
        for asked in self.plan.asked[rule.id]:
            view = self._applicable(self._view(asked), rule)
            if len(view.acts):
                each.append((view, *view.judged(rule)))
        tally, broken_cases = self._count(each)
        for view, _, unclear, _ in each:
            here = unclear & ~broken_cases[view.acts.case]
            if np.any(here):
                tally.missing |= missing(view.narrowed(here), rule)
        found = [view.narrowed(broken) for view, broken, _, _ in each if np.any(broken)]
        for asked in self.plan.asked[rule.id]:
            self._left[asked] -= 1
            if not self._left[asked]:
                del self._views[asked]
        return tally, _in_order(found, rule)

    def _applicable(self, view: View, rule: Rule) -> View:
        """The view without the acts to which the rule does not apply, if they are many."""
        if rule.when is None or len(view.acts) < NARROWED_FROM:
            return view
        _, outside = view.truth(rule.when)
        outside = mask_of(outside, len(view.acts))
        return view.narrowed(~outside) if 2 * np.count_nonzero(outside) > len(view.acts) else view

    def _count(self, each: list[tuple[View, Any, Any, Any]]) -> tuple[Tally, Array]:
        """The answers by history, the worst over its acts; and the histories that broke the rule."""
        broken, unclear, asked = (
            _distinct([(view.acts.case, masks[n]) for view, *masks in each], self.part.cases)
            for n in range(3)
        )
        number = int(np.count_nonzero(asked))
        breaking = int(np.count_nonzero(broken))
        unsure = int(np.count_nonzero(unclear & ~broken))
        counts = {
            Verdict.BROKEN: breaking,
            Verdict.CANNOT_TELL: unsure,
            Verdict.HOLDS: number - breaking - unsure,
            Verdict.NOT_APPLICABLE: self.part.cases - number,
        }
        return Tally(Counter(counts)), broken


def _in_order(found: list[View], rule: Rule) -> list[pa.Table]:
    """The breaches at acts of several event types, in the order of the record."""
    tables = [breaches(view, rule) for view in found]
    if len(tables) < 2:
        return tables
    rows = np.concatenate([view.acts.rows for view in found])
    return [pa.concat_tables(tables).take(pa.array(np.argsort(rows, kind="stable")))]


def _distinct(each: list[tuple[Array, Any]], size: int) -> Mask:
    """Which of so many histories have an act where the mask is set."""
    found = np.zeros(size, bool)
    for cases, mask in each:
        if np.ndim(mask):
            found[cases[mask]] = True
        elif mask:
            found[cases] = True
    return found
