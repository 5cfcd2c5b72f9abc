"""What a batch gives back: one result a row, good rows recorded whatever becomes of the others."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import BaseModel, Field, ValidationError

from evenhand.desk.record.act import BadActError, RefusedError, Writing
from evenhand.desk.record.remedies import REMEDIES
from evenhand.desk.record.wrong import what_is_wrong
from evenhand.record.events import Event

MOST = 1_000
"""Rows in one call."""


class Wrong(Schema):
    """One thing that is wrong with a row, and what to do."""

    field: str
    value: str | None = None
    what: str
    remedy: str


class Against(Schema):
    """A rule that stood against a row's act."""

    rule: str
    sentence: str
    citations: list[str]
    remedy: str


class RowResult(Schema):
    """`row` counts from 0. `already`: the same was sent before, so that nothing was to be done.

    `event` is the id of the event that an act became. `conflict`: it is in the record with other content;
    `differs` names the fields, without their values.
    """

    row: int
    status: Literal["recorded", "already", "conflict", "refused", "invalid"]
    subject: str | None = None
    event: UUID | None = None
    differs: list[str] = Field(default_factory=list)
    wrong: list[Wrong] = Field(default_factory=list)
    refusals: list[Against] = Field(default_factory=list)


class BatchResult(Schema):
    """How many rows came to what, and each row's result in the order in which they were sent."""

    recorded: int
    already: int
    failed: int
    results: list[RowResult]


def batch(results: list[RowResult]) -> BatchResult:
    recorded = sum(r.status == "recorded" for r in results)
    already = sum(r.status == "already" for r in results)
    return BatchResult(
        recorded=recorded, already=already, failed=len(results) - recorded - already, results=results
    )


def parsed(kind: type[BaseModel], number: int, row: Any) -> Any:
    """The row as `kind`, or the `RowResult` that says what is wrong with it."""
    unwritable = sorted(_unwritable(row))
    if unwritable:
        what, remedy = _("it holds U+0000 or half of a surrogate pair"), _("Send the text without it.")
        wrong = [Wrong(field=name, what=what, remedy=remedy) for name in unwritable]
        return RowResult(row=number, status="invalid", wrong=wrong)
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        wrong = [
            Wrong(
                field=".".join(map(str, e["loc"])),
                value=_short(e.get("input")),
                what=what_is_wrong(e),
                remedy=_("See the schema of this call."),
            )
            for e in error.errors()
        ]
        return RowResult(row=number, status="invalid", wrong=wrong)


_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def _unwritable(value: Any, name: str = "") -> set[str]:
    """The fields with a character that UTF-8 or PostgreSQL has no place for."""
    if isinstance(value, str):
        return {name} if _NO_TEXT.search(value) else set()
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {found for key, part in parts for found in _unwritable(part, f"{name}.{key}".lstrip("."))}


def _short(value: Any) -> str | None:
    """A value as it came, cut; a whole row is not repeated."""
    return None if value is None or isinstance(value, dict | list) else str(value)[:100]


def bad(number: int, error: BadActError, row: Mapping[str, Any]) -> RowResult:
    wrong = [
        Wrong(
            field=field,
            value=_short(row.get(field)),
            what=what,
            remedy=_("Correct the field and send the row again."),
        )
        for field, what in error.fields.items()
    ]
    return RowResult(row=number, status="invalid", wrong=wrong)


def sent_before(number: int, subject: str, differs: Sequence[str], event: UUID | None = None) -> RowResult:
    """The result of a row that is in the record: as it was, or with other content."""
    status: Literal["already", "conflict"] = "conflict" if differs else "already"
    return RowResult(row=number, status=status, subject=subject, event=event, differs=list(differs))


def recorded(lock: Writing, drafted: Sequence[tuple[int, Event]]) -> dict[int, RowResult]:
    """Record the acts of a batch in their order; what became of each, by its row."""
    done = lock.record_each([[act] for _row, act in drafted])
    return {
        number: refused(number, result)
        if isinstance(result, RefusedError)
        else RowResult(row=number, status="recorded", subject=act.subject, event=act.id)
        for (number, act), result in zip(drafted, done, strict=True)
    }


def refused(number: int, error: RefusedError) -> RowResult:
    against = {r.rule.id: r for r in error.refusals}
    return RowResult(
        row=number,
        status="refused",
        subject=error.act.subject,
        refusals=[
            Against(
                rule=rule_id,
                sentence=_(refusal.rule.sentence),
                citations=[str(citation) for citation in refusal.rule.citations],
                remedy=str(REMEDIES[rule_id]),
            )
            for rule_id, refusal in against.items()
        ],
    )
