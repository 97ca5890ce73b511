"""Which of the residents' questions come to the editors, and which never do."""

import re
from uuid import UUID

import httpx
import pytest
from content_folder import ContentFolder
from fakes import FakeBot, FakeClock, reply, says
from people import Member, People, Resident, a_personal_number, hand_over
from secret_cases import make_secret_topic
from sqlalchemy import func, select
from test_erasure import whole_database

from handover_api.cases.erasure import erase
from handover_api.database import SessionFactory, transaction
from handover_api.models import AskedQuestion, Lesson

PAGE = {"accept": "text/html"}
QUESTION = "Hur hög får en altan vara?"
# What shows who asks; the number is nobody's (PTS).
SHOWN = ("Förnamn Efternamnsson", "Exempelgatan 12 B", "070-174 06 05", "fornamn@mejl.example", "ABC 123")
FROM_SOMEBODY = (
    "Jag heter {} och bor på {}. Ring {} eller skriv till {}. Bilen är {}. Hur hög får en altan vara?".format(*SHOWN)
)
FROM_ANYBODY = (
    "Jag heter [namn borttaget] och bor på [adress borttagen]. Ring [telefonnummer borttaget] eller skriv till "
    "[e-postadress borttagen]. Bilen är [registreringsnummer borttaget]. Hur hög får en altan vara?"
)
GUESSED = [{"topic": "radon", "confidence": 0.4}, {"topic": "bygglov-altan", "confidence": 0.3}]
EVIDENCE = {"candidates": GUESSED, "model_version": "modell-1"}


async def stored(sessions: SessionFactory) -> list[AskedQuestion]:
    async with sessions() as session:
        return list(await session.scalars(select(AskedQuestion).order_by(AskedQuestion.id)))


async def kinds(sessions: SessionFactory) -> list[str]:
    return [question.kind for question in await stored(sessions)]


async def ask(people: People, bot: FakeBot, text: str = QUESTION, **understanding: object) -> Resident:
    """Somebody asks, and the bot has to ask back."""
    believed = {"certainty": "unclear", "candidates": GUESSED, **understanding}
    bot.behaviour = says(reply("clarify", "Menar du något av det här?"), **believed)
    resident = await people.resident()
    await resident.write(text)
    await resident.read_until_answered()
    return resident


async def answered(people: People, bot: FakeBot, text: str = QUESTION, **understanding: object) -> tuple[Resident, int]:
    """Somebody asks, and the bot answers. Returns the number of the answer too."""
    bot.behaviour = says(reply(text="Mät radon.", topic="radon", article_version=1), **understanding)
    resident = await people.resident()
    await resident.write(text)
    return resident, (await resident.read_until_answered())[-1]["seq"]


async def rate(people: People, resident: Resident, seq: int, *, has_helped: bool) -> None:
    address = f"{resident.path}/messages/{seq}/feedback"
    response = await people.connect().post(address, json={"has_helped": has_helped}, headers=resident.headers)
    assert response.status_code == 200, response.text


async def mark(member: Member, reference: str, question: str = QUESTION, topic: str = "bygglov-altan") -> None:
    """An agent tells the editors of the resident's question."""
    page = (await member.client.get(f"/desk/arenden/{reference}", headers=PAGE)).text
    address = re.findall(r'href="(/desk/boten-borde/[\w-]+)">Boten borde ha svarat', page)[0]
    form = {"key": "en-nyckel", "question": question, "kind": "known_topic", "topic": topic}
    assert (await member.client.post(address, data=form, headers=PAGE)).status_code == 303


