"""Topics, articles and local facts."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey


class Topic(Base):
    """A row of the topic catalogue; its id is a contract."""

    __tablename__ = "topics"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    area: Mapped[str]
    rosa_level: Mapped[int | None]
    handling: Mapped[str]
    answer_group: Mapped[str]
    touches_secrecy: Mapped[bool]


class Article(Base):
    """What is said about a topic. `published_version` names the version that is served; null when none is."""

    __tablename__ = "articles"

    id: Mapped[PrimaryKey]
    topic: Mapped[str] = mapped_column(ForeignKey("topics.id"), unique=True)
    published_version: Mapped[int | None]


class ArticleVersion(Base):
    """Versions are never changed; a change is a new version."""

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: Mapped[PrimaryKey]
    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id"))
    version: Mapped[int]
    language: Mapped[str] = mapped_column(default="sv")
    text: Mapped[str]
    # The same in plain, easy Swedish (lättläst); empty when there is none.
    easy_text: Mapped[str] = mapped_column(default="", server_default="")
    checklist: Mapped[str]
    department: Mapped[str]
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    next_steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reviewed_on: Mapped[date]
    review_by: Mapped[date]
    created_at: Mapped[Moment]


class LocalFact(Base):
    __tablename__ = "local_facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
