"""What the staff tell the editors about what the bot should have answered."""

import re
from html import unescape
from uuid import uuid4

import httpx
import pytest
from content_folder import ContentFolder
from fakes import FakeBot, FakeClock, reply, says
from people import Member, People, Resident, a_personal_number, assert_problem
from sqlalchemy import select

from handover_api.cases import erasure
from handover_api.database import SessionFactory, transaction
from handover_api.models import Message

PAGE = {"accept": "text/html"}
QUESTION = "Hur hög får en altan vara?"


async def open_page(member: Member, address: str) -> str:
    response = await member.client.get(address, headers=PAGE)
    assert response.status_code == 200, response.text
    return unescape(response.text)


async def an_answered_case(people: People, bot: FakeBot) -> tuple[Resident, str]:
    """A case in which the resident has asked, and the bot has answered with an article."""
    bot.behaviour = says(reply(text="Mät radon.", topic="radon", article_version=1))
    resident = await people.resident()
    await resident.write(QUESTION)
    await resident.read_until_answered()
    return resident, await resident.queue_up()


async def addresses(people: People, reference: str) -> tuple[str, str]:
    """Where the resident's question and the bot's answer are told about."""
    page = await open_page(people.agent, f"/desk/arenden/{reference}")
    links = re.findall(r'href="(/desk/boten-borde/[\w-]+)">(Boten borde ha svarat|Fel i svaret)', page)
    by_label = {label: address for address, label in links}
    return by_label["Boten borde ha svarat"], by_label["Fel i svaret"]


async def send(people: People, address: str, **form: str) -> httpx.Response:
    form = {"key": "en-nyckel", "question": QUESTION, "kind": "known_topic", "topic": "bygglov-altan", **form}
    return await people.agent.client.post(address, data=form, headers=PAGE)


async def inbox(people: People) -> str:
    return await open_page(people.editor, "/desk/redaktion")


async def test_a_question_goes_masked_to_the_editors_inbox_and_the_agent_is_told(
    people: People, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    _, reference = await an_answered_case(people, bot)
    question, _ = await addresses(people, reference)
    assert f">{QUESTION}</textarea>" in await open_page(people.agent, question)
    sent = await send(people, question, question=f"Jag, {a_personal_number()}, undrar.", remark="Svara om altaner.")
    assert sent.status_code == 303
    assert "Frågan ligger nu i redaktionens inkorg." in await open_page(people.agent, sent.headers["location"])
    page = await inbox(people)
    assert "Frågan hör till ett ämne som finns: Behöver jag bygglov för en altan?" in page
    assert "Svara om altaner." in page
    assert "Från Agenten" in page
    assert a_personal_number() not in page
    assert QUESTION not in page


async def test_about_an_answer_its_topic_and_the_article_are_filled_in(
    people: People, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    _, reference = await an_answered_case(people, bot)
    _, answer = await addresses(people, reference)
    page = await open_page(people.agent, answer)
    assert "Mät radon." in page
    assert f">{QUESTION}</textarea>" in page
    assert re.findall(r'value="([^"]*)" (?:selected|checked)', page) == ["article_wrong", "radon"]
    assert (await send(people, answer, kind="article_wrong", topic="radon")).status_code == 303
    assert "Artikelns version 1" in await inbox(people)


async def test_a_new_article_needs_no_topic(people: People, bot: FakeBot, published: ContentFolder) -> None:
    assert published
    _, reference = await an_answered_case(people, bot)
    question, _ = await addresses(people, reference)
    assert (await send(people, question, kind="article_needed", topic="")).status_code == 303
    assert "Det behövs en ny artikel" in await inbox(people)


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        ({"kind": ""}, "kind", "Välj vad redaktionen ska göra."),
        ({"topic": ""}, "topic", "Välj vilket ämne det gäller."),
        ({"topic": "finns-inte"}, "topic", "Välj vilket ämne det gäller."),
        ({"question": " "}, "question", "Skriv något först"),
        ({"remark": "x" * 1001}, "remark", "Texten är för lång"),
    ],
)
async def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(
    people: People, bot: FakeBot, published: ContentFolder, form: dict[str, str], field: str, sentence: str
) -> None:
    assert published
    _, reference = await an_answered_case(people, bot)
    question, _ = await addresses(people, reference)
    refused = await send(people, question, **{"remark": "Min kommentar", **form})
    assert refused.status_code == 422
    assert re.search(rf'id="{field}-fel" role="alert">{sentence}', refused.text)
    assert form.get("remark", "Min kommentar") in refused.text
    assert "Inkorgen är tom." in await inbox(people)


async def test_pressing_twice_tells_once(people: People, bot: FakeBot, published: ContentFolder) -> None:
    assert published
    _, reference = await an_answered_case(people, bot)
    question, _ = await addresses(people, reference)
    assert [(await send(people, question)).status_code for _ in range(2)] == [303, 303]
    assert "Att hantera (1)" in await inbox(people)


async def test_an_editor_marks_it_as_handled_once_and_reads_no_case(
    people: People, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    _, reference = await an_answered_case(people, bot)
    question, _ = await addresses(people, reference)
    await send(people, question)
    page = await inbox(people)
    assert reference not in page
    assert reference in await open_page(people.lead, "/desk/redaktion")
    action = re.search(r'action="(/desk/redaktion/[\w-]+/klar)"', page)
    assert action is not None
    for member in (people.editor, people.lead):
        assert (await member.client.post(action[1], headers=PAGE)).status_code == 303
    page = await inbox(people)
    assert "Inkorgen är tom." in page
    assert "Hanterad av Redaktören" in page


async def test_what_somebody_else_wrote_or_nobody_did_is_not_found(
    people: People, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    reference = await (await people.resident()).queue_up()
    await people.agent.write(reference)
    messages = (await people.agent.get_case(reference))["messages"]
    assert {each["author"] for each in messages} == {"system", "agent"}
    page = await open_page(people.agent, f"/desk/arenden/{reference}")
    assert "/desk/boten-borde/" not in page
    async with sessions() as session:
        written = list(await session.scalars(select(Message.id)))
    for message_id in (*written, uuid4()):
        missing = await people.agent.client.get(f"/desk/boten-borde/{message_id}")
        assert_problem(missing, 404, "not_found")


@pytest.mark.parametrize("path", ["/desk/redaktion", "/desk/redaktion/0190c0de-0000-7000-8000-000000000000/klar"])
async def test_the_inbox_does_not_exist_for_agents_and_administrators(people: People, path: str) -> None:
    for member in (people.agent, people.admin):
        method = "POST" if path.endswith("klar") else "GET"
        assert (await member.client.request(method, path)).status_code == 404


async def test_it_goes_when_the_conversation_is_erased(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    _, reference = await an_answered_case(people, bot)
    question, _ = await addresses(people, reference)
    await send(people, question)
    await people.agent.claim(reference)
    await people.agent.close(reference)
    async with transaction(sessions) as session:
        await erasure.erase(session, reference, "gallringsbeslut 1", FakeClock.START)
    assert "Inkorgen är tom." in await inbox(people)
