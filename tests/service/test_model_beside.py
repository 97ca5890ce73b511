"""A new model reads beside the one in use: what it would have done is shown, nobody hears it, and it ends in time."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from fakes import FakeBot, FakeClock, reply, says
from fastapi import FastAPI
from model_archives import OLD, Bot, checksum, model
from people import People, assert_problem, said_by
from secret_cases import SECRET_TOPIC, make_secret_topic
from sqlalchemy import func, select
from studio_models import HTML, PATH, audited, id_of, page_of, serving, states_of, train
from timed_work import TimedWork

from handover_api.bot_models.held import LONGEST_WAIT_SECONDS, preferred_wait
from handover_api.cases.erasure import erase
from handover_api.database import SessionFactory, transaction
from handover_api.models import ShadowDecision, ShadowRun
from handover_api.rules.shadow import KEPT, LIFE, ShadowEnding

NEW, WORSE, OTHER = "bbbb00000002", "cccc00000003", "dddd00000004"
SHADOW = "/internal/models/shadow"
QUESTION = "Hur högt får ett plank vara?"
ANSWERS = {"decision": "answer", "topic": "radon"}
ASKS_BACK = {"decision": "clarify", "topic": "radon"}
HANDS_OVER = {"decision": "handover", "topic": None}


@pytest.fixture
async def beside(app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot) -> str:
    """A candidate that reads beside the model in use. Its page."""
    assert bot_process.has
    await train(people.editor.client, action_server, model(NEW))
    address = f"{PATH}/{await id_of(app, NEW)}"
    answer = await people.editor.client.post(f"{address}/provkor", headers=HTML)
    assert answer.headers["location"] == f"{address}#provkorning"
    return address


async def ask(people: People, bot: FakeBot, text: str = QUESTION, **understanding: object) -> str:
    """Somebody asks, and the bot answers. Returns the message's id."""
    bot.behaviour = says(reply(text="Mät radon."), **understanding)
    resident = await people.resident()
    await resident.write(text)
    await resident.read_until_answered()
    return str(bot.heard[-1].message_id)


async def tell(
    internal: httpx.AsyncClient, *read: tuple[str, dict[str, object], dict[str, object]], **more: object
) -> httpx.Response:
    """A process of the bot tells what the two models make of messages."""
    decisions = [{"message_id": message, "before": before, "now": now} for message, before, now in read]
    body = {"sha256": checksum(model(NEW)), "serving": checksum(model(OLD)), "decisions": decisions, **more}
    return await internal.post(f"{SHADOW}/decisions", json=body)


async def count(sessions: SessionFactory) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(ShadowDecision)) or 0


async def endings(sessions: SessionFactory) -> list[str | None]:
    async with sessions() as session:
        return list(await session.scalars(select(ShadowRun.ending).order_by(ShadowRun.id)))


async def test_the_bot_gets_the_candidate_and_goes_on_answering_with_the_other(
    app: FastAPI, action_server: httpx.AsyncClient, beside: str, bot_process: Bot
) -> None:
    assert beside
    response = await action_server.get(SHADOW)
    assert checksum(response.content) == checksum(model(NEW))
    again = await action_server.get(SHADOW, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await bot_process.pull()).status_code == 304
    assert await serving(app) == OLD
    assert len(await audited(app, "bot_model_shadow_begun")) == 1


async def test_what_the_candidate_would_have_done_is_counted_and_told(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, beside: str, sessions: SessionFactory
) -> None:
    assert "Inget meddelande har lästs än." in await page_of(people.editor.client, beside)
    same, asked, other = [
        await ask(people, bot, text) for text in (QUESTION, "Kan jag bygga en veranda?", "Radonhalt?")
    ]
    told = [(same, ANSWERS, ANSWERS), (asked, ANSWERS, ASKS_BACK), (other, ANSWERS, {**ANSWERS, "topic": "okant"})]
    assert (await tell(action_server, *told, dropped=3)).status_code == 204
    # A process that is not sure of having been heard tells once more.
    await tell(action_server, *told)
    assert await count(sessions) == 3
    page = await page_of(people.editor.client, beside)
    assert "Båda modellerna har läst 3 meddelanden." in page
    assert "Med 2 av dem (66,7 procent) skulle boten ha gjort något annat." in page
    assert "3 meddelanden lästes bara av modellen som används" in page
    assert "<td>Svarar</td><td>Frågar vilket ämne som menas</td><td>1</td>" in page
    assert "<td>Svarar (ett ämne)</td><td>Svarar (ett annat ämne)</td><td>1</td>" in page
    assert "Kan jag bygga en veranda?" in page
    assert QUESTION not in page


