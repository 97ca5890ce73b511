"""A service's internal API that does as a rule tells it, and keeps what a bot asked of it."""

import hmac
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, override
from urllib.parse import unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5

Json = dict[str, Any]

SURE_TOPIC = {
    "id": "conformance",
    "title": "En fråga",
    "area": "bygga-bo",
    "rosa_level": 1,
    "handling": "answer",
    "answer_group": "allmant",
    "has_article": True,
}
AVAILABILITY = {
    "answer_group": "allmant",
    "is_open": True,
    "agents_present": 1,
    "is_staffed": True,
    "opens_at": None,
    "opens_in_words": "",
    "note": "",
}

_DOWN: tuple[int, Any] = (503, {"code": "down"})


@dataclass
class Script:
    """How the service behaves from now on."""

    # Added to what every article says of itself.
    article: Json = field(default_factory=dict)
    article_status: int = 200
    # Whether a person already has the conversation when the bot asks for one.
    is_taken: bool = False
    # Nothing works at all.
    is_down: bool = False


class PlayedService:
    def __init__(self, port: int, token: str, topics: list[Json] | None = None, host: str = "127.0.0.1") -> None:
        self._authorization = f"Bearer {token}".encode()
        self._topics = {topic["id"]: topic for topic in topics or [SURE_TOPIC]}
        self._lock = threading.Lock()
        self._handovers: list[Json] = []
        self._references: dict[str, str] = {}
        self.script = Script()
        self._server = ThreadingHTTPServer((host, port), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def is_allowed(self, authorization: str) -> bool:
        return hmac.compare_digest(authorization.encode(), self._authorization)

    def handovers(self, conversation_id: str) -> list[Json]:
        """What the bot asked for in a conversation, every repetition included."""
        with self._lock:
            return [body for body in self._handovers if body.get("conversation_id") == conversation_id]

    def reference_of(self, message_id: str) -> str | None:
        return self._references.get(message_id)

    def get(self, path: str) -> tuple[int, Any]:
        if self.script.is_down:
            return _DOWN
        if path == "/internal/topics":
            return 200, list(self._topics.values())
        if path.startswith("/internal/articles/"):
            return self._article(unquote(path.removeprefix("/internal/articles/")))
        if path == "/internal/availability":
            return 200, AVAILABILITY
        return 404, {"code": "not_found"}

    def post(self, path: str, body: Json) -> tuple[int, Any]:
        return self.hand_over(body) if path == "/internal/handovers" else (404, {"code": "not_found"})

    def hand_over(self, body: Json) -> tuple[int, Any]:
        with self._lock:
            self._handovers.append(body)
            if self.script.is_down:
                return _DOWN
            if self.script.is_taken:
                return 409, {"code": "not_with_bot", "state": "with_agent"}
            message_id = str(body.get("message_id"))
            is_new = message_id not in self._references
            if is_new:
                self._references[message_id] = f"2026-{len(self._references) + 1:06d}"
            created = {"case_reference": self._references[message_id], "state": "waiting", "queue_position": 1}
        return (201 if is_new else 200), created

    def _article(self, topic: str) -> tuple[int, Any]:
        if self.script.article_status != 200:  # noqa: PLR2004 - the status has its usual meaning
            code = "article_expired" if self.script.article_status == 410 else "article_missing"  # noqa: PLR2004 - the same
            return self.script.article_status, {"code": code}
        known = self._topics.get(topic, {**SURE_TOPIC, "id": topic})
        return 200, {
            "topic": topic,
            "article_id": str(uuid5(NAMESPACE_URL, topic)),
            "version": 1,
            "title": known["title"],
            "area": known["area"],
            "rosa_level": known["rosa_level"],
            "handling": known["handling"],
            "answer_group": known["answer_group"],
            "text": "Det här är svaret.",
            "next_steps": [],
            "department": "Kommunstyrelsen",
            "sources": [{"title": "Kommunallagen (2017:725)", "url": None}],
            "reviewed_on": "2026-11-01",
            "review_by": "2099-11-01",
            "language": "sv",
            **self.script.article,
        }


def _handler_of(service: PlayedService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Small answers must not wait for the other side's acknowledgement.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            self._answer(*(service.get(urlsplit(self.path).path) if self._is_allowed() else (404, {})))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            self._answer(*(service.post(urlsplit(self.path).path, body) if self._is_allowed() else (404, {})))

        @override
        def log_message(self, *_: Any) -> None:
            """The report is the only output."""

        def _is_allowed(self) -> bool:
            return service.is_allowed(self.headers.get("Authorization", ""))

        def _answer(self, status: int, body: Any) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
