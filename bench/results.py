"""The one shape of a saved result."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent / "results"
ROOT = Path(__file__).parent.parent


def save(name: str, command: str, figures: dict[str, float]) -> None:
    """Prints the figures and writes `bench/results/<name>.json`."""
    result = {
        "commit": commit(),
        "machine": machine(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "figures": figures,
    }
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for figure, value in figures.items():
        print(f"{figure:>32}  {value:g}")
    print(f"Saved in {path.relative_to(ROOT)}")


def commit() -> str:
    """The commit, with a plus sign when the working tree differs from it."""
    head = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    changes = subprocess.run(
        ["git", "status", "--porcelain", "--", ".", ":!bench/results"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return head.stdout.strip() + ("+" if changes.stdout.strip() else "")


def machine() -> str:
    gibibytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {gibibytes:.0f} GiB, {platform.system()} {platform.machine()}"
