"""Print what an intake did."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evenhand.intake.build.absent import MEANS, State
from evenhand.intake.mapping.model import PLACEHOLDER
from evenhand.intake.resolve.keys import FAULTS, WARNINGS
from evenhand.intake.run import Outcome
from evenhand.intake.tally import OTHER, Tallies, Tally
from evenhand.record.manifest import MERGED_FILE, QUARANTINE_FILE
from evenhand.record.spellings import spellings
from evenhand.record.subject_key import PLACE

_SHOWN = 20
"""Values of one reason that the report lists."""

POLICIES = {
    "dates_without_time": "times without a time of day, kept as a whole day",
    "daylight_saving_gap": "local times in a skipped hour, moved forward by the gap",
    "daylight_saving_overlap": "local times in a repeated hour, kept as either of the two",
    "daylight_saving_overlap_later": "of these, read as the later time, as the booking is after the earlier",
    "duplicate_rows": "exact duplicate rows, merged",
    "exit_times_without_event": "rows with an exit time that gave no event",
    "exits_not_before_booking": "exits known to the day, limited to after the row's booking",
    "html_entities": "cells with HTML entities such as &amp;, read as their characters",
    "keys_made_in_part": "keys made of columns of which some were empty",
    "midnights_read_as_days": "times in columns where every time is midnight, read as days",
    "placeholder_times": "placeholders in columns of times, read as no time",
    "overlapping_stays": "stays that overlap an earlier stay of the person at the facility, kept",
    "release_before_booking": "bookings with a release before the booking, quarantined",
    "repeated_events": "extra rows for the same event of a booking, merged",
    "repeated_events_that_disagree": "events on which these rows disagree",
    "stints_joined": "stints that go on with the stay before them",
    "stints_without_end": "stints without an end, followed by another one",
    **FAULTS,
    **WARNINGS,
    "times_after_export": "times after the export, read as no event",
    "two_digit_years": "two-digit years, read by the pivot",
    "values_quarantined": "single values quarantined, their rows kept",
    "words_for_no_time": "words in columns of times, read as no time",
    "words_for_unknown_time": "words in columns of times, read as an unknown time",
}
"""Every stated policy by its name in the manifest, with what it did; `docs/intake.md` states each."""


def _pairs(title: str, rows: list[tuple[str, int]], head: tuple[str, str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(head[0])
    table.add_column(head[1], justify="right")
    for name, count in rows:
        table.add_row(escape(name), f"{count:,}")
    return table


def show(outcome: Outcome, console: Console, *, out: str | None) -> None:
    """Print sources, events, quarantine and policies, and how every row ended."""
    manifest = outcome.manifest
    counts = manifest.counts
    sources = Table(title="Sources", title_justify="left", title_style="bold")
    for column in ("file", "rows", "read as"):
        sources.add_column(column, justify="right" if column == "rows" else "left")
    for source in manifest.sources:
        facts = ", ".join(f"{k} {v}" for k, v in outcome.facts.get(source.file, {}).items())
        sources.add_row(escape(source.file), f"{source.rows:,}", escape(facts))
    console.print(sources)
    for file, unused in outcome.unused.items():
        if unused:
            shown = ", ".join(unused[:30]) + (" …" if len(unused) > 30 else "")
            console.print(f"Columns of {file} that the mapping does not use: {shown}", markup=False)
    for line in _unread(outcome):
        console.print(line, style="bold yellow", markup=False)
    console.print(_pairs("Events", list(counts.events.items()), ("type", "events")))
    if outcome.reasons:
        console.print(_pairs("Quarantine", outcome.reasons.most_common(), ("reason", "entries")))
    policies = [(POLICIES.get(name, name), count) for name, count in counts.policies.items()]
    if policies:
        console.print(_pairs("Policies", policies, ("what was done", "times")))
    if outcome.absent:
        console.print(_absent(outcome))
    if manifest.mapping is not None and manifest.mapping.answers:
        answers = Table(title="Answers in the mapping", title_justify="left", title_style="bold")
        answers.add_column("question")
        answers.add_column("answer")
        for question, answer in manifest.mapping.answers.items():
            answers.add_row(escape(question), escape(answer))
        console.print(answers)
    for title, tallies in (
        ("Rows left out by the mapping", outcome.left_out),
        ("Rows without an event", outcome.without_event),
        ("Exit times without an event", outcome.exits),
    ):
        for line in _reasons(title, tallies):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    if outcome.keys:
        console.print("Check these keys:", style="bold yellow", markup=False)
        for line in outcome.keys:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    for line in (*_personal(outcome, out), *_declarations(outcome)):
        console.print(line, markup=False)
    if PLACEHOLDER in manifest.agencies:
        console.print(
            f"The agency {PLACEHOLDER} is a placeholder. Put the agency's ORI in the mapping.",
            style="bold yellow",
            markup=False,
        )
    console.print(f"{counts.rows_in:,} rows: {counts.rows.sentence()}.", style="bold", markup=False)
    if counts.rows.quarantined or outcome.values_refused:
        where = f"See {out}/{QUARANTINE_FILE}." if out else "Nothing was written."
        console.print(
            f"{counts.rows.quarantined:,} rows and {outcome.values_refused:,} single values were "
            f"quarantined. {where}",
            style="bold yellow",
            markup=False,
        )
    if counts.rows.merged and out:
        console.print(f"See {out}/{MERGED_FILE} for the row that states each merged row.", markup=False)


def _unread(outcome: Outcome) -> Iterator[str]:
    for file, sheets in outcome.unread.items():
        listed = ", ".join(f"{name} ({rows:,} rows)" for name, rows in sheets.items())
        yield f"Sheets of {file} that were not read: {listed}. Name them in [file] sheets of the mapping."


def _reasons(title: str, tallies: Tallies) -> Iterator[str]:
    """Rows by reason and by the values that decided, the most frequent first, with examples."""
    if tallies.by_reason:
        yield f"{title}:"
    for reason, values in tallies.by_reason.items():
        named = sorted((item for item in values.items() if item[0] not in ("", OTHER)), key=_by_rows)
        total = sum(tally.rows for tally in values.values())
        yield f"  {reason}: {total:,}{_examples(values.get('', Tally()))}"
        for value, tally in named[:_SHOWN]:
            yield f"    {value}: {tally.rows:,}{_examples(tally)}"
        others = sum(t.rows for _, t in named[_SHOWN:]) + values.get(OTHER, Tally()).rows
        if others:
            yield f"    other values: {others:,}"


def _by_rows(item: tuple[str, Tally]) -> int:
    return -item[1].rows


def _examples(tally: Tally) -> str:
    return f" ({', '.join(map(str, tally.examples))})" if tally.examples else ""


def _personal(outcome: Outcome, out: str | None) -> Iterator[str]:
    """Say what the reader must know to keep personal data apart."""
    if outcome.makes_keys and out:
        yield (
            f"Keys were made under the secret {out}/{PLACE}. Keep it to get the same keys again. "
            "Never publish it."
        )
    if outcome.not_personal:
        columns = ", ".join(outcome.not_personal)
        yield f"The mapping says that these columns hold no personal data: {columns}."


def _absent(outcome: Outcome) -> Table:
    """The values of time columns that are no time; for times after the export, one of them."""
    table = Table(title="Not times", title_justify="left", title_style="bold")
    for column in ("column", "value", "read as", "rows"):
        table.add_column(column, justify="right" if column == "rows" else "left")
    for (column, state, value), count in sorted(outcome.absent.items()):
        table.add_row(escape(column), escape(value), MEANS[state], f"{count:,}")
    return table


def _declarations(outcome: Outcome) -> Iterator[str]:
    """Say which event types are complete, and the period that the record covers."""
    manifest = outcome.manifest
    for column in outcome.day_columns:
        yield (
            f"Every time in column {column} is midnight, so it was read as days. If these are times, "
            'add precision = "second" to the event in the mapping.'
        )
    for field, values in outcome.groups.items():
        for likely_same in spellings(values):
            listed = ", ".join(f"{value!r} {values[value]:,}" for value in likely_same)
            yield (
                f"{field}: these values may be one group: {listed} (rows). They are counted apart. To join "
                "them, use `values` or `fold_case` in the mapping."
            )
    if outcome.exported_on is None and any(state is State.AFTER_EXPORT for _, state, _ in outcome.absent):
        yield (
            "The mapping does not say when the export was made, so only times after now count as after the "
            "export. Add `exported_on` to the mapping."
        )
    if outcome.exported_on is None:
        for column, latest in outcome.after_it.items():
            yield (
                f"Times in column {column} run to {latest:%Y-%m-%d}, after the last booking on "
                f"{outcome.last_booking:%Y-%m-%d}. If the export was made earlier, these are planned times. "
                "Add `exported_on` to the mapping."
            )
    if manifest.observed_from is not None and manifest.observed_until is not None:
        since, until = (f"{m:%Y-%m-%d %H:%M} UTC" for m in (manifest.observed_from, manifest.observed_until))
        yield f"The record covers {since} to {until}. Earlier events are unknown."
    if not outcome.declared:
        yield (
            "The mapping does not say for which event types the source is complete. Assumed: bookings, and "
            "exits if each exit time gave an event. Add `tells` to the mapping."
        )
    yield from manifest.told()
