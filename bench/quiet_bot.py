"""A bot that finds no danger in what is written to a person, at once: the real one is not what is measured."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @override
    def do_GET(self) -> None:
        self._send({})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self._send({"message_id": asked["message_id"], "understanding": {"certainty": "unsure"}})

    def _send(self, answer: dict[str, object]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """The benchmark's output is its figures."""


@contextlib.contextmanager
def quiet_bot() -> Iterator[str]:
    """Listens until left. Yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
