"""Processes of their own, so that the time and the memory that are measured are theirs alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench import results


def run_module(module: str, *arguments: str, folder: Path) -> None:
    """Runs a module of the benchmarks with `folder` as its working folder; raises when it fails."""
    subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        check=True,
        env={
            **os.environ,
            "PYTHONPATH": str(results.ROOT),
            "PYTHONWARNINGS": "ignore",
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
    )


def resident_megabytes() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1_000_000
    raise RuntimeError("The system does not say how much memory the process has")