async def test_residents_notice_nothing(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, beside: str
) -> None:
    assert beside
    bot.behaviour = says(reply(text="Mät radon."))
    resident = await people.resident()
    await resident.write(QUESTION)
    before = await resident.read_until_answered()
    await tell(action_server, (str(bot.heard[-1].message_id), ANSWERS, HANDS_OVER))
    assert await resident.read() == before
    assert said_by("bot", before) == ["Mät radon."]


@pytest.mark.parametrize("believer", ["before", "now"])
async def test_a_question_that_either_model_believes_to_be_under_secrecy_is_counted_and_not_shown(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, beside: str, sessions: SessionFactory, believer: str
) -> None:
    await make_secret_topic(sessions)
    message = await ask(people, bot)
    secret = {"decision": "handover", "topic": SECRET_TOPIC}
    await tell(action_server, (message, secret, ANSWERS) if believer == "before" else (message, ANSWERS, secret))
    page = await page_of(people.editor.client, beside)
    assert "Med 1 av dem (100,0 procent)" in page
    assert "1 fråga till visas inte här" in page
    assert QUESTION not in page
    assert SECRET_TOPIC.capitalize() not in page


async def test_somebodys_own_matter_is_counted_and_not_shown(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, beside: str
) -> None:
    message = await ask(people, bot, is_personal=True)
    await tell(action_server, (message, ANSWERS, ASKS_BACK))
    page = await page_of(people.editor.client, beside)
    assert "1 fråga till visas inte här" in page
    assert QUESTION not in page


async def test_with_the_conversation_everything_goes(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, beside: str, sessions: SessionFactory
) -> None:
    assert beside
    resident = await people.resident()
    await resident.write(QUESTION)
    await resident.read_until_answered()
    told = (str(bot.heard[-1].message_id), ANSWERS, ASKS_BACK)
    await tell(action_server, told)
    assert await count(sessions) == 1
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    await people.agent.close(reference)
    async with transaction(sessions) as session:
        await erase(session, reference, "gallringsbeslut 12", FakeClock.START)
    assert await count(sessions) == 0
    # What is told of it afterwards is not kept.
    assert (await tell(action_server, told)).status_code == 204
    assert await count(sessions) == 0


async def test_what_was_compared_with_another_model_is_left_out(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, beside: str, sessions: SessionFactory
) -> None:
    assert beside
    message = await ask(people, bot)
    told = await tell(action_server, (message, ANSWERS, ASKS_BACK), serving=checksum(model(OTHER)))
    assert (told.status_code, await count(sessions)) == (204, 0)


async def test_it_ends_by_a_button(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, beside: str, sessions: SessionFactory
) -> None:
    message = await ask(people, bot)
    assert (await people.lead.client.post(f"{beside}/avsluta-provkorning", headers=HTML)).status_code == 303
    assert_problem(await action_server.get(SHADOW), 404, "model_missing")
    assert_problem(await tell(action_server, (message, ANSWERS, ASKS_BACK)), 409, "shadow_ended")
    assert await endings(sessions) == [ShadowEnding.STOPPED]
    page = await page_of(people.editor.client, beside)
    assert "Den avslutades för hand." in page
    assert "Provkör igen" in page
    # It can be begun anew, and what was found before is not mixed with what is found then.
    await people.editor.client.post(f"{beside}/provkor", headers=HTML)
    await tell(action_server, (message, ANSWERS, ANSWERS))
    assert "Båda modellerna har läst 1 meddelande." in await page_of(people.editor.client, beside)


async def test_it_ends_by_itself_when_the_time_is_up(
    app: FastAPI,
    action_server: httpx.AsyncClient,
    beside: str,
    timed_work: TimedWork,
    sessions: SessionFactory,
    clock: FakeClock,
) -> None:
    assert beside
    clock.advance(seconds=LIFE.total_seconds())
    # At once, and not first when somebody notices.
    assert_problem(await action_server.get(SHADOW), 404, "model_missing")
    await timed_work.do("keep_models")
    assert await endings(sessions) == [ShadowEnding.TIME_UP]
    assert len(await audited(app, "bot_model_shadow_ended")) == 1
    clock.advance(seconds=KEPT.total_seconds() + 1)
    await timed_work.do("delete_outdated_shadows")
    assert await endings(sessions) == []


async def test_it_ends_when_a_model_is_put_in_use(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, beside: str, sessions: SessionFactory
) -> None:
    await people.lead.client.post(f"{beside}/anvand", data={"trots": "1", "anledning": "Prov."}, headers=HTML)
    assert await serving(app) == NEW
    assert_problem(await action_server.get(SHADOW), 404, "model_missing")
    assert await endings(sessions) == [ShadowEnding.MODEL_CHANGED]
    assert "En annan modell togs i bruk." in await page_of(people.editor.client, beside)


