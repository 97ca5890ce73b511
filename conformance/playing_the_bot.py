"""A bot that does as a rule tells it, so that what a service makes of a slow, wrong or dead bot can be seen."""

import hmac
import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, override

Json = dict[str, Any]
Answer = tuple[int, Any]
Behaviour = Callable[[Json], Answer]

HELD_SECONDS = 60.0
THRESHOLD = 0.71


def understanding(**fields: Any) -> Json:
    return {
        "certainty": "sure",
        "candidates": [{"topic": "conformance", "confidence": 0.93}],
        "threshold": THRESHOLD,
        "model_version": "conformance",
        "language": "sv",
        "is_personal": False,
        "urgent": None,
        **fields,
    }


def reply(kind: str, text: str | None, **fields: Any) -> Json:
    return {
        "kind": kind,
        "text": text,
        "topic": None,
        "article_id": None,
        "article_version": None,
        "confidence": None,
        "rosa_level": 1 if kind == "answer" else None,
        "sources": [],
        "department": None,
        "reviewed_on": None,
        "buttons": [],
        "case_reference": None,
        **fields,
    }


def turn(body: Json, *replies: Json, **fields: Any) -> Answer:
    return 200, {"message_id": body["message_id"], "understanding": understanding(), "replies": list(replies), **fields}


def echo(body: Json) -> Answer:
    """Answers in a way that shows which message is answered."""
    return turn(body, reply("answer", answer_to(body["text"])))


def answer_to(text: str) -> str:
    return f"Svar på: {text}"


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One after the other; the last again and again."""
    left = list(behaviours)

    def behave(body: Json) -> Answer:
        return (left.pop(0) if len(left) > 1 else left[0])(body)

    return behave


class Held:
    """A behaviour that begins, and waits to be let go."""

    def __init__(self, then: Behaviour = echo) -> None:
        self._then = then
        self.reached = threading.Event()
        self._released = threading.Event()

    def __call__(self, body: Json) -> Answer:
        self.reached.set()
        self._released.wait(HELD_SECONDS)
        return self._then(body)

    def release(self) -> None:
        self._released.set()


@dataclass(frozen=True)
class Heard:
    message_id: str
    text: str
    is_reading: bool


class PlayedBot:
    """Listens where the operator has told the service to find its bot."""

    def __init__(self, port: int, token: str, host: str = "127.0.0.1") -> None:
        self._authorization = f"Bearer {token}".encode()
        self._behaviours: dict[str, Behaviour] = {}
        self._heard: dict[str, list[Heard]] = defaultdict(list)
        self._at_once: dict[str, int] = defaultdict(int)
        self._most_at_once: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
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

    def behaves(self, conversation_id: str, behaviour: Behaviour) -> None:
        self._behaviours[conversation_id] = behaviour

    def heard(self, conversation_id: str) -> list[Heard]:
        """The turns and readings of a conversation, in the order in which they came."""
        with self._lock:
            return list(self._heard[conversation_id])

    def most_at_once(self, conversation_id: str) -> int:
        """How many turns of the conversation the service asked for at the same time."""
        return self._most_at_once[conversation_id]

    def is_allowed(self, authorization: str) -> bool:
        return hmac.compare_digest(authorization.encode(), self._authorization)

    def take_turn(self, body: Json) -> Answer:
        conversation = str(body["conversation_id"])
        with self._lock:
            self._heard[conversation].append(Heard(str(body["message_id"]), str(body["text"]), is_reading=False))
            self._at_once[conversation] += 1
            self._most_at_once[conversation] = max(self._most_at_once[conversation], self._at_once[conversation])
        try:
            return self._behaviours.get(conversation, echo)(body)
        finally:
            with self._lock:
                self._at_once[conversation] -= 1

    def read(self, body: Json) -> Answer:
        with self._lock:
            self._heard[str(body["conversation_id"])].append(
                Heard(str(body["message_id"]), str(body["text"]), is_reading=True)
            )
        return 200, {"message_id": body["message_id"], "understanding": understanding(certainty="unsure")}


def _handler_of(bot: PlayedBot) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Small answers must not wait for the other side's acknowledgement.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            self._answer(200, {"model_version": "conformance"})

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if not bot.is_allowed(self.headers.get("Authorization", "")):
                self._answer(401, {"code": "not_allowed"})
                return
            body = json.loads(content)
            self._answer(*(bot.read(body) if self.path.endswith("/readings") else bot.take_turn(body)))

        @override
        def log_message(self, *_: Any) -> None:
            """The report is the only output."""

        def _answer(self, status: int, body: Any) -> None:
            content = json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                # The service did not wait for a slow answer, as it may.
                self.close_connection = True

    return Handler
