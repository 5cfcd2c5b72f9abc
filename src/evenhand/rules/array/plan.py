"""Rules made ready for parts: what does not depend on the events is worked out once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from evenhand.record.episode.stays import BOOKED
from evenhand.record.events import SubjectKind, types_of
from evenhand.rules.algebra import (
    And,
    Condition,
    Field,
    First,
    Last,
    Later,
    Next,
    Prev,
    Sel,
    StayStanding,
    This,
    walk,
)
from evenhand.rules.array.classes import FIRST_COLUMNS, depends_on_first
from evenhand.rules.array.standing import StandingTables
from evenhand.rules.array.stays import STAY_COLUMNS
from evenhand.rules.context import Context
from evenhand.rules.rule import Rule, Term


class Plan:
    """Rules on one kind of subject, with a number for each distinct node and the columns that they read.

    `asked` gives, by rule, the selections at whose events it is judged, one for each event type that the
    record can tell of.
    """

    def __init__(self, rules: Sequence[Rule], context: Context, tables: StandingTables) -> None:
        self.rules, self.context, self.tables = tuple(rules), context, tables
        self.provides = context.provides
        self.terms: dict[str, list[tuple[Condition, Term]]] = {}
        self.asked: dict[str, list[Sel]] = {}
        self.columns: dict[str, set[str]] = defaultdict(set)
        self._numbers: dict[int, int] = {}
        self._nodes: list[Any] = []
        numbers: dict[Any, int] = {}
        for rule in rules:
            self.terms[rule.id] = [
                (And((rule.when, term.applies)) if rule.when else term.applies, term) for term in rule.terms
            ]
            self.asked[rule.id] = [rule.on.of(name) for name in context.provides.askable(rule.on)]
            for node in walk((rule.on, rule.when, tuple((w, *_parts(t)) for w, t in self.terms[rule.id]))):
                self._number(node, numbers)
                self._add_columns(rule, node)
            self._add_columns_of_acts(rule)
        self._add_columns_of_classes()

    def _number(self, node: Any, numbers: dict[Any, int]) -> None:
        # Nested frozen nodes take long to hash: it is done once, and later they are known by identity.
        self._nodes.append(node)
        self._numbers[id(node)] = numbers.setdefault(node, len(numbers))

    def number(self, node: Any) -> Any:
        """The same number for equal nodes of the rules; any other node stands for itself."""
        return self._numbers.get(id(node), node)

    def _add_columns(self, rule: Rule, node: Any) -> None:
        match node:
            case Sel():
                self._add(node.types, node.reads)
            case Field(of=This(), name=name):
                self._add(rule.on.types, (name,))
            case Field(of=Prev() | Next() | First() | Last() as of, name=name):
                self._add(of.sel.types, (name,))
            case Prev(sel=chosen, on=keys) | Next(sel=chosen, on=keys) | Last(sel=chosen, on=keys):
                self._add((*chosen.types, *rule.on.types), keys)
            case Later():
                self._add(rule.on.types, ("zone",))
            case StayStanding():
                # Whatever is recorded between two exits divides two stays.
                for event_type in types_of(rule.subject):
                    self._add((event_type,), STAY_COLUMNS.get(event_type, ()))

    def _add_columns_of_acts(self, rule: Rule) -> None:
        for reads, names in (
            (rule.reads_officer, ("actor",)),
            (rule.reads_agreement, ("agency",)),
            (rule.reads_facility, ("agency", "facility")),
        ):
            if reads:
                self._add(rule.on.types, names)

    def _add_columns_of_classes(self) -> None:
        """Read what tells apart the histories of which different things are known (`classes.py`)."""
        if not self.rules:
            return
        kind, context = self.rules[0].subject, self.context
        if depends_on_first(context):
            self._add(types_of(kind), FIRST_COLUMNS)
        elif context.may_be_cut and kind is SubjectKind.BOOKING:
            self._add(types_of(kind) if context.observed_from else (BOOKED,), ())

    def _add(self, types: Sequence[str], names: Iterable[str]) -> None:
        for event_type in types:
            self.columns[event_type].update(names)


def _parts(term: Term) -> tuple[Any, ...]:
    return (term.holds, term.deadline, term.done, term.first_deadline, term.stated_reason)
