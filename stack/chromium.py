"""The browser of the browser tests: the machine's own, or Debian's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Callable

from stack.errors import StackError

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALLATION = (("apt-get", "update"), ("apt-get", "install", "--yes", "--no-install-recommends", "chromium"))


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def ensure_chromium(run: Callable[[tuple[str, ...]], bool]) -> str:
    """The path of a Chromium, installed by `run` where there is none and that is possible."""
    found = find_chromium()
    if found:
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise StackError("The browser tests need Chromium: install it (on Debian: apt-get install chromium).")
    if not all(run(command) for command in INSTALLATION):
        raise StackError("Chromium could not be installed with apt-get: the lines above say why.")
    found = find_chromium()
    if found is None:
        raise StackError(f"Debian's chromium was installed, but none of {', '.join(NAMES)} is on the PATH.")
    return str(Path(found))
