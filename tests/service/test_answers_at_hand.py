"""Articles and ready answers: found by words, suggested from the conversation, and marked as used."""

import asyncio
import json

import httpx
import pytest
from answers_folder import add_article
from content_folder import ContentFolder
from fakes import FakeBot, FakeClock, reply, says
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import People, Resident, hand_over
from sqlalchemy import func, insert, select, text, update

from handover_api.content import answers
from handover_api.content.answers import MOST_FOUND, Answer
from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction
from handover_api.models import Article, ArticleVersion, LocalFact, Message, ReadyAnswer, Staff, Topic

HTML = {"accept": "text/html"}


@pytest.fixture
async def library(content: ContentFolder, sessions: SessionFactory, clock: FakeClock) -> None:
    """Some articles: one past its review, one for small talk."""
    add_article(content, "bygglov", "Behöver jag bygglov?", "Ring {telefon} om altaner och staket.")
    add_article(content, "staket", "Får jag sätta upp staket?", "Ja. Du kan behöva bygglov nära en väg.")
    add_article(content, "gammalt", "Bygglov förr", "Om bygglov.", review_by="2026-11-19")
    add_article(content, "halsning", "Hej och bygglov", "Hej!", handling="chat")
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())


async def find(sessions: SessionFactory, clock: FakeClock, words: str) -> list[Answer]:
    async with transaction(sessions) as session:
        return await answers.search(session, words, clock())


async def titles(sessions: SessionFactory, clock: FakeClock, words: str) -> list[str]:
    return [answer.title for answer in await find(sessions, clock, words)]


async def write_ready_answer(
    sessions: SessionFactory, clock: FakeClock, title: str, said: str, answer_group: str | None = None
) -> str:
    async with transaction(sessions) as session:
        writer = await session.scalar(select(Staff.id).where(Staff.username == "editor"))
        answer = ReadyAnswer(title=title, text=said, answer_group=answer_group, changed_by=writer, changed_at=clock())
        session.add(answer)
        await session.flush()
        return f"ready_answer:{answer.id}:1"


@pytest.mark.usefixtures("library")
async def test_a_title_weighs_more_than_a_text(sessions: SessionFactory, clock: FakeClock) -> None:
    assert await titles(sessions, clock, "bygglov ") == ["Behöver jag bygglov?", "Får jag sätta upp staket?"]


@pytest.mark.usefixtures("library")
async def test_what_has_all_the_words_comes_first(sessions: SessionFactory, clock: FakeClock) -> None:
    assert (await titles(sessions, clock, "bygglov väg "))[0] == "Får jag sätta upp staket?"


@pytest.mark.usefixtures("library")
async def test_words_are_found_in_every_form_and_by_their_beginning(sessions: SessionFactory, clock: FakeClock) -> None:
    for words in ("altanen", "altan", "ALTANERNA", "alta", "al"):
        assert await titles(sessions, clock, words) == ["Behöver jag bygglov?"], words
    assert await titles(sessions, clock, "al ") == []


@pytest.mark.usefixtures("library")
async def test_words_that_say_nothing_find_nothing(sessions: SessionFactory, clock: FakeClock) -> None:
    for words in ("", "  ", "och ", "?!", "'; DROP TABLE topics; --"):
        assert await titles(sessions, clock, words) == [], words


@pytest.mark.usefixtures("library")
async def test_an_article_past_its_review_is_not_found_and_neither_is_small_talk(
    sessions: SessionFactory, clock: FakeClock
) -> None:
    found = await titles(sessions, clock, "bygglov förr hej ")
    assert "Bygglov förr" not in found
    assert "Hej och bygglov" not in found
    clock.advance(days=365)
    assert await titles(sessions, clock, "bygglov ") == []


@pytest.mark.usefixtures("library")
async def test_facts_are_filled_in_and_what_names_an_unknown_one_is_not_found(
    sessions: SessionFactory, clock: FakeClock
) -> None:
    [answer] = await find(sessions, clock, "altan")
    assert answer.text == "Ring 0980-319 200 om altaner och staket."
    async with transaction(sessions) as session:
        await session.execute(update(LocalFact).where(LocalFact.name == "telefon").values(name="fax"))
    assert await titles(sessions, clock, "altan") == []


@pytest.mark.usefixtures("library")
async def test_ready_answers_stand_among_the_articles_until_they_are_put_away(
    sessions: SessionFactory, clock: FakeClock
) -> None:
    await write_ready_answer(sessions, clock, "Bygglov på sommaren", "Det tar tio veckor. Ring {telefon}.", "social")
    found = await find(sessions, clock, "bygglov sommar")
    assert found[0].title == "Bygglov på sommaren"
    assert found[0].text == "Det tar tio veckor. Ring 0980-319 200."
    async with transaction(sessions) as session:
        await session.execute(update(ReadyAnswer).values(is_active=False))
    assert "Bygglov på sommaren" not in await titles(sessions, clock, "bygglov sommar")


