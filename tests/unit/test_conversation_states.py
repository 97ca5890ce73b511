from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from handover_api.rules.conversation import TRANSITIONS, Event, State, TransitionNotAllowedError, next_state

EVERY_STEP = list(product(State, Event))


@pytest.mark.parametrize("event", Event)
def test_closed_is_final(event: Event) -> None:
    with pytest.raises(TransitionNotAllowedError):
        next_state(State.CLOSED, event)


def test_an_agent_comes_only_from_the_queue() -> None:
    ways_in = [(state, event) for (state, event), after in TRANSITIONS.items() if after is State.WITH_AGENT]
    assert ways_in == [(State.WAITING, Event.CLAIMED)]


def test_the_bot_gets_a_conversation_back_only_from_an_agent() -> None:
    ways_in = [(state, event) for (state, event), after in TRANSITIONS.items() if after is State.WITH_BOT]
    assert ways_in == [(State.WITH_AGENT, Event.HANDED_BACK)]


@pytest.mark.parametrize("state", [state for state in State if state is not State.CLOSED])
def test_every_open_conversation_can_be_closed(state: State) -> None:
    assert next_state(state, Event.CLOSED) is State.CLOSED


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
def test_nothing_happens_after_the_end(events: list[Event]) -> None:
    state = State.WITH_BOT
    ended = False
    for event in events:
        try:
            state = next_state(state, event)
        except TransitionNotAllowedError:
            continue
        assert not ended
        ended = event is Event.CLOSED


class Life(RuleBasedStateMachine):
    """Whatever happens, and in whatever order: exactly one party owns the conversation."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.WITH_BOT
        self.queued = False
        self.has_agent = False
        self.is_over = False

    @rule(event=st.sampled_from(Event))
    def anything_happens(self, event: Event) -> None:
        try:
            after = next_state(self.state, event)
        except TransitionNotAllowedError:
            return
        if event is Event.CLAIMED:
            assert self.queued
        self.queued = event in {Event.HANDOVER_ASKED, Event.RETURNED_TO_QUEUE}
        self.has_agent = event is Event.CLAIMED
        self.is_over = event is Event.CLOSED
        self.state = after

    @precondition(lambda self: self.state is State.WITH_BOT)
    @rule()
    def the_resident_can_always_ask_the_bot_for_a_person(self) -> None:
        assert next_state(self.state, Event.HANDOVER_ASKED) is State.WAITING

    @invariant()
    def the_state_says_who_owns_it(self) -> None:
        assert self.queued == (self.state is State.WAITING)
        assert self.has_agent == (self.state is State.WITH_AGENT)
        assert self.is_over == (self.state is State.CLOSED)


TestLife = Life.TestCase
