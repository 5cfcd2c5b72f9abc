"""Engines that fail, or do not end, on a Spark worker."""

import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from evenhand.audit import run
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.rules.array.engine import ArrayEngine, PartResult

MARKS = "EVENHAND_TEST_MARKS"
"""The folder in which a worker leaves a file for each part that it begins."""


def _begun(part: Any) -> None:
    name = f"{part.kind}-{part.first_case}-{uuid4()}"
    Path(os.environ[MARKS], name).write_text(str(os.getpid()))


class FailsOnce(ArrayEngine):
    """Its worker dies at the first part of bookings, once."""

    def judge(self, part: Any) -> PartResult:
        _begun(part)
        if part.kind is SubjectKind.BOOKING and part.first_case == 0:
            try:
                Path(os.environ[MARKS], "died").touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os._exit(1)
        return super().judge(part)


class Fails(ArrayEngine):
    """Has a fault."""

    def judge(self, part: Any) -> PartResult:
        raise ZeroDivisionError("a fault of the engine")


class Refuses(ArrayEngine):
    """Finds every part damaged."""

    def judge(self, part: Any) -> PartResult:
        _begun(part)
        raise RecordError("this part is damaged")


class NeverEnds(ArrayEngine):
    """Begins, and does not end."""

    def judge(self, part: Any) -> PartResult:
        _begun(part)
        while True:
            time.sleep(1)


if __name__ == "__main__":
    # `python -m scale.engines audit ...`: the command with an engine that does not end.
    from scale import engines

    run.ArrayEngine = engines.NeverEnds
    from evenhand.cli import main

    main()
