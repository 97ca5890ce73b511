"""The table of docs/contracts/handover-protocol.md by itself: who owns a conversation, and what may change that."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from handover_api.rules.conversation import (
    TRANSITIONS,
    Event,
    State,
    TransitionNotAllowedError,
    may_bot_answer,
    next_state,
    stops_the_bot,
)
from handover_api.rules.protocol import MAY_CAUSE, ActorKind, ActorNotAllowedError, require_may_cause

EVERY_STEP = list(product(State, Event))
OPEN_STATES = [state for state in State if state is not State.CLOSED]
# What may still be said of the case of a conversation that has ended.
AFTER_THE_END = {Event.CASE_CLOSED, Event.PRIORITY_RAISED, Event.TAKEN_OVER, Event.TRANSFERRED}


def ways_into(state: State) -> set[tuple[State, Event]]:
    return {(before, event) for (before, event), after in TRANSITIONS.items() if after is state is not before}


@pytest.mark.parametrize("event", Event)
def test_closed_is_final(event: Event) -> None:
    if event in AFTER_THE_END:
        assert next_state(State.CLOSED, event) is State.CLOSED
        return
    with pytest.raises(TransitionNotAllowedError):
        next_state(State.CLOSED, event)


def test_an_agent_comes_only_from_the_queue() -> None:
    assert ways_into(State.WITH_AGENT) == {(State.WAITING, Event.CLAIMED)}


def test_the_bot_gets_a_conversation_back_from_an_agent_or_when_the_resident_leaves_the_queue() -> None:
    assert ways_into(State.WITH_BOT) == {(State.WITH_AGENT, Event.HANDED_BACK), (State.WAITING, Event.WITHDRAWN)}


@pytest.mark.parametrize("state", State)
def test_the_bot_answers_what_is_its_own_and_whoever_asks_it_while_waiting(state: State) -> None:
    assert may_bot_answer(state, is_asked=False) is (state is State.WITH_BOT)
    assert may_bot_answer(state, is_asked=True) is (state in {State.WITH_BOT, State.WAITING})


@pytest.mark.parametrize(("before", "event"), sorted(TRANSITIONS))
def test_the_bot_stops_exactly_when_it_loses_the_right_to_answer(before: State, event: Event) -> None:
    after = TRANSITIONS[before, event]
    # What was written before a person was asked for was not written to a bot that is asked beside the queue.
    may_go_on = may_bot_answer(after, is_asked=before is State.WAITING)
    was_working = may_bot_answer(before, is_asked=True)
    assert stops_the_bot(before, after) is (was_working and not may_go_on)


def test_only_what_a_person_had_or_was_to_have_is_left_to_be_answered() -> None:
    assert ways_into(State.ASYNCHRONOUS) == {
        (State.WAITING, Event.LEFT_TO_BE_ANSWERED),
        (State.WITH_AGENT, Event.LEFT_TO_BE_ANSWERED),
    }


def test_the_bot_leaves_only_by_asking_for_a_person_or_at_the_end() -> None:
    ways_out = {event for (before, event), after in TRANSITIONS.items() if before is State.WITH_BOT is not after}
    assert ways_out == {Event.HANDOVER_ASKED, Event.CLOSED}


@pytest.mark.parametrize("state", OPEN_STATES)
def test_every_open_conversation_can_be_closed(state: State) -> None:
    assert next_state(state, Event.CLOSED) is State.CLOSED


def test_every_event_is_possible_somewhere() -> None:
    assert {event for _, event in TRANSITIONS} == set(Event)


@pytest.mark.parametrize(("state", "event"), EVERY_STEP)
def test_a_step_leads_on_or_is_refused_with_state_and_event(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) in State
        return
    with pytest.raises(TransitionNotAllowedError) as refused:
        next_state(state, event)
    assert (refused.value.state, refused.value.event) == (state, event)
    assert str(refused.value) == f"{event} is not possible in the state {state}"


@given(st.lists(st.sampled_from(Event)))
def test_nothing_but_the_end_of_the_case_happens_after_the_end(events: list[Event]) -> None:
    state = State.WITH_BOT
    ended = False
    for event in events:
        try:
            state = next_state(state, event)
        except TransitionNotAllowedError:
            continue
        assert not ended or event in AFTER_THE_END
        ended = ended or event is Event.CLOSED


def test_somebody_may_cause_each_event() -> None:
    assert set(MAY_CAUSE) == set(Event)
    assert all(MAY_CAUSE.values())


@pytest.mark.parametrize(("kind", "event"), list(product([*ActorKind, "editor", "admin", "nobody"], Event)))
def test_whoever_may_not_cause_an_event_is_refused(kind: str, event: Event) -> None:
    if kind in MAY_CAUSE[event]:
        require_may_cause(kind, event)
        return
    with pytest.raises(ActorNotAllowedError):
        require_may_cause(kind, event)


def test_only_people_at_the_desk_claim_hand_back_and_say_how_a_case_ended() -> None:
    for event in (Event.CLAIMED, Event.HANDED_BACK, Event.CASE_CLOSED, Event.FORWARDED, Event.TRANSFERRED):
        assert MAY_CAUSE[event] == {ActorKind.AGENT, ActorKind.LEAD}


def test_the_bot_asks_for_a_person_and_hears_danger_and_does_nothing_else() -> None:
    assert {event for event, kinds in MAY_CAUSE.items() if ActorKind.BOT in kinds} == {
        Event.HANDOVER_ASKED,
        Event.PRIORITY_RAISED,
    }


class Life(RuleBasedStateMachine):
    """Whatever happens, and in whatever order: exactly one party owns the conversation."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.WITH_BOT
        self.owner = "bot"

    @rule(event=st.sampled_from(Event))
    def anything_happens(self, event: Event) -> None:
        try:
            after = next_state(self.state, event)
        except TransitionNotAllowedError:
            return
        self._follow(event)
        self.state = after

    def _follow(self, event: Event) -> None:
        """Who owns it, told without the table."""
        match event:
            case Event.HANDOVER_ASKED:
                assert self.owner in {"bot", "promise"}
                self.owner = "queue"
            case Event.CLAIMED if self.owner == "queue":
                self.owner = "agent"
            case Event.RETURNED_TO_QUEUE if self.owner == "agent":
                self.owner = "queue"
            case Event.HANDED_BACK:
                assert self.owner == "agent"
                self.owner = "bot"
            case Event.WITHDRAWN:
                assert self.owner == "queue"
                self.owner = "bot"
            case Event.LEFT_TO_BE_ANSWERED:
                assert self.owner in {"queue", "agent"}
                self.owner = "promise"
            case Event.CLOSED:
                self.owner = "nobody"

    @precondition(lambda self: self.state in {State.WITH_BOT, State.ASYNCHRONOUS})
    @rule()
    def the_resident_can_always_ask_for_a_person(self) -> None:
        assert next_state(self.state, Event.HANDOVER_ASKED) is State.WAITING

    @invariant()
    def the_state_says_who_owns_it(self) -> None:
        assert (
            self.owner
            == {
                State.WITH_BOT: "bot",
                State.WAITING: "queue",
                State.WITH_AGENT: "agent",
                State.ASYNCHRONOUS: "promise",
                State.CLOSED: "nobody",
            }[self.state]
        )


TestLife = Life.TestCase
