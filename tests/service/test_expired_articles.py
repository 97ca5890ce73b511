"""An article past its review is served nowhere: not by the bot, in other words, or to agents. A person answers."""

from datetime import date

import httpx
import pytest
from answers_folder import add_article
from content_folder import ContentFolder
from fakes import FakeBot, FakeClock, says
from people import People, assert_problem, hand_over, said_by
from sqlalchemy import select, update
from test_easy_swedish import ORDINARY, from_article

from handover_api.content import answers
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction
from handover_api.models import Article, ArticleVersion, Topic

HTML = {"accept": "text/html"}
OTHERS = "\n## Lättläst\n\nMät din luft.\n\n## English\n\nOrder a kit.\n"
TITLE = "Hur mäter jag radon?"
# The clock's day.
TODAY, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)


@pytest.fixture
async def library(content: ContentFolder, sessions: SessionFactory, clock: FakeClock) -> None:
    """An article in three languages, with next steps, and one more that says nearly the same."""
    text = content.radon.read_text(encoding="utf-8") + OTHERS.replace("## English", "## Checklista\n\n## English")
    content.radon.write_text(text, encoding="utf-8")
    add_article(content, "radonhus", "Vad är ett radonhus?", "Ett hus med radon i luften.")
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())


async def expire(sessions: SessionFactory, review_by: date = YESTERDAY) -> None:
    async with transaction(sessions) as session:
        of_radon = ArticleVersion.article_id == select(Article.id).where(Article.topic == "radon").scalar_subquery()
        await session.execute(update(ArticleVersion).where(of_radon).values(review_by=review_by))


async def mark_of(sessions: SessionFactory) -> str:
    async with sessions() as session:
        return f"article:{await session.scalar(select(Article.id).where(Article.topic == 'radon'))}:1"


@pytest.mark.usefixtures("library")
async def test_the_bot_is_given_neither_the_words_nor_the_next_steps(
    action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    served = await action_server.get("/internal/articles/radon")
    assert served.json()["next_steps"]
    await expire(sessions)
    # What the bot has in its memory does not make it valid either.
    response = await action_server.get("/internal/articles/radon", headers={"If-None-Match": served.headers["etag"]})
    body = assert_problem(response, 410, "article_expired")
    assert not {"text", "next_steps", "sources"} & body.keys()


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(("review_by", "is_said"), [(TODAY, True), (YESTERDAY, False)])
async def test_an_answer_that_was_on_its_way_when_it_expired_is_not_said_in_any_language(
    people: People, bot: FakeBot, sessions: SessionFactory, review_by: date, *, is_said: bool
) -> None:
    await expire(sessions, review_by)
    bot.behaviour = says(from_article())
    resident = await people.resident()
    await resident.write()
    messages = await resident.read_until_answered()
    whole = str(messages)
    assert [words in whole for words in (ORDINARY, "Mät din luft.", "Order a kit.")] == [is_said] * 3
    if not is_said:
        assert "eller prata med en människa" in said_by("system", messages)[-1]
        assert messages[-1]["payload"]["problem"] == "article_expired"
        assert [each["kind"] for each in messages[-1]["payload"]["buttons"]] == ["person"]


@pytest.mark.usefixtures("library")
async def test_a_resident_who_asks_about_it_gets_a_person(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    await expire(sessions)
    resident = await people.resident()
    await resident.write("Hur mäter jag radon?")
    await resident.read_until_answered()
    handover = await hand_over(action_server, resident, bot, topic="radon", reason="article_expired")
    assert handover.status_code == 201
    assert (await resident.status())["state"] == "waiting"
    assert any("behöver ses över först" in text for text in said_by("system", await resident.read()))


@pytest.mark.usefixtures("library")
async def test_agents_are_not_suggested_it_do_not_find_it_and_cannot_put_it_into_a_reply(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    await resident.write("Hur mäter jag radon?")
    await resident.read_until_answered()
    evidence = {"candidates": [{"topic": "radon", "confidence": 0.9}]}
    handover = await hand_over(action_server, resident, bot, topic="radon", evidence=evidence)
    case = f"/desk/arenden/{handover.json()['case_reference']}"
    await people.agent.claim(handover.json()["case_reference"])
    mark = await mark_of(sessions)
    for is_served in (True, False):
        page = (await people.agent.client.get(case, headers=HTML)).text
        found = (await people.agent.client.get("/api/answers", params={"q": "radon mätdosor"})).json()
        async with sessions() as session:
            put_in = await answers.find(session, mark, clock())
        assert (mark in page) is is_served
        assert (TITLE in [each["title"] for each in found]) is is_served
        assert (put_in is not None) is is_served
        # The other one is served all the time.
        assert "Vad är ett radonhus?" in [each["title"] for each in found]
        await expire(sessions)


@pytest.mark.usefixtures("library")
async def test_a_new_review_brings_it_back_at_once(action_server: httpx.AsyncClient, sessions: SessionFactory) -> None:
    await expire(sessions)
    assert (await action_server.get("/internal/articles/radon")).status_code == 410
    await expire(sessions, TODAY)
    assert (await action_server.get("/internal/articles/radon")).status_code == 200


async def test_a_topic_whose_article_has_expired_is_told_as_one_that_has_an_article(
    library: None, action_server: httpx.AsyncClient, sessions: SessionFactory
) -> None:
    """The bot may offer it as a choice: whoever chooses it gets a person, who is told why."""
    assert library is None
    await expire(sessions)
    async with sessions() as session:
        assert await session.get(Topic, "radon") is not None
    (topic,) = [each for each in (await action_server.get("/internal/topics")).json() if each["id"] == "radon"]
    assert topic["has_article"] is True
