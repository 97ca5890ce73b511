"""Whether an agent is at the desk, and what may be offered."""

from enum import StrEnum


class PresenceStatus(StrEnum):
    """Nobody is away by saying so: whoever gives no sign of life has no presence."""

    AVAILABLE = "available"
    ON_BREAK = "on_break"


class OfferOutcome(StrEnum):
    """What came of offering a case to an agent."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
