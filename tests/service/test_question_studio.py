"""The editors' inbox of real questions: from many alike to a phrase and a regression question."""

import re
from html import unescape

import httpx
import pytest
from content_folder import ContentFolder
from fakes import FakeBot
from people import Member, People, assert_problem
from sqlalchemy import select
from test_questions_collected import PAGE, QUESTION, answered, ask, mark, rate, stored

from handover_api.database import SessionFactory
from handover_api.models import AuditEntry, Lesson, Phrase, RegressionQuestion

PATH = "/redaktion/fragor"
REGRESSION = f"{PATH}/regression"
ALIKE = ("Hur hög får en altan vara?", "hur hög får altanen vara", "Hur hög får en altan vara")
OTHER = "När mäter man radon i källare?"


async def open_page(member: Member, address: str = PATH) -> str:
    response = await member.client.get(address, headers=PAGE)
    assert response.status_code == 200, response.text
    return unescape(response.text)


def groups(page: str) -> list[str]:
    """The addresses of the groups, in the order of the page."""
    return re.findall(rf'href="({PATH}/grupper/[\w-]+)"', page)


async def the_group(people: People, query: str = "") -> str:
    (group,) = groups(await open_page(people.editor, f"{PATH}{query}"))
    return group


async def post(member: Member, address: str, **form: str) -> httpx.Response:
    return await member.client.post(address, data=form, headers=PAGE)


async def assign(member: Member, group: str, **form: str) -> httpx.Response:
    return await post(member, f"{group}/tilldela", **{"amne": "bygglov-altan", "fras": QUESTION, **form})


async def phrases(sessions: SessionFactory) -> list[tuple[str | None, str, str]]:
    async with sessions() as session:
        rows = await session.scalars(select(Phrase).where(Phrase.removed_at.is_(None)).order_by(Phrase.id))
        return [(phrase.topic, phrase.text, phrase.source) for phrase in rows]


async def regressions(sessions: SessionFactory) -> list[tuple[str, str]]:
    async with sessions() as session:
        rows = await session.scalars(select(RegressionQuestion).order_by(RegressionQuestion.id))
        return [(question.expected_topic, question.text) for question in rows]


