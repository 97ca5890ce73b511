from __future__ import annotations

import httpx
import pytest

from actions.clients.handover_api import UnexpectedReplyError
from actions.decision import Handling
from tests.actions.conversation import CANARY, Conversation
from tests.actions.fake_handover_service import FakeHandoverService, entry

FAILURES = {
    "handover_api_unreachable": httpx.ConnectError(f"no route {CANARY}"),
    "handover_api_unexpected": UnexpectedReplyError("/internal/topics", 500),
    "unexpected": KeyError(CANARY),
}


@pytest.mark.parametrize("certainty", ["sure", "unclear", "unsure"])
@pytest.mark.parametrize("code", FAILURES)
async def test_every_failure_ends_in_words_and_a_way_to_a_person(
    certainty: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    service = FakeHandoverService(entry("radon", Handling.ANSWER, 2))
    service.failure = FAILURES[code]
    reply = await Conversation(service).says(certainty, "radon")
    assert reply["kind"] == "failure"
    assert "Något gick fel" in reply["text"]
    assert reply["buttons"] == [{"kind": "person", "label": "Prata med en människa"}]
    assert f"code={code} " in caplog.text
    assert CANARY not in caplog.text


async def test_a_call_without_an_understanding_fails_in_words_too() -> None:
    reply = await Conversation(FakeHandoverService()).receives({"message_id": "m"}, "topic")
    assert reply["kind"] == "failure"


async def test_a_rule_that_sends_doubt_to_the_wrong_action_fails_in_words() -> None:
    conversation = Conversation(FakeHandoverService(entry("radon", Handling.ANSWER, 2)))
    message = {
        "message_id": "m",
        "has_words": True,
        "understanding": {
            "certainty": "unsure",
            "candidates": [],
            "threshold": 0.8,
            "model_version": "v",
            "language": "sv",
            "is_personal": False,
            "urgent": None,
        },
    }
    assert (await conversation.receives(message, "topic"))["kind"] == "failure"


async def test_a_failure_is_no_doubt() -> None:
    service = FakeHandoverService(entry("radon", Handling.ANSWER, 2))
    conversation = Conversation(service)
    service.failure = KeyError("x")
    await conversation.says("unclear", "radon")
    service.failure = None
    assert (await conversation.says("unclear", "radon"))["kind"] == "clarify"
