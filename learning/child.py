"""Runs a step of a training as a process of its own, which gives way to others and is ended when nobody wants it."""

from __future__ import annotations

import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.environments import python_variables

# Between two questions whether it is still wanted, and between two looks whether it has ended.
LOOKS_BETWEEN_QUESTIONS = 20
SECONDS_BETWEEN_LOOKS = 0.1
STOP_SECONDS = 5.0
# Residents are answered first.
NICENESS = ("nice", "-n", "10")
SHOWN_LINES = 3
LONGEST_LINE = 200
CODE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ended:
    """`said`: the last lines that the process wrote."""

    returncode: int
    said: str


def run_politely(
    command: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    still_wanted: Callable[[], None],
    stopping: threading.Event,
) -> Ended:
    """Runs to the end, asking every other second, and at once when `stopping` is set. What `still_wanted` raises ends
    the process, and comes through.
    """
    said: deque[str] = deque(maxlen=SHOWN_LINES)
    process = subprocess.Popen(  # noqa: S603 - the command is our own
        [*NICENESS, *command],
        cwd=folder,
        env=variables(environ, folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    listener = threading.Thread(target=_listen, args=(process, said), daemon=True)
    listener.start()
    try:
        while process.poll() is None:
            still_wanted()
            _wait(process, stopping)
    finally:
        _end(process)
        listener.join()
    return Ended(process.returncode, " ".join(said))


def variables(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """For the step itself, which needs no secret. It finds the project's code, wherever its own folder is, and leaves
    nothing outside the folder when it is ended.
    """
    secrets = {"INTERNAL_TOKEN", "INTERNAL_TOKEN_FILE"}
    inherited = {name: value for name, value in python_variables(environ).items() if name not in secrets}
    return {**inherited, "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(CODE), "TMPDIR": str(folder)}


def _listen(process: subprocess.Popen[str], said: deque[str]) -> None:
    assert process.stdout is not None  # noqa: S101 - for the type; it is a pipe
    for line in process.stdout:
        if line.strip():
            said.append(line.strip()[:LONGEST_LINE])


def _wait(process: subprocess.Popen[str], stopping: threading.Event) -> None:
    for _ in range(LOOKS_BETWEEN_QUESTIONS):
        if process.poll() is not None or stopping.wait(SECONDS_BETWEEN_LOOKS):
            return


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
