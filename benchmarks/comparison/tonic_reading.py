# SPDX-License-Identifier: MIT
"""Times Tonic on a folder of N-MNIST recordings; run by versus_tonic.py in a process of its own, with Tonic's Python.

    tonic_reading.py FOLDER events|frames SECONDS

FOLDER holds 0 … 9/*.bin. Prints one line of JSON. Frames are 32 ms long, the last one of a recording shorter.
"""

import json
import sys
import time
from pathlib import Path
from statistics import median

import numpy
import tonic
from tonic.datasets import NMNIST
from tonic.io import read_mnist_file
from tonic.transforms import ToFrame


def main() -> None:
    folder, work, budget = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    paths = sorted(str(path) for path in folder.glob("[0-9]/*.bin"))
    to_frame = ToFrame(sensor_size=NMNIST.sensor_size, time_window=32000, include_incomplete=True)

    def events(path: str) -> numpy.ndarray:
        return read_mnist_file(path, dtype=NMNIST.dtype)

    def frames(path: str) -> numpy.ndarray:
        return to_frame(events(path))

    def checksum(result: numpy.ndarray) -> int:
        if work == "events":
            return int((result["x"] + 3 * result["y"] + 5 * result["p"] + 7 * result["t"]).sum())
        in_frame = result.sum(axis=(1, 2, 3), dtype=numpy.int64)
        return int((in_frame * numpy.arange(1, len(in_frame) + 1)).sum())

    read = {"events": events, "frames": frames}[work]
    total = sum(checksum(read(path)) for path in paths)  # and files are in memory from here on
    passes = []
    while not passes or sum(passes) < budget:
        begin = time.perf_counter()
        for path in paths:
            read(path)
        passes.append(time.perf_counter() - begin)
    print(json.dumps({"seconds": median(passes), "passes": len(passes), "recordings": len(paths), "checksum": total,
                      "tonic": tonic.__version__, "numpy": numpy.__version__, "python": sys.version.split()[0]}))


if __name__ == "__main__":
    main()
