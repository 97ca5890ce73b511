"""What stands under an answer of the bot's: whether it helped."""

from dataclasses import dataclass

from handover_api.models import AnswerFeedback, Message
from handover_api.rules.replies import may_be_rated


@dataclass(frozen=True)
class FeedbackView:
    """The question, and what has been said so far; `has_helped` is None when nothing has been."""

    seq: int
    has_helped: bool | None = None
    missing: str = ""
    error: str | None = None


def asked_of(message: Message, given: AnswerFeedback | None) -> FeedbackView | None:
    """The question for the resident, under those messages that can be rated."""
    if not may_be_rated(message.author, message.kind):
        return None
    if given is None:
        return FeedbackView(message.seq)
    return FeedbackView(message.seq, given.has_helped, given.missing or "")


def told_to_staff(given: AnswerFeedback | None) -> str | None:
    """What the resident said, for the desk."""
    if given is None:
        return None
    if given.has_helped:
        return "Invånaren svarade att det här hjälpte."
    said = "Invånaren svarade att det här inte hjälpte."
    return f"{said} Saknades: {given.missing}" if given.missing else said
