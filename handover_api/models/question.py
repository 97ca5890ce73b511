"""Questions that residents have asked, for the editors; and what the bot is to understand of them from now on."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.question import QuestionKind, QuestionState


class AskedQuestion(Base):
    """A masked copy of one message, for as long as the message is kept: it goes when the conversation is erased."""

    __tablename__ = "asked_questions"
    __table_args__ = (
        CheckConstraint(one_of("kind", QuestionKind), name="kind"),
        CheckConstraint(one_of("state", QuestionState), name="state"),
        CheckConstraint("(state = 'open') = (handled_at IS NULL)", name="handled"),
        CheckConstraint("(handled_at IS NULL) = (handled_by IS NULL)", name="handler"),
        CheckConstraint("(state = 'assigned') = (assigned_topic IS NOT NULL)", name="assigned"),
        CheckConstraint("(state = 'topic_wished') = (wish IS NOT NULL)", name="wished"),
        CheckConstraint("state = 'open' OR group_key IS NOT NULL", name="handled_as_group"),
        Index("ix_asked_questions_open", "asked_at", postgresql_where=text("state = 'open'")),
        Index("ix_asked_questions_handled", "handled_at", postgresql_where=text("state <> 'open'")),
    )

    id: Mapped[PrimaryKey]
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), unique=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    kind: Mapped[str]
    # What the bot believed, and which model. Not foreign keys: the bot may know a topic that the catalogue has lost.
    topic: Mapped[str | None]
    confidence: Mapped[float | None]
    model_version: Mapped[str | None]
    # What whoever asked chose when the bot asked back.
    chosen_topic: Mapped[str | None]
    # What a colleague told the editors of it.
    lesson_id: Mapped[UUID | None] = mapped_column(ForeignKey("editor_inbox.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[Moment]
    # The id of the question that began the group; None until somebody looks (`questions.grouping`).
    group_key: Mapped[UUID | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default=QuestionState.OPEN)
    assigned_topic: Mapped[str | None] = mapped_column(ForeignKey("topics.id"))
    # What a new topic should be about.
    wish: Mapped[str | None]
    handled_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    handled_at: Mapped[Moment | None]


class RegressionQuestion(Base):
    """What every new model must understand. An editor's own words, so it stays when the conversation is erased."""

    __tablename__ = "regression_questions"

    id: Mapped[PrimaryKey]
    text: Mapped[str] = mapped_column(unique=True)
    expected_topic: Mapped[str] = mapped_column(ForeignKey("topics.id"), index=True)
    added_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[Moment]
    from_question: Mapped[UUID | None] = mapped_column(
        ForeignKey("asked_questions.id", ondelete="SET NULL"), index=True
    )
    # The group that it was made of, and the phrase that was made with it, if one was: what undoing takes back.
    from_group: Mapped[UUID | None] = mapped_column(index=True)
    phrase_id: Mapped[UUID | None] = mapped_column(ForeignKey("phrases.id", ondelete="SET NULL"), index=True)
