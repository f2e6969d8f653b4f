#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the same N-MNIST recordings with tet and with Tonic, in turn on one core of this machine.

    versus_tonic.py --data DATA --python /opt/peers/bin/python

DATA holds N-MNIST/Train/0 … 9/*.bin; the Python has Tonic. Prints a Markdown table: files to events, and files to frames of
32 ms. Fails where the two sides do not read the same. A pass over all files comes before the measured ones, on both sides.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median

from comparison.machine import BUSY, busy_share, commit, processor
from comparison.processes import run, say
from comparison.table import line_of, ratio_text
from comparison.rows import Target

WORKS = {"events": ("files to events", Target(5)), "frames": ("files to frames [10, 34, 34, 2]", None)}
MILLISECOND = 1e-3


class Failed(Exception):
    """A side that could not run, or read something else; the text says which."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DATA", help="folder with N-MNIST")
    add("--tet-benchmarks", type=Path, default=Path("build/bench/benchmarks/tet_benchmarks"), metavar="PATH",
        help="(default: %(default)s)")
    add("--python", default=sys.executable, metavar="INTERPRETER", help="with Tonic (default: %(default)s)")
    add("--repeats", type=int, default=5, metavar="N", help="rounds of both sides (default: %(default)s)")
    add("--budget", type=float, default=3, help="seconds that one process measures (default: %(default)s)")
    return parser.parse_args()


def tet(options: argparse.Namespace, work: str) -> dict:
    output, error = run([str(options.tet_benchmarks), "--benchmark_format=json", f"--benchmark_min_time={options.budget:g}",
                         f"--benchmark_filter=^recordings/{work}/cpu/real_time$"], 1, {"TET_DATA_DIR": str(options.data)})
    if error is not None:
        raise Failed(f"tet, {work}: {error}")
    entries = json.loads(output)["benchmarks"]
    if len(entries) != 1 or entries[0].get("error_occurred"):
        raise Failed(f"tet, {work}: {entries[0]['error_message'] if entries else 'no such benchmark in the executable'}")
    entry = entries[0]
    assert entry["time_unit"] == "ms"
    return {"seconds": entry["real_time"] * MILLISECOND, "recordings": int(entry["recordings"]), "checksum": int(entry["checksum"])}


def tonic(options: argparse.Namespace, work: str) -> dict:
    script = Path(__file__).parent / "comparison" / "tonic_reading.py"
    output, error = run([options.python, "-B", str(script), str(options.data / "N-MNIST" / "Train"), work, f"{options.budget:g}"],
                        1, {})
    if error is not None:
        raise Failed(f"Tonic, {work}: {error}")
    return json.loads(output.splitlines()[-1])


def per_recording(runs: list[dict]) -> list[float]:
    """Microseconds."""
    return [1e6 * run["seconds"] / run["recordings"] for run in runs]


def span(values: list[float]) -> str:
    return f"{median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def main() -> int:
    options = arguments()
    busy = [busy_share(1.0)[0]]
    results: dict[str, tuple[list[dict], list[dict]]] = {work: ([], []) for work in WORKS}
    try:
        for turn in range(options.repeats):
            for work, (own, peers) in results.items():
                busy.append(busy_share()[0])
                own.append(tet(options, work))
                peers.append(tonic(options, work))
                for what in ("recordings", "checksum"):
                    if own[-1][what] != peers[-1][what]:
                        raise Failed(f"{work}: {what} of tet {own[-1][what]}, of Tonic {peers[-1][what]}")
                say(f"round {turn + 1}, {work}: tet {per_recording(own)[-1]:.1f} us, Tonic {per_recording(peers)[-1]:.1f} us a recording")
    except Failed as failure:
        say(str(failure))
        return 1
    _, (one, *_) = results["events"]
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, commit {commit(Path(__file__).parent)}, {processor().get('Model name', '')}, one thread, "
          f"{one['recordings']} recordings; Tonic {one['tonic']}, NumPy {one['numpy']}, Python {one['python']}; "
          f"core 0 busy before a run: at most {100 * max(busy):.0f} %")
    if max(busy) >= BUSY:
        print("**other programs ran meanwhile: both sides alternate, so ratios stand, times are higher**")
    print("\n" + line_of(["work", "tet, us a recording", "Tonic, us a recording", "ratio, median of the rounds"]) + "\n" + line_of(["---"] * 4))
    for work, (title, target) in WORKS.items():
        own, peers = (per_recording(runs) for runs in results[work])
        ratios = [peer / mine for mine, peer in zip(own, peers)]  # neighbours in time: load of the machine hits both
        print(line_of([title, span(own), span(peers), f"{ratio_text(median(ratios), target)}, {min(ratios):.1f}–{max(ratios):.1f}"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
