"""What the trainer asks a new model, and what it tells of the answers."""

from uuid import uuid4

import httpx
import pytest
from examinations import decided, examination, measured, send
from fakes import FakeBot, reply, says
from model_archives import OLD, Bot, checksum, model
from people import People, a_personal_number, assert_problem, hand_over
from secret_cases import SAID, a_case_under_secrecy, make_secret_topic
from sqlalchemy import select
from studio_models import HTML, PATH, add_regression

from handover_api.bot_models import examinations
from handover_api.database import SessionFactory, transaction
from handover_api.models import BotModel, ModelExamination
from handover_api.problems import MAX_BODY_BYTES
from handover_api.questions import recent

pytestmark = pytest.mark.usefixtures("published")
NEW = "bbbb00000002"
QUESTION = "Hur hög får en altan vara?"


@pytest.fixture
async def run(people: People, action_server: httpx.AsyncClient) -> str:
    """A training that the trainer is at work with."""
    assert (await people.editor.client.post(f"{PATH}/trana", headers=HTML)).status_code == 303
    return str((await action_server.post("/internal/trainings/next")).json()["id"])


async def questions(internal: httpx.AsyncClient, run: str) -> dict[str, list[dict[str, str]]]:
    response = await internal.get(f"/internal/trainings/{run}/questions")
    assert response.status_code == 200, response.text
    return dict(response.json())


async def asked(internal: httpx.AsyncClient, run: str) -> list[str]:
    return [each["text"] for each in (await questions(internal, run))["asked"]]


async def ask(people: People, bot: FakeBot, *texts: str, topic: str = "radon", **understanding: object) -> None:
    candidates = [{"topic": topic, "confidence": 0.9}]
    bot.behaviour = says(reply("answer", "Så här är det.", topic=topic), candidates=candidates, **understanding)
    resident = await people.resident()
    for number, text in enumerate(texts, start=1):
        await resident.write(text)
        await resident.read_until_answered(number)


async def kept(sessions: SessionFactory) -> list[ModelExamination]:
    async with sessions() as session:
        return list(await session.scalars(select(ModelExamination)))


async def test_what_residents_have_asked_last_is_asked_again_the_latest_first(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, run: str
) -> None:
    await ask(people, bot, QUESTION, f"Gäller det mig, {a_personal_number()}?")
    await ask(people, bot, "Hur mäter man radon på Exempelgatan 12?")
    assert await asked(action_server, run) == [
        "Hur mäter man radon på [adress borttagen]?",
        "Gäller det mig, [personnummer borttaget]?",
        QUESTION,
    ]


async def test_no_more_are_asked_again_than_the_last_two_hundred(
    people: People,
    bot: FakeBot,
    action_server: httpx.AsyncClient,
    run: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recent, "MOST_QUESTIONS", 2)
    await ask(people, bot, "Den första frågan", "Den andra frågan", "Den tredje frågan")
    assert await asked(action_server, run) == ["Den tredje frågan", "Den andra frågan"]


async def test_what_editors_may_not_read_is_not_asked_again(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, sessions: SessionFactory, run: str
) -> None:
    await a_case_under_secrecy(people, sessions)
    await make_secret_topic(sessions)
    await ask(people, bot, "Min egen sak", is_personal=True)
    await ask(people, bot, "Det brinner", topic="akut-fara")
    await ask(people, bot, "Kan jag få pengar", topic="ekonomiskt-bistand")
    await ask(people, bot, "??? 12")
    # Who chooses when the bot asks back, and who is handed over because of it, has meant it all along.
    bot.behaviour = says(reply("clarify", "Menar du något av det här?"))
    resident = await people.resident()
    await resident.write("Jag behöver hjälp med hyran")
    await resident.read_until_answered()
    await resident.write("Ekonomiskt bistånd", choice="ekonomiskt-bistand")
    await resident.read_until_answered(2)
    other = await people.resident()
    await other.write("Vad blev mitt beslut")
    await other.read_until_answered()
    await hand_over(action_server, other, bot, reason="personal_matter")
    await ask(people, bot, QUESTION)
    assert await asked(action_server, run) == [QUESTION]
    assert SAID not in str(await questions(action_server, run))


