"""The bot's contract (docs/contracts/bot-channel.md), from the service's side of the line."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from environment import BOT_TOKEN
from fakes import ANSWER, FakeChannel
from fastapi import Response
from fastapi.responses import JSONResponse
from serving import serve

from handover_api.errors import BotUnavailableError
from handover_api.integrations.bot import RasaBot, Turn

CANARY = "kanariefågeln"


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
async def rasa(channel: FakeChannel) -> AsyncIterator[RasaBot]:
    async with serve(channel.application()) as url:
        rasa = RasaBot(url, BOT_TOKEN, attempt_seconds=5)
        yield rasa
        await rasa.close()


async def ask(rasa: RasaBot, message_id: UUID | None = None) -> Turn:
    return await rasa.take_turn(
        conversation_id=uuid4(), message_id=message_id or uuid4(), language="sv", text=CANARY, choice="radon"
    )


async def refusal(rasa: RasaBot) -> BotUnavailableError:
    with pytest.raises(BotUnavailableError) as refused:
        await ask(rasa)
    assert CANARY not in str([refused.value, refused.value.extra, refused.value.__cause__])
    return refused.value


async def test_a_turn_is_asked_for_and_read_as_the_contract_says(rasa: RasaBot, channel: FakeChannel) -> None:
    message_id = uuid4()
    turn = await ask(rasa, message_id)
    (asked,) = channel.asked
    assert UUID(asked.pop("conversation_id"))
    assert asked == {"message_id": str(message_id), "language": "sv", "text": CANARY, "choice": "radon"}
    assert channel.authorization == [f"Bearer {BOT_TOKEN}"]
    assert (turn.message_id, turn.replies[0].text, turn.understanding.certainty) == (message_id, "Svar", "sure")


async def test_a_reading_is_asked_for_and_read_as_the_contract_says(rasa: RasaBot, channel: FakeChannel) -> None:
    message_id = uuid4()
    urgent = {"topic": "akut-fara", "confidence": 0.97}
    channel.answers(
        200,
        {"message_id": str(message_id), "understanding": {"certainty": "sure", "is_personal": True, "urgent": urgent}},
    )
    reading = await rasa.read(
        conversation_id=uuid4(), message_id=message_id, language="sv", text=CANARY, choice="radon"
    )
    (asked,) = channel.read_only
    assert UUID(asked.pop("conversation_id"))
    assert asked == {"message_id": str(message_id), "language": "sv", "text": CANARY, "choice": "radon"}
    assert channel.authorization == [f"Bearer {BOT_TOKEN}"]
    assert channel.asked == []
    assert reading.understanding.urgent is not None
    assert (reading.understanding.urgent.model_dump(), reading.understanding.is_personal) == (urgent, True)


@pytest.mark.parametrize("understanding", [None, {}, {"certainty": "sure", "urgent": {"topic": "x", "confidence": 7}}])
async def test_a_reading_that_breaks_the_contract_is_none(
    rasa: RasaBot, channel: FakeChannel, understanding: object
) -> None:
    channel.answers(200, {"message_id": str(uuid4()), "understanding": understanding})
    with pytest.raises(BotUnavailableError) as refused:
        await rasa.read(conversation_id=uuid4(), message_id=uuid4(), language="sv", text=CANARY, choice=None)
    assert refused.value.code == "bot_broke_contract"


async def test_what_a_later_version_adds_is_ignored(rasa: RasaBot, channel: FakeChannel) -> None:
    async def answer(body: dict[str, Any]) -> Response:
        replies = [{**ANSWER["replies"][0], "mood": "happy"}]
        return JSONResponse({**ANSWER, "replies": replies, "message_id": body["message_id"], "version": 2})

    channel.answer = answer
    assert (await ask(rasa)).replies[0].text == "Svar"


@pytest.mark.parametrize("status", [302, 401, 404, 422, 500, 503])
async def test_a_refusal_tells_its_status(rasa: RasaBot, channel: FakeChannel, status: int) -> None:
    channel.answers(status, {"code": "turn_failed"})
    error = await refusal(rasa)
    assert (error.code, error.extra) == ("bot_refused", {"status_code": status})


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        CANARY,
        {**ANSWER, "message_id": "x"},
        {**ANSWER, "message_id": str(uuid4()), "replies": []},
        {**ANSWER, "message_id": str(uuid4()), "replies": [{"kind": CANARY}]},
        {**ANSWER, "message_id": str(uuid4()), "understanding": {"certainty": CANARY}},
        {**ANSWER, "message_id": str(uuid4()), "replies": [{"kind": "clarify", "buttons": [{"kind": CANARY}]}]},
        # What could not be stored.
        {**ANSWER, "message_id": str(uuid4()), "replies": [{"kind": "answer", "text": "a\x00b"}]},
        {**ANSWER, "message_id": str(uuid4()), "replies": [{"kind": "answer", "sources": [{"title": "\x00"}]}]},
    ],
)
async def test_an_answer_that_breaks_the_contract_is_no_answer(
    rasa: RasaBot, channel: FakeChannel, content: object
) -> None:
    channel.answers(200, content)
    error = await refusal(rasa)
    assert error.code == "bot_broke_contract"
    assert isinstance(error.extra["places"], list)


async def test_an_answer_to_another_message_is_no_answer(rasa: RasaBot, channel: FakeChannel) -> None:
    channel.answers(200, {**ANSWER, "message_id": str(uuid4())})
    assert (await refusal(rasa)).code == "bot_answered_another_message"


async def test_a_bot_that_takes_too_long_is_given_up(channel: FakeChannel) -> None:
    released = asyncio.Event()

    async def hang(_: dict[str, Any]) -> Response:
        await released.wait()
        return Response()

    channel.answer = hang
    async with serve(channel.application()) as url:
        rasa = RasaBot(url, BOT_TOKEN, attempt_seconds=0.05)
        error = await refusal(rasa)
        released.set()
        await rasa.close()
    assert (error.code, error.extra) == ("bot_unreachable", {"error": "ReadTimeout"})


async def test_a_bot_that_is_not_there_is_neither_reached_nor_healthy() -> None:
    rasa = RasaBot("http://127.0.0.1:9", BOT_TOKEN, attempt_seconds=1)
    assert (await refusal(rasa)).code == "bot_unreachable"
    assert not await rasa.is_healthy()
    await rasa.close()


@pytest.mark.parametrize(("status", "is_healthy"), [(200, True), (503, False)])
async def test_the_bot_says_whether_it_is_healthy(
    rasa: RasaBot,
    channel: FakeChannel,
    status: int,
    is_healthy: bool,  # noqa: FBT001 - what is expected
) -> None:
    channel.health = status
    assert await rasa.is_healthy() is is_healthy
