# SPDX-License-Identifier: MIT
"""The report: one Markdown table of ratios for each number of threads, with all that one needs to judge it."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from .machine import BUSY
from .rows import GROUPS, BandwidthRow, Result, Rival, Row, Target, counter
from .store import Store


NOTES = """\
A ratio is the fastest rival's value over tet's; bold: below what must be reached. Each value is the median of its runs.
Firing rates are tet's, with the weights named above; rivals have PyTorch's default initialisation, and are as fast with any.
Peak memory: tet's above the process before the model, a rival's above its process with model and input. BatchNorm + neuron: a rival's parts are timed apart and added,
the neuron's scaled to the number of values. Forward: a rival's contains the loss."""


@dataclass(frozen=True)
class Value:
    """Median of some runs, or why there is none."""
    median: float = float("nan")
    spread: tuple[float, float] = (float("nan"), float("nan"))
    runs: int = 0
    error: str | None = None


def summary(values: list[float]) -> Value:
    return Value(median(values), (min(values), max(values)), len(values))


def failure(lists: Iterable[list[Result]]) -> str | None:
    """Why a value cannot be had from these runs; a good run outweighs failed ones."""
    for runs in lists:
        if not any("error" not in run for run in runs):
            return runs[0]["error"] if runs else "not run"
    return None


def evaluate(lists: list[list[Result]], value: Any) -> Value:
    """`value` of one run of each list: of the first ones, the second ones, …"""
    reason = failure(lists)
    if reason is not None:
        return Value(error=reason)
    good = [[run for run in runs if "error" not in run] for runs in lists]
    try:
        return summary([value(list(runs)) for runs in zip(*good)])
    except (KeyError, StopIteration) as missing:
        return Value(error=f"no {missing} in the result")


class Report:
    def __init__(self, store: Store, available: set[str]) -> None:
        self._store = store
        self._available = available  # tet's benchmarks
        self._failures: list[str] = []

    def own(self, row: Row, threads: int) -> Value:
        for name in row.benchmarks:
            if name not in self._available:
                return Value(error=f"missing: {name}")
        return evaluate([self._store.select(threads, name) for name in row.benchmarks], row.value)

    def rival(self, rival: Rival, threads: int) -> Value:
        return evaluate([self._store.select(threads, probe.key) for probe in rival.probes], rival.value)

    def rate(self, row: Row, threads: int) -> str:
        rates = [counter(run, "spike_rate") for name in row.benchmarks for run in self._store.select(threads, name)
                 if "runs" in run and "spike_rate" in run["runs"][0]]
        return f"{100 * median(rates):.1f} %" if rates else ""

    def group_cells(self, row: Row, group: str, own: Value, threads: int) -> list[str]:
        values = [(rival, self.rival(rival, threads)) for rival in row.rivals if rival.group == group]
        for rival, value in values:
            if value.error is not None and value.error != "not run":
                where = f"{row.title}, {rival.label}, {threads_text(threads)}"
                self._failures.append(f"{where}: {one_line(value.error)}")
        good = [(value.median, rival.label) for rival, value in values if value.error is None]
        if not values:
            return ["", ""]
        if not good:
            return [one_line(values[0][1].error or ""), ""]
        best, label = min(good)
        ratio = "" if own.error is not None else ratio_text(best / own.median, row.targets.get(group))
        return [f"{number(best)} ({label})", ratio]

    def row_cells(self, row: Row, threads: int) -> list[str]:
        own = self.own(row, threads)
        value = number(own.median) if own.error is None else one_line(own.error)
        cells = [f"{row.title}, {row.unit}", value, self.rate(row, threads)]
        for group in GROUPS:
            cells += self.group_cells(row, group, own, threads)
        return cells

    def bandwidth_cells(self, row: BandwidthRow, threads: int) -> list[str]:
        def gigabytes(name: str) -> Value:
            if name not in self._available:
                return Value(error=f"missing: {name}")
            return evaluate([self._store.select(threads, name)],
                            lambda runs: counter(runs[0], "bytes_per_second") / 1e9)

        own, yardstick = gigabytes(row.benchmark), gigabytes(row.yardstick)
        error = own.error or yardstick.error
        if error is not None:
            return [f"{row.title}, GB/s", one_line(error)] + 7 * [""]
        share = own.median / yardstick.median
        text = f"{100 * share:.0f} % (must {100 * row.must:.0f} %)"
        return [f"{row.title}, GB/s", number(own.median), "", f"{number(yardstick.median)} (memcpy)",
                text if share >= row.must else f"**{text}**"] + 4 * [""]

    def table(self, rows: list[Row], bandwidth: list[BandwidthRow], threads: int) -> list[str]:
        head = ["work", "tet", "firing rate"] + [text for group in GROUPS.values() for text in (group, "ratio")]
        lines = [line_of(head), line_of(["---"] * len(head))]
        lines += [line_of(self.row_cells(row, threads)) for row in rows]
        return lines + [line_of(self.bandwidth_cells(row, threads)) for row in bandwidth]

    def spreads(self, rows: list[Row], threads: int) -> list[str]:
        lines = [line_of(["work", "side", "median", "min–max", "runs"]), line_of(["---"] * 5)]
        for row in rows:
            sides = [("tet", self.own(row, threads))]
            sides += [(rival.label, self.rival(rival, threads)) for rival in row.rivals]
            for label, value in sides:
                if value.error is None:
                    low, high = value.spread
                    spread = f"{number(low)}–{number(high)}"
                    lines.append(line_of([f"{row.title}, {row.unit}", label, number(value.median), spread, str(value.runs)]))
        return lines

    def text(self, rows: list[Row], bandwidth: list[BandwidthRow], thread_counts: list[int]) -> str:
        parts = ["# tet against its peers", *environment_lines(self._store)]
        for threads in thread_counts:
            parts += ["", f"## {threads_text(threads).capitalize()}", "", *self.table(rows, bandwidth, threads)]
        parts += ["", NOTES]
        if self._failures:
            parts += ["", "Rivals that failed:", "", *(f"- {text}" for text in dict.fromkeys(self._failures))]
        for threads in thread_counts:
            parts += ["", f"### Runs, {threads_text(threads)}", "", *self.spreads(rows, threads)]
        return "\n".join(parts) + "\n"


def environment_lines(store: Store) -> list[str]:
    environment = store.environment

    def pairs(values: dict[str, Any]) -> str:
        return ", ".join(f"{name} {value}" for name, value in values.items() if value)

    before = ", ".join(f"{100 * share:.0f} %" for share in environment["busy before the start"])
    lines = ["", f"- {environment['date']}, commit {environment['commit']}", f"- machine: {pairs(environment['processor'])}",
             f"- tet: {pairs(environment['build'])}", f"- peers: {pairs(environment['peers'])}",
             f"- cores busy before the start: {before}; at most before a run: {100 * store.busy():.0f} %"]
    if store.busy() >= BUSY or max(environment["busy before the start"]) >= BUSY:
        lines.append("- **warning: other programs ran meanwhile; these figures are not to be used**")
    return lines


def ratio_text(ratio: float, target: Target | None) -> str:
    if target is None:
        return f"{ratio:.2f}x"
    aim = "" if target.aim is None else f", aim {target.aim:g}"
    text = f"{ratio:.2f}x (must {target.must:g}{aim})"
    return text if ratio >= target.must else f"**{text}**"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def threads_text(threads: int) -> str:
    return "one thread" if threads == 1 else f"{threads} threads"


def one_line(text: str) -> str:
    lines = text.split("\n")
    return (lines[-1] if len(lines) > 1 else text).replace("|", "/")[-200:]


def line_of(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
