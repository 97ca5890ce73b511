from __future__ import annotations

import pytest

from actions.clients.handover_api import Link
from actions.decision import Handling, Reason
from actions.replies import CHAT_THAT_OFFERS_A_PERSON
from tests.actions.conversation import Conversation
from tests.actions.fake_handover_service import FakeHandoverService, entry

PERSON = {"kind": "person", "label": "Prata med en människa"}


async def test_an_answer_is_the_article_with_its_origin() -> None:
    service = FakeHandoverService(entry("radon", Handling.ANSWER, 2))
    service.links["radon"] = (Link("Beställ mätning", "https://example.test/radon"),)
    reply = await Conversation(service).says("sure", "radon", confidence=0.91)
    assert reply == {
        "kind": "answer",
        "text": "Så här är det med radon.",
        "topic": "radon",
        "article_id": "artikel-radon",
        "article_version": 3,
        "confidence": 0.91,
        "rosa_level": 2,
        "sources": [{"title": "Lagen", "url": None}],
        "department": "Nämnden",
        "reviewed_on": "2026-11-01",
        "buttons": [{"kind": "link", "url": "https://example.test/radon", "label": "Beställ mätning"}],
        "case_reference": None,
    }
    assert not service.handovers


async def test_a_chosen_topic_is_answered_without_being_understood() -> None:
    reply = await Conversation(FakeHandoverService(entry("radon", Handling.ANSWER))).says("chosen", "radon")
    assert (reply["kind"], reply["topic"]) == ("answer", "radon")


async def test_guiding_is_level_two_and_ends_with_a_way_to_a_person() -> None:
    service = FakeHandoverService(entry("bygglov-altan", Handling.GUIDE, 3))
    service.links["bygglov-altan"] = (Link("Ansök", "https://example.test"),)
    reply = await Conversation(service).says("sure", "bygglov-altan")
    assert (reply["kind"], reply["rosa_level"], reply["buttons"][-1]) == ("guide", 2, PERSON)


async def test_an_answer_above_level_two_goes_to_a_person_instead() -> None:
    service = FakeHandoverService(entry("beslut", Handling.ANSWER, 4))
    reply = await Conversation(service).says("sure", "beslut")
    assert (reply["kind"], reply["rosa_level"]) == ("handover", 4)
    assert service.handovers["meddelande-1"].reason is Reason.HANDOVER_TOPIC


async def test_a_matter_for_people_is_handed_over_with_the_articles_text() -> None:
    service = FakeHandoverService(entry("mitt-arende-status", Handling.HANDOVER, 3))
    reply = await Conversation(service).says("sure", "mitt-arende-status")
    assert (reply["kind"], reply["text"], reply["case_reference"]) == ("handover", None, "2026-000001")
    request = service.handovers["meddelande-1"]
    assert request.text == "Så här är det med mitt-arende-status."
    assert request.articles_tried == ("mitt-arende-status",)
    assert request.understanding.candidates[0].topic == "mitt-arende-status"


async def test_danger_is_handed_over_as_urgent() -> None:
    service = FakeHandoverService(entry("sjalvmordstankar", Handling.URGENT, 6))
    reply = await Conversation(service).says("sure", "sjalvmordstankar")
    assert (reply["kind"], reply["rosa_level"], reply["case_reference"]) == ("urgent", 6, "2026-000001")
    request = service.handovers["meddelande-1"]
    assert (request.reason, request.text) == (Reason.URGENT_TOPIC, "Så här är det med sjalvmordstankar.")


@pytest.mark.parametrize("is_expired", [False, True])
async def test_danger_without_an_article_still_gets_the_number_and_a_person(*, is_expired: bool) -> None:
    service = FakeHandoverService(entry("sjalvmordstankar", Handling.URGENT, 6, has_article=is_expired))
    service.expired.add("sjalvmordstankar")
    assert (await Conversation(service).says("sure", "sjalvmordstankar"))["kind"] == "urgent"
    request = service.handovers["meddelande-1"]
    assert request.reason is Reason.URGENT_TOPIC
    assert "112" in (request.text or "")


async def test_somebody_who_asks_for_a_person_gets_one_without_a_text_first() -> None:
    service = FakeHandoverService(entry("prata-med-manniska", Handling.CHAT, None))
    assert (await Conversation(service).says("sure", "prata-med-manniska"))["kind"] == "handover"
    request = service.handovers["meddelande-1"]
    assert (request.reason, request.text) == (Reason.ASKED_FOR_PERSON, None)


@pytest.mark.parametrize(("is_expired", "reason"), [(False, Reason.ARTICLE_MISSING), (True, Reason.ARTICLE_EXPIRED)])
async def test_without_a_valid_article_a_person_answers(*, is_expired: bool, reason: Reason) -> None:
    service = FakeHandoverService(entry("radon", Handling.ANSWER, 2, has_article=is_expired))
    service.expired.add("radon")
    reply = await Conversation(service).says("sure", "radon")
    assert (reply["kind"], reply["topic"], reply["rosa_level"]) == ("handover", "radon", 2)
    assert (service.handovers["meddelande-1"].reason, service.handovers["meddelande-1"].text) == (reason, None)


async def test_a_topic_that_nobody_knows_goes_to_a_person_without_a_topic() -> None:
    service = FakeHandoverService()
    reply = await Conversation(service).says("chosen", "pahittat-amne")
    assert (reply["kind"], reply["topic"]) == ("handover", None)