async def test_at_most_eight_are_found_of_five_thousand_and_the_indexes_are_used(
    sessions: SessionFactory, clock: FakeClock
) -> None:
    async with transaction(sessions) as session:
        day = clock().date()
        numbers = range(5000)
        await session.execute(
            insert(Topic),
            [
                {
                    "id": f"amne-{number}",
                    "title": f"Fråga nummer {number} om avgifter",
                    "area": "miljo-halsa",
                    "rosa_level": 1,
                    "handling": "answer",
                    "answer_group": "allmant",
                    "touches_secrecy": False,
                }
                for number in numbers
            ],
        )
        await session.execute(
            insert(Article), [{"topic": f"amne-{number}", "published_version": 1} for number in numbers]
        )
        rows = await session.execute(select(Article.topic, Article.id))
        ids = {row.topic: row.id for row in rows}
        await session.execute(
            insert(ArticleVersion),
            [
                {
                    "article_id": ids[f"amne-{number}"],
                    "version": 1,
                    "text": f"Svaret handlar om sak{number} och om något mer.",
                    "checklist": "",
                    "department": "Nämnden",
                    "sources": [],
                    "next_steps": [],
                    "reviewed_on": day,
                    "review_by": day,
                    "created_at": clock(),
                }
                for number in numbers
            ],
        )
        await session.execute(text("ANALYZE topics, articles, article_versions"))
    assert len(await find(sessions, clock, "avgift")) == MOST_FOUND
    assert (await titles(sessions, clock, "avgifter 4711 "))[0] == "Fråga nummer 4711 om avgifter"
    assert await titles(sessions, clock, "sak4711") == ["Fråga nummer 4711 om avgifter"]
    async with transaction(sessions) as session:
        # So few rows may be read as quickly from first to last; the question is whether the index could answer.
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        for table in ("topics", "article_versions"):
            query = f"EXPLAIN SELECT 1 FROM {table} WHERE searched @@ to_tsquery('swedish', 'sak4711')"  # noqa: S608
            plan = "\n".join((await session.scalars(text(query))).all())
            assert f"ix_{table}_searched" in plan


async def test_any_words_can_be_searched_for(app: FastAPI, clock: FakeClock) -> None:
    loop = asyncio.get_running_loop()

    @settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=80))
    def whatever(words: str) -> None:
        asyncio.run_coroutine_threadsafe(find(app.state.sessions, clock, words), loop).result(30)

    await asyncio.to_thread(whatever)


async def case_about(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, said: str = "Hej", **evidence: object
) -> tuple[Resident, str]:
    bot.behaviour = says(reply("clarify"))
    resident = await people.resident()
    await resident.write(said)
    await resident.read_until_answered()
    response = await hand_over(action_server, resident, bot, evidence=evidence)
    return resident, str(response.json()["case_reference"])


async def page(people: People, reference: str, **query: str) -> str:
    response = await people.agent.client.get(f"/desk/arenden/{reference}", params=query, headers=HTML)
    assert response.status_code == 200
    return response.text


