# SPDX-License-Identifier: MIT
"""What is compared: the rows of the table, tet's benchmarks behind each, and its rivals on the peers' side."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Result = dict[str, Any]  # one run: an entry list of Google Benchmark, or the JSON line of a bench_torch.py worker

GROUPS = {"library": "best library", "fp32": "expert fp32", "bf16": "expert bf16"}

# What an environment variable of glibc's malloc, or of torch.compile, changes.
ENVIRONMENTS: dict[str, dict[str, str]] = {"default malloc": {}}
ENVIRONMENTS["tuned malloc"] = {
    "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "17179869184", "MALLOC_TOP_PAD_": "268435456"}
ENVIRONMENTS["tuned malloc, frozen weights"] = ENVIRONMENTS["tuned malloc"] | {"TORCHINDUCTOR_FREEZING": "1"}


@dataclass(frozen=True)
class Probe:
    """One configuration of bench_torch.py, run in a process of its own."""
    config: tuple[tuple[str, Any], ...]
    environment: str

    @property
    def key(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.config) + f" ({self.environment})"


@dataclass(frozen=True)
class Rival:
    """One opponent in a row: the probes that it takes, and its value from one run of each."""
    group: str
    label: str
    probes: tuple[Probe, ...]
    value: Callable[[list[Result]], float]


@dataclass(frozen=True)
class Target:
    must: float
    aim: float | None = None


@dataclass(frozen=True)
class Row:
    """Less is better in every row; `value` takes one result of each benchmark."""
    id: str
    title: str
    unit: str
    benchmarks: tuple[str, ...]
    value: Callable[[list[Result]], float]
    rivals: tuple[Rival, ...]
    targets: dict[str, Target] = field(default_factory=dict)


def probe(environment: str, **config: Any) -> Probe:
    return Probe(tuple(config.items()), environment)


# --- networks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A network at one T and B, under its names on both sides."""
    tet: str
    peer: str
    title: str
    timesteps: int
    batch: int

    def benchmark(self, work: str, batch: int | None = None) -> str:
        return f"{work}/{self.tet}/T:{self.timesteps}/B:{batch or self.batch}/cpu"

    def probe(self, variant: str, environment: str) -> Probe:
        return probe(environment, net=self.peer, B=self.batch, variant=variant)


CASES = (Case("vggsnn", "vgg_T10", "VggSnn", 10, 8), Case("vggsnn", "vgg_T10", "VggSnn", 10, 16),
         Case("resnet19", "r19_T4", "ResNet19", 4, 8), Case("resnet19", "r19_T2", "ResNet19", 2, 16),
         Case("cifar_small", "small_T4", "CifarSmall", 4, 32))
LATENCY_CASES = (CASES[0], CASES[2], CASES[4])

LIBRARIES = {"ref": "reference style", "sj": "SpikingJelly", "snntorch": "snnTorch"}
EXPERTS = {"fp32": "folded_compile", "bf16": "folded_bf16_compile"}
INFERENCE_EXPERTS = {"fp32": "folded_fused_compile", "bf16": "folded_fused_bf16_compile"}


def network_rivals(case: Case, groups: Iterable[str], value: Callable[[Result], float],
                   inference: bool) -> tuple[Rival, ...]:
    def rival(group: str, label: str, variant: str, environment: str) -> Rival:
        return Rival(group, f"{label}, {environment}", (case.probe(variant, environment),), lambda runs: value(runs[0]))

    rivals = []
    for group in groups:
        if group == "library":
            rivals += [rival(group, label, variant, environment) for variant, label in LIBRARIES.items()
                       for environment in ("default malloc", "tuned malloc")]
        else:
            rivals.append(rival(group, EXPERTS[group], EXPERTS[group], "tuned malloc"))
            if inference:
                fused = INFERENCE_EXPERTS[group]
                rivals.append(rival(group, fused, fused, "tuned malloc, frozen weights"))
    return tuple(rivals)


def real_time_ms(result: Result) -> float:
    per_ms = {"ns": 1e6, "us": 1e3, "ms": 1.0, "s": 1e-3}
    return median(run["real_time"] / per_ms[run["time_unit"]] for run in result["runs"])


def counter(result: Result, name: str) -> float:
    return median(run[name] for run in result["runs"])


def network_row(case: Case, work: str, title: str, unit: str, benchmark: str, value: Callable[[Result], float],
                peer_value: Callable[[Result], float], targets: dict[str, Target], inference: bool = False) -> Row:
    size = f"T{case.timesteps}-b{case.batch}" if not inference else f"T{case.timesteps}"
    return Row(f"{work}/{case.tet}-{size}", f"{title}, {case.title}, T = {case.timesteps}" +
               ("" if inference else f", B = {case.batch}"), unit, (benchmark,), lambda runs: value(runs[0]),
               network_rivals(case, targets, peer_value, inference), targets)


