"""What residents may say about a topic: what the bot is trained on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.phrase import PhraseSource


class Phrase(Base):
    """A phrase that has been removed stays for a while, so that it can be taken back; one of the content files stays
    for as long as the files have it, or they would bring it back.
    """

    __tablename__ = "phrases"
    __table_args__ = (
        CheckConstraint(one_of("source", PhraseSource), name="source"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed"),
        CheckConstraint(f"(source = '{PhraseSource.SEED}') = (added_by IS NULL)", name="added_by"),
        Index("uq_phrases_topic_plain", "topic", "plain", unique=True, postgresql_nulls_not_distinct=True),
        Index("ix_phrases_removed", "removed_at", postgresql_where=text("removed_at IS NOT NULL")),
    )

    id: Mapped[PrimaryKey]
    # None: what no topic answers.
    topic: Mapped[str | None] = mapped_column(ForeignKey("topics.id"))
    text: Mapped[str]
    # Without capitals and signs (rules.ngrams.plain): a topic has no phrase twice.
    plain: Mapped[str]
    source: Mapped[str]
    # Its place in the file of its area.
    position: Mapped[int]
    added_at: Mapped[Moment]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    removed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