@pytest.mark.usefixtures("library")
async def test_the_articles_of_what_the_bot_believed_are_suggested(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    believed = [{"topic": "staket", "confidence": 0.31}, {"topic": "bygglov", "confidence": 0.46}]
    _, reference = await case_about(people, bot, action_server, candidates=believed)
    html = await page(people, reference)
    assert html.index('id="forslag-1">Behöver jag bygglov?') < html.index('id="forslag-2">Får jag sätta upp staket?')


@pytest.mark.usefixtures("library")
async def test_answers_to_what_the_resident_wrote_are_suggested(
    people: People, sessions: SessionFactory, clock: FakeClock, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    await write_ready_answer(sessions, clock, "Staket vid väg", "Högst 80 centimeter.")
    await write_ready_answer(sessions, clock, "Staket vid skola", "Fråga rektorn.", "utbildning-barnomsorg")
    _, reference = await case_about(
        people, bot, action_server, "Hur högt får mitt staket vara vid vägen?", candidates=[]
    )
    html = await page(people, reference)
    assert ">Staket vid väg</h4>" in html
    assert "Staket vid skola" not in html
    assert 'id="forslag-4"' not in html
    # The group of an answer says where it is suggested, not who may find it.
    assert "Staket vid skola" in await page(people, reference, sok="staket")


@pytest.mark.usefixtures("library")
async def test_a_search_says_how_many_were_found(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    assert "2 svar." in await page(people, reference, sok="bygglov")
    assert "Inga svar." in await page(people, reference, sok="xyzzy")
    live = await people.agent.client.get(f"/desk/arenden/{reference}/svar", params={"sok": "altan"})
    assert live.json()["told"] == "1 svar."
    assert "Granskad 1 jan 2026" in live.json()["html"]
    assert "Nämnden" in live.json()["html"]


@pytest.mark.usefixtures("library")
async def test_only_who_has_the_case_can_put_an_answer_into_the_reply(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    address = f"/desk/arenden/{reference}/svar?sok=altan"
    assert "Infoga" in (await people.agent.client.get(address)).json()["html"]
    await people.other_agent.open_case(reference)
    assert "Infoga" not in (await people.other_agent.client.get(address)).json()["html"]


@pytest.mark.usefixtures("library")
async def test_without_a_script_an_answer_stands_after_what_was_written(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    [answer] = await find(sessions, clock, "altan")
    form = {"answer": answer.mark, "text": "Hej!", "used": ""}
    inserted = await people.agent.client.post(f"/desk/arenden/{reference}/infoga", data=form, headers=HTML)
    assert inserted.status_code == 200
    assert "Hej!\n\nRing 0980-319 200 om altaner och staket.</textarea>" in inserted.text
    assert f'name="used" value="{answer.mark}"' in inserted.text
    clock.advance(days=400)
    refused = await people.agent.client.post(f"/desk/arenden/{reference}/infoga", data=form, headers=HTML)
    # The session is over by then, so the agent signs in first.
    assert refused.status_code == 401


@pytest.mark.usefixtures("library")
async def test_an_answer_that_is_not_served_any_longer_loses_nothing_that_was_written(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    for mark in ("article:0192f0c1-2345-7000-8000-000000000000:1", "ready_answer:x:1", ""):
        form = {"answer": mark, "text": "Mitt utkast", "used": ""}
        refused = await people.agent.client.post(f"/desk/arenden/{reference}/infoga", data=form, headers=HTML)
        assert refused.status_code == 422
        assert "Svaret används inte längre." in refused.text
        assert "Mitt utkast</textarea>" in refused.text
    form = {"answer": "", "text": "Mitt utkast", "used": ""}
    other = await people.other_agent.client.post(f"/desk/arenden/{reference}/infoga", data=form, headers=HTML)
    assert other.status_code == 409
    assert "Mitt utkast</textarea>" in other.text


@pytest.mark.usefixtures("library")
async def test_staff_see_which_answers_a_reply_was_made_from_and_residents_do_not(
    people: People, sessions: SessionFactory, clock: FakeClock
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    [article] = await find(sessions, clock, "altan")
    ready = await write_ready_answer(sessions, clock, "En hälsning", "Hej och välkommen.")
    unknown = "article:0192f0c1-2345-7000-8000-000000000000:1"
    form = {
        "client_id": "a",
        "text": "Ring 0980-319 200.",
        "used": f"{article.mark} {ready} {article.mark} {unknown} skräp",
    }
    sent = await people.agent.client.post(f"/desk/arenden/{reference}/meddelanden", data=form)
    assert "Använda svar: ”Behöver jag bygglov?”, ”En hälsning”" in sent.json()["html"]
    case = await people.agent.get_case(reference)
    used = case["messages"][-1]["payload"]["used"]
    assert [(each["kind"], each["version"]) for each in used] == [("article", 1), ("ready_answer", 1)]
    assert used[0]["id"] == str(article.id)
    told = (await resident.read())[-1]
    assert told["text"] == "Ring 0980-319 200."
    assert "used" not in json.dumps(told)
    async with transaction(sessions) as session:
        stored = await session.scalar(select(func.count()).where(Message.payload.has_key("used")))
    assert stored == 1


async def test_a_reply_without_answers_says_nothing_of_any(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    await people.agent.write(reference)
    assert "used" not in (await people.agent.get_case(reference))["messages"][-1]["payload"]
    assert "Använt svar" not in await page(people, reference)


@pytest.mark.usefixtures("library")
async def test_the_answers_of_a_refused_reply_are_not_forgotten(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    form = {"client_id": "a", "text": " ", "used": "article:0192f0c1-2345-7000-8000-000000000000:1"}
    refused = await people.agent.client.post(f"/desk/arenden/{reference}/meddelanden", data=form, headers=HTML)
    assert refused.status_code == 422
    assert f'name="used" value="{form["used"]}"' in refused.text


@pytest.mark.usefixtures("library")
async def test_answers_are_found_and_used_over_the_api(people: People) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    await people.agent.claim(reference)
    [found] = (await people.agent.client.get("/api/answers", params={"q": "altan"})).json()
    assert found["title"] == "Behöver jag bygglov?"
    assert (found["department"], found["reviewed_on"]) == ("Nämnden", "2026-01-01")
    body = {"client_id": "a", "text": found["text"], "used": found["mark"]}
    sent = await people.agent.client.post(f"/api/cases/{reference}/messages", json=body)
    assert sent.status_code == 202
    [used] = (await people.agent.get_case(reference))["messages"][-1]["payload"]["used"]
    assert f"{used['kind']}:{used['id']}:{used['version']}" == found["mark"]
    for member in (people.editor, people.admin):
        assert (await member.client.get("/api/answers", params={"q": "altan"})).status_code == 404
    too_long = await people.agent.client.get("/api/answers", params={"q": "å" * 201})
    assert too_long.status_code == 422
