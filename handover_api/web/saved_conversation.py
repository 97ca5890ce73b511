"""A conversation as its resident keeps it: a page that needs nothing else, or plain text. Nothing that is for staff."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.repository import ContentRepository
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.schemas import MAX_SEQ
from handover_api.models import Conversation, Message
from handover_api.rules import formatted_text
from handover_api.rules.message import Author
from handover_api.rules.opening_hours import LOCAL_TIME
from handover_api.texts import _
from handover_api.web import markup, messages, pages, wording
from handover_api.web.messages import MessageView


@dataclass(frozen=True)
class SavedConversation:
    municipality: str
    began_at: datetime
    saved_at: datetime
    written: list[Message]

    @property
    def name(self) -> str:
        """Of a file, without its ending. It says nothing of who wrote, or what."""
        return f"samtal-{self.began_at.astimezone(LOCAL_TIME).date().isoformat()}"

    @property
    def title(self) -> str:
        return _("Samtal med {kommun}").format(kommun=self.municipality)

    @property
    def _note(self) -> str:
        return _("Sparat {time}. Svaren gällde då, och kan ha ändrats.").format(time=_moment(self.saved_at))

    def as_page(self) -> str:
        return pages.fragment(
            "resident/saved.html.j2",
            title=self.title,
            note=self._note,
            messages=[view for _message, view in self._lines()],
        )

    def as_text(self) -> str:
        parts = [self.title, self._note, *(_as_text(message, view) for message, view in self._lines())]
        return "\n\n".join(parts) + "\n"

    def _lines(self) -> Iterator[tuple[Message, MessageView]]:
        for message in self.written:
            view = messages.for_resident(message, self.saved_at, can_choose=False)
            yield message, replace(view, time=_moment(message.created_at))


async def read_whole(
    session: AsyncSession, conversation: Conversation, now: datetime, *, last_seq: int = MAX_SEQ
) -> SavedConversation:
    """Everything that the resident may read of the conversation, up to a message."""
    facts = await ContentRepository(session).get_facts()
    written = await _read_all(session, conversation.id, last_seq)
    return SavedConversation(facts.get("kommun", _("kommunen")), conversation.created_at, now, written)


async def _read_all(session: AsyncSession, conversation_id: UUID, last_seq: int) -> list[Message]:
    repository = ConversationRepository(session)
    written: list[Message] = []
    seen = 0
    while seen < last_seq and (batch := await repository.list_for_resident(conversation_id, seen)):
        written += [message for message in batch if message.seq <= last_seq]
        seen = batch[-1].seq
    return written


def _as_text(message: Message, view: MessageView) -> str:
    lines = [f"{view.speaker}, {view.time}", _readable(message)]
    payload = message.payload
    lines += [f"{each['label']}: {each['url']}" for each in payload.get("buttons", []) if each["kind"] == "link"]
    if payload.get("department"):
        lines.append(_("Ansvarig: {department}").format(department=payload["department"]))
    for source in payload.get("sources", []):
        address = f" ({source['url']})" if source.get("url") else ""
        lines.append(_("Källa: {title}").format(title=source["title"]) + address)
    if view.reviewed_on:
        lines.append(_("Senast granskad: {day}").format(day=view.reviewed_on))
    return "\n".join(lines)


def _readable(message: Message) -> str:
    match message.author:
        case Author.BOT:
            return markup.markdown_as_text(message.text)
        case Author.AGENT if message.kind == "text":
            return formatted_text.as_text(message.text)
        case _:
            return message.text


def _moment(at: datetime) -> str:
    local = at.astimezone(LOCAL_TIME)
    return _("{day} kl. {time}").format(day=wording.day(local.date().isoformat()), time=f"{local:%H.%M}")
