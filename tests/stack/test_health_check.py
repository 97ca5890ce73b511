import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override

import pytest

from tests.stack.conftest import ROOT

BODY = b'{"status": "failed", "parts": {"worker": "ok", "bot": "failed"}}'


class OneThingIsWrong(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health/live" else 503)
        self.end_headers()
        self.wfile.write(BODY)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Stays quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), OneThingIsWrong) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def exit_code(*arguments: str) -> int:
    return subprocess.run([sys.executable, ROOT / "stack" / "health_check.py", *arguments], check=False).returncode


def test_it_says_with_its_exit_code_whether_all_is_well(address: str) -> None:
    assert exit_code(f"{address}/health/live") == 0
    assert exit_code(f"{address}/health/ready") == 1


def test_a_part_counts_for_itself(address: str) -> None:
    assert exit_code(f"{address}/health/ready", "worker") == 0
    assert exit_code(f"{address}/health/ready", "bot") == 1
    assert exit_code(f"{address}/health/ready", "nobody") == 1


def test_nobody_there_is_not_well(free_port: int) -> None:
    assert exit_code(f"http://127.0.0.1:{free_port}/health/live") == 1
