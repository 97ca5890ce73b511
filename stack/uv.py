"""Installs uv into the project with pip: `python3 -m stack.uv <folder>`.

Debian's python3 comes without `ensurepip`, so a virtual environment cannot always be made; pip's `--target` then does,
with whichever interpreter has a pip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REQUIREMENTS = Path("requirements/uv.txt")
INSTALL = ("install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement", str(REQUIREMENTS))


def main(folder: Path) -> int:
    for attempt in attempts(folder):
        shutil.rmtree(folder, ignore_errors=True)
        if all(succeeds(command) for command in attempt) and (folder / "bin" / "uv").exists():
            return 0
    print("pip could not install uv in any of the ways that were tried.", file=sys.stderr)
    return 1


def attempts(folder: Path) -> Iterator[list[list[str]]]:
    interpreters = [sys.executable, *filter(None, map(shutil.which, ("python3.12", "python3.10")))]
    for interpreter in interpreters:
        yield [[interpreter, "-m", "venv", str(folder)], [str(folder / "bin" / "python"), "-m", "pip", *INSTALL]]
        yield [[interpreter, "-m", "pip", *INSTALL, "--target", str(folder)]]


def succeeds(command: list[str]) -> bool:
    print(*command, flush=True)
    try:
        return subprocess.run(command, check=False, env=os.environ).returncode == 0
    except OSError as error:
        print(error, flush=True)
        return False


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
