"""The handover protocol: its version, and who may cause what (docs/contracts/handover-protocol.md)."""

from enum import StrEnum

from handover_api.rules.conversation import Event
from handover_api.rules.roles import HANDLES_CASES, Role

PROTOCOL_VERSION = "1.1"


class ActorKind(StrEnum):
    """Who takes part. `system`: the service itself, by the clock or on behalf of a department's own system."""

    RESIDENT = "resident"
    BOT = "bot"
    SYSTEM = "system"
    AGENT = Role.AGENT.value
    LEAD = Role.LEAD.value


_DESK = frozenset(ActorKind(role.value) for role in HANDLES_CASES)

MAY_CAUSE: dict[Event, frozenset[ActorKind]] = {
    Event.HANDOVER_ASKED: frozenset({ActorKind.RESIDENT, ActorKind.BOT}),
    Event.CLAIMED: _DESK,
    Event.RETURNED_TO_QUEUE: _DESK | {ActorKind.SYSTEM},
    Event.HANDED_BACK: _DESK,
    Event.WITHDRAWN: frozenset({ActorKind.RESIDENT}),
    Event.LEFT_TO_BE_ANSWERED: _DESK | {ActorKind.RESIDENT, ActorKind.SYSTEM},
    Event.CLOSED: _DESK | {ActorKind.RESIDENT},
    Event.TRANSFERRED: _DESK,
    Event.TAKEN_OVER: frozenset({ActorKind.LEAD}),
    Event.FORWARDED: _DESK,
    Event.FOLLOW_UP_DUE: frozenset({ActorKind.SYSTEM}),
    Event.DEPARTMENT_ANSWERED: _DESK | {ActorKind.SYSTEM},
    Event.PRIORITY_RAISED: frozenset({ActorKind.BOT, ActorKind.SYSTEM}),
    Event.OVERFLOWED: frozenset({ActorKind.SYSTEM}),
    Event.CONTACT_LEFT: frozenset({ActorKind.RESIDENT}),
    Event.CASE_CLOSED: _DESK,
}


class ActorNotAllowedError(Exception):
    """A fault of ours, never a caller's: the routes let nobody come as far as this."""


def require_may_cause(actor_kind: str, event: Event) -> None:
    """
    Raises:
        ActorNotAllowedError
    """
    if actor_kind not in MAY_CAUSE[event]:
        raise ActorNotAllowedError(f"{actor_kind} may not cause {event}")
