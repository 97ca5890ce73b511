"""Contacts by telephone, e-mail and visit, written down as cases that are over."""

import asyncio
import re
from html import unescape

import httpx
import pytest
from content_folder import ContentFolder
from fakes import FakeClock
from people import People, a_personal_number, assert_problem

PAGE = {"accept": "text/html"}
FORM = {"channel": "telephone", "category": "radon", "resolution": "solved", "key": "en-nyckel"}


async def send(people: People, **form: str) -> httpx.Response:
    return await people.agent.client.post("/desk/registrera", data={**FORM, **form}, headers=PAGE)


def registered(response: httpx.Response) -> str:
    assert response.status_code == 303, response.text
    match = re.search(r"sparat=([\d-]+)", response.headers["location"])
    assert match is not None
    return match[1]


async def open_page(people: People, address: str = "/desk/registrera") -> str:
    return unescape((await people.agent.client.get(address, headers=PAGE)).text)


async def test_a_contact_becomes_a_closed_case_with_a_reference(people: People, published: ContentFolder) -> None:
    assert published
    sent = await send(people, note=f"Numret {a_personal_number()} nämndes.")
    reference = registered(sent)
    case = await people.agent.get_case(reference)
    assert (case["state"], case["conversation_state"], case["channel"]) == ("closed", "closed", "telephone")
    assert (case["category"], case["rosa_level"], case["resolution"]) == ("radon", 1, "solved")
    assert (case["answer_group"], case["owner"]) == ("bygga-bo-miljo", "Agenten")
    assert [(each["audience"], a_personal_number() in each["text"]) for each in case["messages"]] == [("staff", False)]
    events = await people.agent.list_events(reference)
    assert [(event["event"], event["evidence"]["channel"]) for event in events] == [("closed", "telephone")]
    page = await open_page(people, sent.headers["location"])
    assert f'Kontakten är registrerad som ärende <a href="/desk/arenden/{reference}">' in page
    assert "Hur mäter jag radon?" in page[page.index("Dina registreringar i dag") :]
    assert "Kontakten kom per telefon och registrerades efteråt." in await open_page(
        people, f"/desk/arenden/{reference}"
    )


async def test_it_reaches_neither_the_queue_nor_any_resident(people: People, published: ContentFolder) -> None:
    assert published
    reference = registered(await send(people))
    assert await people.agent.list_cases("waiting") == []
    assert await people.agent.take_next() is None
    assert reference not in await open_page(people, "/desk")
    for code in ("", "ABCD-EFGH"):
        body = {"reference": reference, "code": code}
        assert_problem(await people.connect().post("/api/conversations/return", json=body), 404, "wrong_code")


async def test_pressing_twice_at_the_same_moment_makes_one_case(people: People, published: ContentFolder) -> None:
    assert published
    first, second = await asyncio.gather(send(people), send(people))
    assert registered(first) == registered(second)
    assert len(await people.agent.list_cases("closed")) == 1


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"channel": "chat"}, "Välj hur kontakten kom."),
        ({"channel": "brevduva"}, "Välj hur kontakten kom."),
        ({"category": ""}, "Välj vad ärendet gällde."),
        ({"category": "finns-inte"}, "Ämnet finns inte i listan."),
        ({"resolution": ""}, "Välj hur ärendet slutade."),
        ({"rosa_level": "9"}, "Välj en nivå i listan."),
        ({"note": "x" * 4001}, "Meddelandet är för långt."),
    ],
)
async def test_what_is_missing_is_said_and_what_was_written_is_kept(
    people: People, published: ContentFolder, form: dict[str, str], sentence: str
) -> None:
    assert published
    refused = await send(people, **{"note": "Min anteckning", **form})
    assert refused.status_code == 422
    assert sentence in refused.text
    assert form.get("note", "Min anteckning") in refused.text
    assert await people.agent.list_cases("closed") == []


async def test_only_ones_own_of_today_are_listed(people: People, published: ContentFolder, clock: FakeClock) -> None:
    assert published
    clock.advance(hours=-11)  # An hour to midnight on the wall.
    mine = registered(await send(people))
    await people.other_agent.client.post("/desk/registrera", data=FORM, headers=PAGE)
    assert re.findall(r"arenden/([\d-]+)", await open_page(people)) == [mine]
    clock.advance(hours=2)
    assert "Du har inte registrerat något i dag." in await open_page(people)
    assert "registrerad som ärende" not in await open_page(people, f"/desk/registrera?sparat={mine}")


async def test_a_program_registers_once_for_a_key(people: People, published: ContentFolder) -> None:
    assert published
    body = {"channel": "visit", "category_area": "bygga-bo", "rosa_level": 2, "resolution": "referred"}
    headers = {"Idempotency-Key": "besok-1"}
    answers = [await people.agent.client.post("/api/cases", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["reference"] for answer in answers}) == 1
    assert (answers[0].json()["channel"], answers[0].json()["category_area"]) == ("visit", "bygga-bo")
    chat = await people.agent.client.post("/api/cases", json={**body, "channel": "chat"})
    assert_problem(chat, 422, "invalid")
