"""What is sent to the world outside, and what has become of it."""

from enum import StrEnum


class OutgoingState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    GIVEN_UP = "given_up"
