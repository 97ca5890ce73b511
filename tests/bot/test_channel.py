from __future__ import annotations

import select
import socket
from typing import Any
from uuid import uuid4

import pytest

from tests.bot.running_bot import BOT_TOKEN, RunningBot, turn_body

REPLY_FIELDS = {
    "kind",
    "text",
    "topic",
    "article_id",
    "article_version",
    "confidence",
    "rosa_level",
    "sources",
    "department",
    "reviewed_on",
    "buttons",
    "case_reference",
}
LONGER_THAN_SANIC_KEEPS_IT_SECONDS = 6.5
# Nothing that the classifier could know: a person is asked, or the resident is asked once more.
UNCLEAR_TEXT = "vad kostar det"


def reply_of(answer: dict[str, Any]) -> dict[str, Any]:
    (reply,) = answer["replies"]
    assert set(reply) == REPLY_FIELDS
    return dict(reply)


def test_a_question_is_answered_from_its_article(bot: RunningBot) -> None:
    message = str(uuid4())
    answer = bot.turn("mäta radon", message=message)
    reply = reply_of(answer)
    assert answer["message_id"] == message
    assert answer["understanding"]["certainty"] == "sure"
    assert answer["understanding"]["candidates"][0]["topic"] == "radon"
    assert answer["understanding"]["language"] == "sv"
    assert len(answer["understanding"]["candidates"]) <= 5
    assert reply["kind"] in {"answer", "guide"}
    assert reply["topic"] == "radon"
    assert reply["article_id"] == "article-of-radon"
    assert reply["text"] == bot.service.article("radon")["text"]
    assert reply["rosa_level"] <= 2


def test_a_chosen_topic_is_answered_whatever_the_text(bot: RunningBot) -> None:
    answer = bot.turn("Den där knappen", choice="bygglov-altan")
    assert answer["understanding"]["certainty"] == "chosen"
    assert answer["understanding"]["candidates"] == [{"topic": "bygglov-altan", "confidence": 1.0}]
    assert reply_of(answer)["topic"] == "bygglov-altan"


def test_danger_is_a_case_at_once(bot: RunningBot) -> None:
    reply = reply_of(bot.turn("jag orkar inte leva längre"))
    assert (reply["kind"], reply["topic"], reply["text"]) == ("urgent", "sjalvmordstankar", None)
    assert reply["case_reference"].startswith("2026-")
    assert bot.service.handovers[-1]["reason"] == "urgent_topic"
    assert "112" in bot.service.handovers[-1]["text"]


def test_a_doubt_is_asked_about_once_and_then_goes_to_a_person(bot: RunningBot) -> None:
    conversation = str(uuid4())
    first = reply_of(bot.turn("🤷‍♀️ ???", conversation=conversation))
    assert (first["kind"], [button["kind"] for button in first["buttons"]]) == ("clarify", ["person"])
    second = reply_of(bot.turn("…!", conversation=conversation))
    assert (second["kind"], second["text"]) == ("handover", None)
    evidence = bot.service.handovers[-1]
    assert evidence["reason"] == "unsure"
    assert evidence["conversation_id"] == conversation
    assert evidence["evidence"]["certainty"] == "unsure"


def test_the_same_message_twice_has_one_effect(bot: RunningBot) -> None:
    conversation, message = str(uuid4()), str(uuid4())
    first = bot.turn("???", conversation=conversation, message=message)
    assert bot.turn("???", conversation=conversation, message=message) == first
    assert reply_of(first)["kind"] == "clarify"
    cases = len(bot.service.handovers)
    case = str(uuid4())
    again = [bot.turn("jag orkar inte leva längre", conversation=conversation, message=case) for _ in range(2)]
    assert again[0] == again[1]
    assert len(bot.service.handovers) == cases + 1


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "/session_start",
        "/topic",
        "/unsure",
        '/topic{"doubts": ["x"]}',
        "/back",
        " \t/restart",
        "//restart",
        "/",
    ],
)
def test_a_leading_slash_is_text(bot: RunningBot, text: str) -> None:
    answer = bot.turn(text)
    assert answer["understanding"] == bot.turn(text.lstrip("/ \t"))["understanding"]
    assert reply_of(answer)["kind"] != "failure"


