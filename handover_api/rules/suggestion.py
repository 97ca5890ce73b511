"""Which topic a group of questions seems to belong to, and how one knows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Ground(StrEnum):
    """How one knows, the surest first."""

    # A colleague has told the editors so.
    TOLD = "told"
    # An agent closed the case as one about it.
    CLOSED = "closed"
    # Whoever asked chose it when the bot asked back.
    CHOSEN = "chosen"
    # A phrase of the topic is much like the question.
    PHRASE = "phrase"
    # The bot believed it most.
    BELIEVED = "believed"


@dataclass(frozen=True)
class Suggestion:
    """`count` of the group's questions say so; `phrase` is the one that is like the question, if that is the ground."""

    topic: str
    ground: Ground
    count: int
    phrase: str = ""


def suggest(signs: Iterable[tuple[Ground, str]]) -> Suggestion | None:
    """The topic that most questions point at on the surest ground that there is; of two, the first by name."""
    by_ground: dict[Ground, Counter[str]] = {ground: Counter() for ground in Ground}
    for ground, topic in signs:
        by_ground[ground][topic] += 1
    for ground, counted in by_ground.items():
        if counted:
            topic, count = min(counted.items(), key=lambda pair: (-pair[1], pair[0]))
            return Suggestion(topic, ground, count)
    return None
