"""The desk without guard and ledger, to compare with: acts go straight into the read tables.

For `desk_load.py` alone: no setting of the product does this.
"""

# isort: off
from evenhand.desk.wsgi import application  # First, since it sets Django up.
from evenhand.desk.record import projection
from evenhand.desk.record.act import Writing
from evenhand.desk.record.history import Subject

__all__ = ["application"]


def _load_what_is_projected(self, events):  # type: ignore[no-untyped-def]
    keys = {Subject.of(event) for event in events}
    self.load({key for key in keys if projection.has_projector(key.kind)})


def _take_unjudged(self, acts, override):  # type: ignore[no-untyped-def]
    return [self._take(act) for act in acts]


def _only_project(self):  # type: ignore[no-untyped-def]
    touched = {Subject.of(event) for event in self.events}
    histories = {key: self.history(key) for key in touched if projection.has_projector(key.kind)}
    agencies = {key.agency for key in histories if projection.needs_agreements(key.kind)}
    self.load((), agencies)
    projection.project(histories, lambda agency: self.agreements[agency]).write()


Writing._prepare = _load_what_is_projected  # type: ignore[method-assign]
Writing._judge_and_take = _take_unjudged  # type: ignore[method-assign]
Writing.append = _only_project  # type: ignore[method-assign]
