"""Rules broken on purpose, by the smallest change: a bound off by one unit, a part left out, a code lost."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

from evenhand.rules.algebra import (
    And,
    Clock,
    Compare,
    Count,
    Exists,
    In,
    Lit,
    Not,
    Op,
    Or,
    RuleError,
    Sel,
    Unknown,
    walk,
)
from evenhand.rules.rule import Rule, Term, substitute
from evenhand.rules.state_law import ALLOWS, KNOWN_TO_ALLOW

STRICTER = {Op.LE: Op.LT, Op.LT: Op.LE, Op.GE: Op.GT, Op.GT: Op.GE, Op.EQ: Op.NE, Op.NE: Op.EQ}
CLOCKS = {
    Clock.NO_WEEKENDS: Clock.REAL,
    Clock.NO_WEEKENDS_OR_HOLIDAYS: Clock.NO_WEEKENDS,
}


def changes(node: Any) -> Iterator[tuple[str, Any]]:
    """The smallest changes of one node itself, each with its name."""
    match node:
        case Lit(value=bool()):
            yield "opposite", Lit(not node.value)
        case Lit(value=int() | float()):
            yield "number + 1", Lit(node.value + 1)
            yield "number - 1", Lit(node.value - 1)
        case Compare(op=op):
            yield "strictness", replace(node, op=STRICTER[op])
        case In(codes=codes) if len(codes) > 1:
            for code in codes:
                yield f"code {code} lost", replace(node, codes=tuple(c for c in codes if c != code))
        case And(parts=parts) | Or(parts=parts) if len(parts) > 1:
            for n in range(len(parts)):
                yield f"part {n} left out", replace(node, parts=parts[:n] + parts[n + 1 :])
        case Count(since=since) if since:
            yield "of the whole history", replace(node, since=None)
        case Exists():
            yield "negated", Not(node)
        case Term(effective=effective, until=until):
            if effective:
                yield "in force a day later", replace(node, effective=effective + timedelta(days=1))
                yield "in force a day earlier", replace(node, effective=effective - timedelta(days=1))
            if until:
                yield "in force a day longer", replace(node, until=until + timedelta(days=1))
            if node.models:
                yield "any model", replace(node, models=())
            if node.templates:
                yield "any template", replace(node, templates=())


def mutated(node: Any) -> Iterator[tuple[str, Any]]:
    """Every tree that differs from `node` by one change at one place."""
    if isinstance(node, tuple):
        for n, item in enumerate(node):
            for name, changed in mutated(item):
                yield name, (*node[:n], changed, *node[n + 1 :])
    elif isinstance(node, And) and any(isinstance(part, Unknown) for part in node.parts):
        # "Not yet due" is the same in all rules and has tests of its own.
        return
    elif node is KNOWN_TO_ALLOW or node is ALLOWS:
        # The table of state law has tests of its own.
        return
    elif is_dataclass(node):
        for name, changed in changes(node):
            yield f"{type(node).__name__}: {name}", changed
        for field in fields(node):
            for name, changed in mutated(getattr(node, field.name)):
                yield name, replace(node, **{field.name: changed})


def bounds(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with one bound off by one unit, wherever that bound stands in it."""
    for span in rule.spans:
        for unit in (1, -1):
            yield f"{span} {unit:+} s", substitute(rule, span, replace(span, seconds=span.seconds + unit))
        if span.clock in CLOCKS:
            yield f"{span} on another clock", substitute(rule, span, replace(span, clock=CLOCKS[span.clock]))


def selections(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with one selection of events wider or narrower, wherever it stands in the rule."""
    asked = rule.on, rule.when, *((term.holds, term.effect) for term in rule.terms)
    found = dict.fromkeys(n for n in walk(asked) if isinstance(n, Sel))
    for node in found:
        changed: list[tuple[str, Sel]] = []
        if 1 < len(node.types) < 20:
            fewer_types = ((name, tuple(t for t in node.types if t != name)) for name in node.types)
            changed += [(f"{name} lost", replace(node, types=types)) for name, types in fewer_types]
        for n, (name, codes) in enumerate(node.where):
            rest = node.where[:n] + node.where[n + 1 :]
            changed.append((f"condition on {name} lost", replace(node, where=rest)))
            for code in codes if len(codes) > 1 else ():
                fewer = (name, tuple(c for c in codes if c != code))
                changed.append((f"code {code} lost", replace(node, where=(*rest, fewer))))
        for n, (name, bound) in enumerate(node.below):
            for unit in (1, -1):
                below = (*node.below[:n], (name, bound + unit), *node.below[n + 1 :])
                changed.append((f"{name} below {bound + unit:g}", replace(node, below=below)))
        for name in node.having:
            having = tuple(h for h in node.having if h != name)
            changed.append((f"need of {name} lost", replace(node, having=having)))
        for name, mutant in changed:
            # Without some types no act may be left that has a field: that is no rule.
            with suppress(RuleError):
                yield f"{'/'.join(node.types[:2])}: {name}", substitute(rule, node, mutant)


def mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with one smallest change of its condition (not of what a finding states as its deadline)."""
    yield from bounds(rule)
    yield from selections(rule)
    for name, changed in mutated(rule.when):
        yield f"when: {name}", replace(rule, when=changed)
    for n, term in enumerate(rule.terms):
        for name, changed in changes(term):
            yield f"term {n}: {name}", replace(rule, terms=(*rule.terms[:n], changed, *rule.terms[n + 1 :]))
        for name, changed in mutated(term.holds):
            broken = replace(term, holds=changed)
            yield f"term {n}: {name}", replace(rule, terms=(*rule.terms[:n], broken, *rule.terms[n + 1 :]))
