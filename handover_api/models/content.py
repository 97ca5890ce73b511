"""Topics, articles, local facts, and what editors are told about them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, DateTime, ForeignKey, Index, UniqueConstraint, text, true
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.lesson import LessonKind


def _searched(expression: str) -> Mapped[str]:
    """What is searched in a row, as PostgreSQL keeps it; nobody reads it with the row."""
    return mapped_column(TSVECTOR, Computed(expression, persisted=True), deferred=True)


def _words(column: str, weight: str) -> str:
    return f"setweight(to_tsvector('swedish', {column}), '{weight}')"


class Topic(Base):
    """A row of the topic catalogue; its id is a contract."""

    __tablename__ = "topics"
    __table_args__ = (
        CheckConstraint("(edited_at IS NULL) = (edited_by IS NULL)", name="edited"),
        CheckConstraint("retired_at IS NULL OR edited_at IS NOT NULL", name="retired_by_somebody"),
        Index("ix_topics_searched", "searched", postgresql_using="gin"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    area: Mapped[str]
    rosa_level: Mapped[int | None]
    handling: Mapped[str]
    answer_group: Mapped[str]
    touches_secrecy: Mapped[bool]
    # Its place in the catalogue's file, and what else stands there: for editors and for the export.
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    must_contain: Mapped[str] = mapped_column(default="", server_default="")
    legal_basis: Mapped[str] = mapped_column(default="", server_default="")
    seed_ref: Mapped[str] = mapped_column(default="", server_default="")
    hard_negatives: Mapped[str] = mapped_column(default="", server_default="")
    # Counts what editors have changed in it.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    # None: as the content files have it. What an editor has changed, the files leave alone.
    edited_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    edited_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    # One that is not used any more stays, since cases and figures speak of it: `content.topics`.
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    searched: Mapped[str] = _searched(_words("title", "A"))


class Article(Base):
    """What is said about a topic. `published_version` names the version that is served; null when none is."""

    __tablename__ = "articles"

    id: Mapped[PrimaryKey]
    topic: Mapped[str] = mapped_column(ForeignKey("topics.id"), unique=True)
    published_version: Mapped[int | None]


class ArticleVersion(Base):
    """Versions are never changed; a change is a new version. One is made when it is published, never before."""

    __tablename__ = "article_versions"
    __table_args__ = (
        UniqueConstraint("article_id", "version"),
        Index("ix_article_versions_searched", "searched", postgresql_using="gin"),
    )

    id: Mapped[PrimaryKey]
    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id"))
    version: Mapped[int]
    language: Mapped[str] = mapped_column(default="sv")
    text: Mapped[str]
    # The same in plain, easy Swedish (lättläst); empty when there is none.
    easy_text: Mapped[str] = mapped_column(default="", server_default="")
    # The same in English; empty when there is none.
    english_text: Mapped[str] = mapped_column(default="", server_default="")
    checklist: Mapped[str]
    department: Mapped[str]
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    next_steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reviewed_on: Mapped[date]
    review_by: Mapped[date]
    created_at: Mapped[Moment]
    # Both None for what came from the content files.
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    # The title, which weighs more, is searched with the topic.
    searched: Mapped[str] = _searched(_words("text", "B"))


class ReadyAnswer(Base):
    """What leads and editors have written for agents to answer with. `version` counts its changes."""

    __tablename__ = "ready_answers"
    __table_args__ = (Index("ix_ready_answers_searched", "searched", postgresql_using="gin"),)

    id: Mapped[PrimaryKey]
    title: Mapped[str]
    text: Mapped[str]
    # None for every group. Not a foreign key: a municipality that has written down no groups has those of its topics.
    answer_group: Mapped[str | None]
    # One that has been put away is not found, and can be taken out again.
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[Moment]
    searched: Mapped[str] = _searched(f"{_words('title', 'A')} || {_words('text', 'B')}")


class LocalFact(Base):
    __tablename__ = "local_facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    # Its place in the file, and the lines of comment before it.
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    heading: Mapped[str] = mapped_column(default="", server_default="")


class LocalFactChange(Base):
    """What somebody has done with a local fact; a fact that has one is no longer the content files'."""

    __tablename__ = "local_fact_changes"
    __table_args__ = (CheckConstraint("before IS DISTINCT FROM after", name="changed"),)

    id: Mapped[PrimaryKey]
    # Not a foreign key: what has been removed can be taken back.
    name: Mapped[str] = mapped_column(index=True)
    # None: it was not there before, or is not there after.
    before: Mapped[str | None]
    after: Mapped[str | None]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[Moment]


class Lesson(Base):
    """Told by somebody who has read the conversation. For people to read: nothing is trained on it.

    `question` is a masked copy, made general by whoever told it, since editors do not read conversations.
    """

    __tablename__ = "editor_inbox"
    __table_args__ = (
        CheckConstraint(one_of("kind", LessonKind), name="kind"),
        CheckConstraint("(kind <> 'article_needed') <= (topic IS NOT NULL)", name="topic_of_kind"),
        CheckConstraint("(handled_at IS NULL) = (handled_by IS NULL)", name="handled"),
        Index("ix_editor_inbox_open", "created_at", postgresql_where=text("handled_at IS NULL")),
        Index("ix_editor_inbox_handled", "handled_at", postgresql_where=text("handled_at IS NOT NULL")),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    topic: Mapped[str | None] = mapped_column(ForeignKey("topics.id"))
    # Of the article that the bot answered with, if it did.
    article_version: Mapped[int | None]
    question: Mapped[str]
    remark: Mapped[str | None]
    told_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Moment]
    handled_at: Mapped[Moment | None]
    handled_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