async def test_it_ends_when_the_candidate_is_refused_or_cannot_be_loaded(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, beside: str, sessions: SessionFactory
) -> None:
    await action_server.post(f"/internal/models/{checksum(model(NEW))}/not-loaded")
    assert "Chattboten kunde inte läsa in modellen." in await page_of(people.editor.client, beside)
    assert await states_of(app) == {OLD: "serving", NEW: "candidate"}
    await train(people.editor.client, action_server, model(WORSE, right=0.1))
    worse = f"{PATH}/{await id_of(app, WORSE)}"
    await people.editor.client.post(f"{worse}/provkor", headers=HTML)
    await people.editor.client.post(f"{worse}/anvand", headers=HTML)
    assert await endings(sessions) == [ShadowEnding.NOT_LOADED, ShadowEnding.REFUSED]
    assert "Modellen stoppades när den skulle tas i bruk." in await page_of(people.editor.client, worse)


async def test_one_model_at_a_time_reads_beside(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, beside: str, sessions: SessionFactory
) -> None:
    await train(people.editor.client, action_server, model(OTHER))
    other = f"{PATH}/{await id_of(app, OTHER)}"
    answer = await people.editor.client.post(f"{other}/provkor", headers=HTML)
    assert answer.headers["location"] == f"{other}?provkorning=shadow_unfinished#provkorning"
    page = await page_of(people.editor.client, answer.headers["location"])
    assert "En annan modell provkörs redan. Avsluta den provkörningen först." in page
    # Whoever presses twice has begun once.
    await asyncio.gather(*(people.lead.client.post(f"{beside}/provkor", headers=HTML) for _ in range(3)))
    assert await endings(sessions) == [None]


async def test_only_a_candidate_reads_beside_another(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot, sessions: SessionFactory
) -> None:
    assert bot_process.has
    serves = f"{PATH}/{await id_of(app, OLD)}"
    answer = await people.editor.client.post(f"{serves}/provkor", headers=HTML)
    assert answer.headers["location"].endswith("?provkorning=not_a_candidate#provkorning")
    assert "Provkör" not in await page_of(people.editor.client, serves)
    assert (await people.editor.client.post(f"{PATH}/{uuid4()}/provkor", headers=HTML)).status_code == 404
    assert await endings(sessions) == []
    assert_problem(await action_server.get(SHADOW), 404, "model_missing")


async def test_only_editors_and_leads_begin_and_end_it(people: People, beside: str, sessions: SessionFactory) -> None:
    for member in (people.agent, people.admin, people.nobody):
        for deed in ("provkor", "avsluta-provkorning"):
            assert (await member.client.post(f"{beside}/{deed}")).status_code in {401, 404}
    assert await endings(sessions) == [None]
    for client in (people.nobody.client, people.lead.client):
        assert_problem(await client.get(SHADOW), 404, "not_found")
        assert_problem(await client.post(f"{SHADOW}/decisions", json={}), 404, "not_found")


async def test_whoever_has_time_is_answered_when_the_model_changes(
    app: FastAPI, people: People, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    await train(people.editor.client, action_server, model(NEW))
    headers = {"If-None-Match": f'"{bot_process.has}"', "Prefer": f"wait={LONGEST_WAIT_SECONDS:.0f}"}
    waiting = asyncio.create_task(action_server.get("/internal/models/serving", headers=headers))
    beside_waiting = asyncio.create_task(action_server.get(SHADOW, headers={"Prefer": headers["Prefer"]}))
    address = f"{PATH}/{await id_of(app, NEW)}"
    await people.editor.client.post(f"{address}/provkor", headers=HTML)
    async with asyncio.timeout(LONGEST_WAIT_SECONDS / 2):
        assert checksum((await beside_waiting).content) == checksum(model(NEW))
    assert not waiting.done()
    await people.lead.client.post(f"{address}/anvand", data={"trots": "1", "anledning": "Prov."}, headers=HTML)
    async with asyncio.timeout(LONGEST_WAIT_SECONDS / 2):
        assert checksum((await waiting).content) == checksum(model(NEW))


async def test_nobody_waits_for_a_service_that_is_shut_down(
    app: FastAPI, action_server: httpx.AsyncClient, bot_process: Bot
) -> None:
    headers = {"If-None-Match": f'"{bot_process.has}"', "Prefer": f"wait={LONGEST_WAIT_SECONDS:.0f}"}
    app.state.hub.close()
    async with asyncio.timeout(LONGEST_WAIT_SECONDS / 2):
        assert (await action_server.get("/internal/models/serving", headers=headers)).status_code == 304


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("wait=7", 7),
        ("respond-async, wait=7", 7),
        ("wait=9999", LONGEST_WAIT_SECONDS),
        ("wait=99999", 0),
        ("wait=-1", 0),
        ("wait=1.5", 0),
        ("await=7", 0),
    ],
)
def test_how_long_a_caller_has_time(prefer: str | None, seconds: float) -> None:
    assert preferred_wait(prefer) == seconds
