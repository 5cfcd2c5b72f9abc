"""The desk without guard and ledger, to compare with: acts go straight into the read tables.

For `desk_load.py` alone: no setting of the product does this.
"""

# isort: off
from evenhand.desk.wsgi import application  # First, since it sets Django up.
from evenhand.desk.record import history, projection
from evenhand.desk.record.act import Done, _Writing
from evenhand.desk.record.history import Entry

__all__ = ["application"]


def _take_unjudged(self, acts, override):  # type: ignore[no-untyped-def]
    self.events += acts
    return [Done(act, self.start) for act in acts]


def _only_project(self):  # type: ignore[no-untyped-def]
    for key in dict.fromkeys((e.subject_kind, e.subject) for e in self.events):
        if projection.has_projector(key[0]):
            new = [Entry(self.start, e) for e in self.events if (e.subject_kind, e.subject) == key]
            projection.project(*key, [*history.load(*key), *new])


_Writing.judge_and_take = _take_unjudged  # type: ignore[method-assign]
_Writing.append = _only_project  # type: ignore[method-assign]
