"""Print what an intake did."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evenhand.intake.mapping.model import PLACEHOLDER
from evenhand.intake.run import Outcome

POLICIES = {
    "blank_rows": "blank rows, skipped",
    "dates_without_time": "times without a time of day, kept as a whole day",
    "daylight_saving_gap": "local times in a skipped hour, moved forward by the gap",
    "daylight_saving_overlap": "local times in a repeated hour, kept as either of the two",
    "daylight_saving_overlap_later": "of these, read as the later time, as the booking is after the earlier",
    "duplicate_rows": "exact duplicate rows, dropped",
    "exit_times_without_event": "rows with an exit time that gave no event",
    "exits_not_before_booking": "exits known to the day, limited to after the row's booking",
    "midnights_read_as_days": "times in columns where every time is midnight, read as days",
    "overlapping_stays": "stays that overlap an earlier stay of the person at the facility, kept",
    "release_before_booking": "bookings with a release before the booking, quarantined",
    "repeated_events": "extra rows for the same event of a booking, merged",
    "repeated_events_that_disagree": "events on which these rows disagree",
    "rows_without_event": "rows without an event, skipped",
    "two_digit_years": "two-digit years, read by the pivot",
    "values_quarantined": "single values quarantined, their rows kept",
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
    """Print sources, events, quarantine and policies; rows in = accounted for + quarantined."""
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
    console.print(_pairs("Events", list(counts.events.items()), ("type", "events")))
    if outcome.reasons:
        console.print(_pairs("Quarantine", outcome.reasons.most_common(), ("reason", "entries")))
    policies = [(POLICIES.get(name, name), count) for name, count in counts.policies.items()]
    if policies:
        console.print(_pairs("Policies", policies, ("what was done", "times")))
    for line in _declarations(outcome):
        console.print(line, markup=False)
    if PLACEHOLDER in manifest.agencies:
        console.print(
            f"The agency {PLACEHOLDER} is a placeholder. Put the agency's ORI in the mapping.",
            style="bold yellow",
            markup=False,
        )
    console.print(
        f"Rows in {counts.rows_in:,} = accounted for {counts.rows_accounted:,} "
        f"+ quarantined {counts.rows_quarantined:,}",
        style="bold",
        markup=False,
    )
    if counts.rows_quarantined or outcome.values_refused:
        where = f"See {out}/quarantine.parquet." if out else "Nothing was written."
        console.print(
            f"{counts.rows_quarantined:,} rows and {outcome.values_refused:,} single values were "
            f"quarantined. {where}",
            style="bold yellow",
            markup=False,
        )


def _declarations(outcome: Outcome) -> Iterator[str]:
    """Say which event types are complete, and the period that the record covers."""
    manifest = outcome.manifest
    for column in outcome.day_columns:
        yield (
            f"Every time in column {column} is midnight, so it was read as days. If these are times, "
            'add precision = "second" to the event in the mapping.'
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
