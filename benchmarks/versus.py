#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs tet's benchmarks and the peers' (bench_torch.py) in turn on this machine, and prints the table of ratios.

    versus.py --python /opt/peers/bin/python --json versus.json --markdown versus.md

Every measurement is a process of its own, pinned to core 0 (two threads: cores 0 and 1). Before each run of a peer, tet's
benchmarks of the same rows run. With --json a run that was stopped goes on where it was; what failed is tried again.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from comparison.machine import BUSY, busy_share, environment
from comparison.processes import Sides, benchmark_names, run_benchmark, run_probe, say
from comparison.rows import BANDWIDTH_ROWS, GROUPS, BandwidthRow, Probe, Result, Rival, Row, all_rows
from comparison.store import Store
from comparison.table import Report

Named = TypeVar("Named", Row, BandwidthRow)


def default_peers() -> Path:
    shared = os.environ.get("TET_SHARED_DIR")
    return (Path(shared) if shared else Path(__file__).resolve().parents[2] / "shared") / "peers"


def script_of(peers: Path) -> Path:
    return peers / "bench_torch.py" if peers.is_dir() else peers


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--tet-benchmarks", type=Path, default=Path("build/bench/benchmarks/tet_benchmarks"), metavar="PATH",
        help="(default: %(default)s)")
    add("--peers", type=Path, default=default_peers(), metavar="PATH", help="bench_torch.py or its folder (default: %(default)s)")
    add("--python", default=sys.executable, metavar="INTERPRETER", help="of the peers (default: %(default)s)")
    add("--only", default="*", metavar="ROWS", help="ids of rows, with commas between; * and ? are patterns")
    add("--rivals", default=",".join(GROUPS), metavar="RIVALS",
        help="groups to run against, or patterns of names in the report (reference*tuned*); bf16 takes minutes a step on a "
        "processor that emulates it (default: %(default)s)")
    add("--threads", default="1", help="1, 2 or 1,2 (default: %(default)s)")
    add("--repeats", type=int, default=3, metavar="N",
        help="rounds over all peers of a row; 0 reports what is in --json (default: %(default)s)")
    add("--budget", type=float, default=10, help="seconds that one process measures (default: %(default)s)")
    add("--json", type=Path, metavar="OUT", help="raw results, kept up to date")
    add("--markdown", type=Path, metavar="OUT", help="the report; it is printed anyway")
    add("--list", action="store_true", help="ids of rows, and nothing else")
    return parser.parse_args()


def matches(patterns: str, *names: str) -> bool:
    return any(fnmatchcase(name, pattern.strip()) for pattern in patterns.split(",") for name in names)


def chosen(rows: Sequence[Named], patterns: str) -> list[Named]:
    return [row for row in rows if matches(patterns, row.id)]


def rivals_of(row: Row, patterns: str) -> tuple[Rival, ...]:
    return tuple(rival for rival in row.rivals if matches(patterns, rival.group, rival.label))


def plan(rows: list[Row]) -> dict[Probe, list[str]]:
    """For each probe of the rows the benchmarks of tet that run before it."""
    turns: dict[Probe, list[str]] = {}
    for row in rows:
        for rival in row.rivals:
            for probe in rival.probes:
                benchmarks = turns.setdefault(probe, [])
                benchmarks += [name for name in row.benchmarks if name not in benchmarks]
    return turns


class Comparison:
    """Runs what is not in the store yet."""

    def __init__(self, sides: Sides, store: Store, available: set[str]) -> None:
        self._sides = sides
        self._store = store
        self._available = available

    def measure(self, threads: int, name: str, turn: str, run: Callable[[], Result]) -> None:
        key = f"{threads}|{name}|{turn}"
        done = self._store.get(key)
        if done is not None and "error" not in done:
            return
        busy = busy_share()
        result = run() | {"busy_before": busy}
        self._store.put(key, result)
        say(f"{time.strftime('%H:%M:%S')} {name}, {threads} thread(s), round {turn[0]}: {result.get('error', 'ok')}")

    def benchmark(self, threads: int, name: str, turn: str) -> None:
        if name in self._available:
            self.measure(threads, name, turn, lambda: run_benchmark(self._sides, name, threads))

    def rows(self, rows: list[Row], threads: int, turn: int) -> None:
        for probe, benchmarks in plan(rows).items():
            for name in benchmarks:
                self.benchmark(threads, name, f"{turn}|before {probe.key}")
            self.measure(threads, probe.key, str(turn), lambda: run_probe(self._sides, probe, threads))

    def bandwidths(self, rows: list[BandwidthRow], threads: int, turn: int) -> None:
        for row in rows:
            for name in (row.yardstick, row.benchmark):
                self.benchmark(threads, name, f"{turn}|bandwidth")


def warn_of_load(busy: list[float]) -> None:
    for core, share in enumerate(busy):
        if share >= BUSY:
            say(f"warning: core {core} is busy ({100 * share:.0f} %) before the start; the figures will not be usable")


def main() -> int:
    options = arguments()
    rows, bandwidths = chosen(all_rows(), options.only), chosen(BANDWIDTH_ROWS, options.only)
    if options.list:
        print("\n".join(row.id for row in [*rows, *bandwidths]))
        return 0
    peers = script_of(options.peers).resolve()
    for path in (options.tet_benchmarks, peers):
        if not path.is_file():
            say(f"{path} is not there; see --help")
            return 2
    if not rows and not bandwidths:
        say(f"no row is called {options.only}; --list names them")
        return 2
    for pattern in options.rivals.split(","):
        if pattern not in GROUPS and not any(rivals_of(row, pattern) for row in rows):
            say(f"no rivals are called {pattern}; there are {', '.join(GROUPS)}, and the names in the report")
            return 2
    rows = [replace(row, rivals=rivals_of(row, options.rivals)) for row in rows]
    sides = Sides(options.tet_benchmarks.resolve(), options.python, peers, options.budget)
    here = environment(sides.executable, sides.python, peers)
    warn_of_load(here["busy before the start"])
    try:
        store = Store(options.json, here)
    except ValueError as other:
        say(str(other))
        return 2
    available = benchmark_names(sides.executable)
    thread_counts = [int(count) for count in options.threads.split(",")]
    comparison = Comparison(sides, store, available)
    for threads in thread_counts:
        for turn in range(options.repeats):
            comparison.rows(rows, threads, turn)
            comparison.bandwidths(bandwidths, threads, turn)
    text = Report(store, available).text(rows, bandwidths, thread_counts)
    print(text)
    if options.markdown is not None:
        options.markdown.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
