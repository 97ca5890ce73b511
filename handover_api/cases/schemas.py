"""The shapes of the case API, for residents, staff and the action server."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from handover_api.conversations.schemas import MAX_SEQ, ClientId, Language, MessageRead, RawText, TopicId
from handover_api.integrations.incoming import Incoming
from handover_api.rules.case import ROSA_LEVELS, CaseChannel, CaseState, Priority, Reason
from handover_api.rules.contact import Channel
from handover_api.rules.conversation import Event, State
from handover_api.rules.request import Answer, Detail, RequestKind

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
DepartmentId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", min_length=1, max_length=100)]


class WaitingMinutes(BaseModel):
    """How long the wait may be, from what others have waited. Right about four times in five."""

    model_config = ConfigDict(serialize_by_alias=True)

    least: int = Field(validation_alias=AliasChoices("from", "least"), serialization_alias="from")
    most: int = Field(validation_alias=AliasChoices("to", "most"), serialization_alias="to")


class AvailabilityRead(BaseModel):
    """Whether a person can answer now. `opens_at` and `note` (such as a holiday's name) say more when it is closed."""

    model_config = ConfigDict(from_attributes=True)

    is_open: bool
    # Open, and somebody is there.
    is_staffed: bool
    opens_at: datetime | None
    note: str


class CrisisMessageTold(BaseModel):
    """What every resident is told at the moment. `text_en` is empty when it is in Swedish alone."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    text_en: str
    shown_at: datetime


class OwnCase(BaseModel):
    """How a conversation's case stands, for its resident."""

    reference: str
    state: CaseState
    # Closed because its resident took it back.
    is_withdrawn: bool
    received_at: datetime
    # Whoever has it, or follows up what a department has.
    agent_name: str | None
    department_name: str | None
    # By when the answer is promised, as long as none has been given; also when the time has passed.
    due_at: datetime | None
    # The latest that a person has answered, since an answer was promised last; and whether the resident has gone on
    # after it.
    answered_at: datetime | None
    has_written_since: bool
    closed_at: datetime | None


class ConversationStatus(BaseModel):
    """What the resident may know of the state of things. `queue_position` counts from 1 and is null unless waiting."""

    id: UUID
    state: State
    language: str
    queue_position: int | None
    # Null when too little is known to say, when nobody is there to answer, and for what is urgent.
    waiting_minutes: WaitingMinutes | None
    case_reference: str | None
    agent_name: str | None
    # By when the answer to an asynchronous case is promised, and how the resident wants it.
    due_at: datetime | None
    contact_channel: Channel | None
    # The resident can leave contact details instead of waiting, and has left none.
    can_leave_contact: bool
    # Null when a person is there already, and in the updates of a page while the bot answers.
    availability: AvailabilityRead | None = None
    # With the case's reference, the way back to the conversation from another browser. Only told in full answers to
    # whoever holds the conversation's first token.
    return_code: str | None = None
    # Null until there is one; of a live conversation only told in full answers.
    case: OwnCase | None = None
    # Null when there is none, and in the updates of a page, which are told it by itself.
    crisis_message: CrisisMessageTold | None = None
    # The last message that the agent who has the case has read; 0 for none.
    read_by_staff: int
    created_at: datetime


class ContactCreate(BaseModel):
    """`address`: an e-mail address, or a telephone number as people write it; not for `anonymous`."""

    channel: Channel
    address: Annotated[str, Field(max_length=1000)] | None = None
    name: Annotated[str, Field(max_length=1000)] | None = None


class RequestCreate(BaseModel):
    """What an agent asks the resident for. `purpose` goes on "Vi behöver det för att …" for `details`, of which at
    least one is named, and "Godkänner du att …" for `consent`.
    """

    kind: RequestKind
    purpose: RawText
    details: list[Detail] = []


class RequestAsked(RequestCreate):
    client_id: ClientId


class RequestAnswerCreate(BaseModel):
    """`no` is always possible. For `yes` to a question about details at least one of them is needed."""

    answer: Answer
    email: Annotated[str, Field(max_length=1000)] | None = None
    telephone: Annotated[str, Field(max_length=1000)] | None = None
    name: Annotated[str, Field(max_length=1000)] | None = None


class RequestAnswerRead(BaseModel):
    """The details are null for consent, and as far as they were not left."""

    seq: int
    answer: Answer
    email: str | None
    telephone: str | None
    name: str | None
    answered_at: datetime


class RequestRead(RequestCreate):
    """A question by a form, for the staff of the case alone."""

    seq: int
    asked_by: str
    asked_at: datetime
    answer: RequestAnswerRead | None


class ReadCreate(BaseModel):
    """How far somebody has read: the number of a message. Only what is further than before counts."""

    seq: Annotated[int, Field(ge=1, le=MAX_SEQ)]


class ReturnCreate(BaseModel):
    reference: Annotated[str, Field(max_length=100)]
    code: Annotated[str, Field(max_length=100)]


class HandoverEvidence(BaseModel):
    """What the bot knew when it gave up."""

    certainty: str | None = None
    candidates: list[dict[str, Any]] = []
    threshold: float | None = None
    model_version: str | None = None
    articles_tried: list[str] = []
    language: str | None = None
    is_personal: bool = False


class HandoverCreate(Incoming):
    conversation_id: UUID
    message_id: UUID
    reason: Reason
    topic: TopicId | None = None
    article_id: UUID | None = None
    article_version: int | None = None
    text: RawText | None = None
    # One for each paragraph of the text; empty when all of it is in Swedish.
    text_languages: list[Language] = Field(default_factory=list)
    evidence: HandoverEvidence = HandoverEvidence()


class HandoverCreated(BaseModel):
    case_reference: str
    state: State
    queue_position: int | None


class CaseSummary(BaseModel):
    """A case as it stands in a list. Nothing of what was said."""

    model_config = ConfigDict(frozen=True)

    reference: str
    state: CaseState
    # Of the conversation and its case together; send it back to say on which state a step was decided.
    version: int
    priority: Priority
    answer_group: str
    # The answer groups under whose secrecy it is; a tuple, because a frozen model is told apart by what it holds.
    secrecy_classes: tuple[str, ...] = ()
    topic: str | None
    topic_title: str | None
    reason: Reason
    language: str
    owner: str | None
    created_at: datetime
    waiting_since: datetime
    claimed_at: datetime | None
    # By when the resident was promised an answer; null for a case that has only been live.
    due_at: datetime | None
    # The department that has the case, or had it last.
    department: str | None
    department_name: str | None
    # When the case comes back to its owner unless the department answers, and how often it has come back: 1 is to the
    # owner, 2 to the leads as well.
    follow_up_at: datetime | None
    follow_up_level: int


class EvidenceRead(HandoverEvidence):
    reason: Reason
    created_at: datetime


class StaffMessageRead(MessageRead):
    audience: str


class ContactRead(BaseModel):
    """How the resident wants to be answered, for the staff of the case alone."""

    model_config = ConfigDict(from_attributes=True)

    channel: Channel
    address: str | None
    name: str | None


class RelatedCase(BaseModel):
    reference: str
    state: CaseState
    is_earlier: bool


class CaseStanding(CaseSummary):
    """How a case and its conversation stand."""

    owner_id: UUID | None
    conversation_id: UUID
    conversation_state: State
    # How the resident came; all but those of the chat are closed from the beginning.
    channel: CaseChannel
    resolution: str | None
    # What whoever closed it says that it was about; `topic` is what the bot believed.
    category: str | None
    category_area: str | None
    rosa_level: int | None
    closed_at: datetime | None


class CaseRead(CaseStanding):
    """A case with the latest messages (500 at most), and why the bot gave up, the latest handover first.

    Earlier messages: `GET /api/cases/{reference}/messages`.
    """

    # The web site that the chat was opened on, and its page, when they are known.
    site: str | None
    came_from: str | None
    # The last message that the resident has seen; 0 for none.
    read_by_resident: int
    contact: ContactRead | None
    # Other cases of what seems to be the same resident, the latest first.
    related: list[RelatedCase]
    checklist: str
    evidence: list[EvidenceRead]
    messages: list[StaffMessageRead]


class CaseStep(BaseModel):
    """What every step may say: the version that it was decided on. Another one by then is answered 409."""

    version: Version | None = None


class CaseOutcome(BaseModel):
    """What came of a case. `category` is a topic; `category_area` alone means something else in the area. Without a
    `rosa_level` the topic's own is kept.
    """

    resolution: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]+$")
    ]
    category: TopicId | None = None
    category_area: TopicId | None = None
    rosa_level: Annotated[int, Field(ge=ROSA_LEVELS[0], le=ROSA_LEVELS[-1])] | None = None


