"""From a facility's history to its posters and interpreters."""

from collections.abc import Sequence

from evenhand.desk.facilities.models import Interpreter, Posters
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.projection import projects
from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import InterpreterQualified, PosterAttested


@projects(SubjectKind.FACILITY, Posters, Interpreter)
def project_facility(subject: Subject, entries: Sequence[Entry]) -> None:
    """Write the facility's rows anew; `subject.subject` is its code."""
    events = history.effective(entries)
    for table in (Posters, Interpreter):
        table.objects.filter(agency=subject.agency, facility=subject.subject).delete()
    Posters.objects.bulk_create(
        Posters(
            event=e.id,
            agency=e.agency,
            facility=subject.subject,
            languages=list(e.languages or ()),
            attested_at=e.occurred_at,
        )
        for e in events
        if isinstance(e, PosterAttested)
    )
    Interpreter.objects.bulk_create(
        Interpreter(
            event=e.id,
            agency=e.agency,
            facility=subject.subject,
            name=e.interpreter or "",
            languages=list(e.languages or ()),
            qualified_at=e.occurred_at,
        )
        for e in events
        if isinstance(e, InterpreterQualified)
    )
