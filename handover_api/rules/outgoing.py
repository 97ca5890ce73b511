"""What is sent to the world outside, what has become of it, and when it is tried again."""

from datetime import datetime, timedelta
from enum import StrEnum


class OutgoingState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    GIVEN_UP = "given_up"


FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
# A fifth more or less, so that what failed together is not tried together.
JITTER = 0.2
GIVE_UP_AFTER = timedelta(hours=24)
# Some 30 attempts fit into the time; more than this means that the attempts themselves go wrong, such as by a crash.
MOST_ATTEMPTS = 40


def next_attempt(attempts: int, created_at: datetime, now: datetime, chance: float) -> datetime | None:
    """When something that has failed so many times is tried again; None when it is to be given up.

    The wait doubles each time, up to an hour. `chance` is drawn from 0 to 1.
    """
    doublings = min(attempts - 1, MOST_ATTEMPTS)
    wait = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    at = now + wait * (1 - JITTER + 2 * JITTER * chance)
    if attempts >= MOST_ATTEMPTS or at > created_at + GIVE_UP_AFTER:
        return None
    return at
