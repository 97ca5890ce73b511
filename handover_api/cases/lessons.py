"""What the staff tell the editors: which question the bot should have answered, and how.

It goes to people, as a copy that does not show who asked and that whoever tells it has made general. Nothing is trained
on it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handover_api.agents.service import actor
from handover_api.audit import service as audit
from handover_api.cases import access, steps
from handover_api.cases.repository import CaseRepository
from handover_api.cases.sight import may_see
from handover_api.cases.steps import Step
from handover_api.cases.trail import record
from handover_api.content.repository import ContentRepository
from handover_api.conversations.remarks import storable_remark
from handover_api.conversations.repository import ConversationRepository
from handover_api.conversations.service import storable_text
from handover_api.errors import InvalidError, NotFoundError
from handover_api.models import Case, Handover, Lesson, Message, Staff, Topic
from handover_api.questions import collecting
from handover_api.rules.identifying import mask_who_asked
from handover_api.rules.lesson import NAMES_A_TOPIC, LessonKind
from handover_api.rules.message import Author

_ACTION = "tell_editors"
MAX_REMARK_CHARACTERS = 1000
MOST_OPEN = 200
MOST_HANDLED = 20


@dataclass(frozen=True)
class Occasion:
    """A question in a conversation, as editors may read it, and what the bot answered, if the occasion is an answer."""

    reference: str
    question: str
    answer: str | None
    topic: str | None
    article_version: int | None


@dataclass(frozen=True)
class Telling:
    """What is told. `kind` and `topic` are as the form has them."""

    kind: str
    topic: str
    question: str
    remark: str


@dataclass(frozen=True)
class ListedLesson:
    lesson: Lesson
    topic_title: str | None
    case_reference: str
    told_by: str
    handled_by: str | None


async def find_occasion(session: AsyncSession, staff: Staff, message_id: UUID, now: datetime) -> Occasion:
    """What a message of a resident's or of the bot's is about, for whoever may read its case.

    Raises:
        NotFoundError: there is no such message in any case that they may see, or somebody else wrote it.
        ReasonNeededError
    """
    messages = ConversationRepository(session)
    message = await messages.get_message(message_id)
    case = await CaseRepository(session).find_latest(message.conversation_id) if message else None
    if message is None or case is None or message.author not in {Author.RESIDENT, Author.BOT}:
        raise NotFoundError
    if not may_see(staff, case):
        raise NotFoundError
    await access.require_reading(session, staff, case.reference, now)
    if message.author == Author.RESIDENT:
        return Occasion(case.reference, mask_who_asked(message.text), None, case.topic, None)
    asked = await session.scalar(
        select(Message)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.author == Author.RESIDENT,
            Message.kind == "text",
            Message.seq <= message.payload.get("in_reply_to", message.seq),
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return Occasion(
        reference=case.reference,
        question=mask_who_asked(asked.text) if asked else "",
        answer=message.text,
        topic=message.payload.get("topic"),
        article_version=message.payload.get("article_version"),
    )


async def find_question(session: AsyncSession, case: Case) -> UUID | None:
    """The message that a person was last asked for because of; or else the resident's first."""
    asked = await session.scalar(
        select(Handover.message_id)
        .where(Handover.case_id == case.id, Handover.message_id.is_not(None))
        .order_by(Handover.created_at.desc())
        .limit(1)
    )
    return asked or await session.scalar(
        select(Message.id)
        .where(
            Message.conversation_id == case.conversation_id,
            Message.author == Author.RESIDENT,
            Message.kind == "text",
        )
        .order_by(Message.seq)
        .limit(1)
    )


async def tell(session: AsyncSession, staff: Staff, message_id: UUID, telling: Telling, now: datetime, key: str) -> str:
    """Puts a question into the editors' inbox. Returns the reference of its case.

    Raises:
        NotFoundError: as `find_occasion`.
        InvalidError: `kind_missing`, `topic_missing`, `remark_too_long`, or the question cannot be stored.
        ConflictError: `idempotency_key_reused`.
    """
    occasion = await find_occasion(session, staff, message_id, now)
    if telling.kind not in set(LessonKind):
        raise InvalidError("kind_missing", "Välj vad redaktionen ska göra.")
    kind = LessonKind(telling.kind)
    topic = None
    if kind in NAMES_A_TOPIC:
        topic = await ContentRepository(session).find_topic(telling.topic)
        if topic is None:
            raise InvalidError("topic_missing", "Välj vilket ämne det gäller.")
    question = mask_who_asked(storable_text(telling.question))
    remark = storable_remark(telling.remark, MAX_REMARK_CHARACTERS)
    step = Step(key=key)
    locked = await steps.begin(session, staff, _ACTION, occasion.reference, step)
    if locked is None:
        return occasion.reference
    lesson = Lesson(
        case_id=locked.case.id,
        kind=kind,
        topic=topic.id if topic else None,
        article_version=occasion.article_version if topic and topic.id == occasion.topic else None,
        question=question,
        remark=remark,
        told_by=staff.id,
        created_at=now,
    )
    session.add(lesson)
    await session.flush()  # The question links to it.
    await collecting.note_lesson(session, message_id, lesson)
    record(session, actor(staff), _ACTION, locked, now, kind=kind)
    steps.finish(session, staff, _ACTION, locked, step, now)
    return occasion.reference


async def list_open(session: AsyncSession) -> list[ListedLesson]:
    """What nobody has seen to, the oldest first."""
    query = _LISTED.where(Lesson.handled_at.is_(None)).order_by(Lesson.created_at, Lesson.id).limit(MOST_OPEN)
    return [ListedLesson(*row) for row in await session.execute(query)]


async def list_handled(session: AsyncSession) -> list[ListedLesson]:
    """What has been seen to, the latest first."""
    query = _LISTED.where(Lesson.handled_at.is_not(None)).order_by(Lesson.handled_at.desc(), Lesson.id)
    return [ListedLesson(*row) for row in await session.execute(query.limit(MOST_HANDLED))]


async def count_open(session: AsyncSession) -> int:
    count = await session.scalar(select(func.count()).select_from(Lesson).where(Lesson.handled_at.is_(None)))
    return count or 0


async def handle(session: AsyncSession, staff: Staff, lesson_id: UUID, now: datetime) -> None:
    """Marks it as seen to. Doing so again changes nothing.

    Raises:
        NotFoundError
    """
    lesson = await session.get(Lesson, lesson_id, with_for_update=True)
    if lesson is None:
        raise NotFoundError
    if lesson.handled_at is not None:
        return
    lesson.handled_at = now
    lesson.handled_by = staff.id
    audit.record(session, actor(staff), "handle_lesson", subject_kind="lesson", subject_id=str(lesson.id), at=now)


_HANDLER = aliased(Staff)
_TELLER = aliased(Staff)
_LISTED = (
    select(Lesson, Topic.title, Case.reference, _TELLER.display_name, _HANDLER.display_name)
    .join(Case, Case.id == Lesson.case_id)
    .join(_TELLER, _TELLER.id == Lesson.told_by)
    .outerjoin(Topic, Topic.id == Lesson.topic)
    .outerjoin(_HANDLER, _HANDLER.id == Lesson.handled_by)
)
