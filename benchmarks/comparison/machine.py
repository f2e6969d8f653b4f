# SPDX-License-Identifier: MIT
"""What a comparison ran on: processor, load, versions of both sides."""

import hashlib
import json
import subprocess
import time
from pathlib import Path
from typing import Any

INSTRUCTION_SETS = ("avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimd",
                    "sve")
BUSY = 0.2  # share of a core's time from which its load disturbs


def output_of(command: list[str], **options: Any) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def processor() -> dict[str, str]:
    text = output_of(["lscpu"], env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    pairs = [line.split(":", 1) for line in text.splitlines() if ":" in line]
    fields = {name.strip(): value.strip() for name, value in pairs}
    names = ("Model name", "CPU family", "Model", "CPU(s)", "L1d cache", "L2 cache", "L3 cache")
    known = {name: fields[name] for name in names if name in fields}
    flags = fields.get("Flags", "").split()
    return known | {"instruction sets": " ".join(name for name in INSTRUCTION_SETS if name in flags)}


def busy_share(seconds: float = 0.5) -> list[float]:
    """Of each core, the share of time in which it worked."""
    def times() -> list[tuple[int, int]]:
        lines = [line.split() for line in Path("/proc/stat").read_text().splitlines()]
        values = [[int(value) for value in line[1:9]] for line in lines if line[0][:3] == "cpu" and line[0] != "cpu"]
        return [(sum(value), value[3] + value[4]) for value in values]  # all, idle and waiting

    before = times()
    time.sleep(seconds)
    return [round(1 - (idle1 - idle0) / max(1, all1 - all0), 2)
            for (all0, idle0), (all1, idle1) in zip(before, times())]


def commit(folder: Path) -> str:
    try:
        return output_of(["git", "-C", str(folder), "describe", "--always", "--dirty"]).strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def peer_versions(python: str, peers: Path) -> dict[str, Any]:
    code = ("import json, sys; sys.path.insert(0, sys.argv[1]); import bench_torch; "
            "print(json.dumps(bench_torch.environment()))")
    try:
        versions = json.loads(output_of([python, "-B", "-c", code, str(peers.parent)]).splitlines()[-1])
    except (OSError, subprocess.CalledProcessError, IndexError, ValueError) as error:
        return {"error": str(error)}
    names = ("python", "torch", "cpu_capability", "spikingjelly", "snntorch")
    return {name: versions[name] for name in names if name in versions}


def tet_build(executable: Path) -> dict[str, str]:
    """What the executable says of itself: compiler, versions, assertions."""
    text = output_of([str(executable), "--benchmark_format=json", "--benchmark_filter=neuron/copy/bytes:65536/cpu",
                      "--benchmark_min_time=0.01"])
    context = json.loads(text)["context"]
    names = ("tet", "compiler", "floats_per_pack", "assertions", "onetbb", "eigen", "weights")
    digest = hashlib.sha256(executable.read_bytes()).hexdigest()[:12]
    return {name: context[name] for name in names if name in context} | {"executable": digest}


def environment(executable: Path, python: str, peers: Path) -> dict[str, Any]:
    return {"date": time.strftime("%Y-%m-%d %H:%M"), "processor": processor(), "busy before the start": busy_share(1.0),
            "commit": commit(Path(__file__).parent), "build": tet_build(executable), "peers": peer_versions(python, peers)}
