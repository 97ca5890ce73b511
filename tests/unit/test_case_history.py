"""A case's events in words, and the forms that its page offers."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from handover_api.cases.schemas import EventActor, ProtocolEvent
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import TRANSITIONS, Event, State
from handover_api.rules.ownership import BELONG_TOGETHER
from handover_api.rules.protocol import MAY_CAUSE, ActorKind
from handover_api.web.case_steps import Form, possible_forms
from handover_api.web.history import tell

NOW = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
DEPARTMENTS = {"bygg": "Byggnadsnämnden"}
STAFF = {ActorKind.AGENT, ActorKind.LEAD}
# Which event each form leads to, beside the note, which leads to none.
EVENTS = {
    Form.FORWARD: {Event.FORWARDED, Event.LEFT_TO_BE_ANSWERED},
    Form.TRANSFER: {Event.TRANSFERRED, Event.RETURNED_TO_QUEUE},
    Form.RETURN: {Event.RETURNED_TO_QUEUE},
    Form.TAKE_OVER: {Event.TAKEN_OVER},
}


def event(what: Event, who: ActorKind, **fields: object) -> ProtocolEvent:
    name = "Medarbetare 1" if who in STAFF else None
    return ProtocolEvent.model_validate(
        {
            "conversation_id": UUID(int=1),
            "seq": 3,
            "version": 2,
            "event": what,
            "before": State.WAITING,
            "after": State.WAITING,
            "actor": EventActor(kind=who, name=name),
            "reason": None,
            "case_reference": "2026-000001",
            "evidence": {},
            "at": NOW,
            **fields,
        }
    )


@pytest.mark.parametrize(("what", "who"), [(what, who) for what in Event for who in sorted(MAY_CAUSE[what])])
def test_whatever_anybody_may_cause_is_told_in_words(what: Event, who: ActorKind) -> None:
    [told] = tell([event(what, who)], DEPARTMENTS, NOW)
    assert told.text[0].isupper()
    assert "_" not in told.text
    assert told.time == "kl. 10.15"
    assert told.text.startswith("Medarbetare 1 ") == (who in STAFF)


def test_the_latest_is_told_first() -> None:
    events = [event(Event.CLAIMED, ActorKind.AGENT), event(Event.CLOSED, ActorKind.LEAD)]
    assert [told.text for told in tell(events, DEPARTMENTS, NOW)] == [
        "Medarbetare 1 avslutade samtalet",
        "Medarbetare 1 tog ärendet",
    ]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            event(Event.FORWARDED, ActorKind.AGENT, evidence={"department": "bygg"}),
            "Medarbetare 1 skickade ärendet vidare till Byggnadsnämnden",
        ),
        (
            event(Event.RETURNED_TO_QUEUE, ActorKind.AGENT, evidence={"to_group": "naringsliv"}),
            "Medarbetare 1 lämnade över ärendet till Näringsliv",
        ),
        (
            event(Event.FOLLOW_UP_DUE, ActorKind.SYSTEM, evidence={"level": 2}),
            "Ärendet kom tillbaka igen, och teamledarna ser det nu",
        ),
        (
            event(Event.RETURNED_TO_QUEUE, ActorKind.SYSTEM, reason="agent_lost"),
            "Medarbetaren tappade kontakten, så ärendet lades tillbaka i kön",
        ),
    ],
)
def test_what_is_known_of_it_is_told_too(told: ProtocolEvent, said: str) -> None:
    assert [each.text for each in tell([told], DEPARTMENTS, NOW)] == [said]


@pytest.mark.parametrize(
    ("conversation", "is_mine", "is_lead", "has_department"), list(product(State, *([[True, False]] * 3)))
)
def test_a_page_offers_only_what_the_protocol_allows(
    conversation: State, *, is_mine: bool, is_lead: bool, has_department: bool
) -> None:
    for state in BELONG_TOGETHER[conversation] - {None} | {CaseState.CLOSED}:
        assert state is not None
        forms = possible_forms(state, conversation, is_mine=is_mine, is_lead=is_lead, has_department=has_department)
        assert Form.NOTE in forms
        for form in forms & EVENTS.keys():
            assert any((conversation, possible) in TRANSITIONS for possible in EVENTS[form]), form
        if not (is_mine or is_lead):
            assert not forms & {Form.FORWARD, Form.RETURN, Form.TAKE_OVER}
