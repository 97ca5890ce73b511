"""Who owns a conversation, and what may change that (see docs/architecture.md, "States")."""

from enum import StrEnum


class State(StrEnum):
    WITH_BOT = "with_bot"
    WAITING = "waiting"
    WITH_AGENT = "with_agent"
    CLOSED = "closed"


class Event(StrEnum):
    HANDOVER_ASKED = "handover_asked"
    CLAIMED = "claimed"
    RETURNED_TO_QUEUE = "returned_to_queue"
    HANDED_BACK = "handed_back"
    CLOSED = "closed"


class TransitionNotAllowedError(Exception):
    def __init__(self, state: State, event: Event) -> None:
        self.state = state
        self.event = event
        super().__init__(f"{event} is not possible in the state {state}")


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.WITH_BOT, Event.HANDOVER_ASKED): State.WAITING,
    (State.WITH_BOT, Event.CLOSED): State.CLOSED,
    (State.WAITING, Event.CLAIMED): State.WITH_AGENT,
    (State.WAITING, Event.CLOSED): State.CLOSED,
    (State.WITH_AGENT, Event.RETURNED_TO_QUEUE): State.WAITING,
    (State.WITH_AGENT, Event.HANDED_BACK): State.WITH_BOT,
    (State.WITH_AGENT, Event.CLOSED): State.CLOSED,
}


def next_state(state: State, event: Event) -> State:
    """The state after an event.

    Raises:
        TransitionNotAllowedError: the event is not possible now.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise TransitionNotAllowedError(state, event) from None
