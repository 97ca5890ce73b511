"""What the action server relies on (docs/contracts/internal-api.md)."""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from content_folder import ContentFolder, replace
from environment import INTERNAL_TOKEN
from fakes import FakeBot, FakeClock
from people import People, assert_problem, hand_over

from handover_api.content.service import LOCAL_TIME, import_content
from handover_api.database import SessionFactory, transaction

REVIEW_BY = date(2027, 11, 1)


async def test_without_the_token_the_internal_api_does_not_exist(people: People) -> None:
    body = {"conversation_id": str(uuid4()), "message_id": str(uuid4()), "reason": "unsure"}
    for authorization in (None, "", "Bearer", "Bearer fel", INTERNAL_TOKEN, f"Bearer {INTERNAL_TOKEN}x"):
        client = people.connect(headers={} if authorization is None else {"Authorization": authorization})
        for response in (
            await client.get("/internal/topics"),
            await client.get("/internal/articles/radon"),
            await client.post("/internal/handovers", json=body),
        ):
            assert_problem(response, 404, "not_found")


async def test_neither_staff_nor_resident_reaches_the_internal_api(people: People) -> None:
    resident = await people.resident()
    assert_problem(await people.admin.client.get("/internal/topics"), 404, "not_found")
    assert_problem(await people.connect(headers=resident.headers).get("/internal/topics"), 404, "not_found")


async def test_the_catalogue_says_what_is_known_about_each_topic(
    action_server: httpx.AsyncClient, published: ContentFolder
) -> None:
    assert published
    response = await action_server.get("/internal/topics")
    assert response.status_code == 200
    topics = {topic["id"]: topic for topic in response.json()}
    assert list(topics) == sorted(topics)
    assert topics["radon"] == {
        "id": "radon",
        "title": "Hur mäter jag radon?",
        "area": "miljo-halsa",
        "rosa_level": 1,
        "handling": "answer",
        "answer_group": "bygga-bo-miljo",
        "has_article": True,
    }
    assert {id_: topic["has_article"] for id_, topic in topics.items()} == {
        "akut-fara": True,
        "bygglov-altan": False,
        "radon": True,
    }


async def test_an_article_comes_with_the_local_facts_filled_in(
    action_server: httpx.AsyncClient, published: ContentFolder
) -> None:
    assert published
    response = await action_server.get("/internal/articles/radon")
    assert response.status_code == 200
    article = response.json()
    assert UUID(article.pop("article_id"))
    assert article == {
        "topic": "radon",
        "version": 1,
        "title": "Hur mäter jag radon?",
        "area": "miljo-halsa",
        "rosa_level": 1,
        "handling": "answer",
        "answer_group": "bygga-bo-miljo",
        "text": "Beställ mätdosor. Ring 0980-319 200 om du undrar något.",
        "next_steps": [{"label": "Läs mer", "url": "https://www.exempelkommunen.example/radon"}],
        "see_also": [],
        "department": "Miljönämnden",
        "sources": [{"title": "Råd om radon", "url": "https://www.exempelkommunen.example/radon"}],
        "reviewed_on": "2026-11-01",
        "review_by": "2027-11-01",
        "language": "sv",
    }


async def test_the_checklist_is_for_the_staff_only(action_server: httpx.AsyncClient, published: ContentFolder) -> None:
    assert published
    assert (await action_server.get("/internal/articles/akut-fara")).json()["text"] == "**Ring 112 nu.**"


@pytest.mark.parametrize("path", ["/internal/topics", "/internal/articles/radon"])
async def test_what_has_not_changed_is_not_sent_again(
    action_server: httpx.AsyncClient, published: ContentFolder, path: str
) -> None:
    assert published
    etag = (await action_server.get(path)).headers["etag"]
    again = await action_server.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert (await action_server.get(path, headers={"If-None-Match": '"annat"'})).status_code == 200


