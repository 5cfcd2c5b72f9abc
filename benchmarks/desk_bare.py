"""The desk without guard and ledger, to compare with: acts go straight into the read tables.

For `desk_load.py` alone: no setting of the product does this.
"""

# isort: off
from evenhand.desk.wsgi import application  # First, since it sets Django up.
from evenhand.desk.record import projection
from evenhand.desk.record.act import _Writing
from evenhand.desk.record.history import Subject

__all__ = ["application"]


def _what_is_projected(self, acts):  # type: ignore[no-untyped-def]
    keys = {Subject.of(act) for act in acts}
    return {key for key in keys if projection.has_projector(key.kind)}, set()


def _take_unjudged(self, acts, override):  # type: ignore[no-untyped-def]
    return [self._take(act) for act in acts]


def _only_project(self):  # type: ignore[no-untyped-def]
    projection.project(self.histories).write()


_Writing.needs = _what_is_projected  # type: ignore[method-assign]
_Writing.judge_and_take = _take_unjudged  # type: ignore[method-assign]
_Writing.append = _only_project  # type: ignore[method-assign]
