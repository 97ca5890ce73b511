"""A clone in a temporary folder, and small real processes to run in it."""

import io
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import override

import pytest

from stack.console import Console
from stack.engine import Backoff, Engine, Unit
from stack.interruption import Interruption
from stack.layout import Layout

ROOT = Path(__file__).parents[2]

HTTP_SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy).serve_forever()
"""


class Heard(io.StringIO):
    """What the commands said; something can be made to happen as soon as certain words are said."""

    def __init__(self) -> None:
        super().__init__()
        self._reactions: list[tuple[str, Callable[[], None]]] = []

    def when(self, words: str, react: Callable[[], None]) -> None:
        self._reactions.append((words, react))

    @override
    def write(self, text: str) -> int:
        for words, react in self._reactions:
            if words in text:
                react()
        return super().write(text)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.create_run_folders()
    layout.models.mkdir()
    return layout


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def console(heard: Heard) -> Console:
    return Console(heard)


@pytest.fixture
def interruption() -> Interruption:
    return Interruption()


@pytest.fixture
def engine(layout: Layout, console: Console, interruption: Interruption) -> Iterator[Engine]:
    engine = Engine(layout, console, interruption, backoff=Backoff(first_seconds=0.01), start_timeout_seconds=20)
    yield engine
    engine.shut_down()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def python_unit(name: str, code: str, *arguments: str, **options: object) -> Unit:
    """A step or server that is a few lines of Python."""
    command = (sys.executable, "-c", code, *arguments)
    variables: Mapping[str, str] = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return Unit(name=name, doing=f"running {name}", command=command, environment=variables, **options)  # type: ignore[arg-type]
