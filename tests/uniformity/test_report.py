"""The report and its tables: the same figures everywhere, accessible, and in neutral words."""

import csv
import json
import re
import signal
import subprocess
import sys
import time

import html5lib
import pytest

from evenhand.record.folder import MARKER, Kind, staged_folder
from evenhand.uniformity.measures import MEASURES
from uniformity.county import RELEASED, SCREENED, County, command, rows_of
from waiting import until


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county")
    county = County()
    for group, cases, screened in (("white", 400, 380), ("black", 300, 240), ("hispanic", 200, 188)):
        for n in range(cases):
            start = (SCREENED[0] + n % 50, *SCREENED[1:])
            done = (start, RELEASED) if n < screened else (RELEASED,)
            county.book(*done, race_ethnicity=group, facility="ab"[n % 2])
    county.write(folder / "record")
    done = command(folder / "record", "--out", folder / "out")
    assert done.exit_code == 0, done.output
    return folder / "out"


def test_the_three_forms_of_a_table_hold_the_same(out):
    for path in out.glob("*.parquet"):
        rows = rows_of(path)
        assert json.loads(path.with_suffix(".json").read_text()) == rows
        with path.with_suffix(".csv").open(newline="") as lines:
            read = list(csv.DictReader(lines))
        assert len(read) == len(rows)
        for text, row in zip(read, rows, strict=True):
            for name, value in row.items():
                if isinstance(value, float):
                    assert float(text[name]) == pytest.approx(value, rel=1e-12)
                else:
                    assert text[name] == ("" if value is None else str(value))


def test_the_page_is_sound_and_alone(out):
    page = (out / "report.html").read_text()
    parser = html5lib.HTMLParser(strict=False)
    tree = parser.parse(page)
    assert parser.errors == []
    assert not re.search(r'(src|href)="(?!#)', page)
    names = {"h": "{http://www.w3.org/1999/xhtml}", "s": "{http://www.w3.org/2000/svg}"}
    drawings = list(tree.iter(f"{names['s']}svg"))
    assert drawings
    for drawing in drawings:
        described = drawing.get("aria-labelledby").split()
        texts = [e for e in drawing.iter() if e.get("id") in described]
        assert len(texts) == 2
        assert all(e.text for e in texts)
    for table in tree.iter(f"{names['h']}table"):
        assert table.find(f"{names['h']}caption") is not None
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_every_measure_is_named_with_its_limits_where_it_is_answered(out):
    page = (out / "report.html").read_text()
    for measure in MEASURES.values():
        assert measure.title in page
    assert MEASURES["coverage"].limits in page


def test_the_words_say_found_and_not_found_alike(out):
    words = {
        r["group"]: r["sentence"] for r in rows_of(out / "comparisons.parquet") if r["measure"] == "coverage"
    }
    assert words["black"].startswith("Screened: black 80.0 %, white 95.0 %. Difference found (q < 0.001)")
    assert "−15.00 percentage points" in words["black"]
    assert "No difference found" in words["hispanic"]
    assert "would have been found in four of five such records" in words["hispanic"]


def test_every_comparison_counts_once_in_the_lead(out):
    summary = json.loads((out / "summary.json").read_text())
    assert sum(summary["comparisons"].values()) == len(rows_of(out / "comparisons.parquet"))
    assert f"{sum(summary['comparisons'].values())} comparisons" in (out / "report.html").read_text()


def test_q_is_the_family_over_all_measures(out):
    from scipy.stats import false_discovery_control

    tested = [r for r in rows_of(out / "comparisons.parquet") if r["p"] is not None]
    assert len({r["measure"] for r in tested}) > 1
    assert [r["q"] for r in tested] == pytest.approx(list(false_discovery_control([r["p"] for r in tested])))


def test_results_are_replaced_whole(out, tmp_path):
    county = County()
    county.book(SCREENED, RELEASED, sex="F")
    county.write(tmp_path / "record")
    again = tmp_path / "out"
    command(tmp_path / "record", "--out", again, "--officers")
    assert (again / "officers.csv").exists()
    command(tmp_path / "record", "--out", again)
    assert not (again / "officers.csv").exists()


@pytest.mark.trial
def test_ctrl_c_leaves_what_was_there(tmp_path):
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    evenhand = [sys.executable, "-c", f"{code}; from evenhand.cli import main; main()"]
    record, out = tmp_path / "record", tmp_path / "out"
    simulate = [*evenhand, "simulate", "--bookings", "1000000", "--out", str(record)]
    subprocess.run(simulate, check=True, stdout=subprocess.DEVNULL)
    with staged_folder(out, Kind.UNIFORMITY) as old:
        (old / "summary.json").write_text("old")
    for later in (0.0, 2.0, 5.0):
        words = [*evenhand, "uniformity", str(record), "--out", str(out)]
        running = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        until(lambda: any(tmp_path.glob(".out.new-*")), running)
        # Any moment will do; the later ones are in other parts of the work.
        time.sleep(later)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate()
        if running.returncode == 0:
            break
        assert "Traceback" not in said
        assert sorted(p.name for p in out.iterdir()) == [MARKER, "summary.json"]
        assert (out / "summary.json").read_text() == "old"
        assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("public", "shown"), [(False, "White (40), W (30), WHITE (20)"), (True, "White, W, WHITE")]
)
def test_groups_that_look_alike_are_named(tmp_path, public, shown):
    county = County()
    for group, cases in (("White", 40), ("W", 30), ("WHITE", 20), ("Black", 25)):
        for _ in range(cases):
            county.book(RELEASED, race_ethnicity=group)
    county.write(tmp_path / "record")
    options = ["--public"] if public else []
    done = command(tmp_path / "record", "--out", tmp_path / "out", *options)
    assert "race_ethnicity: these values may be one group: White, W, WHITE." in done.output
    page = (tmp_path / "out" / "report.html").read_text()
    assert f"These values of race or ethnicity may be one group: {shown}." in page
