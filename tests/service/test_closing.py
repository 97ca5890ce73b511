"""How a case ends: what it was about, the level and the result, asked for by the desk and kept in the case."""

import re

import httpx
import pytest
from content_folder import ContentFolder
from fakes import FakeBot
from hypothesis import given
from hypothesis import strategies as st
from people import People, Resident, assert_problem, hand_over

from handover_api.cases import transcripts
from handover_api.database import SessionFactory
from handover_api.models import Conversation
from handover_api.rules.case import Resolution
from handover_api.web.outcomes import OutcomeForm

PAGE = {"accept": "text/html"}
GUESS = "bygglov-altan"


async def a_guessed_case(people: People, action_server: httpx.AsyncClient, bot: FakeBot) -> tuple[Resident, str]:
    """A case that the bot has a guess about, and that the agent has."""
    resident = await people.resident()
    await resident.write("Får jag bygga en altan?")
    await resident.read_until_answered()
    candidates = [{"topic": GUESS, "confidence": 0.46}, {"topic": "radon", "confidence": 0.31}]
    handed = await hand_over(action_server, resident, bot, topic=GUESS, evidence={"candidates": candidates})
    reference = str(handed.json()["case_reference"])
    assert (await people.agent.claim(reference)).status_code == 200
    return resident, reference


async def send(people: People, reference: str, **form: str) -> httpx.Response:
    return await people.agent.client.post(f"/desk/arenden/{reference}/avsluta", data=form, headers=PAGE)


async def open_page(people: People, reference: str) -> str:
    return (await people.agent.client.get(f"/desk/arenden/{reference}", headers=PAGE)).text


def chosen(page: str) -> list[str]:
    """The values of the options and radio buttons that are chosen."""
    return re.findall(r'value="([^"]*)" (?:selected|checked)', page)


