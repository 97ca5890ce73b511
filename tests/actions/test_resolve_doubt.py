from __future__ import annotations

import pytest

from actions.decision import Handling, Reason
from tests.actions.conversation import Conversation
from tests.actions.fake_handover_service import FakeHandoverService, entry

PERSON = {"kind": "person", "label": "Prata med en människa"}


def service_with_topics() -> FakeHandoverService:
    return FakeHandoverService(
        entry("radon", Handling.ANSWER, 2),
        entry("bygglov-altan", Handling.GUIDE, 3),
        entry("mitt-arende-status", Handling.HANDOVER, 3),
        entry("fjarde", Handling.ANSWER, 1),
        entry("utan-artikel", Handling.ANSWER, 1, has_article=False),
        entry("halsning", Handling.CHAT, None),
    )


async def test_the_first_doubt_leads_to_at_most_three_topics_and_a_person() -> None:
    reply = await Conversation(service_with_topics()).says(
        "unclear", "radon", "bygglov-altan", "mitt-arende-status", "fjarde"
    )
    assert (reply["kind"], reply["topic"], reply["rosa_level"]) == ("clarify", None, None)
    assert reply["buttons"] == [
        {"kind": "topic", "topic": "radon", "label": "Rubriken för radon"},
        {"kind": "topic", "topic": "bygglov-altan", "label": "Rubriken för bygglov-altan"},
        {"kind": "topic", "topic": "mitt-arende-status", "label": "Rubriken för mitt-arende-status"},
        PERSON,
    ]


async def test_only_what_can_be_answered_is_offered() -> None:
    reply = await Conversation(service_with_topics()).says("unclear", "halsning", "utan-artikel", "radon")
    assert [button.get("topic") for button in reply["buttons"]] == ["radon", None]


async def test_without_anything_to_offer_the_resident_is_asked_to_write_it_differently() -> None:
    reply = await Conversation(service_with_topics()).says("unclear", "halsning")
    assert (reply["kind"], reply["buttons"]) == ("clarify", [PERSON])
    assert "med andra ord" in reply["text"]


async def test_the_second_doubt_in_a_row_goes_to_a_person_with_the_evidence() -> None:
    service = service_with_topics()
    conversation = Conversation(service)
    assert (await conversation.says("unclear", "radon"))["kind"] == "clarify"
    reply = await conversation.says("unclear", "bygglov-altan", "radon")
    assert (reply["kind"], reply["topic"], reply["case_reference"]) == ("handover", "bygglov-altan", "2026-000001")
    request = service.handovers["meddelande-2"]
    assert request.reason is Reason.UNSURE
    assert [candidate.topic for candidate in request.understanding.candidates] == ["bygglov-altan", "radon"]


async def test_the_same_message_twice_is_not_a_second_doubt() -> None:
    conversation = Conversation(service_with_topics())
    first = await conversation.says("unclear", "radon", message_id="m")
    assert await conversation.says("unclear", "radon", message_id="m") == first


async def test_an_answer_in_between_starts_the_count_anew() -> None:
    conversation = Conversation(service_with_topics())
    await conversation.says("unclear", "radon")
    assert (await conversation.says("chosen", "radon"))["kind"] == "answer"
    assert (await conversation.says("unclear", "radon"))["kind"] == "clarify"


async def test_small_talk_in_between_does_not() -> None:
    conversation = Conversation(service_with_topics())
    await conversation.says("unclear", "radon")
    assert (await conversation.says("sure", "halsning"))["kind"] == "chat"
    assert (await conversation.says("unclear", "radon"))["kind"] == "handover"


async def test_after_a_person_the_count_starts_anew() -> None:
    conversation = Conversation(service_with_topics())
    await conversation.says("unclear", "radon")
    await conversation.says("unclear", "radon")
    assert (await conversation.says("unclear", "radon"))["kind"] == "clarify"


async def test_what_is_not_understood_at_all_goes_to_a_person_at_once() -> None:
    service = service_with_topics()
    assert (await Conversation(service).says("unsure", "radon"))["kind"] == "handover"
    assert service.handovers["meddelande-1"].topic == "radon"


async def test_a_text_without_words_is_asked_about_once() -> None:
    conversation = Conversation(service_with_topics())
    reply = await conversation.says("unsure", has_words=False)
    assert (reply["kind"], reply["buttons"]) == ("clarify", [PERSON])
    assert (await conversation.says("unsure", has_words=False))["kind"] == "handover"


@pytest.mark.parametrize("certainty", ["unclear", "unsure"])
async def test_somebodys_own_case_is_not_asked_about_even_when_its_topic_is_in_doubt(certainty: str) -> None:
    service = service_with_topics()
    reply = await Conversation(service).says(certainty, "radon", "fjarde", confidence=0.41, is_personal=True)
    assert (reply["kind"], reply["topic"], reply["rosa_level"]) == ("handover", "radon", 2)
    request = service.handovers["meddelande-1"]
    assert (request.reason, request.topic) == (Reason.PERSONAL_MATTER, "radon")
    assert "Skriv inte ditt personnummer" in (request.text or "")


async def test_nor_when_the_guess_is_a_matter_for_people_anyway() -> None:
    service = service_with_topics()
    reply = await Conversation(service).says("unclear", "mitt-arende-status", "radon", is_personal=True)
    assert (reply["kind"], reply["topic"]) == ("handover", "mitt-arende-status")


async def test_a_faint_guess_is_no_topic_of_somebodys_own_case() -> None:
    service = service_with_topics()
    reply = await Conversation(service).says("unsure", "radon", confidence=0.39, is_personal=True)
    assert (reply["topic"], reply["rosa_level"]) == (None, None)
    assert service.handovers["meddelande-1"].topic is None


async def test_without_any_guess_somebodys_own_case_goes_to_a_person() -> None:
    service = service_with_topics()
    assert (await Conversation(service).says("unsure", is_personal=True))["kind"] == "handover"
    assert service.handovers["meddelande-1"].reason is Reason.PERSONAL_MATTER


@pytest.mark.parametrize("topic", ["halsning", "pass"])
async def test_small_talk_and_references_in_doubt_are_asked_about_as_usual(topic: str) -> None:
    service = FakeHandoverService(entry("halsning", Handling.CHAT, None), entry("pass", Handling.REFER))
    assert (await Conversation(service).says("unclear", topic, is_personal=True))["kind"] == "clarify"
