"""Articles that are being written."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, one_of
from handover_api.rules.article import DraftState

_BEING_WRITTEN = f"state IN ('{DraftState.DRAFT}', '{DraftState.SENT_BACK}')"


class ArticleDraft(Base):
    """What is being written for a topic: one at a time, so that two editors meet in it and not at publication.

    `version` counts its changes; whoever changes it says which one was read. When it is published or thrown away, the
    row goes: versions of the article and the audit trail say what became of it.
    """

    __tablename__ = "article_drafts"
    __table_args__ = (
        CheckConstraint(one_of("state", DraftState), name="state"),
        CheckConstraint(
            f"({_BEING_WRITTEN}) OR (sent_by IS NOT NULL AND sent_at IS NOT NULL AND review_by IS NOT NULL)",
            name="sent_is_whole",
        ),
        CheckConstraint(
            f"(state = '{DraftState.SCHEDULED}') <= "
            "(publish_at IS NOT NULL AND reviewed_by IS NOT NULL AND reviewed_at IS NOT NULL)",
            name="scheduled_is_reviewed",
        ),
        CheckConstraint(
            f"({_BEING_WRITTEN}) OR (written_by IS DISTINCT FROM reviewed_by AND sent_by IS DISTINCT FROM reviewed_by)",
            name="two_people",
        ),
        Index("ix_article_drafts_scheduled", "publish_at", postgresql_where=text(f"state = '{DraftState.SCHEDULED}'")),
    )

    topic: Mapped[str] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    state: Mapped[str]
    version: Mapped[int]
    # The published version that it was begun from; None when there was none.
    based_on: Mapped[int | None]
    text: Mapped[str]
    easy_text: Mapped[str]
    english_text: Mapped[str]
    checklist: Mapped[str]
    department: Mapped[str]
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    next_steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    review_by: Mapped[date | None]
    # None: as soon as it is approved.
    publish_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    begun_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    begun_at: Mapped[Moment]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[Moment]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Why it was sent back, in the reviewer's words.
    remark: Mapped[str] = mapped_column(default="", server_default="")
