# SPDX-License-Identifier: MIT
"""Raw results on disk: written after each run, so that a comparison that was stopped goes on where it was."""

import json
import os
from pathlib import Path
from typing import Any

from .rows import Result


class Store:
    """Runs by "threads|benchmark or probe|turn"."""

    def __init__(self, path: Path | None, environment: dict[str, Any]) -> None:
        self._path = path
        self._data: dict[str, Any] = {"environment": environment, "runs": {}}
        if path is None or not path.exists():
            return
        old = json.loads(path.read_text())
        for part in ("processor", "build", "peers"):
            if old["environment"][part] != environment[part]:
                raise ValueError(f"{path} holds results of another {part}, {old['environment'][part]}; "
                                 f"this one is {environment[part]}")
        self._data = old

    @property
    def environment(self) -> dict[str, Any]:
        return self._data["environment"]

    def get(self, key: str) -> Result | None:
        return self._data["runs"].get(key)

    def put(self, key: str, result: Result) -> None:
        self._data["runs"][key] = result
        if self._path is None:
            return
        draft = self._path.with_suffix(self._path.suffix + ".part")
        draft.write_text(json.dumps(self._data, indent=1))
        os.replace(draft, self._path)

    def select(self, threads: int, name: str) -> list[Result]:
        """All runs of a benchmark or a probe with that many threads."""
        prefix = f"{threads}|{name}|"
        return [result for key, result in self._data["runs"].items() if key.startswith(prefix)]

    def busy(self) -> float:
        """The largest load of a core before any run."""
        return max((max(result["busy_before"]) for result in self._data["runs"].values()), default=0.0)
