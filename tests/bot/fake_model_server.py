"""A fake of the service's interface for models and trainings (docs/contracts/internal-api.md) over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from typing_extensions import Self

from learning.model_server import sha256_of

TOKEN = "hemlig-till-tjansten"
EMPTY = (204, 304)
RUN = "0190aaaa-0000-7000-8000-000000000001"


class FakeModelServer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # The archive of the model in use.
        self.serving: Path | None = None
        # The archive of the model that is to read beside it, and what was told of it.
        self.shadow: Path | None = None
        self.compared: list[dict[str, Any]] = []
        self.topics: list[dict[str, Any]] = []
        self.started_with: list[str] = []
        self.stored: dict[str, Path] = {}
        self.not_loaded: list[str] = []
        self.has_asked = threading.Event()
        # One training waits, with this to learn from.
        self.has_training = False
        self.content: bytes | None = None
        self.steps: list[str] = []
        # The step at which the training is cancelled.
        self.cancelled_at: str | None = None
        self.problems: list[dict[str, Any]] | None = None
        self.is_stopped = False
        self.trained: Path | None = None
        # What the new model is asked; None: the service does not answer that.
        self.questions: dict[str, Any] | None = {"regression": [], "asked": []}
        self.examination: dict[str, Any] | None = None
        self.has_ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def store(self, content: bytes) -> Path:
        path = self._folder / f"{len(list(self._folder.iterdir()))}.tar.gz"
        path.write_bytes(content)
        self.stored[sha256_of(path)] = path
        return path

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 404, b"{}", {}
        if method == "GET":
            return self.get(path, headers.get("If-None-Match"))
        status, answer = self.put(path, body) if method == "PUT" else self.post(path, json.loads(body or b"null"))
        return status, b"" if answer is None else json.dumps(answer).encode(), {}

    def get(self, path: str, if_none_match: str | None) -> tuple[int, bytes, dict[str, str]]:
        if path.endswith("/content"):
            return (200, self.content, {}) if self.content else (204, b"", {})
        if path.endswith("/questions"):
            return (503, b"{}", {}) if self.questions is None else (200, json.dumps(self.questions).encode(), {})
        if path == "/internal/topics":
            return 200, json.dumps(self.topics).encode(), {}
        if path == "/internal/models/shadow":
            return _archive(self.shadow, if_none_match)
        self.has_asked.set()
        return _archive(self.serving, if_none_match)

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        if path == "/internal/models/starting":
            self.started_with.append(body["sha256"])
            is_used = self.serving is None or sha256_of(self.serving) == body["sha256"]
            return 200, {"is_wanted": body["sha256"] not in self.stored, "is_used": is_used}
        if path.endswith("/not-loaded"):
            self.not_loaded.append(path.split("/")[3])
            return 204, None
        if path == "/internal/models/shadow/decisions":
            if self.shadow is None or sha256_of(self.shadow) != body["sha256"]:
                return 409, {"code": "shadow_ended"}
            self.compared.append(body)
            return 204, None
        if path == "/internal/trainings/next":
            taken, self.has_training = self.has_training, False
            return (200, {"id": RUN}) if taken else (204, None)
        return self._of_training(path.removeprefix(f"/internal/trainings/{RUN}/"), body)

    def put(self, path: str, content: bytes) -> tuple[int, Any]:
        if path.endswith("/examination"):
            self.examination = json.loads(content)
            return 204, None
        archive = self.store(content)
        if path == "/internal/models/starting":
            self.serving = self.serving or archive
        else:
            self.trained = archive
            self.has_ended.set()
        return 201, {}

    def _of_training(self, deed: str, body: Any) -> tuple[int, Any]:
        if deed == "progress":
            self.steps.append(body["step"])
            return 200, {"goes_on": body["step"] != self.cancelled_at}
        if deed == "failed":
            self.problems = body["problems"]
        else:
            self.is_stopped = True
        self.has_ended.set()
        return 204, None


def _archive(path: Path | None, if_none_match: str | None) -> tuple[int, bytes, dict[str, str]]:
    if path is None:
        return 404, b"{}", {}
    headers = {"ETag": f'"{sha256_of(path)}"', "filename": "in-use.tar.gz"}
    if headers["ETag"] == if_none_match:
        return 304, b"", headers
    return 200, path.read_bytes(), headers


def _handler_of(service: FakeModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._respond()

        def do_POST(self) -> None:
            self._respond()

        def do_PUT(self) -> None:
            self._respond()

        def log_message(self, *_: Any) -> None:
            """The tests' output is not a web server's log."""

        def _respond(self) -> None:
            status, content, headers = service.answer(self.command, self.path, self.headers, self._body())
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status not in EMPTY:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _body(self) -> bytes:
            # Like the service, which refuses a body whose size nobody has said.
            assert "Transfer-Encoding" not in self.headers
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    return Handler
