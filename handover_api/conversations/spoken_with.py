"""What is written to a resident without a person writing it is in the resident's language, as far as there is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import texts
from handover_api.conversations.repository import ConversationRepository
from handover_api.models import Conversation


@contextmanager
def speaking_with(conversation: Conversation) -> Iterator[None]:
    """Within it, sentences are said in the language that the resident has chosen, or else writes in."""
    language = conversation.chosen_language or conversation.language.split("-", maxsplit=1)[0].lower()
    with texts.speaking(language):
        yield


async def choose_language(session: AsyncSession, conversation_id: UUID, language: str) -> None:
    """From now on the conversation is in that language, until the resident writes in another."""
    conversation = await ConversationRepository(session).get_for_update(conversation_id)
    conversation.chosen_language = language
    conversation.language = written_language(language) or conversation.language


def written_language(chosen: str | None) -> str | None:
    """What somebody who has chosen a language is thought to write in; None when that is not known.

    Only of languages that the bot answers: of the others it would take short words in Swedish for their own, and answer
    nothing. What is clearly in another language it notices by itself.
    """
    language = (chosen or "").partition("-")[0]
    return language if language in texts.INTERFACE_LANGUAGES else None
