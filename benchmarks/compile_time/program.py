#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What compiling the training program of VGGSNN at -O3 costs: user time, the least of N runs, and peak memory.

    program.py [N=3]      CXX and EIGEN (its include folder) may be set
"""
import os
import pathlib
import resource
import subprocess
import sys

folder = pathlib.Path(__file__).resolve().parent
command = [os.environ.get("CXX", "g++"), "-std=c++20", "-O3", "-DNDEBUG", "-march=native", "-Wno-psabi",
           f"-I{folder.parents[1] / 'include'}", "-isystem", os.environ.get("EIGEN", "/usr/include/eigen3"),
           "-c", str(folder / "vgg_snn.cpp"), "-o", os.devnull]
times = []
for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=True)
    times.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{min(times):.1f} s of user time (runs: {', '.join(f'{t:.1f}' for t in times)}), at most {peak:.0f} MiB")
