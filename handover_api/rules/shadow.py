"""A new model that reads what residents write beside the one in use, without being heard."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from handover_api.rules.replies import ReplyKind

# So long it goes on when nobody ends it, and so long what was found is kept after that.
LIFE = timedelta(days=7)
KEPT = timedelta(days=90)
# Of these it matters to residents which topic it is about; a question back and a person are the same for any.
_ABOUT_A_TOPIC = frozenset({ReplyKind.ANSWER, ReplyKind.GUIDE, ReplyKind.REFER, ReplyKind.CHAT, ReplyKind.URGENT})


class ShadowEnding(StrEnum):
    """Why it ended: by a person, by the clock, because another model was put in use or because this one was stopped."""

    STOPPED = "stopped"
    TIME_UP = "time_up"
    MODEL_CHANGED = "model_changed"
    REFUSED = "refused"
    NOT_LOADED = "not_loaded"


@dataclass(frozen=True)
class Choice:
    """What a model would do with a message."""

    kind: ReplyKind
    topic: str | None


def differs(before: Choice, now: Choice) -> bool:
    """Whether a resident would notice."""
    return before.kind != now.kind or (now.kind in _ABOUT_A_TOPIC and before.topic != now.topic)
