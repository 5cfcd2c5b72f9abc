"""What a build writes: documented columns, a package others can read, the same result when added to."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import jsonschema
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from evenhand.record.folder import MARKER
from evenhand.registry import earlier
from evenhand.registry.build import build
from evenhand.registry.cleaning import clean
from evenhand.registry.matching import match
from evenhand.registry.places import gazetteer
from evenhand.registry.reading import sheet_paths
from evenhand.registry.tables import TABLES
from registry.sheets import PARTICIPATING, Ice, write_sheet

Write = Callable[..., Path]

FILES = {
    MARKER,
    "contents.parquet",
    *(f"{t.name}.{form}" for t in TABLES for form in ("parquet", "csv")),
    "registry.duckdb",
    "dictionary.md",
    "datapackage.json",
    "summary.json",
    "ids.csv",
}


def row(agency: str, signed: date | str, model: str = "Task Force Model") -> tuple[object, ...]:
    return ("KANSAS", agency, "County", "", model, signed, "link pending", None)


def write_series(folder: Path, days: int) -> list[Path]:
    """Sheets of days in succession: Ness comes on the third, Elk leaves after the fourth; a day changes."""
    paths = []
    for number in range(days):
        day = date(2025, 6, 2) + timedelta(days=number)
        rows = [row("Hays Police Department", date(2025, 3, 4))]
        if number < 4:
            rows.append(row("Elk County Sheriff's Office", date(2025, 3, 3 if number else 4)))
        if number >= 2:
            rows.append(row("Ness County Sheriff's Office ", date(2025, 6, 3)))
        saved = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)
        paths.append(write_sheet(folder / f"participating-{day}am.xlsx", rows, saved=saved))
    return paths


def tables(folder: Path) -> dict[str, object]:
    found: dict[str, object] = {
        t.name: pyarrow.parquet.read_table(folder / f"{t.name}.parquet").to_pylist() for t in TABLES
    }
    found["summary"] = json.loads((folder / "summary.json").read_text())
    found["ids"] = (folder / "ids.csv").read_text()
    return found


def database(folder: Path) -> list[pa.Table]:
    """The tables of the database, each in the order of its key."""
    with duckdb.connect(str(folder / "registry.duckdb"), read_only=True) as connection:
        orders = [(t.name, ", ".join(f'"{c}"' for c in t.key)) for t in TABLES]
        return [connection.sql(f"from {name} order by {key}").to_arrow_table() for name, key in orders]


def test_all_files_with_documented_columns(tmp_path: Path) -> None:
    write_series(tmp_path / "sheets", 6)
    _, summary = build(tmp_path / "sheets", tmp_path / "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} == FILES
    assert (summary["sheets_read"], summary["agreements"], summary["agencies"]) == (6, 3, 3)
    assert summary["rows_read"] == summary["rows_observed"] == 14
    text = (tmp_path / "out" / "dictionary.md").read_text()
    for table in TABLES:
        written = pyarrow.parquet.read_schema(tmp_path / "out" / f"{table.name}.parquet")
        assert written.names == [c.name for c in table.columns]
        assert all(f"| {c.name} |" in text and len(c.meaning) >= 4 for c in table.columns)
    with duckdb.connect(str(tmp_path / "out" / "registry.duckdb"), read_only=True) as connection:
        for table in TABLES:
            columns = [r[0] for r in connection.execute(f"describe {table.name}").fetchall()]
            assert columns == [c.name for c in table.columns]
        told = dict(connection.execute("select column_name, comment from duckdb_columns()").fetchall())
        assert told["superseded_by"] == "The agreement that took its place."


PACKAGE = {
    "type": "object",
    "required": ["profile", "name", "resources"],
    "properties": {
        "profile": {"const": "tabular-data-package"},
        "name": {"pattern": "^[a-z0-9._-]+$"},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["name", "path", "schema", "profile"],
                "properties": {
                    "profile": {"const": "tabular-data-resource"},
                    "schema": {
                        "required": ["fields", "primaryKey"],
                        "properties": {
                            "fields": {
                                "items": {
                                    "required": ["name", "type", "description"],
                                    "properties": {
                                        "type": {
                                            "enum": [
                                                "string",
                                                "integer",
                                                "number",
                                                "boolean",
                                                "date",
                                                "datetime",
                                            ]
                                        }
                                    },
                                }
                            }
                        },
                    },
                },
            },
        },
    },
}


def test_data_package(tmp_path: Path) -> None:
    write_series(tmp_path / "sheets", 4)
    build(tmp_path / "sheets", tmp_path / "out")
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text())
    jsonschema.validate(package, PACKAGE)
    names = {r["name"]: r for r in package["resources"]}
    for resource in package["resources"]:
        header = (tmp_path / "out" / resource["path"]).read_text().splitlines()[0]
        assert header.replace('"', "").split(",") == [f["name"] for f in resource["schema"]["fields"]]
        rows = pyarrow.parquet.read_table(tmp_path / "out" / f"{resource['name']}.parquet").to_pylist()
        keys = [tuple(r[k] for k in resource["schema"]["primaryKey"]) for r in rows]
        assert len(set(keys)) == len(keys), resource["name"]
        for foreign in resource["schema"]["foreignKeys"]:
            other = names[foreign["reference"]["resource"]]["name"]
            target = foreign["reference"]["fields"][0]
            held = pyarrow.parquet.read_table(tmp_path / "out" / f"{other}.parquet")[target].to_pylist()
            given = {r[foreign["fields"][0]] for r in rows} - {None}
            assert given <= set(held), (resource["name"], foreign)


@pytest.mark.parametrize("later", [1, 3, 5])
def test_adding_a_sheet_gives_what_a_full_build_gives(tmp_path: Path, later: int) -> None:
    """Sheets added one at a time, out of order, against all at once."""
    paths = write_series(tmp_path / "all", 6)
    build(tmp_path / "all", tmp_path / "full")
    part = tmp_path / "part"
    part.mkdir()
    for path in paths:
        if path is not paths[later]:
            shutil.copy(path, part)
    build(part, tmp_path / "grown")
    _, summary = build(paths[later], tmp_path / "grown", keep=True)
    assert summary["sheets_read"] == 6
    assert tables(tmp_path / "grown") == tables(tmp_path / "full")
    # Byte for byte too, but for the database, whose tables are compared.
    for name in FILES - {"registry.duckdb"}:
        assert (tmp_path / "grown" / name).read_bytes() == (tmp_path / "full" / name).read_bytes(), name
    assert database(tmp_path / "grown") == database(tmp_path / "full")


def test_building_again_and_dropping_a_sheet(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "all", 6)
    build(tmp_path / "all", tmp_path / "out")
    first = tables(tmp_path / "out")
    build(tmp_path / "all", tmp_path / "out")
    assert tables(tmp_path / "out") == first
    paths[5].unlink()
    _, summary = build(tmp_path / "all", tmp_path / "out")
    assert summary["sheets_read"] == 5


def test_bad_sheets_and_repeats_do_not_stop_a_build(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "all", 3)
    (tmp_path / "all" / "broken.xlsx").write_bytes(paths[0].read_bytes()[:900])
    write_sheet(tmp_path / "all" / "other.xlsx", [("x",)], header=("Facility",))
    shutil.copy(paths[1], tmp_path / "all" / "participating-copy.xlsx")
    registry, summary = build(tmp_path / "all", tmp_path / "out")
    assert (summary["sheets_read"], summary["sheets_refused"], summary["sheets_repeated"]) == (3, 2, 1)
    assert {b.name for b in registry.corpus.refused_sheets} == {"broken.xlsx", "other.xlsx"}
    listed = {
        r["sheet"]: r for r in pyarrow.parquet.read_table(tmp_path / "out" / "sheets.parquet").to_pylist()
    }
    assert listed["broken.xlsx"]["result"] == "refused"
    assert "fetch it again" in listed["broken.xlsx"]["remedy"]
    assert {r["result"] for r in listed.values()} == {"read", "refused", "repeat"}


def test_a_row_of_no_state_is_counted(tmp_path: Path) -> None:
    rows = [
        row("Elk County Sheriff's Office", date(2025, 3, 3)),
        ("ATLANTIS", *row("Deep Police", "soon")[1:]),
    ]
    write_sheet(tmp_path / "all" / "participating-2025-06-02am.xlsx", rows)
    _, summary = build(tmp_path / "all", tmp_path / "out")
    assert (summary["rows_read"], summary["rows_observed"], summary["rows_refused"]) == (2, 1, 1)
    (refused,) = pyarrow.parquet.read_table(tmp_path / "out" / "refused.parquet").to_pylist()
    assert refused["first_row"] == 3
    assert "Deep Police" in refused["reason"]
    build(tmp_path / "all", tmp_path / "out")
    again = pyarrow.parquet.read_table(tmp_path / "out" / "refused.parquet").to_pylist()
    assert again == [refused]


def test_two_sheets_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    write_sheet(
        tmp_path / "all" / "a" / "p-2025-06-02am.xlsx", [row("Elk County Sheriff's Office", date(2025, 3, 3))]
    )
    write_sheet(
        tmp_path / "all" / "b" / "p-2025-06-02am.xlsx",
        [row("Ness County Sheriff's Office", date(2025, 3, 3))],
    )
    registry, _ = build(tmp_path / "all", tmp_path / "out")
    assert len({s.name for s in registry.corpus.sheets}) == 2
    assert all("~" in s.name for s in registry.corpus.sheets)


def test_an_empty_list_builds(tmp_path: Path) -> None:
    write_sheet(tmp_path / "all" / "participating-2025-06-02am.xlsx", [], header=PARTICIPATING)
    _, summary = build(tmp_path / "all", tmp_path / "out")
    assert (summary["sheets_read"], summary["agreements"]) == (1, 0)
    build(tmp_path / "all", tmp_path / "out")


def test_observations_csv_is_what_arrow_would_write(tmp_path: Path) -> None:
    """Also with quotes, commas, line breaks and letters beyond ASCII in the cells."""
    paths = write_series(tmp_path / "all", 4)
    odd = 'Elk "River", \nCañon County Sheriff’s Office'
    write_sheet(paths[0], [row(odd, date(2025, 3, 3)), row("Ness County Sheriff's Office", "soon")])
    build(tmp_path / "all", tmp_path / "out")
    table = pyarrow.parquet.read_table(tmp_path / "out" / "observations.parquet")
    pyarrow.csv.write_csv(table, tmp_path / "peer.csv")
    assert (tmp_path / "out" / "observations.csv").read_bytes() == (tmp_path / "peer.csv").read_bytes()


def contents_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "registry.duckdb"}


def test_a_folder_of_another_version_is_not_overwritten_by_adding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write_series(tmp_path / "all", 3)
    with monkeypatch.context() as other:
        other.setattr(earlier, "_program", lambda: "another")
        build(tmp_path / "all", tmp_path / "out")
    before = contents_of(tmp_path / "out")
    with pytest.raises(FileExistsError, match="build it again from all sheets"):
        build(paths[0], tmp_path / "out", keep=True)
    assert contents_of(tmp_path / "out") == before
    _, summary = build(tmp_path / "all", tmp_path / "out")
    assert summary["sheets_read"] == 3


def test_the_program_is_its_modules_and_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module or a list changed is another program, whose builds are not taken up."""
    shutil.copytree(Path(earlier.__file__).parent, tmp_path / "registry")
    monkeypatch.setattr(earlier, "files", lambda package: tmp_path / "registry")
    found = [earlier._program.__wrapped__()]
    for changed in ("names.py", "data/counties.csv"):
        with (tmp_path / "registry" / changed).open("a") as file:
            file.write("\n")
        found.append(earlier._program.__wrapped__())
    assert len(set(found)) == 3


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with sheets in `all`, their build in `full`, and that of quite another sheet in `strange`."""
    folder = tmp_path_factory.mktemp("built")
    write_series(folder / "all", 4)
    build(folder / "all", folder / "full")
    odd = [row("Kiowa County Sheriff's Office", "soon"), ("ATLANTIS", *row("Deep Police", "soon")[1:])]
    write_sheet(folder / "other" / "participating-2025-06-02am.xlsx", odd)
    build(folder / "other", folder / "strange")
    return folder


@pytest.mark.parametrize("harm", ["one byte", "cut short", "of another build"])
@pytest.mark.parametrize("name", earlier.TAKEN_UP)
def test_what_is_damaged_is_never_taken_up(built: Path, tmp_path: Path, name: str, harm: str) -> None:
    """Adding says what to do and changes nothing; building again gives what a build from nothing gives."""
    shutil.copytree(built / "full", tmp_path / "out")
    content = (tmp_path / "out" / name).read_bytes()
    place = len(content) // 3
    harmed = {
        "one byte": content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :],
        "cut short": content[:place],
        "of another build": (built / "strange" / name).read_bytes(),
    }
    (tmp_path / "out" / name).write_bytes(harmed[harm])
    before = contents_of(tmp_path / "out")
    with pytest.raises(FileExistsError, match="build it again from all sheets"):
        build(next((built / "all").iterdir()), tmp_path / "out", keep=True)
    assert contents_of(tmp_path / "out") == before
    build(built / "all", tmp_path / "out")
    assert contents_of(tmp_path / "out") == contents_of(built / "full")


def test_another_list_of_agencies_is_matched_anew(tmp_path: Path) -> None:
    """What was matched against one list is not taken up with another."""
    paths = write_series(tmp_path / "all", 4)
    listed = tmp_path / "list.csv"
    listed.write_text("ori,name,state,county,type\nKS0000001,Elk,KS,ELK,County\n")
    build(tmp_path / "all", tmp_path / "full", agencies=listed)
    build(tmp_path / "all", tmp_path / "out")
    bundled = tables(tmp_path / "out")["agencies"]
    build(paths[0], tmp_path / "out", agencies=listed, keep=True)
    assert contents_of(tmp_path / "out") == contents_of(tmp_path / "full")
    assert tables(tmp_path / "out")["agencies"] != bundled
    listed.write_text("ori,name,state,county,type\nKS0000002,Elk,KS,ELK,County\n")
    build(paths[0], tmp_path / "out", agencies=listed, keep=True)
    build(tmp_path / "all", tmp_path / "fuller", agencies=listed)
    assert contents_of(tmp_path / "out") == contents_of(tmp_path / "fuller")
    assert "KS0000002" in (tmp_path / "out" / "agencies.csv").read_text()


def test_what_is_taken_up_is_what_was_worked_out(ice: Ice) -> None:
    """Rows cleaned and agencies matched by a build of the published sheets, read back, against the rules."""
    found = earlier.load_earlier(ice.out)
    assert found is not None
    assert found.cleans == {raw: clean(raw, gazetteer()) for raw in found.pool.raws}
    agencies = ice.registry.agencies.values()
    assert found.matches == {a.subject.text: match(a.subject, gazetteer()) for a in agencies}


@pytest.mark.trial
@pytest.mark.parametrize("place", [0, 300, -1])
def test_adding_a_published_sheet(ice: Ice, tmp_path: Path, place: int) -> None:
    """To the other 918, in whatever order it was published: byte for byte the build of all."""
    paths = sheet_paths(ice.folder)
    added = paths[place]
    (tmp_path / "others").mkdir()
    for path in paths:
        if path != added:
            (tmp_path / "others" / path.name).symlink_to(path.absolute())
    build(tmp_path / "others", tmp_path / "out")
    build(added, tmp_path / "out", keep=True)
    assert contents_of(tmp_path / "out") == contents_of(ice.out)
    assert database(tmp_path / "out") == database(ice.out)