class CaseClose(CaseStep, CaseOutcome):
    pass


class CaseRegister(CaseOutcome):
    """A contact that came another way than the chat, and is over."""

    channel: Literal[CaseChannel.TELEPHONE, CaseChannel.EMAIL, CaseChannel.VISIT]
    note: RawText = ""


class CaseForward(CaseStep):
    department: DepartmentId
    # What the department is to do. It is sent this, and reads nothing else of the conversation.
    note: RawText


class DepartmentAnswer(CaseStep):
    note: RawText


class DepartmentRead(BaseModel):
    id: str
    name: str
    # False: nobody tells the department but the agent.
    is_told: bool


class EventActor(BaseModel):
    """`name` is that of a member of staff; the others have none."""

    kind: str
    name: str | None


class ProtocolEvent(BaseModel):
    """One step of the handover protocol (docs/contracts/handover-protocol.md). Nothing of what was said."""

    conversation_id: UUID
    # The number of the conversation's last message at that moment.
    seq: int
    version: int
    event: Event
    before: State
    after: State
    actor: EventActor
    reason: str | None
    case_reference: str | None
    evidence: dict[str, Any]
    at: datetime


class CaseTransfer(CaseStep):
    """To a colleague (a user name) or to an answer group, with a note for whoever takes it."""

    to_agent: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    to_group: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    note: RawText


class CaseReturn(CaseStep):
    note: RawText = ""
