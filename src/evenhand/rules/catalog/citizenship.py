"""CIT: claims to U.S. citizenship."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import THIS, Exists, Later, Next, Prev, sel
from evenhand.rules.patterns import (
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    by_federal_officer,
    given,
    hours,
    is_true,
    within,
)
from evenhand.rules.rule import Rule, Severity, Term
from evenhand.rules.sources import DIRECTIVE_CITIZENSHIP, moa

_REPORTED = Next(sel("citizenship.reported"))
_RESOLVED = Next(sel("citizenship.resolved"))
_PROCEEDING = Next(sel("detainer.issued", "warrant.served", "custody.transferred_in_place"))
_FURTHER = Next(
    sel("detainer.issued", "warrant.served", "charging_document.prepared", "custody.transferred_in_place")
)
_DETAINER, _CANCELLED = Prev(sel("detainer.issued")), Prev(sel("detainer.cancelled"))
_LIFTED = Next(sel("detainer.cancelled"))
_HOUR, _OUR_HOUR = hours(1), hours(1, ours=True)

RULES = (
    Rule(
        id="CIT-01",
        sentence="A claim or sign of U.S. citizenship is reported to ICE at once, within one hour.",
        citations=(moa("App. A"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("citizenship.claimed"),
        terms=(Term(within(_REPORTED, _HOUR), deadline=Later(at(THIS), _HOUR), done=at(_REPORTED)),),
        passes=("0h citizenship.claimed | 1h citizenship.reported",),
        fails=("0h citizenship.claimed | 1h1s citizenship.reported", "0h citizenship.claimed"),
        unclear=("0h citizenship.claimed | until 30m", "0h citizenship.claimed | ~citizenship.reported"),
    ),
    Rule(
        id="CIT-02",
        sentence="No detainer, service of a warrant or transfer while a claim to U.S. citizenship is open.",
        citations=(DIRECTIVE_CITIZENSHIP,),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("citizenship.claimed"),
        terms=(
            Term(
                any_of(
                    absent(_PROCEEDING),
                    all_of(Exists(_RESOLVED), at_most(at(_RESOLVED), at(_PROCEEDING))),
                )
            ),
        ),
        passes=(
            "0h citizenship.claimed | 9h citizenship.resolved | 9h detainer.issued | 9h warrant.served",
            "-1s detainer.issued | 0h citizenship.claimed",
        ),
        fails=(
            "0h citizenship.claimed | 9h1s citizenship.resolved | 9h detainer.issued",
            "0h citizenship.claimed | 9h warrant.served",
            "0h citizenship.claimed | 9h custody.transferred_in_place",
        ),
        unclear=(
            "0h citizenship.claimed | 9h detainer.issued | ~citizenship.resolved",
            "0h citizenship.claimed | ~warrant.served",
            "0h citizenship.claimed | ~custody.transferred_in_place",
        ),
    ),
    Rule(
        id="CIT-03",
        sentence="A claim is resolved by a federal officer, in writing, with its grounds.",
        citations=(DIRECTIVE_CITIZENSHIP,),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("citizenship.resolved"),
        terms=(Term(all_of(by_federal_officer(THIS), given(THIS, "grounds"), is_true(THIS, "in_writing"))),),
        passes=("0h citizenship.resolved", "0h citizenship.resolved actor_role=federal_officer"),
        fails=(
            "0h citizenship.resolved actor_role=designated_officer",
            "0h citizenship.resolved grounds=",
            "0h citizenship.resolved in_writing=no",
        ),
        unclear=("0h citizenship.resolved actor_role=", "0h citizenship.resolved in_writing="),
    ),
    Rule(
        id="CIT-04",
        sentence="A resolution that finds citizenship, or evidence of it, ends the case; a detainer is lifted at "
        "once (within one hour).",
        citations=(DIRECTIVE_CITIZENSHIP,),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("citizenship.resolved", outcome=("citizen", "evidence_of_citizenship")),
        terms=(
            Term(
                all_of(
                    absent(_FURTHER),
                    any_of(
                        absent(_DETAINER),
                        all_of(Exists(_CANCELLED), at_least(at(_CANCELLED), at(_DETAINER))),
                        within(_LIFTED, _OUR_HOUR),
                    ),
                ),
                deadline=Later(at(THIS), _OUR_HOUR),
                done=at(_LIFTED),
            ),
        ),
        passes=(
            "0h citizenship.resolved outcome=citizen",
            "-9h detainer.issued | 0h citizenship.resolved outcome=citizen | 1h detainer.cancelled",
            "-9h detainer.issued | -9h detainer.cancelled | "
            "0h citizenship.resolved outcome=evidence_of_citizenship",
            "0h citizenship.resolved outcome=not_shown | 1h detainer.issued",
        ),
        fails=(
            "-9h detainer.issued | 0h citizenship.resolved outcome=citizen | 1h1s detainer.cancelled",
            "-9h detainer.issued | -9h1s detainer.cancelled | 0h citizenship.resolved outcome=citizen",
            "-9h detainer.issued | 0h citizenship.resolved outcome=evidence_of_citizenship",
            "0h citizenship.resolved outcome=citizen | 1h detainer.issued | 1h detainer.cancelled",
            "0h citizenship.resolved outcome=citizen | 1h warrant.served",
            "0h citizenship.resolved outcome=citizen | 1h charging_document.prepared",
            "0h citizenship.resolved outcome=citizen | 1h custody.transferred_in_place",
        ),
        unclear=("-9h detainer.issued | 0h citizenship.resolved outcome=citizen | until 30m",),
    ),
)