async def test_a_changed_fact_changes_the_article(
    action_server: httpx.AsyncClient, published: ContentFolder, sessions: SessionFactory, clock: FakeClock
) -> None:
    etag = (await action_server.get("/internal/articles/radon")).headers["etag"]
    replace(published.facts, "0980-319 200", "0980-319 201")
    async with transaction(sessions) as session:
        await import_content(session, published.path, clock())
    changed = await action_server.get("/internal/articles/radon", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert "0980-319 201" in changed.json()["text"]
    assert changed.json()["version"] == 1


@pytest.mark.parametrize("topic", ["bygglov-altan", "finns-inte"])
async def test_a_topic_without_an_article_is_said_to_lack_one(
    action_server: httpx.AsyncClient, published: ContentFolder, topic: str
) -> None:
    assert published
    assert_problem(await action_server.get(f"/internal/articles/{topic}"), 404, "article_missing")


async def test_an_article_is_served_to_the_end_of_its_review_date_in_swedish_time(
    action_server: httpx.AsyncClient, published: ContentFolder, clock: FakeClock
) -> None:
    assert published
    midnight = datetime.combine(REVIEW_BY + timedelta(days=1), time(), LOCAL_TIME)
    clock.advance(seconds=(midnight - clock()).total_seconds() - 1)
    assert (await action_server.get("/internal/articles/radon")).status_code == 200
    clock.advance(seconds=1)
    assert_problem(await action_server.get("/internal/articles/radon"), 410, "article_expired")
    topics = (await action_server.get("/internal/topics")).json()
    assert [topic["has_article"] for topic in topics if topic["id"] == "radon"] == [True]


async def test_the_bot_hands_over_once_and_gets_the_same_answer_again(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    resident = await people.resident()
    await resident.write("en fråga")
    await resident.read_until_answered()
    first = await hand_over(action_server, resident, bot, text="Det här tar en människa hand om.")
    assert first.status_code == 201
    assert first.json() == {"case_reference": "2026-000001", "state": "waiting", "queue_position": 1}
    before = await resident.read()
    again = await hand_over(action_server, resident, bot, text="Det här tar en människa hand om.")
    assert (again.status_code, again.json()) == (200, first.json())
    assert await resident.read() == before
    assert [(each["author"], each["kind"]) for each in before[2:]] == [("bot", "handover"), ("system", "handover")]


async def test_asking_again_after_an_agent_has_come_tells_how_it_stands(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    resident = await people.resident()
    await resident.write("en fråga")
    await resident.read_until_answered()
    await hand_over(action_server, resident, bot)
    await people.agent.claim("2026-000001")
    again = await hand_over(action_server, resident, bot)
    assert again.status_code == 200
    assert again.json() == {"case_reference": "2026-000001", "state": "with_agent", "queue_position": None}


async def test_an_urgent_text_is_read_first(people: People, bot: FakeBot, action_server: httpx.AsyncClient) -> None:
    resident = await people.resident()
    await resident.write("det brinner")
    await resident.read_until_answered()
    await hand_over(action_server, resident, bot, reason="urgent_topic", text="**Ring 112 nu.**")
    urgent, notice = (await resident.read())[2:]
    assert (urgent["author"], urgent["kind"], urgent["text"]) == ("bot", "urgent", "**Ring 112 nu.**")
    assert (notice["kind"], notice["payload"]["priority"]) == ("handover", "urgent")


async def test_without_a_text_only_the_notice_is_shown(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    for text in (None, "", " \n"):
        resident = await people.resident()
        await resident.write("en fråga")
        await resident.read_until_answered()
        await hand_over(action_server, resident, bot, text=text)
        assert [message["author"] for message in (await resident.read())[2:]] == ["system"]


async def test_the_bot_does_not_hand_over_what_a_person_already_has(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    resident = await people.resident()
    await resident.write("en fråga")
    await resident.read_until_answered()
    reference = await resident.queue_up()
    assert assert_problem(await hand_over(action_server, resident, bot), 409, "not_with_bot")["state"] == "waiting"
    await people.agent.claim(reference)
    assert assert_problem(await hand_over(action_server, resident, bot), 409, "not_with_bot")["state"] == "with_agent"
    await people.agent.close(reference)
    assert assert_problem(await hand_over(action_server, resident, bot), 409, "not_with_bot")["state"] == "closed"


async def test_a_handover_of_something_unknown_is_refused(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient
) -> None:
    resident, stranger = await people.resident(), await people.resident()
    await resident.write("en fråga")
    await resident.read_until_answered()
    unknown = await hand_over(action_server, resident, bot, conversation_id=str(uuid4()))
    assert_problem(unknown, 404, "conversation_missing")
    assert_problem(await hand_over(action_server, resident, bot, message_id=str(uuid4())), 422, "message_missing")
    assert_problem(await hand_over(action_server, stranger, bot), 422, "message_missing")
    assert_problem(await hand_over(action_server, resident, bot, reason="därför"), 422, "invalid")
    assert await people.agent.list_cases() == []


async def test_the_answer_group_is_that_of_the_topic_or_else_the_general_one(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, published: ContentFolder
) -> None:
    assert published
    for topic in ("radon", "finns-inte", None):
        resident = await people.resident()
        await resident.write("en fråga")
        await resident.read_until_answered()
        response = await hand_over(action_server, resident, bot, reason="handover_topic", topic=topic)
        assert response.status_code == 201
    cases = await people.agent.list_cases()
    assert [(case["topic"], case["answer_group"]) for case in cases] == [
        ("radon", "bygga-bo-miljo"),
        (None, "allmant"),
        (None, "allmant"),
    ]


@pytest.mark.parametrize(("confidence", "filed_under"), [(0.3, "radon"), (0.29, None)])
async def test_a_faint_guess_does_not_decide_who_gets_the_case(
    people: People,
    bot: FakeBot,
    action_server: httpx.AsyncClient,
    published: ContentFolder,
    confidence: float,
    filed_under: str | None,
) -> None:
    assert published
    resident = await people.resident()
    await resident.write("en fråga")
    await resident.read_until_answered()
    evidence = {"candidates": [{"topic": "radon", "confidence": confidence}]}
    await hand_over(action_server, resident, bot, reason="unsure", topic="radon", evidence=evidence)
    (case,) = await people.agent.list_cases()
    assert case["topic"] == filed_under
    assert (await people.agent.get_case(case["reference"]))["evidence"][0]["candidates"] == evidence["candidates"]
