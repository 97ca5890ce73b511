"""The one shape of a saved result."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

FOLDER = Path(__file__).parent / "results"
ROOT = Path(__file__).parent.parent


def save(name: str, command: str, figures: Mapping[str, float]) -> None:
    """Prints the figures and writes `bench/results/<name>.json`."""
    _write(name, {**_circumstances(command), "figures": dict(figures)}, figures)


def save_part(name: str, part: str, command: str, figures: Mapping[str, float]) -> None:
    """The same for a benchmark whose parts are also run alone: replaces this part's figures and keeps the others'.

    The file has the usual shape, with the circumstances of the latest part; `parts` says under which circumstances each
    one was measured, and which figures are its own.

    Raises:
        ValueError: another part has a figure of the same name.
    """
    path = FOLDER / f"{name}.json"
    saved = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"figures": {}, "parts": {}}
    others = {other: measured for other, measured in saved["parts"].items() if other != part}
    kept = {figure: saved["figures"][figure] for measured in others.values() for figure in measured["figures"]}
    if shared := kept.keys() & figures.keys():
        raise ValueError(f"{', '.join(sorted(shared))}: saved by another part of {name} already")
    circumstances = _circumstances(command)
    result = {
        **circumstances,
        "figures": {**kept, **figures},
        "parts": {**others, part: {**circumstances, "figures": sorted(figures)}},
    }
    _write(name, result, figures)


def _circumstances(command: str) -> dict[str, str]:
    return {
        "commit": commit(),
        "machine": machine(),
        # Written in the long way, because the benchmarks of the bot run on Python 3.10.
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),  # noqa: UP017
        "command": command,
    }


def _write(name: str, result: Mapping[str, object], figures: Mapping[str, float]) -> None:
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
