"""A command imports only what it needs: imports are pinned here, since times depend on the machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from evenhand.cli import COMMANDS, main
from evenhand.lazy_commands import LazyGroup
from evenhand.record.ledger.command import ledger

HEAVY = frozenset(
    {"cryptography", "django", "duckdb", "fontTools", "httpx", "ibis", "jinja2", "lifelines", "matplotlib"}
    | {"numpy", "pandas", "pyarrow", "pydantic", "pyspark", "rapidfuzz", "rich", "scipy", "statsmodels"}
)
"""The libraries that take long to import."""

PRINTED = {"rich"}
RULES = {"pydantic", "rich"}
RECORD = {"numpy", "pyarrow", "pydantic", "rich"}

RUN = """
import json, sys
from evenhand.cli import main
code = 0
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code or 0
print(json.dumps({"code": code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def pandas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a pandas that does nothing, so that an import of it shows where none is installed."""
    folder = tmp_path_factory.mktemp("path")
    (folder / "pandas").mkdir()
    (folder / "pandas/__init__.py").write_text('__version__ = "0"\n')
    return folder


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "record"
    with pytest.raises(SystemExit) as end:
        main(["simulate", "--bookings", "40", "--out", str(folder)])
    assert not end.value.code
    return folder


def run(program: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    first = f"import sys; sys.path.insert(0, {str(folder)!r})"
    command = [sys.executable, "-c", f"{first}\n{program}", *arguments]
    # The tests' own settings of Django are not those of a command.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment)


def modules_after(pandas: Path, *arguments: str) -> set[str]:
    """The modules that are loaded when the command has run, without an error."""
    said = json.loads(run(RUN, pandas, *arguments).stderr.splitlines()[-1])
    assert said["code"] == 0
    return set(said["modules"])


def heavy(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} & HEAVY


def test_help_imports_no_command(pandas: Path) -> None:
    modules = modules_after(pandas, "--help")
    assert {name for name in modules if name.startswith("evenhand")} == {
        "evenhand",
        "evenhand.cli",
        "evenhand.lazy_commands",
    }
    assert not heavy(modules)
    assert "importlib.metadata" not in modules


@pytest.mark.parametrize(
    ("command", "needs"),
    [
        *((name, set()) for name in sorted(COMMANDS.keys() - {"audit", "registry", "rules"})),
        ("registry", PRINTED),
        ("rules", RULES),
    ],
)
def test_the_help_of_a_command_imports_little(pandas: Path, command: str, needs: set[str]) -> None:
    assert heavy(modules_after(pandas, command, "--help")) <= needs


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        ("rules list", RULES),
        ("rules list --json", RULES),
        ("rules show HLD-01", RULES),
        ("claims", RULES),
        ("claims C05 --json", RULES),
        ("record schema", {"pydantic"}),
    ],
)
def test_a_listing_imports_no_engine(pandas: Path, arguments: str, needs: set[str]) -> None:
    assert heavy(modules_after(pandas, *arguments.split())) <= needs


@pytest.mark.parametrize("command", ["show", "check"])
def test_a_look_into_a_record_imports_arrow_and_no_engine(pandas: Path, record: Path, command: str) -> None:
    assert heavy(modules_after(pandas, "record", command, str(record))) <= RECORD


def test_an_audit_imports_neither_pandas_nor_the_ledger(pandas: Path, record: Path, tmp_path: Path) -> None:
    modules = modules_after(
        pandas, "audit", str(record), "--out", str(tmp_path / "audit"), "--fail-on", "never"
    )
    assert heavy(modules) <= RECORD | {"duckdb", "jinja2"}


def test_a_simulation_imports_neither_pandas_nor_the_ledger(pandas: Path, tmp_path: Path) -> None:
    modules = modules_after(pandas, "simulate", "--bookings", "10", "--out", str(tmp_path / "record"))
    assert heavy(modules) <= RECORD | {"duckdb"}


def test_in_another_program_arrow_still_takes_pandas_objects(pandas: Path) -> None:
    program = "import evenhand.record.store, pyarrow, sys; pyarrow.array([0]); print('pandas' in sys.modules)"
    assert run(program, pandas).stdout == "True\n"


def test_the_desk_starts_without_what_only_some_of_its_commands_need(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from evenhand.desk.command import start; "
        f"start(demonstration=True, folder=Path({str(tmp_path)!r})); import evenhand.desk.urls; "
        "print(' '.join(sys.modules))"
    )
    modules = set(run(program, tmp_path).stdout.split())
    assert not heavy(modules) & {"duckdb", "httpx", "pandas", "rapidfuzz", "scipy"}


@pytest.mark.parametrize("group", [main, ledger], ids=lambda group: group.name)
def test_a_stated_help_is_that_of_the_command(group: LazyGroup) -> None:
    context = click.Context(group)
    for name, lazy in group.lazy.items():
        command = group.get_command(context, name)
        assert command is not None
        assert lazy.help == command.get_short_help_str(limit=1000)
