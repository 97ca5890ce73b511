"""What the bot promises about people: no more than it knows to be true at that moment."""

from __future__ import annotations

import httpx
import pytest

from actions.clients.handover_api import (
    AVAILABILITY_TIMEOUT_SECONDS,
    Availability,
    HandoverApi,
    UnexpectedReplyError,
)
from actions.decision import Handling, Reason
from actions.languages import read_sentences
from tests.actions.conversation import Conversation
from tests.actions.fake_handover_service import FakeHandoverService, entry

STAFFED = Availability(is_open=True, is_staffed=True)
NOBODY_THERE = Availability(is_open=True, is_staffed=False)
CLOSED = Availability(is_open=False, is_staffed=False, opens_in_words="på måndag klockan 8.00")
CLOSED_FOR_LONG = Availability(is_open=False, is_staffed=False)
UNREACHABLE = httpx.ConnectError("ingen svarar")

PERSON = {"kind": "person", "label": "Prata med en människa"}
AT_ONCE = ("direkt", "tar över", "kopplar")


def service_at(available: Availability | Exception) -> FakeHandoverService:
    service = FakeHandoverService(
        entry("radon", Handling.ANSWER, 2),
        entry("bygglov-altan", Handling.GUIDE, 3),
        entry("mitt-arende-status", Handling.HANDOVER, 3),
        entry("hjalp", Handling.CHAT, None),
        entry("halsning", Handling.CHAT, None),
    )
    service.available = available
    return service


@pytest.mark.parametrize(
    ("available", "said"),
    [
        (STAFFED, "Du kan också prata med en människa direkt."),
        (UNREACHABLE, "Du kan också be om en människa."),
        (NOBODY_THERE, "Ingen medarbetare är på plats just nu, men du kan lämna din fråga redan nu."),
        (CLOSED, "Vi öppnar på måndag klockan 8.00, men du kan lämna din fråga redan nu."),
        (CLOSED_FOR_LONG, "Medarbetarna har stängt just nu, men du kan lämna din fråga redan nu."),
    ],
)
async def test_a_person_is_offered_as_things_are(available: Availability | Exception, said: str) -> None:
    reply = await Conversation(service_at(available)).says("unclear", "halsning")
    assert reply["text"].endswith(said)
    assert reply["buttons"] == [PERSON]


@pytest.mark.parametrize("topic", ["bygglov-altan", "hjalp"])
@pytest.mark.parametrize(
    ("available", "said"),
    [
        (STAFFED, ""),
        (UNREACHABLE, ""),
        (NOBODY_THERE, "Ingen medarbetare är på plats"),
        (CLOSED, "Vi öppnar på måndag"),
    ],
)
async def test_an_answer_that_offers_a_person_says_when_none_is_there(
    topic: str, available: Availability | Exception, said: str
) -> None:
    service = service_at(available)
    reply = await Conversation(service).says("sure", topic)
    article, *added = reply["text"].split("\n\n")
    assert article == f"Så här är det med {topic}."
    assert [said in each for each in added] == ([True] if said else [])
    assert PERSON in reply["buttons"]
    assert service.asked_about == [topic]


async def test_an_answer_that_offers_nobody_asks_about_nobody() -> None:
    service = service_at(CLOSED)
    assert (await Conversation(service).says("sure", "radon"))["text"] == "Så här är det med radon."
    assert not service.asked_about


@pytest.mark.parametrize("available", [UNREACHABLE, NOBODY_THERE, CLOSED])
@pytest.mark.parametrize("certainty", ["sure", "unclear"])
async def test_ones_own_case_is_left_to_a_person_without_a_promise_of_one_at_once(
    available: Availability | Exception, certainty: str
) -> None:
    service = service_at(available)
    reply = await Conversation(service).says(certainty, "bygglov-altan", is_personal=True)
    assert (reply["kind"], reply["case_reference"]) == ("handover", "2026-000001")
    request = service.handovers["meddelande-1"]
    assert request.reason is Reason.PERSONAL_MATTER
    assert request.text is not None
    assert "lämnar din fråga till en medarbetare" in request.text
    assert not any(promise in request.text for promise in AT_ONCE)


async def test_with_somebody_there_ones_own_case_is_taken_over_in_the_chat() -> None:
    service = service_at(STAFFED)
    await Conversation(service).says("sure", "bygglov-altan", is_personal=True)
    assert "tar över här i chatten" in (service.handovers["meddelande-1"].text or "")


@pytest.mark.parametrize("available", [NOBODY_THERE, CLOSED])
async def test_whoever_writes_another_language_is_told_not_to_wait_as_well(available: Availability) -> None:
    service = service_at(available)
    await Conversation(service).says("unsure", "radon", language="ar")
    request = service.handovers["meddelande-1"]
    assert request.text_languages == ("ar", "sv", "en", "sv")
    paragraphs = (request.text or "").split("\n\n")
    assert paragraphs[0] == read_sentences()["ar"]
    assert "do not have to wait" in paragraphs[2]
    assert "behöver inte vänta" in paragraphs[3]


async def test_a_person_who_is_asked_for_at_night_gets_a_case_like_any_other() -> None:
    service = service_at(CLOSED)
    reply = await Conversation(service).says("sure", "prata-med-manniska")
    assert (reply["kind"], reply["case_reference"]) == ("handover", "2026-000001")


async def client_that_answers(status: int, body: object) -> tuple[HandoverApi, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, json=body)

    return HandoverApi(httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://service")), asked


async def test_availability_is_asked_anew_each_time_and_in_a_hurry() -> None:
    body = {"is_open": False, "is_staffed": False, "opens_in_words": "i morgon klockan 8.00", "note": "Julafton"}
    client, asked = await client_that_answers(200, body)
    for topic in ("radon", "radon", None):
        found = await client.find_availability(topic)
        assert found == Availability(is_open=False, is_staffed=False, opens_in_words="i morgon klockan 8.00")
    assert [request.url.query for request in asked] == [b"topic=radon", b"topic=radon", b""]
    assert asked[0].extensions["timeout"]["read"] == AVAILABILITY_TIMEOUT_SECONDS


@pytest.mark.parametrize(
    ("status", "body"), [(404, {"code": "not_found"}), (500, {}), (200, {"is_open": True}), (200, ["?"]), (200, None)]
)
async def test_what_the_contract_does_not_know_is_no_availability(status: int, body: object) -> None:
    client, _ = await client_that_answers(status, body)
    with pytest.raises(UnexpectedReplyError):
        await client.find_availability("radon")
