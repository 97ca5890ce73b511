"""The invariant of ownership: which state of the case goes with which state of its conversation."""

from handover_api.rules.case import CaseState
from handover_api.rules.conversation import State

# None is no open case. A resident may end a conversation that an agent has; the agent then says how the case ended.
BELONG_TOGETHER: dict[State, frozenset[CaseState | None]] = {
    State.WITH_BOT: frozenset({None, CaseState.ANSWERED}),
    State.WAITING: frozenset({CaseState.WAITING}),
    State.WITH_AGENT: frozenset({CaseState.ASSIGNED}),
    State.ASYNCHRONOUS: frozenset({CaseState.WAITING, CaseState.ASSIGNED, CaseState.FORWARDED}),
    State.CLOSED: frozenset({None, CaseState.ASSIGNED}),
}
# The conversations whose waiting case can be taken.
STANDS_IN_QUEUE = tuple(state for state, cases in BELONG_TOGETHER.items() if CaseState.WAITING in cases)
# In these states somebody on the staff is to act.
IN_HAND = (State.WAITING, State.WITH_AGENT, State.ASYNCHRONOUS)
_IN_NOBODYS_HANDS = frozenset({None, CaseState.WAITING, CaseState.ANSWERED})


def is_whole(conversation: State, case: CaseState | None) -> bool:
    """Whether the states of a conversation and of its open case belong together."""
    return case in BELONG_TOGETHER[conversation]


def may_be_queued(conversation: State, case: CaseState | None) -> bool:
    """Whether a breach is put right by the queue: the resident needs a person, and no person has the case.

    Nothing is then taken from anybody. In every other breach a person has to look.
    """
    return conversation in IN_HAND and case in _IN_NOBODYS_HANDS and not is_whole(conversation, case)
