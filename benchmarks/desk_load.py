"""Fifty officers at once on the desk, next to the same app without guard and ledger, in one run.

    python benchmarks/desk_load.py [--database postgres] [--cases 100000] [--seconds 120] [--officers 50]

Then once more while two of the processes that serve it are killed. The store is made once for each database
and number of cases, in build/desk_load. Prints a Markdown table in milliseconds, and looks in the ledger for
each event that was acknowledged; after the kills the read tables are replayed and compared as well.
"""

import argparse
import csv
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desk_store import counted, make, opened

HERE = Path(__file__).parent
TYPES = ("determination.made", "person.booked", "access.viewed")
NAMES = ("worklist", "case page", "determination", "API batch of 20")
Figures = dict[str, dict[str, Any]]


@contextmanager
def serving(own: dict[str, str], application: str) -> Iterator[tuple[str, int]]:
    """The address of the app behind gunicorn, each process warm, and the process that keeps the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    run = [sys.executable, "-m", "gunicorn", "--bind", address, "--workers", "2", "--threads", "4"]
    run += ["--keep-alive", "75"]
    folder = Path(own["EVENHAND_DESK_FOLDER"])
    collect = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, env=os.environ | own, check=True)
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen([*run, application], env=os.environ | own, stdout=log, stderr=log)
    session = json.loads((folder / "world.json").read_text())["sessions"][0]
    page = urllib.request.Request(f"http://{address}/screening/", headers={"Cookie": f"sessionid={session}"})
    try:
        answered = 0
        for _ in range(300):
            try:
                urllib.request.urlopen(page).read()
                answered += 1
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
            if answered == 20:
                break
        else:
            raise RuntimeError(f"the desk does not answer: see {folder / 'server.log'}")
        yield f"http://{address}", server.pid
    finally:
        server.terminate()
        server.wait(60)


def load(own: dict[str, str], address: str, officers: int, seconds: int) -> Figures:
    """Locust's figures by what was asked."""
    folder = Path(own["EVENHAND_DESK_FOLDER"])
    run = [sys.executable, "-m", "locust", "-f", str(HERE / "desk_officers.py"), "--headless"]
    run += ["--host", address, "-u", str(officers), "-r", "10", "-t", f"{seconds}s", "--stop-timeout", "30"]
    run += ["--csv", str(folder / "load"), "--loglevel", "CRITICAL", "--only-summary"]
    quiet = subprocess.DEVNULL
    subprocess.run(run, env=os.environ | own, check=False, stdout=quiet, stderr=quiet)
    with (folder / "load_stats.csv").open() as file:
        return {row["Name"]: row for row in csv.DictReader(file)}


def kill(server: int, seconds: int, killed: list[int]) -> None:
    """Kill a worker after each third of the time."""
    for _ in range(2):
        time.sleep(seconds / 3)
        workers = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        killed.append(int(random.choice(workers)))
        os.kill(killed[-1], signal.SIGKILL)


def tried(
    source: Path, kind: str, application: str, officers: int, seconds: int, *, kills: bool = False
) -> tuple[Figures, str]:
    """The figures on a fresh copy of the store, and what the ledger holds of what was acknowledged."""
    folder = source.with_name(f"{source.name}-run")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["cp", "-a", str(source), str(folder)], check=True)
    killed: list[int] = []
    with opened(folder, kind) as own:
        before = counted(own, TYPES)
        with serving(own, application) as (address, server):
            if kills:
                threading.Thread(target=kill, args=(server, seconds, killed), daemon=True).start()
            found = load(own, address, officers, seconds)
        if application == "desk_bare":
            return found, ""
        new = counted(own, TYPES) - before
        lines = (folder / "acknowledged.tsv").read_text().splitlines()
        said = Counter((name, subject) for name, subject in (line.split("\t") for line in lines))
        text = f"{said.total():,} events acknowledged, {(said - new).total():,} of them not in the ledger"
        if kills:
            replay = [str(Path(sys.executable).with_name("evenhand")), "rebuild"]
            done = subprocess.run(replay, env=os.environ | own, capture_output=True, text=True, check=False)
            last = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1]
            text = f"{len(killed)} processes killed: {text}; {last}"
    return found, text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--officers", type=int, default=50)
    given = parser.parse_args()
    kind, officers, seconds = given.database, given.officers, given.seconds
    folder = Path("build/desk_load").absolute() / f"{kind}-{given.cases}-{officers}"
    if not (folder / "world.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        began = time.perf_counter()
        make(folder, kind, given.cases, officers)
        print(f"made in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print(f"{kind}, {given.cases:,} cases; load average at the start: {os.getloadavg()[0]:.1f}\n")
    ours, said = tried(folder, kind, "evenhand.desk.wsgi", officers, seconds)
    bare, _ = tried(folder, kind, "desk_bare", officers, seconds)
    print("| | calls | errors | p50 | p95 | p99 | bare p50 | bare p95 | p95 / bare |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name in NAMES:
        own, peer = ours[name], bare[name]
        ratio = float(own["95%"]) / max(float(peer["95%"]), 1)
        print(
            f"| {name} | {own['Request Count']} | {own['Failure Count']} | {own['50%']} | {own['95%']} "
            f"| {own['99%']} | {peer['50%']} | {peer['95%']} | {ratio:.1f} |"
        )
    print(f"\n{said}.")
    broken, said = tried(folder, kind, "evenhand.desk.wsgi", officers, seconds, kills=True)
    errors = sum(int(broken[name]["Failure Count"]) for name in NAMES)
    print(f"{said}. {errors} calls were cut off.")


if __name__ == "__main__":
    main()
