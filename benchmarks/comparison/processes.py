# SPDX-License-Identifier: MIT
"""How one measurement is run: a process of its own, pinned to the first cores."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rows import ENVIRONMENTS, Probe, Result

TIME_LIMIT = 1800  # seconds; torch.compile of the larger networks takes some hundred


@dataclass(frozen=True)
class Sides:
    """Where both sides are, and how long each measures."""
    executable: Path
    python: str
    peers: Path
    budget: float  # seconds of training steps in one process


def run(command: list[str], threads: int, environment: dict[str, str]) -> tuple[str, str | None]:
    """Output, and what went wrong."""
    pinned = ["taskset", "-c", ",".join(str(core) for core in range(threads)), *command]
    try:
        process = subprocess.run(pinned, env=os.environ | environment, capture_output=True, text=True, timeout=TIME_LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    if process.returncode != 0:
        return process.stdout, f"exit status {process.returncode}: {process.stderr.strip()[-400:]}"
    return process.stdout, None


def benchmark_names(executable: Path) -> set[str]:
    text = subprocess.run([str(executable), "--benchmark_list_tests"], capture_output=True, text=True, check=True).stdout
    return {name.removesuffix("/real_time") for name in text.split()}


def run_benchmark(sides: Sides, name: str, threads: int) -> Result:
    """The repetitions of one of tet's benchmarks."""
    command = [str(sides.executable), "--benchmark_format=json", f"--benchmark_filter=^{re.escape(name)}(/real_time)?$",
               "--benchmark_repetitions=3", f"--benchmark_min_time={sides.budget / 10:g}"]
    output, error = run(command, threads, {"TET_NUM_THREADS": str(threads)})
    if error is not None:
        return {"error": error}
    try:
        entries = json.loads(output)["benchmarks"]
    except ValueError:
        return {"error": f"no JSON from {name}"}
    failures = [entry["error_message"] for entry in entries if entry.get("error_occurred")]
    runs = [entry for entry in entries if entry.get("run_type") == "iteration"]
    return {"error": failures[0] if failures else "no run"} if failures or not runs else {"runs": runs}


def run_probe(sides: Sides, probe: Probe, threads: int) -> Result:
    """One configuration of bench_torch.py."""
    config: dict[str, Any] = dict(probe.config) | {"threads": threads, "budget": sides.budget}
    environment = {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads), "TORCHINDUCTOR_COMPILE_THREADS": "1",
                   "PYTHONDONTWRITEBYTECODE": "1"} | ENVIRONMENTS[probe.environment]
    output, error = run([sides.python, str(sides.peers), "--worker", json.dumps(config)], threads, environment)
    if error is not None:
        return {"error": error}
    lines = [line for line in output.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {"error": "no JSON line"}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
