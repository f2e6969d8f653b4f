#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares backends: benchmarks of the same name but for their last part (cpu, cuda, cuda_bf16 …).

    tet_benchmarks --benchmark_filter=train_step --benchmark_out=cpu.json --benchmark_out_format=json
    tet_benchmarks_cuda --benchmark_out=cuda.json --benchmark_out_format=json
    compare.py cpu.json cuda.json --svg throughput.svg

Prints a Markdown table, each backend against the first one, and draws samples per second against the batch size, one panel
for each network and T. Needs matplotlib for the picture only.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
NAME = re.compile(r"(?P<work>.+)/(?P<backend>cpu|cuda\w*)$")
EXTENT = re.compile(r"(?P<panel>.+/T:\d+)/B:(?P<batch>\d+)$")
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito: told apart by all readers
MARKERS = "osD^vP"


@dataclass(frozen=True)
class Measurement:
    seconds: float
    items_per_second: float | None


class Refused(Exception):
    """A file that cannot be used; the text names it."""


def name_of(entry: dict) -> str:
    """Without what Google Benchmark adds for its own options."""
    return re.sub(r"/(real_time|manual_time|process_time|iterations:\d+|repeats:\d+|min_time:[\d.]+)", "",
                  entry.get("run_name", entry["name"]))


def read(path: Path) -> dict[str, dict[str, Measurement]]:
    """work -> backend -> the median of its runs."""
    try:
        entries = json.loads(path.read_text())["benchmarks"]
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise Refused(f"{path}: not the JSON output of Google Benchmark ({error})") from error
    runs = defaultdict(list)
    for entry in entries:
        found = NAME.fullmatch(name_of(entry))
        if entry.get("run_type", "iteration") != "iteration" or entry.get("error_occurred") or not found:
            continue
        runs[found["work"], found["backend"]].append(
            Measurement(entry["real_time"] * UNITS[entry["time_unit"]], entry.get("items_per_second")))
    results = defaultdict(dict)
    for (work, backend), measured in runs.items():
        rates = [m.items_per_second for m in measured if m.items_per_second is not None]
        results[work][backend] = Measurement(median(m.seconds for m in measured), median(rates) if rates else None)
    return results


def merged(paths: list[Path]) -> dict[str, dict[str, Measurement]]:
    results = defaultdict(dict)
    for path in paths:
        for work, backends in read(path).items():
            if repeated := backends.keys() & results[work].keys():
                raise Refused(f"{path}: {work} was measured on {', '.join(sorted(repeated))} in another file, too")
            results[work] |= backends
    return results


def backends_of(results: dict) -> list[str]:
    """cpu first, then by name."""
    names = {backend for row in results.values() for backend in row}
    return sorted(names, key=lambda name: (name != "cpu", name))


def by_numbers(text: str) -> list:
    """B:16 before B:128."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def table(results: dict) -> str:
    first, *others = backends = backends_of(results)
    lines = ["| work | " + " | ".join([f"{name}, ms" for name in backends] + [f"{name} against {first}" for name in others]) + " |",
             "| --- " * (1 + len(backends) + len(others)) + "|"]
    for work, row in sorted(results.items(), key=lambda item: by_numbers(item[0])):
        times = [f"{1e3 * row[name].seconds:.4g}" if name in row else "" for name in backends]
        ratios = [f"{row[first].seconds / row[name].seconds:.3g}x" if first in row and name in row else "" for name in others]
        lines.append("| " + " | ".join([work, *times, *ratios]) + " |")
    return "\n".join(lines) + "\n"


def panels(results: dict) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """net and T -> backend -> (batch size, samples per second)."""
    found = defaultdict(lambda: defaultdict(list))
    for work, row in results.items():
        extent = EXTENT.fullmatch(work)
        if extent is None:
            continue
        for backend, measured in row.items():
            if measured.items_per_second is not None:
                found[extent["panel"]][backend].append((int(extent["batch"]), measured.items_per_second))
    return {panel: {backend: sorted(points) for backend, points in lines.items()} for panel, lines in sorted(found.items())}


def draw(results: dict, path: Path) -> None:
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "tet"  # the same figures give the same file
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter, NullLocator

    pictures = panels(results)
    if not pictures:
        raise Refused("no benchmark of a network is in these files, so there is nothing to draw")
    columns = min(len(pictures), 3)
    rows = -(-len(pictures) // columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(4.2 * columns, 3.4 * rows), squeeze=False)
    order = backends_of(results)
    for axis, (panel, lines) in zip(axes.flat, pictures.items()):
        for backend, points in lines.items():
            style = order.index(backend)
            axis.plot(*zip(*points), label=backend, color=COLOURS[style % len(COLOURS)], marker=MARKERS[style % len(MARKERS)])
        batches = sorted({batch for points in lines.values() for batch, _ in points})
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_xticks(batches, [str(batch) for batch in batches])
        axis.xaxis.set_minor_locator(NullLocator())
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_title(panel)
        axis.set_xlabel("batch size (samples)")
        axis.set_ylabel("samples per second")
        axis.grid(alpha=0.3)
        axis.legend()
    for axis in list(axes.flat)[len(pictures):]:
        axis.remove()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="JSON", help="outputs of tet_benchmarks and tet_benchmarks_cuda")
    parser.add_argument("--svg", type=Path, metavar="OUT", help="draws throughput against batch size")
    options = parser.parse_args()
    try:
        results = merged(options.files)
        if not results:
            raise Refused(f"{', '.join(map(str, options.files))}: no benchmark whose name ends in a backend")
        print(table(results), end="")
        if options.svg is not None:
            draw(results, options.svg)
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"{error}; pip install matplotlib", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