async def test_small_talk_is_answered_from_its_article() -> None:
    reply = await Conversation(FakeHandoverService(entry("halsning", Handling.CHAT, None))).says("sure", "halsning")
    assert (reply["kind"], reply["rosa_level"], reply["buttons"]) == ("chat", None, [])


@pytest.mark.parametrize("topic", sorted(CHAT_THAT_OFFERS_A_PERSON))
async def test_small_talk_from_somebody_in_trouble_shows_the_way_to_a_person(topic: str) -> None:
    reply = await Conversation(FakeHandoverService(entry(topic, Handling.CHAT, None))).says("sure", topic)
    assert reply["buttons"] == [PERSON]


async def test_nothing_is_said_when_a_person_already_has_the_conversation() -> None:
    service = FakeHandoverService(entry("sjalvmordstankar", Handling.URGENT, 6))
    service.has_a_person_already = True
    reply = await Conversation(service).says("sure", "sjalvmordstankar")
    assert (reply["kind"], reply["text"], reply["case_reference"]) == ("urgent", None, None)


async def test_the_same_message_twice_gives_one_case() -> None:
    service = FakeHandoverService(entry("mitt-arende-status", Handling.HANDOVER, 3))
    conversation = Conversation(service)
    first = await conversation.says("sure", "mitt-arende-status", message_id="m")
    assert await conversation.says("sure", "mitt-arende-status", message_id="m") == first
    assert len(service.handovers) == 1


@pytest.mark.parametrize("handling", [Handling.ANSWER, Handling.GUIDE])
@pytest.mark.parametrize("is_published", [True, False])
async def test_somebodys_own_case_goes_to_a_person_with_a_word_on_why(
    handling: Handling,
    is_published: bool,  # noqa: FBT001 - pytest passes it by name.
) -> None:
    service = FakeHandoverService(entry("forskola-plats", handling, 2, has_article=is_published))
    reply = await Conversation(service).says("sure", "forskola-plats", confidence=0.91, is_personal=True)
    assert (reply["kind"], reply["topic"], reply["rosa_level"]) == ("handover", "forskola-plats", 2)
    assert (reply["text"], reply["case_reference"]) == (None, "2026-000001")
    request = service.handovers["meddelande-1"]
    assert (request.reason, request.topic, request.article) == (Reason.PERSONAL_MATTER, "forskola-plats", None)
    assert "Skriv inte ditt personnummer" in (request.text or "")
    assert request.articles_tried == ()
    assert request.understanding.is_personal


async def test_a_pressed_button_is_answered_whatever_was_asked_before() -> None:
    service = FakeHandoverService(entry("forskola-plats", Handling.ANSWER))
    reply = await Conversation(service).says("chosen", "forskola-plats", is_personal=True)
    assert reply["kind"] == "answer"


@pytest.mark.parametrize(
    ("handling", "kind", "reason"),
    [
        (Handling.URGENT, "urgent", Reason.URGENT_TOPIC),
        (Handling.HANDOVER, "handover", Reason.HANDOVER_TOPIC),
        (Handling.REFER, "refer", None),
        (Handling.CHAT, "chat", None),
    ],
)
async def test_other_handlings_are_the_same_for_somebodys_own_case(
    handling: Handling, kind: str, reason: Reason | None
) -> None:
    service = FakeHandoverService(entry("amnet", handling, 2))
    reply = await Conversation(service).says("sure", "amnet", is_personal=True)
    assert reply["kind"] == kind
    assert [request.reason for request in service.handovers.values()] == ([reason] if reason else [])


def service_with_answers() -> FakeHandoverService:
    return FakeHandoverService(
        entry("radon", Handling.ANSWER),
        entry("bygglov-altan", Handling.GUIDE, 3),
        entry("pass", Handling.REFER),
        entry("halsning", Handling.CHAT, None),
        entry("mitt-arende-status", Handling.HANDOVER, 3),
    )


@pytest.mark.parametrize("topic", ["radon", "bygglov-altan", "pass"])
async def test_what_was_answered_is_remembered_for_the_question_that_follows(topic: str) -> None:
    conversation = Conversation(service_with_answers())
    await conversation.says("sure", topic, message_id="m")
    assert conversation.slots["answered"] == [{"message_id": "m", "topic": topic}]


async def test_the_latest_two_answers_are_remembered_and_a_repeated_message_counts_once() -> None:
    conversation = Conversation(service_with_answers())
    for message_id, topic in (("a", "radon"), ("b", "pass"), ("c", "bygglov-altan"), ("c", "bygglov-altan")):
        await conversation.says("sure", topic, message_id=message_id)
    assert conversation.slots["answered"] == [
        {"message_id": "b", "topic": "pass"},
        {"message_id": "c", "topic": "bygglov-altan"},
    ]


async def test_small_talk_and_a_question_back_do_not_make_the_bot_forget_what_it_answered() -> None:
    conversation = Conversation(service_with_answers())
    await conversation.says("sure", "radon", message_id="m")
    await conversation.says("sure", "halsning")
    await conversation.says("unclear", "pass")
    assert conversation.slots["answered"] == [{"message_id": "m", "topic": "radon"}]


@pytest.mark.parametrize(("certainty", "topic"), [("sure", "mitt-arende-status"), ("unsure", "pass")])
async def test_after_a_handover_nothing_is_remembered(certainty: str, topic: str) -> None:
    conversation = Conversation(service_with_answers())
    await conversation.says("sure", "radon")
    assert (await conversation.says(certainty, topic))["kind"] == "handover"
    assert conversation.slots["answered"] == []
