"""Moments as intervals: the engines agree on every node, and no placement contradicts an answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random
from uuid import UUID

import pytest
from hypothesis import strategies as st

from evenhand.record.episode import EXIT_TYPES, STAY_TYPES
from evenhand.record.episode.stays import BOOKED
from evenhand.record.events import SubjectKind
from evenhand.record.store import all_fields
from evenhand.record.time import in_given_order, moment_of
from evenhand.rules.algebra import (
    STAY,
    THIS,
    Compare,
    Condition,
    Count,
    Earliest,
    Exists,
    Field,
    First,
    Given,
    In,
    Last,
    Later,
    Latest,
    Lit,
    Next,
    Op,
    Prev,
    Ref,
    Sel,
    sel,
)
from evenhand.rules.answer import Provides, Tells, Verdict
from evenhand.rules.case import History
from evenhand.rules.catalog import CATALOG
from evenhand.rules.context import Context
from evenhand.rules.examples import BASE
from evenhand.rules.patterns import at, hours
from evenhand.rules.rule import Rule, Term
from evenhand.rules.standing import STAY_FIELDS, STAY_MOMENTS, build_standings
from rules.engines import in_order
from rules.histories import TICK, Row, about, histories, history, named
from rules.test_agreement_of_engines import KINDS, difference, drawn, of_kind
from rules.test_agreement_of_engines import contexts as any_contexts

BOOKING = SubjectKind.BOOKING
ACT, ONE, TWO = "interview.held", "warrant.served", "custody.released"
SELECTIONS = (sel(ONE), sel(ACT), sel(ONE, TWO), sel(ACT, ONE, having=("actor",)))
KEYS = ((), ("actor",), ("facility", "actor"))
OPS = (Op.LE, Op.LT, Op.GE, Op.GT, Op.EQ, Op.NE)


def refs() -> Iterator[Ref]:
    for chosen, keys in product(SELECTIONS, KEYS):
        yield Prev(chosen, keys)
        yield Last(chosen, keys)
        yield Next(chosen, keys)
        yield Next(chosen, keys, strictly=True)
    yield from (First(chosen) for chosen in SELECTIONS)


def conditions() -> Iterator[Condition]:
    """Conditions of every sort of node on every sort of occurrence."""
    found = tuple(refs())
    for number, ref in enumerate(found):
        yield Exists(ref)
        yield Given(Field(ref, "actor"))
        yield In(Field(ref, "actor"), ("officer-1",))
        for op in (OPS[number % 6], OPS[(number + 1) % 6]):
            yield Compare(at(ref), op, at(THIS))
            yield Compare(Later(at(THIS), hours(1)), op, at(ref))
            yield Compare(at(ref), op, at(found[number - 3]))
    yield Given(at(THIS))
    for chosen, of in product(SELECTIONS, (None, *SELECTIONS)):
        for keys in KEYS[:2] if of else KEYS[:1]:
            counted = Count(chosen, Prev(of, keys) if of else None)
            yield Compare(counted, Op.LE, Lit(1))
            yield Compare(counted, Op.EQ, Lit(2))
    for pick, op in product((Earliest, Latest), OPS[:2]):
        yield Compare(pick((at(found[0]), at(found[5]))), op, at(found[2]))


def stay_conditions() -> Iterator[Condition]:
    """Conditions on every field of a stay."""
    for name in STAY_FIELDS:
        yield Given(Field(STAY, name))
    for name, op in product(sorted(STAY_MOMENTS), OPS[:4]):
        yield Compare(at(THIS), op, Field(STAY, name))
    for (name, other), op in product(product(sorted(STAY_MOMENTS), repeat=2), OPS[:2]):
        if name != other:
            yield Compare(Field(STAY, name), op, Later(Field(STAY, other), hours(1)))
            yield Compare(Field(STAY, name), op, Field(STAY, other))
    for name in sorted(STAY_MOMENTS):
        yield Compare(Field(STAY, name), Op.EQ, at(Prev(sel(*STAY_TYPES[:4]))))
    yield Compare(Field(STAY, "held"), Op.EQ, Lit(True))
    yield In(Field(STAY, "left_by"), ("custody.released",))
    yield Compare(Earliest((Field(STAY, "free"), Field(STAY, "left"))), Op.LE, at(THIS))


def rules_of(conditions: Iterator[Condition], on: Sel) -> list[Rule]:
    base = CATALOG["HLD-03"]
    return [
        replace(base, id=f"{base.id}~{n}", on=on, when=None, terms=(Term(holds, deadline=at(THIS)),))
        for n, holds in enumerate(conditions)
    ]


def contexts() -> list[Context]:
    """What a record may know beside its histories: all, and less and less."""
    fields = {name: frozenset(found) | {"actor", "facility"} for name, found in all_fields().items()}
    lean = {name: found for name, found in fields.items() if name not in (TWO, "custody.hold_ended")}
    told = frozenset(fields)
    plain = Context(Provides(fields), BASE + timedelta(days=2000), build_standings([], []))
    untold = Tells(told - {ONE, "custody.departed", "custody.hold_ended", "person.booked"})
    return [
        plain,
        replace(plain, tells=(untold,)),
        replace(plain, may_be_cut=True, observed_from=BASE + timedelta(days=1)),
        replace(plain, provides=Provides(lean), may_be_cut=True),
        replace(
            plain,
            tells=(
                Tells(told - {ONE, "custody.release_due"}, facilities=frozenset({"jail-2"})),
                Tells(frozenset({ACT, TWO, "person.booked"})),
            ),
        ),
    ]


CLOSE = [0, 0, 1, 30, 59, 60, 90, 3600, 7200, 86400, 100_000]


@st.composite
def close_together(draw: st.DrawFn, types: tuple[str, ...]) -> list[Row]:
    """Events of which many may have happened in any order."""
    rows: list[Row] = draw(history(types, types))
    exactly = draw(st.booleans())
    for row in rows:
        moment = BASE + timedelta(seconds=draw(st.sampled_from(CLOSE)))
        earliest, latest = about(moment, 9 if exactly else draw(st.sampled_from([0, 0, 1, 2, 3, 4, 9, 9])))
        row |= {"occurred_at": earliest, "occurred_by": latest}
        if latest is None:
            del row["occurred_by"]
    return rows


def found(types: tuple[str, ...], number: int) -> list[list[Row]]:
    return [named(rows, f"s{n}", n + 1) for n, rows in enumerate(drawn(close_together(types), number))]


SAMPLED = pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.trial)])
"""The ordinary run judges a fifth of the conditions in each context, on fewer histories; a trial all."""


@SAMPLED
@pytest.mark.parametrize("number", range(5))
def test_engines_agree_on_every_occurrence(number: int, every: int) -> None:
    subjects = found((ACT, ACT, ONE, ONE, TWO), 400 // every)[number::5]
    rules = rules_of(conditions(), sel(ACT))[number % every :: every]
    problem = difference(rules, BOOKING, subjects, contexts()[number])
    assert problem is None, problem


@SAMPLED
@pytest.mark.parametrize("number", range(5))
def test_engines_agree_on_every_field_of_a_stay(number: int, every: int) -> None:
    subjects = found((ACT, *STAY_TYPES), 400 // every)[number::5]
    rules = rules_of(stay_conditions(), sel(ACT, "custody.hold_started", "custody.released"))
    problem = difference(rules[number % every :: every], BOOKING, subjects, contexts()[number])
    assert problem is None, problem


# --- placing moments at random -----------------------------------------------------------------------------


def placed(rows: list[Row], random: Random) -> list[Row]:
    """The events at exact moments within their intervals, those of one minute in the given order."""
    found: list[Row] = []
    before: Row | None = None
    for row in in_order(rows):
        low, high = row["occurred_at"], row.get("occurred_by") or row["occurred_at"]
        if before is not None and in_given_order(moment_of(before), moment_of(row)):
            low = found[-1]["occurred_at"]
        length = (high - low) // TICK
        moment = low + random.choice([0, length, random.randint(0, length)]) * TICK
        found.append({k: v for k, v in row.items() if k != "occurred_by"} | {"occurred_at": moment})
        before = row
    return sorted(found, key=lambda row: row["occurred_at"])


def answers(rules: list[Rule], rows: list[Row], context: Context) -> dict[tuple[str, UUID], Verdict]:
    whole = History(in_order(rows), context)
    return {(rule.id, view.this["id"]): view.judge(rule)[0] for rule in rules for view in whole.acts(rule)}


MAY_BECOME = {
    Verdict.BROKEN: {Verdict.BROKEN},
    Verdict.HOLDS: {Verdict.HOLDS, Verdict.NOT_APPLICABLE},
    Verdict.NOT_APPLICABLE: {Verdict.NOT_APPLICABLE},
    Verdict.CANNOT_TELL: set(Verdict),
}


def contradicted(
    rules: list[Rule], subjects: list[list[Row]], context: Context, placements: int
) -> Iterator[str]:
    """Answers that better-known moments contradict."""
    random = Random(1)
    for rows in subjects:
        given = answers(rules, rows, context)
        for _ in range(placements):
            exact = placed(rows, random)
            if _books_first(in_order(rows)) and not _books_first(exact):
                # Nobody leaves before being booked.
                continue
            for key, verdict in answers(rules, exact, context).items():
                if verdict not in MAY_BECOME[given[key]]:
                    rule = next(r for r in rules if r.id == key[0])
                    change = f"{rule.id} {given[key]!r} -> {verdict!r}"
                    yield "\n".join([change, str(rule.terms[0].holds), shown(rows), shown(exact)])


def _books_first(rows: list[Row]) -> bool:
    """Whether the first booking stands before the first exit."""
    kinds = [row["type"] for row in rows if row["type"] == BOOKED or row["type"] in EXIT_TYPES]
    return bool(kinds) and kinds[0] == BOOKED


def shown(rows: list[Row]) -> str:
    fields = ("basis", "destination", "actor", "facility")
    return "\n".join(
        f"  {row['id'].int & 255} {row['occurred_at']} {row.get('occurred_by', '')} {row['type']} "
        + " ".join(f"{name}={row[name]}" for name in fields if name in row)
        for row in in_order(rows)
    )


@SAMPLED
@pytest.mark.parametrize("number", range(3))
def test_no_placement_contradicts_an_answer_on_occurrences(number: int, every: int) -> None:
    subjects = found((ACT, ACT, ONE, ONE, TWO), 150 // every)[number::3]
    rules = rules_of(conditions(), sel(ACT))[number % every :: every]
    assert next(contradicted(rules, subjects, contexts()[number], 3), None) is None


@SAMPLED
def test_no_placement_contradicts_an_answer_on_stays(every: int) -> None:
    subjects = found((ACT, *STAY_TYPES), 200 // every)
    rules = rules_of(stay_conditions(), sel(ACT, "custody.hold_started", "custody.released"))[::every]
    assert next(contradicted(rules, subjects, contexts()[0], 4), None) is None


@pytest.mark.parametrize("kind", KINDS)
def test_no_placement_contradicts_an_answer_of_the_catalog(kind: SubjectKind) -> None:
    families = histories(kind)
    each = max(1, 40 // len(families))
    subjects = [
        named(rows, f"s{n}", n + 1)
        for n, rows in enumerate(rows for family in families for rows in drawn(family, each))
    ]
    # What is told of, and a cut, must not depend on the moments themselves.
    chosen = [c for c in drawn(any_contexts(), 12) if all(t.always for t in c.tells or ())]
    for batch, context in enumerate(chosen[-2:]):
        context = replace(context, observed_from=None, window=(None, None))
        problem = next(contradicted(of_kind(kind), subjects[batch::2], context, 2), None)
        assert problem is None, problem
