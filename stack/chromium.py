"""The browser of the browser tests, whole and without windows: the machine's own, or Debian's."""

from __future__ import annotations

import os
import shutil
from typing import Callable

from stack.errors import StackError

WHOLE = ("chromium", "chromium-browser", "google-chrome")
# The same engine without the parts that draw a browser's own windows: half the work for a page that nobody looks at.
WITHOUT_WINDOWS = ("chromium-headless-shell", "chrome-headless-shell")
INSTALLATION = (
    ("apt-get", "update"),
    ("apt-get", "install", "--yes", "--no-install-recommends", "chromium", "chromium-headless-shell"),
)


def _find(names: tuple[str, ...]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


def ensure_chromium(run: Callable[[tuple[str, ...]], bool]) -> dict[str, str]:
    """The paths of Chromium for the tests' environment, installed by `run` where it is missing and that is possible.

    Without the package for pages alone, all tests run in the whole browser.
    """
    whole, without_windows = _find(WHOLE), _find(WITHOUT_WINDOWS)
    can_install = os.geteuid() == 0 and shutil.which("apt-get") is not None
    if not whole and not can_install:
        raise StackError("The browser tests need Chromium: install it (on Debian: apt-get install chromium).")
    if can_install and not (whole and without_windows):
        if not all(run(command) for command in INSTALLATION):
            raise StackError("Chromium could not be installed with apt-get: the lines above say why.")
        whole, without_windows = _find(WHOLE), _find(WITHOUT_WINDOWS)
    if whole is None:
        raise StackError(f"Debian's chromium was installed, but none of {', '.join(WHOLE)} is on the PATH.")
    return {"CHROMIUM": whole, "CHROMIUM_WITHOUT_WINDOWS": without_windows or whole}
