"""What the resident's open page is told, by its stream and by its poll alike."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from uuid import UUID

from fastapi import Request

from handover_api import live
from handover_api.cases import reading
from handover_api.cases.schemas import ConversationStatus
from handover_api.conversations.repository import BATCH, ConversationRepository
from handover_api.database import transaction
from handover_api.models import Conversation, Message
from handover_api.queue.board import Standing, Watch, place_signal
from handover_api.rules.conversation import State
from handover_api.texts import _
from handover_api.web import messages, own_words, pages, wording
from handover_api.web.live_events import LiveEvent
from handover_api.web.notices import NOTICES_READ, KnownNotices, notices_event


class LivePage:
    """What a resident's open page has and is told."""

    def __init__(self, request: Request, conversation_id: UUID, seen: int, watch: Watch) -> None:
        self._state = request.app.state
        self._conversation_id = conversation_id
        self._seen = seen
        self._watch = watch
        self._status: ConversationStatus | None = None

    @property
    def looks(self) -> dict[str, Callable[[], AsyncIterator[LiveEvent]]]:
        """Where to look at each signal. The place moves when others are served; only the board reads that."""
        return {
            live.conversation_signal(self._conversation_id): self.look,
            place_signal(self._conversation_id): self.look_at_place,
            live.read_signal(self._conversation_id, live.STAFF): self.look_at_reading,
            live.writing_signal(self._conversation_id, live.STAFF): self.look_at_writing,
            NOTICES_READ: self.look_at_notices,
        }

    async def look(self) -> AsyncIterator[LiveEvent]:
        """Something has happened in the conversation: it is read."""
        self._watch.shown = None
        is_all = False
        while not is_all:
            now = self._state.clock()
            async with transaction(self._state.sessions) as session:
                new = await ConversationRepository(session).list_for_resident(self._conversation_id, self._seen)
                conversation = await session.get_one(Conversation, self._conversation_id)
                self._status = await reading.get_status(session, conversation, now)
            is_all = len(new) < BATCH
            for event in message_events(new, now):
                yield event
            self._seen = new[-1].seq if new else self._seen
        if self._status is not None:
            yield self._shown(self._status)

    async def look_at_place(self) -> AsyncIterator[LiveEvent]:
        """Something has happened in the queue, and the board knows what."""
        standing = self._state.board.standing_of(self._conversation_id)
        if standing is not None and self._status is not None and self._status.state is State.WAITING:
            self._status = self._status.model_copy(
                update={"queue_position": standing.position, "waiting_minutes": standing.waiting_minutes}
            )
            yield self._shown(self._status)

    async def look_at_reading(self) -> AsyncIterator[LiveEvent]:
        """The agent who has the case has read further."""
        if self._status is not None:
            async with transaction(self._state.sessions) as session:
                read = await ConversationRepository(session).find_read(self._conversation_id)
            self._status = self._status.model_copy(update={"read_by_staff": read.by_staff})
            yield self._shown(self._status)

    async def look_at_writing(self) -> AsyncIterator[LiveEvent]:
        """The agent who has the case writes."""
        if self._status is not None and self._status.agent_name is not None:
            text = _("{name} skriver …").format(name=self._status.agent_name)
            yield LiveEvent(event="writing", data=text, is_of_this_moment=True)

    async def look_at_notices(self) -> AsyncIterator[LiveEvent]:
        """Everybody is told something else, which has been read already."""
        known: KnownNotices = self._state.notices
        if known.latest is not None:
            yield notices_event(known.latest)

    def _shown(self, status: ConversationStatus) -> LiveEvent:
        if status.queue_position is not None:
            self._watch.shown = Standing(status.queue_position, status.waiting_minutes)
        return status_event(status, self._state.clock())


def message_events(new: list[Message], now: datetime) -> list[LiveEvent]:
    return [
        LiveEvent(
            event="message",
            id=str(view.seq),
            data=pages.fragment("partials/message.html.j2", message=view, is_anchored=True),
        )
        for view in messages.list_for_resident(new, now, given={})
    ]


def status_event(status: ConversationStatus, now: datetime) -> LiveEvent:
    return LiveEvent(event="status", data=_Status.of(status, now).model_dump_json())


class _Status(ConversationStatus):
    """What the page shows above the conversation."""

    text: str
    # The same in the resident's own language, when the page is not in that.
    own_words: str

    @classmethod
    def of(cls, status: ConversationStatus, now: datetime) -> "_Status":
        return cls(**status.model_dump(), text=wording.status(status, now), own_words=own_words.status(status))
