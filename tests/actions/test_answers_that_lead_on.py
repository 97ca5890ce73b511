"""An answer that leads on to other topics."""

from __future__ import annotations

import pytest

from actions.clients.handover_api import SeeAlso
from actions.decision import Handling
from actions.replies import PERSON_BUTTON
from tests.actions.conversation import Conversation
from tests.actions.fake_handover_service import FakeHandoverService, entry

ALTAN = {"kind": "topic", "topic": "bygglov-altan", "label": "Om altaner"}


@pytest.fixture
def service() -> FakeHandoverService:
    service = FakeHandoverService(entry("radon", Handling.ANSWER), entry("bygglov-altan", Handling.ANSWER))
    # Each leads to the other.
    service.see_also["radon"] = (SeeAlso("bygglov-altan", "Om altaner"),)
    service.see_also["bygglov-altan"] = (SeeAlso("radon", "Om radon"),)
    return service


async def test_what_an_answer_leads_on_to_can_be_chosen_and_the_way_to_a_person_is_there(
    service: FakeHandoverService,
) -> None:
    reply = await Conversation(service).says("sure", "radon")
    assert reply["kind"] == "answer"
    assert reply["buttons"] == [ALTAN, PERSON_BUTTON]


async def test_whoever_goes_in_a_circle_has_the_way_to_a_person_at_every_turn(service: FakeHandoverService) -> None:
    conversation, topic = Conversation(service), "radon"
    for _ in range(4):
        reply = await conversation.says("chosen", topic)
        assert PERSON_BUTTON in reply["buttons"]
        (topic,) = (button["topic"] for button in reply["buttons"] if button["kind"] == "topic")