async def test_the_bots_guess_is_chosen_beforehand_and_one_press_takes_it(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    _, reference = await a_guessed_case(people, action_server, bot)
    page = await open_page(people, reference)
    assert chosen(page) == [GUESS]
    form = page[page.index("/avsluta") : page.index("Boten gissade rätt")]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert (await send(people, reference, **fields)).status_code == 303
    case = await people.agent.get_case(reference)
    assert (case["state"], case["resolution"]) == ("closed", "solved")
    assert (case["category"], case["category_area"], case["rosa_level"]) == (GUESS, "bygga-bo", 2)
    page = await open_page(people, reference)
    assert "Gällde: Behöver jag bygglov för en altan?" in page
    assert "ROSA-nivå 2, vägledning" in page


async def test_pressing_twice_closes_once(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    _, reference = await a_guessed_case(people, action_server, bot)
    form = {"category": GUESS, "resolution": "solved", "key": "samma"}
    assert [(await send(people, reference, **form)).status_code for _ in range(2)] == [303, 303]
    events = [event["event"] for event in await people.agent.list_events(reference)]
    assert events.count("closed") == 1


async def test_another_topic_and_another_level_than_the_bots_are_kept_and_told_as_identifiers(
    people: People, action_server: httpx.AsyncClient, bot: FakeBot, published: ContentFolder
) -> None:
    assert published
    _, reference = await a_guessed_case(people, action_server, bot)
    sent = await send(people, reference, category="radon", rosa_level="3", resolution="referred")
    assert sent.status_code == 303
    case = await people.agent.get_case(reference)
    assert (case["topic"], case["category"], case["rosa_level"]) == (GUESS, "radon", 3)
    event = (await people.agent.list_events(reference))[-1]
    assert event["evidence"] == {
        "case": "closed",
        "category": "radon",
        "category_area": "miljo-halsa",
        "rosa_level": 3,
    }


async def test_what_is_none_of_the_topics_is_filed_under_the_area(people: People, published: ContentFolder) -> None:
    assert published
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    assert (await send(people, reference, category="omrade:bygga-bo", resolution="solved")).status_code == 303
    case = await people.agent.get_case(reference)
    assert (case["category"], case["category_area"], case["rosa_level"]) == (None, "bygga-bo", None)
    assert "Gällde: något annat inom Bygga och bo" in await open_page(people, reference)


async def test_closing_without_a_topic_is_refused_beside_the_field_and_keeps_what_was_chosen(
    people: People, published: ContentFolder
) -> None:
    assert published
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    refused = await send(people, reference, rosa_level="4", resolution="forwarded")
    assert refused.status_code == 422
    assert "Välj vad ärendet gällde." in refused.text
    assert 'aria-describedby="category-fel"' in refused.text
    assert chosen(refused.text) == ["4", "forwarded"]
    assert (await people.agent.get_case(reference))["state"] == "assigned"


@pytest.mark.parametrize("form", [{"category": "finns-inte"}, {"category": "omrade:finns-inte"}])
async def test_a_topic_that_is_not_in_the_catalogue_is_refused(
    people: People, published: ContentFolder, form: dict[str, str]
) -> None:
    assert published
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    refused = await send(people, reference, resolution="solved", **form)
    assert refused.status_code == 422
    assert "Ämnet finns inte i listan." in refused.text
    assert (await people.agent.get_case(reference))["state"] == "assigned"


async def test_a_question_that_was_taken_back_needs_no_topic(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    assert (await send(people, reference, resolution="withdrawn")).status_code == 303
    assert (await people.agent.get_case(reference))["category_area"] is None


async def test_a_page_that_is_out_of_date_says_so_and_closes_nothing(people: People, published: ContentFolder) -> None:
    assert published
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    refused = await send(people, reference, category="radon", resolution="solved", version="1")
    assert refused.status_code == 409
    assert "Läget har ändrats sedan du såg det." in refused.text
    assert chosen(refused.text) == ["radon", "solved"]


@pytest.mark.parametrize(("category", "may_be_mailed"), [("radon", True), ("akut-fara", False)])
async def test_what_turned_out_to_touch_secrecy_is_not_sent_by_email(
    people: People,
    action_server: httpx.AsyncClient,
    bot: FakeBot,
    sessions: SessionFactory,
    published: ContentFolder,
    category: str,
    *,
    may_be_mailed: bool,
) -> None:
    assert published
    resident, reference = await a_guessed_case(people, action_server, bot)
    assert (await send(people, reference, category=category, resolution="solved")).status_code == 303
    async with sessions() as session:
        conversation = await session.get_one(Conversation, resident.uuid)
        assert await transcripts.may_be_mailed(session, conversation) is may_be_mailed


async def test_a_program_may_say_it_or_leave_it(people: People, published: ContentFolder) -> None:
    assert published
    reference = await (await people.resident()).queue_up()
    await people.agent.claim(reference)
    path = f"/api/cases/{reference}/close"
    unknown = await people.agent.client.post(path, json={"resolution": "Klart", "category": "finns-inte"})
    assert_problem(unknown, 422, "category_unknown")
    closed = await people.agent.client.post(path, json={"resolution": "Klart", "category": "radon"})
    assert (closed.json()["category"], closed.json()["rosa_level"]) == ("radon", 1)


@given(
    category=st.sampled_from(["", GUESS, "omrade:bygga-bo"]),
    rosa_level=st.one_of(st.just(""), st.integers(-2, 12).map(str), st.text(max_size=3)),
    resolution=st.one_of(st.sampled_from([*Resolution, ""]), st.text(max_size=8)),
)
def test_a_form_without_faults_can_always_be_read(category: str, rosa_level: str, resolution: str) -> None:
    form = OutcomeForm(category, rosa_level, resolution).checked()
    if form.errors:
        return
    outcome = form.read()
    assert outcome.resolution in set(Resolution)
    assert outcome.category or outcome.area or outcome.resolution == Resolution.WITHDRAWN
    assert not (outcome.category and outcome.area)
    assert outcome.rosa_level is None or 1 <= outcome.rosa_level <= 8
