"""Who owns a conversation, and what may change that (docs/contracts/handover-protocol.md)."""

from enum import StrEnum


class State(StrEnum):
    """`asynchronous`: the resident need not stay; the case has an owner and a due time, and its answer is sent."""

    WITH_BOT = "with_bot"
    WAITING = "waiting"
    WITH_AGENT = "with_agent"
    ASYNCHRONOUS = "asynchronous"
    CLOSED = "closed"


class Event(StrEnum):
    """What changes a conversation's state, or its case. Each raises the conversation's version by one."""

    HANDOVER_ASKED = "handover_asked"
    CLAIMED = "claimed"
    RETURNED_TO_QUEUE = "returned_to_queue"
    HANDED_BACK = "handed_back"
    WITHDRAWN = "withdrawn"
    LEFT_TO_BE_ANSWERED = "left_to_be_answered"
    CLOSED = "closed"
    # These leave the state as it is.
    TRANSFERRED = "transferred"
    TAKEN_OVER = "taken_over"
    FORWARDED = "forwarded"
    FOLLOW_UP_DUE = "follow_up_due"
    DEPARTMENT_ANSWERED = "department_answered"
    PRIORITY_RAISED = "priority_raised"
    OVERFLOWED = "overflowed"
    CONTACT_LEFT = "contact_left"
    CASE_CLOSED = "case_closed"


class TransitionNotAllowedError(Exception):
    def __init__(self, state: State, event: Event) -> None:
        self.state = state
        self.event = event
        super().__init__(f"{event} is not possible in the state {state}")


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.WITH_BOT, Event.HANDOVER_ASKED): State.WAITING,
    (State.WITH_BOT, Event.CLOSED): State.CLOSED,
    (State.WAITING, Event.CLAIMED): State.WITH_AGENT,
    (State.WAITING, Event.WITHDRAWN): State.WITH_BOT,
    (State.WAITING, Event.LEFT_TO_BE_ANSWERED): State.ASYNCHRONOUS,
    (State.WAITING, Event.TRANSFERRED): State.WAITING,
    (State.WAITING, Event.OVERFLOWED): State.WAITING,
    (State.WAITING, Event.PRIORITY_RAISED): State.WAITING,
    (State.WAITING, Event.CONTACT_LEFT): State.WAITING,
    (State.WAITING, Event.CLOSED): State.CLOSED,
    (State.WITH_AGENT, Event.RETURNED_TO_QUEUE): State.WAITING,
    (State.WITH_AGENT, Event.HANDED_BACK): State.WITH_BOT,
    (State.WITH_AGENT, Event.LEFT_TO_BE_ANSWERED): State.ASYNCHRONOUS,
    (State.WITH_AGENT, Event.TRANSFERRED): State.WITH_AGENT,
    (State.WITH_AGENT, Event.TAKEN_OVER): State.WITH_AGENT,
    (State.WITH_AGENT, Event.PRIORITY_RAISED): State.WITH_AGENT,
    (State.WITH_AGENT, Event.CONTACT_LEFT): State.WITH_AGENT,
    (State.WITH_AGENT, Event.CLOSED): State.CLOSED,
    (State.ASYNCHRONOUS, Event.HANDOVER_ASKED): State.WAITING,
    (State.ASYNCHRONOUS, Event.CLAIMED): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.RETURNED_TO_QUEUE): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.TRANSFERRED): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.TAKEN_OVER): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.FORWARDED): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.FOLLOW_UP_DUE): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.DEPARTMENT_ANSWERED): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.PRIORITY_RAISED): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.OVERFLOWED): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.CONTACT_LEFT): State.ASYNCHRONOUS,
    (State.ASYNCHRONOUS, Event.CLOSED): State.CLOSED,
    # The resident ended the conversation; the agent still says how the case ended.
    (State.CLOSED, Event.CASE_CLOSED): State.CLOSED,
    (State.CLOSED, Event.PRIORITY_RAISED): State.CLOSED,
    (State.CLOSED, Event.TAKEN_OVER): State.CLOSED,
    (State.CLOSED, Event.TRANSFERRED): State.CLOSED,
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


def may_bot_answer(state: State, *, is_asked: bool) -> bool:
    """Whether the bot answers a message. `is_asked`: the resident who waits has asked the bot, and not the person."""
    return state is State.WITH_BOT or (state is State.WAITING and is_asked)


def stops_the_bot(before: State, after: State) -> bool:
    """Whether what the bot is working on is no longer its to answer: somebody else owns the conversation, or nobody."""
    return before in {State.WITH_BOT, State.WAITING} and after not in {before, State.WITH_BOT}
