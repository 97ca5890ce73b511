"""The shapes of the public conversation API."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from handover_api.conversations.repository import BATCH
from handover_api.models import Message
from handover_api.rules.conversation import State
from handover_api.rules.message import USED, Author

Language = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$", max_length=35)]
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]+$", min_length=1, max_length=100)]
TopicId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", max_length=100)]
MAX_SEQ = 2**31 - 1
After = Annotated[int, Query(ge=0, le=MAX_SEQ)]
Limit = Annotated[int, Query(ge=1, le=BATCH)]
# Far above the limit on what is kept, so that the text meets our own sentence and not a parser's.
RawText = Annotated[str, Field(max_length=100_000)]


class ConversationCreate(BaseModel):
    language: Language = "sv"
    # A closed conversation of the same resident that this one continues, with its token as proof.
    continues: UUID | None = None
    continues_token: Annotated[str, Field(max_length=100)] | None = None


class ConversationCreated(BaseModel):
    id: UUID
    token: str
    state: State
    language: str


class MessageCreate(BaseModel):
    client_id: ClientId
    text: RawText
    # The topic of the button that was pressed, if one was.
    choice: TopicId | None = None
    # A resident who waits for a person may ask the bot meanwhile. It counts in no other state.
    to: Literal["bot"] | None = None


class StaffMessageCreate(BaseModel):
    client_id: ClientId
    text: RawText


class ReplyCreate(StaffMessageCreate):
    # The marks of the answers that it was made from, with spaces between; only staff are told of them.
    used: Annotated[str, Field(max_length=2000)] = ""


class MessageAccepted(BaseModel):
    seq: int


class MessageRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    seq: int
    author: Author
    kind: str
    text: str
    created_at: datetime
    payload: dict[str, Any]

    @classmethod
    def of(cls, message: Message) -> "MessageRead":
        """As its resident reads it."""
        read = cls.model_validate(message)
        return read.model_copy(update={"payload": {name: read.payload[name] for name in read.payload if name != USED}})