def training_rows(case: Case) -> list[Row]:
    def per_sample(result: Result) -> float:
        return real_time_ms(result) / case.batch

    small = case.tet == "cifar_small"
    train = ({"library": Target(4, 4.8), "fp32": Target(3, 3.8), "bf16": Target(1.8, 2.2)} if small else
             {"library": Target(3.2, 4.5 if case.tet == "vggsnn" else 4.3),
              "fp32": Target(2.7, 3.7 if case.tet == "vggsnn" else 3.6), "bf16": Target(1.5, 2)})
    step = case.benchmark("train_step")
    return [
        network_row(case, "train", "train step", "ms/sample", step, per_sample, lambda run: run["train_ms_per_sample"],
                    train),
        network_row(case, "forward", "forward, training mode", "ms/sample", case.benchmark("forward"), per_sample,
                    lambda run: 1e3 * run["train_parts"]["fwd"] / case.batch,
                    {"library": Target(4), "fp32": Target(3)}),
        # Of the first run: the others make the model again in the same process, and glibc keeps some of what was freed.
        network_row(case, "memory", "peak memory of a train step", "MiB", step,
                    lambda result: result["runs"][0]["peak_bytes"] / 2**20,
                    lambda run: run["rss_train_mib"] - run["rss_base_mib"], {"library": Target(6), "fp32": Target(4)})]


def latency_rows(case: Case) -> list[Row]:
    float_targets = {"library": Target(5), "fp32": Target(3.5), "bf16": Target(2)}
    int8_targets = {"library": Target(8), "fp32": Target(6), "bf16": Target(3)}
    return [network_row(case, work, title, "ms", case.benchmark(work, 1), real_time_ms, lambda run: run["latency1_ms"],
                        targets, inference=True)
            for work, title, targets in (("infer", "inference, batch 1, float", float_targets),
                                         ("infer_int8", "inference, batch 1, int8 weights", int8_targets))]


# --- parts of a network -------------------------------------------------------------------------------------------------

NEURON_STEPS = 10 * (4 << 20)  # of the peers' LIF alone
PRE_ACTIVATION = 80 * 128 * 48 * 48  # VggSnn's largest, T = 10, B = 8


def neuron_probe(variant: str, environment: str) -> Probe:
    return probe(environment, micro="lif", variant=variant)


def neuron_ms(run: Result) -> float:
    return 1e3 * run["train"]["median"]


def batch_norm_ms(run: Result) -> float:
    size = next(size for size in run["rows"] if (size["c"], size["h"]) == (128, 48))
    return size["bn_fwd_ms"] + size["bn_bwd_ms"]


def neuron_rows() -> list[Row]:
    """The peers' script times BatchNorm and LIF apart: a rival of both is their sum at the same number of values."""
    malloc = ("default malloc", "tuned malloc")
    libraries = [(variant, environment) for variant in ("ref", "sj") for environment in malloc]
    alone = [Rival("library", f"{LIBRARIES[variant]}, {environment}", (neuron_probe(variant, environment),),
                   lambda runs: neuron_ms(runs[0])) for variant, environment in libraries]
    alone += [Rival("fp32", f"torch.compile, {environment}", (neuron_probe("compile", environment),),
                    lambda runs: neuron_ms(runs[0])) for environment in malloc]
    both = [Rival("library", f"BatchNorm2d + {LIBRARIES[variant]}, {environment}",
                  (probe(environment, micro="misc"), neuron_probe(variant, environment)),
                  lambda runs: batch_norm_ms(runs[0]) + neuron_ms(runs[1]) * PRE_ACTIVATION / NEURON_STEPS)
            for variant, environment in libraries]
    return [
        Row("bn_neuron", "BatchNorm + neuron, forward + backward, T = 10, 80x48x48x128", "ms",
            ("batch_norm_neuron/lif/forward_backward/T:10/B:8/H:48/C:128/cpu",), lambda runs: real_time_ms(runs[0]),
            tuple(both), {"library": Target(8)}),
        Row("neuron", "neuron alone, forward + backward, T = 10, 4 M neurons", "ms",
            ("neuron/lif/forward_backward/T:10/N:4194304/cpu",), lambda runs: real_time_ms(runs[0]), tuple(alone),
            {"fp32": Target(1.2)})]


@dataclass(frozen=True)
class BandwidthRow:
    """A benchmark's bandwidth as a share of another one's of the same executable."""
    id: str
    title: str
    benchmark: str
    yardstick: str
    must: float


BANDWIDTH_ROWS = (BandwidthRow("neuron_bandwidth", "neuron alone, bytes that must move, against memcpy",
                               "neuron/lif/forward_backward/T:10/N:4194304/cpu", "neuron/copy/bytes:268435456/cpu", 0.7),)


def all_rows() -> list[Row]:
    rows = [row for case in CASES for row in training_rows(case)]
    rows += [row for case in LATENCY_CASES for row in latency_rows(case)]
    order = ["train", "forward", "infer", "infer_int8", "bn_neuron", "neuron", "memory"]
    return sorted(rows + neuron_rows(), key=lambda row: order.index(row.id.split("/")[0]))
