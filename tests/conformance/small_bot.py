"""A small bot that keeps every rule, and the same with one fault."""

import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, override
from uuid import UUID, uuid4

import httpx

Json = dict[str, Any]
Answer = tuple[int, Any]

TOKEN = "the-token-of-the-small-bot"
PERSON = "Jag vill prata med en människa"
QUESTION = "Hur gör jag?"
TOPIC = "conformance"
PATIENCE_SECONDS = 60.0


class SmallBot:
    def __init__(self, service_url: str, internal_token: str) -> None:
        self._service = httpx.Client(
            base_url=service_url,
            headers={"Authorization": f"Bearer {internal_token}"},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._service.close()

    def health(self) -> Answer:
        return 200, {"model_version": "small"}

    def is_allowed(self, authorization: str) -> bool:
        return hmac.compare_digest(authorization.encode(), f"Bearer {TOKEN}".encode())

    def post(self, path: str, content: bytes) -> Answer:
        try:
            body = _read(content)
        except (ValueError, KeyError, TypeError):
            return self.refuse()
        return self.read(body) if path.endswith("/readings") else self.take_turn(body)

    def refuse(self) -> Answer:
        return 422, {"code": "invalid_turn"}

    def read(self, body: Json) -> Answer:
        return 200, {"message_id": body["message_id"], "understanding": _understanding("unsure")}

    def take_turn(self, body: Json) -> Answer:
        if body["choice"] is not None:
            return self.answer(body, "chosen")
        if body["text"] == QUESTION:
            return self.answer(body, "sure")
        if body["text"] == PERSON:
            return self.hand_over(body)
        return _turn(body, "unclear", {"kind": "chat", "text": "Vad undrar du?"})

    def answer(self, body: Json, certainty: str) -> Answer:
        response = self._service.get(f"/internal/articles/{TOPIC}")
        if response.status_code in {404, 410}:
            return self.answer_without_article(body)
        article = response.json()
        return self.say(body, certainty, article["text"], article["rosa_level"])

    def say(self, body: Json, certainty: str, text: str, level: int) -> Answer:
        if level > 2:
            return self.hand_over(body)
        return _turn(body, certainty, {"kind": "answer", "text": text, "topic": TOPIC, "rosa_level": level})

    def answer_without_article(self, body: Json) -> Answer:
        return self.hand_over(body)

    def message_id_of(self, body: Json) -> str:
        return str(body["message_id"])

    def hand_over(self, body: Json) -> Answer:
        asked = {
            "conversation_id": body["conversation_id"],
            "message_id": self.message_id_of(body),
            "reason": "asked_for_person",
            "evidence": {"certainty": "sure", "candidates": [], "threshold": 0.7, "model_version": "small"},
        }
        response = self._service.post("/internal/handovers", json=asked)
        reference = response.json().get("case_reference") if response.is_success else None
        return self.promise(body, reference)

    def promise(self, body: Json, reference: str | None) -> Answer:
        if reference is None:
            return 500, {"code": "turn_failed"}
        return _turn(body, "sure", {"kind": "handover", "text": None, "case_reference": reference})


class NoToken(SmallBot):
    @override
    def is_allowed(self, authorization: str) -> bool:
        return True


class NoModel(SmallBot):
    @override
    def health(self) -> Answer:
        return 200, {}


class FailsOnOtherShapes(SmallBot):
    @override
    def refuse(self) -> Answer:
        return 500, {"code": "turn_failed"}


class SaysNothing(SmallBot):
    @override
    def take_turn(self, body: Json) -> Answer:
        if body["text"].startswith("/"):
            return _turn(body, "sure")
        return super().take_turn(body)


class DecidesInItsOwnWords(SmallBot):
    @override
    def say(self, body: Json, certainty: str, text: str, level: int) -> Answer:
        return _turn(body, certainty, {"kind": "answer", "text": text, "topic": TOPIC, "rosa_level": level})


class AsksAnewEachTime(SmallBot):
    @override
    def message_id_of(self, body: Json) -> str:
        return str(uuid4())


class PromisesAnyway(SmallBot):
    @override
    def promise(self, body: Json, reference: str | None) -> Answer:
        return _turn(body, "sure", {"kind": "handover", "text": None, "case_reference": reference or "2026-000001"})


class AnswersFromNothing(SmallBot):
    @override
    def answer_without_article(self, body: Json) -> Answer:
        return self.say(body, "sure", "Så här var det förr.", 1)


class ActsOnReadings(SmallBot):
    @override
    def read(self, body: Json) -> Answer:
        if body["text"] == PERSON:
            self.hand_over(body)
        return super().read(body)


class AnswersAnother(SmallBot):
    @override
    def take_turn(self, body: Json) -> Answer:
        return super().take_turn({**body, "message_id": str(uuid4())})


class DoubtsAChoice(SmallBot):
    @override
    def answer(self, body: Json, certainty: str) -> Answer:
        return super().answer(body, "sure")


BOT_FAULTS: dict[str, type[SmallBot]] = {
    "HP-201": NoModel,
    "HP-202": NoToken,
    "HP-203": FailsOnOtherShapes,
    "HP-204": SaysNothing,
    "HP-205": SaysNothing,
    "HP-206": DecidesInItsOwnWords,
    "HP-207": AsksAnewEachTime,
    "HP-208": AsksAnewEachTime,
    "HP-209": PromisesAnyway,
    "HP-210": PromisesAnyway,
    "HP-211": AnswersFromNothing,
    "HP-212": ActsOnReadings,
    "HP-213": AnswersAnother,
    "HP-214": DoubtsAChoice,
}


def _read(content: bytes) -> Json:
    """
    Raises:
        ValueError, KeyError, TypeError: the body is of another shape.
    """
    body = json.loads(content)
    UUID(body["conversation_id"])
    UUID(body["message_id"])
    if not isinstance(body["text"], str) or not isinstance(body.get("choice"), str | None):
        raise TypeError
    return {"choice": None, **body}


def _understanding(certainty: str) -> Json:
    return {"certainty": certainty, "candidates": [{"topic": TOPIC, "confidence": 0.9}], "threshold": 0.7}


def _turn(body: Json, certainty: str, *replies: Json) -> Answer:
    return 200, {
        "message_id": body["message_id"],
        "understanding": _understanding(certainty),
        "replies": [{"buttons": [], "case_reference": None, **reply} for reply in replies],
    }


def _handler_of(bot: SmallBot) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(*bot.health())

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if not bot.is_allowed(self.headers.get("Authorization", "")):
                self._answer(401, {"code": "not_allowed"})
                return
            try:
                self._answer(*bot.post(self.path, content))
            except (httpx.HTTPError, ValueError, KeyError):
                self._answer(500, {"code": "turn_failed"})

        @override
        def log_message(self, *_: Any) -> None:
            """The tests' output is not a web server's log."""

        def _answer(self, status: int, body: Any) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