async def test_what_the_bot_has_not_read_is_not_asked_again(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, run: str
) -> None:
    bot.behaviour = says(reply("answer", "Så här är det.", topic="radon"))
    resident = await people.resident()
    await resident.write(QUESTION)
    await resident.read_until_answered()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await resident.write("Nu skriver jag till en människa")
    assert await asked(action_server, run) == [QUESTION]


async def test_every_question_that_a_new_model_must_understand_is_asked(
    action_server: httpx.AsyncClient, sessions: SessionFactory, run: str
) -> None:
    (id_,) = await add_regression(sessions, QUESTION)
    assert (await questions(action_server, run))["regression"] == [
        {"id": id_, "text": QUESTION, "topic": "bygglov-altan"}
    ]


async def test_questions_are_given_out_and_answers_taken_while_the_training_goes_on(
    people: People, action_server: httpx.AsyncClient, run: str
) -> None:
    for answer in (
        await people.lead.client.get(f"/internal/trainings/{run}/questions"),
        await send(people.lead.client, run),
    ):
        assert_problem(answer, 404, "not_found")
    for answer in (
        await action_server.get(f"/internal/trainings/{uuid4()}/questions"),
        await send(action_server, str(uuid4())),
    ):
        assert_problem(answer, 404, "not_found")
    assert (await send(action_server, run)).status_code == 204
    assert (await action_server.post(f"/internal/trainings/{run}/stopped")).status_code == 204
    for answer in (await action_server.get(f"/internal/trainings/{run}/questions"), await send(action_server, run)):
        assert_problem(answer, 409, "training_ended")


async def test_the_latest_that_is_told_is_kept_with_the_model_that_comes_after(
    action_server: httpx.AsyncClient, sessions: SessionFactory, run: str
) -> None:
    await Bot(action_server, str(uuid4())).start_with(model(OLD))
    for right in (0.7, 0.8):
        assert (await send(action_server, run, examination(serving=measured(), right=right))).status_code == 204
    sent = await action_server.put(f"/internal/trainings/{run}/model", content=model(NEW))
    async with transaction(sessions) as session:
        found = await examinations.find(session, sent.json()["id"])
        serving = (await session.scalars(select(BotModel.id).where(BotModel.content_version == OLD))).one()
    assert found is not None
    assert found.found["cross_validation"]["right"] == 0.8
    assert found.compared_with == serving
    assert len(await kept(sessions)) == 1


async def test_it_is_known_which_model_it_was_compared_with(
    action_server: httpx.AsyncClient, sessions: SessionFactory, run: str
) -> None:
    first = Bot(action_server, str(uuid4()))
    await first.start_with(model(OLD))
    # Another one has come in use while the trainer was measuring.
    await Bot(action_server, str(uuid4())).start_with(model(NEW))
    found = examination(serving=measured(), serving_sha256=checksum(model(OLD)))
    assert (await send(action_server, run, found)).status_code == 204
    async with sessions() as session:
        old = (await session.scalars(select(BotModel.id).where(BotModel.content_version == OLD))).one()
    assert [each.compared_with for each in await kept(sessions)] == [old]
    assert (await send(action_server, run, examination())).status_code == 204
    assert [each.compared_with for each in await kept(sessions)] == [None]


@pytest.mark.parametrize(
    "found",
    [
        {},
        {**examination(), "version": 2},
        examination(measured(right=1.2)),
        examination(measured(failed=[decided("no id")])),
        examination(measured(asked=[decided(str(uuid4()), "Ja\x00")])),
        {**examination(), "serving_sha256": "short"},
    ],
    ids=["nothing", "of another version", "more than all", "no id", "a zero byte", "no checksum"],
)
async def test_what_is_no_examination_is_refused_and_changes_nothing(
    action_server: httpx.AsyncClient, sessions: SessionFactory, run: str, found: dict[str, object]
) -> None:
    assert_problem(await action_server.put(f"/internal/trainings/{run}/examination", json=found), 422, "invalid")
    assert await kept(sessions) == []


async def test_an_examination_has_the_limit_of_all_that_is_no_model(action_server: httpx.AsyncClient, run: str) -> None:
    much = {**examination(), "more": "x" * MAX_BODY_BYTES}
    assert_problem(await send(action_server, run, much), 413, "too_large")
