"""What residents write to people: the bot reads it, and does nothing else (docs/contracts/bot-channel.md)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.bot.running_bot import BOT_TOKEN, RunningBot, turn_body

UNDERSTANDING_FIELDS = {
    "certainty",
    "candidates",
    "threshold",
    "model_version",
    "language",
    "is_personal",
    "urgent",
}


def test_a_reading_says_what_a_turn_would_have_understood_and_nothing_more(bot: RunningBot) -> None:
    answer = bot.reading("mäta radon")
    assert set(answer) == {"message_id", "understanding"}
    assert set(answer["understanding"]) >= UNDERSTANDING_FIELDS
    assert answer["understanding"] == bot.turn("mäta radon")["understanding"]
    assert answer["understanding"]["urgent"] is None


def test_danger_is_recognised_without_making_a_case(bot: RunningBot) -> None:
    cases = len(bot.service.handovers)
    understanding = bot.reading("jag orkar inte leva längre")["understanding"]
    assert understanding["urgent"]["topic"] == "sjalvmordstankar"
    assert 0 < understanding["urgent"]["confidence"] <= 1
    assert understanding["candidates"][0] == understanding["urgent"]
    assert len(bot.service.handovers) == cases


async def test_a_reading_leaves_no_trace_in_what_the_bot_remembers(bot: RunningBot) -> None:
    conversation = str(uuid4())
    bot.reading("mäta radon", conversation=conversation)
    assert await bot.tracker_store().retrieve(conversation) is None


def test_a_reading_is_no_doubt(bot: RunningBot) -> None:
    conversation = str(uuid4())
    bot.reading("???", conversation=conversation)
    assert bot.turn("???", conversation=conversation)["replies"][0]["kind"] == "clarify"


def test_the_words_are_read_whatever_button_they_stand_on(bot: RunningBot) -> None:
    understanding = bot.reading("jag orkar inte leva längre", choice="radon")["understanding"]
    assert (understanding["certainty"], understanding["urgent"]["topic"]) == ("sure", "sjalvmordstankar")


def test_readings_do_without_the_action_server(bot: RunningBot) -> None:
    with bot.without_actions():
        assert bot.reading("mäta radon")["understanding"]["candidates"][0]["topic"] == "radon"


@pytest.mark.parametrize("text", ["", " ", "/restart", "😀", "a\x00b", "ما هي ساعات العمل"])
def test_odd_texts_can_be_read(bot: RunningBot, text: str) -> None:
    assert bot.reading(text)["understanding"]["certainty"] in {"sure", "unclear", "unsure"}


@pytest.mark.parametrize("token", [None, "fel", f"{BOT_TOKEN}x"])
def test_only_the_service_may_ask_for_a_reading(bot: RunningBot, token: str | None) -> None:
    response = bot.post(turn_body("hej"), token, path="readings")
    assert (response.status_code, response.json()) == (401, {"code": "not_allowed"})


@pytest.mark.parametrize(
    ("changes", "field"), [({"conversation_id": "nej"}, "conversation_id"), ({"text": None}, "text")]
)
def test_a_body_that_breaks_the_contract_is_not_read(bot: RunningBot, changes: dict[str, Any], field: str) -> None:
    response = bot.post({**turn_body("hej"), **changes}, path="readings")
    assert (response.status_code, response.json()) == (422, {"code": "invalid_turn", "field": field})