async def test_a_question_that_the_bot_asks_back_about_comes_masked_with_what_the_bot_believed(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident = await ask(people, bot, f"Jag, {a_personal_number()}, undrar om en altan")
    (question,) = await stored(sessions)
    assert (question.kind, question.topic, question.confidence) == ("clarified", "radon", 0.4)
    assert (question.model_version, question.state) == ("modell-1", "open")
    assert question.conversation_id == resident.uuid
    assert a_personal_number() not in question.text
    assert question.text.endswith("undrar om en altan")


async def test_editors_read_the_question_without_who_asked_and_agents_read_all_of_it(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident = await ask(people, bot, FROM_SOMEBODY)
    (question,) = await stored(sessions)
    assert question.text == FROM_ANYBODY
    inbox = (await people.editor.client.get("/redaktion/fragor", headers=PAGE)).text
    (group,) = re.findall(r'href="(/redaktion/fragor/grupper/[\w-]+)"', inbox)
    page = (await people.editor.client.get(group, headers=PAGE)).text
    reference = await resident.queue_up()
    case = (await people.agent.client.get(f"/desk/arenden/{reference}", headers=PAGE)).text
    for sign in SHOWN:
        assert sign not in inbox
        assert sign not in page
        assert sign in case
    assert (await resident.read())[0]["text"] == FROM_SOMEBODY


async def test_nothing_is_collected_of_who_only_says_who_they_are(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    await ask(people, bot, "Förnamn Efternamnsson, 070-174 06 05")
    assert await stored(sessions) == []


async def test_what_is_chosen_then_is_no_question_but_tells_what_was_meant(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident = await ask(people, bot)
    bot.behaviour = says(reply(topic="bygglov-altan"), certainty="chosen")
    await resident.write("Behöver jag bygglov för en altan?", choice="bygglov-altan")
    await resident.read_until_answered(2)
    (question,) = await stored(sessions)
    assert (question.text, question.chosen_topic) == (QUESTION, "bygglov-altan")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("unsure", ["unsure"]),
        ("handover_topic", ["handed_over"]),
        ("article_missing", ["handed_over"]),
        ("article_expired", ["handed_over"]),
        ("language", []),
        ("failure", []),
        ("urgent_topic", []),
        ("personal_matter", []),
    ],
)
async def test_a_handover_makes_a_question_if_it_says_something_of_what_was_understood(
    people: People,
    bot: FakeBot,
    action_server: httpx.AsyncClient,
    published: ContentFolder,
    sessions: SessionFactory,
    reason: str,
    kind: list[str],
) -> None:
    assert published
    resident, _ = await answered(people, bot)
    await hand_over(action_server, resident, bot, reason=reason, evidence=EVIDENCE)
    assert await kinds(sessions) == kind


async def test_who_asks_for_a_person_means_the_question_that_the_bot_answered_last(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident, _ = await answered(people, bot)
    await resident.queue_up()
    other, _ = await answered(people, bot, "Hur mäter jag radon i källaren?")
    bot.behaviour = says(reply("chat", "Visst."))
    await other.write("Jag vill prata med någon")
    await other.read_until_answered(2)
    await hand_over(action_server, other, bot, reason="asked_for_person", topic="prata-med-manniska")
    questions = await stored(sessions)
    assert [each.text for each in questions] == [QUESTION, "Hur mäter jag radon i källaren?"]
    assert {each.kind for each in questions} == {"handed_over"}
    assert {each.topic for each in questions} == {"radon"}


async def test_an_answer_that_did_not_help_makes_a_question_until_it_has_helped_after_all(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident, seq = await answered(people, bot)
    await rate(people, resident, seq, has_helped=False)
    (question,) = await stored(sessions)
    assert (question.kind, question.text, question.topic) == ("not_helped", QUESTION, "radon")
    await rate(people, resident, seq, has_helped=True)
    assert await stored(sessions) == []


async def test_what_a_colleague_tells_comes_in_the_colleagues_general_words(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident, _ = await answered(people, bot, "Jag som bor på Storgatan 1 undrar om min altan")
    await mark(people.agent, await resident.queue_up())
    (question,) = await stored(sessions)
    async with sessions() as session:
        lesson = (await session.scalars(select(Lesson))).one()
    assert (question.kind, question.text, question.lesson_id) == ("marked", QUESTION, lesson.id)


async def test_what_a_colleague_leaves_of_who_asked_does_not_reach_the_editors(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident, _ = await answered(people, bot, FROM_SOMEBODY)
    reference = await resident.queue_up()
    case = (await people.agent.client.get(f"/desk/arenden/{reference}", headers=PAGE)).text
    for address in re.findall(r'href="(/desk/boten-borde/[\w-]+)"', case):
        assert FROM_ANYBODY in (await people.agent.client.get(address, headers=PAGE)).text
    await mark(people.agent, reference, FROM_SOMEBODY)
    (question,) = await stored(sessions)
    async with sessions() as session:
        lesson = (await session.scalars(select(Lesson))).one()
    assert (question.text, lesson.question) == (FROM_ANYBODY, FROM_ANYBODY)
    inbox = (await people.editor.client.get("/desk/redaktion", headers=PAGE)).text
    assert FROM_ANYBODY in inbox


async def test_a_stronger_sign_takes_the_place_of_a_weaker_and_never_the_other_way(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident = await ask(people, bot)
    assert await kinds(sessions) == ["clarified"]
    answer = await hand_over(action_server, resident, bot, evidence=EVIDENCE)
    assert await kinds(sessions) == ["unsure"]
    reference = answer.json()["case_reference"]
    await mark(people.agent, reference)
    assert await kinds(sessions) == ["marked"]
    await people.agent.claim(reference)
    await people.agent.hand_back(reference)
    await resident.queue_up()
    assert await kinds(sessions) == ["marked"]


async def test_an_own_matter_and_what_the_bot_takes_for_danger_or_secrecy_stay_with_people(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    await make_secret_topic(sessions)
    await ask(people, bot, is_personal=True)
    for topic in ("akut-fara", "ekonomiskt-bistand"):
        await ask(people, bot, candidates=[{"topic": topic, "confidence": 0.2}])
    resident, seq = await answered(people, bot, is_personal=True)
    await rate(people, resident, seq, has_helped=False)
    await ask(people, bot, "??? 123")
    assert await stored(sessions) == []


async def test_who_turns_out_to_have_meant_something_secret_is_forgotten(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    await make_secret_topic(sessions)
    resident = await ask(people, bot)
    assert await kinds(sessions) == ["clarified"]
    bot.behaviour = says(reply(topic="ekonomiskt-bistand"), certainty="chosen")
    await resident.write("Ekonomiskt bistånd", choice="ekonomiskt-bistand")
    await resident.read_until_answered(2)
    assert await stored(sessions) == []


async def test_a_case_that_comes_under_secrecy_takes_its_questions_away_and_makes_no_new(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    await make_secret_topic(sessions)
    resident = await ask(people, bot)
    reference = await resident.queue_up()
    await mark(people.agent, reference)
    assert await kinds(sessions) == ["marked"]
    response = await people.lead.client.put(f"/api/cases/{reference}/secrecy", json={"secrecy_classes": ["social"]})
    assert response.status_code == 200, response.text
    assert await stored(sessions) == []
    # Who waits may still ask the bot.
    await resident.write("Och hur hög får muren vara?", to="bot")
    await resident.read_until_answered(2)
    assert await stored(sessions) == []


async def test_a_question_handed_over_as_urgent_later_goes_again(
    people: People, bot: FakeBot, action_server: httpx.AsyncClient, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident = await ask(people, bot)
    assert await kinds(sessions) == ["clarified"]
    await hand_over(action_server, resident, bot, reason="urgent_topic", topic="akut-fara", evidence=EVIDENCE)
    assert await stored(sessions) == []


async def test_questions_go_when_the_conversation_is_erased(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory, database_url: str
) -> None:
    assert published
    resident = await ask(people, bot, "Hur gräddar jag blåbärspaj?")
    reference = await resident.queue_up()
    await mark(people.agent, reference, "Får man grädda blåbärspaj?")
    await people.agent.claim(reference)
    await people.agent.close(reference)
    # Somebody has looked, and put it in a group.
    assert (await people.editor.client.get("/redaktion/fragor", headers=PAGE)).status_code == 200
    assert "blåbärspaj" in whole_database(database_url)
    async with transaction(sessions) as session:
        await erase(session, reference, "gallringsbeslut 12", FakeClock.START)
    assert "blåbärspaj" not in whole_database(database_url)
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(AskedQuestion)) == 0


async def test_a_question_is_one_of_its_own_conversation(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    residents = [await ask(people, bot) for _ in range(2)]
    assert {question.conversation_id for question in await stored(sessions)} == {
        UUID(resident.id) for resident in residents
    }
