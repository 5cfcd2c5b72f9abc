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
from evenhand.rules.array.classes import Class, classes_of
from evenhand.rules.array.columns import Array, Mask, micros
from evenhand.rules.array.missing import missing
from evenhand.rules.array.part import Acts, Events, Part, Selection
from evenhand.rules.array.plan import Plan
from evenhand.rules.array.standing import StandingTables
from evenhand.rules.array.truth import View
from evenhand.rules.array.values import mask_of
from evenhand.rules.context import Context
from evenhand.rules.rule import Rule

NARROWED_FROM = 1000
"""From so many acts on, those to which a rule does not apply are left out first, if they are the most."""


@dataclass
class Tally:
    """One rule's answers, counted by subject; `missing` names what was lacking where it could not be told.

    `acts` counts the acts at which the rule held or was broken, `acts_unclear` those at which that could not
    be told. `lacking` counts the latter by what was lacking at them, `lacking_alone` those at which it was
    all that was lacking.
    """

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    missing: set[str] = field(default_factory=set)
    acts: int = 0
    acts_unclear: int = 0
    lacking: Counter[str] = field(default_factory=Counter)
    lacking_alone: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.verdicts += other.verdicts
        self.missing |= other.missing
        self.acts += other.acts
        self.acts_unclear += other.acts_unclear
        self.lacking += other.lacking
        self.lacking_alone += other.lacking_alone


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
            part = Part(events, plan.columns)
            run = _PartRun(part, plan, classes_of(part, events.kind, plan.context))
            for rule in plan.rules:
                tallies[rule.id], found = run.judge(rule)
                broken += found
        return PartResult(tallies, pa.concat_tables(broken) if broken else BREACHES.empty_table())


class _PartRun:
    """One pass of all rules over a part. Views are kept while a rule is left that looks from their acts."""

    def __init__(self, part: Part, plan: Plan, classes: list[Class]) -> None:
        self.part, self.plan, self.classes = part, plan, classes
        self._views: dict[Sel, list[View]] = {}
        self._left = Counter(asked for rule in plan.rules for asked in plan.asked[rule.id])

    def _views_of(self, asked: Sel) -> list[View]:
        """The acts, those in each class of histories by themselves."""
        if asked not in self._views:
            acts = self._within_window(self.part.selected(asked))
            self._views[asked] = [
                View(within, self.plan, each.about, each.rough)
                for each in self.classes
                if len(
                    within := acts if each.cases is None else acts.at(np.flatnonzero(each.cases[acts.case]))
                )
            ]
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
            for whole in self._views_of(asked):
                view = self._applicable(whole, rule)
                if len(view.acts):
                    each.append((view, *view.judged(rule)))
        tally, broken_cases = self._count(each)
        for view, _, unclear, asked_here in each:
            tally.acts += _number(asked_here & ~unclear, view)
            if np.any(unclear):
                _add_lacking(tally, view.narrowed(unclear), rule, broken_cases)
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


def _number(mask: Any, view: View) -> int:
    return int(np.count_nonzero(mask_of(mask, len(view.acts))))


def _add_lacking(tally: Tally, view: View, rule: Rule, broken_cases: Mask) -> None:
    """Count what is lacking at acts at which the rule cannot be told."""
    tally.acts_unclear += len(view.acts)
    lacking = missing(view, rule)
    number = np.zeros(len(view.acts), np.int32)
    for where in lacking.values():
        number += where
    here = ~broken_cases[view.acts.case]
    for name, where in lacking.items():
        tally.lacking[name] += int(np.count_nonzero(where))
        if alone := int(np.count_nonzero(where & (number == 1))):
            tally.lacking_alone[name] += alone
        if (where & here).any():
            tally.missing.add(name)


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
