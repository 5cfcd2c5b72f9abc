"""Fifty officers at once on the desk, next to the same app without guard and ledger, in one run.

    python benchmarks/desk_load.py [--database postgres] [--cases 100000] [--seconds 120] [--officers 50]
        [--rounds 2]

The two take turns, so many rounds; percentiles are over all calls of a side. Then once more, while two of
the processes that serve it are killed. The store is made once for each database and number of cases, in
build/desk_load. Prints a Markdown table in milliseconds, and looks in the ledger for each event that was
acknowledged; after the kills the read tables are replayed and compared as well.
"""

import argparse
import json
import math
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

from desk_store import counted, make, opened

HERE = Path(__file__).parent
TYPES = ("determination.made", "person.booked", "access.viewed")
NAMES = ("worklist", "case page", "determination", "API batch of 20")
Calls = dict[str, list[tuple[float, bool]]]
"""For each name, how many milliseconds each call took and whether it failed."""


@contextmanager
def serving(own: dict[str, str], application: str) -> Iterator[tuple[str, int]]:
    """The address of the app behind gunicorn, each process warm, and the process that keeps the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    run = [sys.executable, "-m", "gunicorn", "--bind", address, "--workers", "4", "--threads", "2"]
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


def load(own: dict[str, str], address: str, officers: int, seconds: int) -> Calls:
    """What each call of the officers took."""
    folder = Path(own["EVENHAND_DESK_FOLDER"])
    run = [sys.executable, "-m", "locust", "-f", str(HERE / "desk_officers.py"), "--headless"]
    run += ["--host", address, "-u", str(officers), "-r", "10", "-t", f"{seconds}s", "--stop-timeout", "30"]
    run += ["--loglevel", "CRITICAL", "--only-summary"]
    quiet = subprocess.DEVNULL
    subprocess.run(run, env=os.environ | own, check=False, stdout=quiet, stderr=quiet)
    calls: Calls = {name: [] for name in NAMES}
    calls_made = folder / "calls.tsv"
    if not calls_made.is_file():
        raise SystemExit(f"{sys.executable} could not run locust: install the `bench` group.")
    for line in calls_made.read_text().splitlines():
        name, took, failed = line.split("\t")
        calls[name].append((float(took), failed == "1"))
    return calls


def percentile(calls: list[tuple[float, bool]], percent: int) -> float:
    """By the nearest rank, as it was measured; not a number where nothing was called."""
    times = sorted(took for took, _ in calls)
    return times[math.ceil(len(times) * percent / 100) - 1] if times else math.nan


def failures(calls: Calls) -> int:
    return sum(failed for name in NAMES for _, failed in calls[name])


def kill(server: int, seconds: int, killed: list[int]) -> None:
    """Kill a worker after each third of the time."""
    for _ in range(2):
        time.sleep(seconds / 3)
        workers = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        killed.append(int(random.choice(workers)))
        os.kill(killed[-1], signal.SIGKILL)


def tried(
    source: Path, kind: str, application: str, officers: int, seconds: int, *, kills: bool = False
) -> tuple[Calls, str]:
    """The calls on a fresh copy of the store, and what the ledger holds of what was acknowledged."""
    folder = source.with_name(f"{source.name}-run")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["cp", "-a", str(source), str(folder)], check=True)
    os.sync()  # Else the copy is on its way to the disk while commits wait for it.
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
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    kind, officers, seconds = given.database, given.officers, given.seconds
    folder = Path("build/desk_load").absolute() / f"{kind}-{given.cases}-{officers}"
    if not (folder / "world.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        began = time.perf_counter()
        make(folder, kind, given.cases, officers)
        print(f"made in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print(f"{kind}, {given.cases:,} cases; load average at the start: {os.getloadavg()[0]:.1f}\n")
    ours: Calls = {name: [] for name in NAMES}
    bare: Calls = {name: [] for name in NAMES}
    what_was_said = []
    for _ in range(given.rounds):
        for side, application in ((ours, "evenhand.desk.wsgi"), (bare, "desk_bare")):
            found, said = tried(folder, kind, application, officers, seconds)
            for name in NAMES:
                side[name] += found[name]
            what_was_said += [said] if said else []
    print("| | calls | errors | p50 | p95 | p99 | bare p50 | bare p95 | p95 / bare |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name in NAMES:
        own, peer = ours[name], bare[name]
        figures = [percentile(own, 50), percentile(own, 95), percentile(own, 99)]
        figures += [percentile(peer, 50), percentile(peer, 95)]
        failed = sum(wrong for _, wrong in own)
        shown = " | ".join(f"{figure:.0f}" for figure in figures)
        print(f"| {name} | {len(own)} | {failed} | {shown} | {figures[1] / figures[4]:.2f} |")
    print(f"\n{'. '.join(what_was_said)}. {failures(bare)} errors of the bare app.")
    broken, said = tried(folder, kind, "evenhand.desk.wsgi", officers, seconds, kills=True)
    print(f"{said}. {failures(broken)} calls were cut off.")


if __name__ == "__main__":
    main()
