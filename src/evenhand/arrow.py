"""Arrow without pandas.

At its first array Arrow looks for pandas, so that it can take pandas objects. Where pandas is installed, that
import takes longer than the audit of a small record, and nothing here hands a pandas object to Arrow.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

import pyarrow as pa

COMMAND_LINE = "evenhand.cli"


class _NoPandas(MetaPathFinder):
    """Answers an import of pandas as if it were not installed."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def without_pandas() -> None:
    """Let Arrow's one look find no pandas, in the processes of our own command line.

    Pandas can be imported afterwards, and `to_pandas` works. In any other program Arrow is left as it is,
    since pandas objects may be handed to it there.
    """
    if COMMAND_LINE not in sys.modules or "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        # Arrow looks twice: where it takes an object, and where it infers or converts values.
        pa.array([0]).to_numpy()
    finally:
        sys.meta_path.remove(finder)
