"""What the bot may say. The bot's own words are never above ROSA level 2 (information and guidance)."""

from enum import StrEnum

from handover_api.rules.message import Author

ROSA_CEILING = 2


class ReplyKind(StrEnum):
    ANSWER = "answer"
    GUIDE = "guide"
    REFER = "refer"
    CLARIFY = "clarify"
    CHAT = "chat"
    URGENT = "urgent"
    HANDOVER = "handover"
    FAILURE = "failure"


OWN_WORDS = frozenset({ReplyKind.ANSWER, ReplyKind.GUIDE, ReplyKind.REFER})
# The service has already stored what these say, together with the case.
ALREADY_TOLD = frozenset({ReplyKind.URGENT, ReplyKind.HANDOVER})


def may_be_rated(author: str, kind: str) -> bool:
    """Whether the resident is asked if a message helped: only of the bot's own answers."""
    return author == Author.BOT and kind in OWN_WORDS


def may_be_said(kind: ReplyKind, rosa_level: int | None) -> bool:
    """Whether a reply may leave: an answer states its own level, and it is not above the ceiling."""
    if kind in OWN_WORDS:
        return rosa_level is not None and 1 <= rosa_level <= ROSA_CEILING
    return True