async def test_questions_about_the_same_are_one_row_with_their_number_and_the_largest_is_first(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    await ask(people, bot, OTHER)
    for text in ALIKE:
        await ask(people, bot, text)
    page = await open_page(people.editor)
    assert "Att ta hand om: 4 frågor i 2 grupper" in page
    largest, smallest = groups(page)
    assert re.search(rf'href="{largest}">{re.escape(ALIKE[0])}</a> <span class="[^"]*">3 frågor<', page)
    assert "hur hög får altanen vara" in page
    assert "Boten trodde: ”Hur mäter jag radon?” (40 procent)" in page
    assert OTHER in await open_page(people.editor, smallest)
    # Looking again, and asking again, keep the groups.
    await ask(people, bot, ALIKE[0])
    assert groups(await open_page(people.lead)) == [largest, smallest]
    assert {str(question.group_key) for question in await stored(sessions)} == {
        address.rsplit("/", 1)[1] for address in (largest, smallest)
    }


async def test_questions_are_not_alike_because_of_what_was_taken_away_from_them(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    for asked in ("Radon?", "Sopor?"):
        await ask(people, bot, f"Exempelgatan 12, 070-174 06 05, fornamn@mejl.example: {asked}")
    assert len(groups(await open_page(people.editor))) == 2
    assert {each.text for each in await stored(sessions)} == {
        f"[adress borttagen], [telefonnummer borttaget], [e-postadress borttagen]: {asked}"
        for asked in ("Radon?", "Sopor?")
    }


async def test_the_form_begins_with_words_that_nothing_was_taken_away_from(
    people: People, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    await ask(people, bot, "Hur hög får en altan vara på Exempelgatan 12?")
    group = await the_group(people)
    for page in (
        await open_page(people.editor, group),
        await open_page(people.editor, f"/redaktion/amnen/nytt?fragor={group.rsplit('/', 1)[1]}"),
    ):
        assert "Därför är fälten inte ifyllda." in page
        assert re.findall(r'name="(?:fras|kontrollfraga)"[^>]*>([^<]*)</textarea>', page) == ["", ""]
    await ask(people, bot, QUESTION)
    assert await the_group(people) == group
    page = await open_page(people.editor, group)
    assert "på [adress borttagen]?" in page
    assert "Därför är fälten inte ifyllda." not in page
    assert re.findall(r'name="(?:fras|kontrollfraga)"[^>]*>([^<]*)</textarea>', page) == [QUESTION, ""]


@pytest.mark.parametrize(
    ("form", "advised"),
    [
        ({}, 0),
        ({"fras": "jag heter Förnamn, får jag bygga altan"}, 1),
        ({"kontrollfraga": "Hur hög får altanen vara på [adress borttagen]?"}, 1),
    ],
)
async def test_an_editor_is_advised_to_write_anew_what_seems_to_tell_who_asked(
    people: People,
    bot: FakeBot,
    published: ContentFolder,
    sessions: SessionFactory,
    form: dict[str, str],
    advised: int,
) -> None:
    assert published
    await ask(people, bot)
    sent = await assign(people.editor, await the_group(people), **form)
    page = await open_page(people.editor, sent.headers["location"])
    assert "Frågorna hör nu till ämnet." in page
    assert page.count("så att ingen går att känna igen") == advised
    assert len(await phrases(sessions)) == 1


async def test_the_list_is_narrowed_by_how_questions_came_and_by_area(
    people: People, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    await ask(people, bot, ALIKE[0])
    resident, seq = await answered(people, bot, OTHER, candidates=[{"topic": "bygglov-altan", "confidence": 0.9}])
    await rate(people, resident, seq, has_helped=False)
    asked_back, not_helped = (
        await open_page(people.editor, f"{PATH}?slag=clarified"),
        await open_page(people.editor, f"{PATH}?slag=not_helped"),
    )
    assert (ALIKE[0] in asked_back, OTHER in asked_back) == (True, False)
    assert (ALIKE[0] in not_helped, OTHER in not_helped) == (False, True)
    area = await open_page(people.editor, f"{PATH}?omrade=miljo-halsa")
    assert (ALIKE[0] in area, OTHER in area) == (True, False)
    assert "Inga frågor här" in await open_page(people.editor, f"{PATH}?slag=marked")
    assert len(groups(await open_page(people.editor, f"{PATH}?slag=nonsens&omrade=nonsens&lage=nonsens"))) == 2


async def test_what_people_say_is_suggested_before_what_the_bot_believed(
    people: People, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    resident = await ask(people, bot)
    guessed = await open_page(people.editor)
    assert "Förslag: ”Hur mäter jag radon?”. Boten gissade på ämnet." in guessed
    await mark(people.agent, await resident.queue_up())
    told = await open_page(people.editor)
    assert "Förslag: ”Behöver jag bygglov för en altan?”. En medarbetare har valt ämnet." in told
    page = await open_page(people.editor, groups(told)[0])
    assert re.findall(r'value="([^"]*)" selected', page) == ["bygglov-altan"]
    assert "Agenten: Frågan hör till ett ämne som finns." in page


async def test_an_assignment_makes_a_phrase_and_a_regression_question_of_the_edited_words(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident = await ask(people, bot, ALIKE[0])
    await ask(people, bot, ALIKE[1])
    await mark(people.agent, await resident.queue_up())
    group = await the_group(people)
    form = {"fras": "  hur hög altan\nfår man ha ", "kontrollfraga": "Hur hög får altanen vara?"}
    sent = await assign(people.editor, group, **form)
    assert sent.status_code == 303
    assert await phrases(sessions) == [("bygglov-altan", "hur hög altan får man ha", "question")]
    assert await regressions(sessions) == [("bygglov-altan", "Hur hög får altanen vara?")]
    assert {(each.state, each.assigned_topic) for each in await stored(sessions)} == {("assigned", "bygglov-altan")}
    page = await open_page(people.editor, sent.headers["location"])
    assert "Frågorna hör nu till ämnet." in page
    assert f'action="{group}/oppna"' in page
    assert groups(page) == []
    assert "Hör till: Behöver jag bygglov för en altan?" in await open_page(people.editor, f"{PATH}?lage=assigned")
    async with sessions() as session:
        assert (await session.scalars(select(Lesson.handled_at))).one() is not None
        trail = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "questions_assigned"))).one()
    assert trail.details == {"topic": "bygglov-altan", "questions": 2}


async def test_undoing_takes_back_all_that_came_of_it(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident = await ask(people, bot)
    await mark(people.agent, await resident.queue_up())
    group = await the_group(people)
    await assign(people.editor, group)
    assert await regressions(sessions) == [("bygglov-altan", QUESTION)]
    for _ in range(2):
        assert (await post(people.lead, f"{group}/oppna")).status_code == 303
    assert (await phrases(sessions), await regressions(sessions)) == ([], [])
    assert await the_group(people) == group
    async with sessions() as session:
        assert (await session.scalars(select(Lesson.handled_at))).one() is None
    assert (await assign(people.editor, group)).status_code == 303
    assert len(await phrases(sessions)) == 1


async def test_a_phrase_that_the_topic_has_already_still_makes_a_regression_question(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    await ask(people, bot)
    await assign(people.editor, await the_group(people))
    await ask(people, bot)
    group = await the_group(people)
    sent = await assign(people.editor, group, kontrollfraga="Altanens höjd?")
    assert "Frasen fanns redan i ämnet." in await open_page(people.editor, sent.headers["location"])
    assert len(await phrases(sessions)) == 1
    assert await regressions(sessions) == [("bygglov-altan", QUESTION), ("bygglov-altan", "Altanens höjd?")]
    # Undoing the second leaves what came of the first.
    await post(people.editor, f"{group}/oppna")
    assert len(await phrases(sessions)) == 1
    assert await regressions(sessions) == [("bygglov-altan", QUESTION)]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"amne": ""}, "amne"),
        ({"amne": "finns-inte"}, "amne"),
        ({"amne": "utanfor"}, "amne"),
        ({"fras": " "}, "fras"),
        ({"fras": "x" * 201}, "fras"),
        ({"kontrollfraga": "x" * 201}, "kontrollfraga"),
        ({"kontrollfraga": "???"}, "kontrollfraga"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    people: People,
    bot: FakeBot,
    published: ContentFolder,
    sessions: SessionFactory,
    form: dict[str, str],
    field: str,
) -> None:
    assert published
    await ask(people, bot)
    filled = {"fras": "min fras", "kontrollfraga": "min kontrollfråga", **form}
    refused = await assign(people.editor, await the_group(people), **filled)
    assert refused.status_code == 422
    assert f'id="{field}-fel" role="alert"' in refused.text
    assert unescape(refused.text).count(f">{filled['fras']}</textarea>") == 1
    assert f">{filled['kontrollfraga']}</textarea>" in unescape(refused.text)
    assert (await phrases(sessions), await regressions(sessions)) == ([], [])
    assert [each.state for each in await stored(sessions)] == ["open"]


async def test_one_question_is_not_expected_to_be_two_topics(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    await ask(people, bot)
    await assign(people.editor, await the_group(people))
    await ask(people, bot)
    refused = await assign(people.editor, await the_group(people), amne="radon")
    assert refused.status_code == 422
    assert "men för ämnet ”Behöver jag bygglov för en altan?”" in refused.text
    assert await phrases(sessions) == [("bygglov-altan", QUESTION, "question")]


async def test_a_wish_for_a_new_topic_is_kept_with_the_questions(
    people: People, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    await ask(people, bot)
    group = await the_group(people)
    for wish, sentence in (" ", "Skriv vad det nya ämnet ska handla om."), ("x" * 501, "Skriv högst 500 tecken."):
        refused = await post(people.editor, f"{group}/nytt-amne", onskemal=wish)
        assert refused.status_code == 422
        assert sentence in refused.text
    assert (await post(people.editor, f"{group}/nytt-amne", onskemal="Höns i trädgården")).status_code == 303
    assert "Nytt ämne: Höns i trädgården" in await open_page(people.editor, f"{PATH}?lage=topic_wished")
    assert groups(await open_page(people.editor)) == []
    assert await the_group(people, "?lage=topic_wished") == group


async def test_what_is_put_aside_can_be_opened_again_and_new_questions_begin_anew(
    people: People, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    await ask(people, bot)
    group = await the_group(people)
    assert (await post(people.editor, f"{group}/lagg-undan")).status_code == 303
    assert await the_group(people, "?lage=set_aside") == group
    await ask(people, bot)
    assert await the_group(people) != group
    assert (await post(people.editor, f"{group}/oppna")).status_code == 303
    assert len(groups(await open_page(people.editor))) == 2


async def test_who_comes_second_is_told_and_changes_nothing(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    await ask(people, bot)
    group = await the_group(people)
    await post(people.editor, f"{group}/lagg-undan")
    for late in (
        await assign(people.lead, group),
        await post(people.lead, f"{group}/nytt-amne", onskemal="Något"),
        await post(people.lead, f"{group}/lagg-undan"),
    ):
        assert late.status_code == 409
        assert "Någon annan har redan tagit hand om frågorna." in late.text
    assert await phrases(sessions) == []
    assert {each.state for each in await stored(sessions)} == {"set_aside"}


async def test_a_question_that_has_been_seen_to_stays_so(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    resident = await ask(people, bot)
    await post(people.editor, f"{await the_group(people)}/lagg-undan")
    await resident.queue_up()
    assert [(each.kind, each.state) for each in await stored(sessions)] == [("clarified", "set_aside")]


async def test_regression_questions_are_listed_and_removed(
    people: People, bot: FakeBot, published: ContentFolder, sessions: SessionFactory
) -> None:
    assert published
    assert "Det finns inga kontrollfrågor ännu." in await open_page(people.editor, REGRESSION)
    await ask(people, bot)
    await assign(people.editor, await the_group(people))
    page = await open_page(people.lead, REGRESSION)
    assert "Ska förstås som: Behöver jag bygglov för en altan?" in page
    assert "Tillagd av Redaktören" in page
    (action,) = re.findall(rf'action="({REGRESSION}/[\w-]+/ta-bort)"', page)
    sent = await post(people.lead, action)
    assert "Kontrollfrågan är borttagen." in await open_page(people.lead, sent.headers["location"])
    assert await regressions(sessions) == []
    assert_problem(await people.lead.client.post(action), 404, "not_found")


async def test_the_inbox_does_not_exist_for_agents_and_administrators(
    people: People, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    await ask(people, bot)
    group = await the_group(people)
    for member in (people.agent, people.admin):
        for path in (PATH, REGRESSION, group):
            assert_problem(await member.client.get(path), 404, "not_found")
        for deed in ("tilldela", "nytt-amne", "lagg-undan", "oppna"):
            assert_problem(await member.client.post(f"{group}/{deed}"), 404, "not_found")


async def test_a_group_that_nobody_has_asked_is_not_found(people: People) -> None:
    nothing = f"{PATH}/grupper/0190c0de-0000-7000-8000-000000000000"
    assert_problem(await people.editor.client.get(nothing), 404, "not_found")
    for deed in ("tilldela", "lagg-undan", "oppna"):
        form = {"amne": "radon", "fras": "radon"} if deed == "tilldela" else {}
        assert (await people.editor.client.post(f"{nothing}/{deed}", data=form)).status_code in {404, 422}