def test_a_slash_message_does_not_erase_what_the_bot_remembers(bot: RunningBot) -> None:
    conversation = str(uuid4())
    assert reply_of(bot.turn("???", conversation=conversation))["kind"] == "clarify"
    bot.turn("/restart", conversation=conversation)
    assert bot.service.handovers[-1]["conversation_id"] == conversation


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n", "😀", "<script>alert(1)</script>", "a\x00b", "ä" * 10_000, "ord " * 2_500, "ما هي ساعات العمل"],
)
def test_odd_texts_get_an_answer(bot: RunningBot, text: str) -> None:
    assert reply_of(bot.turn(text))["kind"] in {"clarify", "handover", "chat"}


@pytest.mark.parametrize("token", [None, "fel", f"{BOT_TOKEN}x", "å"])
def test_only_the_service_may_take_a_turn(bot: RunningBot, token: str | None) -> None:
    headers = {b"Authorization": f"Bearer {token}".encode()} if token is not None else {}
    response = bot.http.post("/webhooks/handover/turns", json=turn_body("hej"), headers=headers)
    assert (response.status_code, response.json()) == (401, {"code": "not_allowed"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"conversation_id": "nej"}, "conversation_id"),
        ({"message_id": None}, "message_id"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"choice": 5}, "choice"),
        ({"choice": ""}, "choice"),
        ({"language": ""}, "language"),
    ],
)
def test_a_body_that_breaks_the_contract_is_refused(bot: RunningBot, changes: dict[str, Any], field: str) -> None:
    response = bot.post({**turn_body("hej"), **changes})
    assert (response.status_code, response.json()) == (422, {"code": "invalid_turn", "field": field})


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"text"', b"\xff"])
def test_what_is_no_json_object_is_refused(bot: RunningBot, content: bytes) -> None:
    response = bot.http.post(
        "/webhooks/handover/turns", content=content, headers={"Authorization": f"Bearer {BOT_TOKEN}"}
    )
    assert (response.status_code, response.json()) == (422, {"code": "invalid_turn", "field": "body"})


def test_without_the_action_server_the_turn_fails_and_a_retry_succeeds(bot: RunningBot) -> None:
    body = turn_body("mäta radon")
    with bot.without_actions():
        response = bot.post(body)
        assert (response.status_code, response.json()) == (500, {"code": "turn_failed"})
    assert reply_of(bot.post(body).json())["topic"] == "radon"


def test_a_connection_is_kept_longer_than_the_framework_would(bot: RunningBot) -> None:
    with socket.create_connection(("127.0.0.1", bot.bot_port)) as connection:
        connection.sendall(b"GET /webhooks/handover/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert connection.recv(10_000).startswith(b"HTTP/1.1 200")
        # A socket that the other side has closed can be read from.
        assert select.select([connection], [], [], LONGER_THAN_SANIC_KEEPS_IT_SECONDS) == ([], [], [])


def test_health_names_the_model_and_needs_no_token(bot: RunningBot) -> None:
    response = bot.http.get("/webhooks/handover/health")
    version = bot.turn("hej")["understanding"]["model_version"]
    assert (response.status_code, response.json()) == (200, {"model_version": version})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/status"),
        ("POST", "/model/parse"),
        ("PUT", "/model"),
        ("GET", "/conversations/x/tracker"),
        ("POST", "/webhooks/rest/webhook"),
    ],
)
def test_rasas_own_interface_is_closed(bot: RunningBot, method: str, path: str) -> None:
    assert bot.http.request(method, path).status_code == 404
