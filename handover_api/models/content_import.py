"""Files that editors have sent to become drafts: what is being read, what was found, and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.import_course import AT_WORK, ImportState, Verdict

_AT_WORK = f"state IN ({', '.join(f"'{state}'" for state in sorted(AT_WORK))})"


class ContentImport(Base):
    """From the files to the drafts. Deleted some days after it was begun, whatever became of it."""

    __tablename__ = "content_imports"
    __table_args__ = (
        CheckConstraint(one_of("state", ImportState), name="state"),
        CheckConstraint(f"({_AT_WORK} OR state = '{ImportState.READY}') = (ended_at IS NULL)", name="ended"),
        CheckConstraint(f"(state <> '{ImportState.WRITING}') OR asked_by IS NOT NULL", name="asked"),
        Index("ix_content_imports_at_work", "begun_at", postgresql_where=text(_AT_WORK)),
    )

    id: Mapped[PrimaryKey]
    state: Mapped[str]
    begun_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    begun_at: Mapped[Moment]
    # Who asked for the drafts, in whose name they are written.
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    # Since when the worker is to do something with it.
    handed_over_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    file_names: Mapped[list[str]] = mapped_column(JSONB)
    # How far the work at hand has come. `total` None: that is not known yet.
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    total: Mapped[int | None]
    # How often the work at hand has been begun.
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    # About files as a whole: what is worth a look.
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))


class ContentImportFile(Base):
    """A file until it has been read."""

    __tablename__ = "content_import_files"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("content_imports.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    content: Mapped[bytes]


class ContentImportItem(Base):
    """A row or a file that was found, with what would be done with it and, later, what was done."""

    __tablename__ = "content_import_items"
    __table_args__ = (CheckConstraint(one_of("verdict", Verdict), name="verdict"),)

    import_id: Mapped[UUID] = mapped_column(ForeignKey("content_imports.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    file: Mapped[str]
    sheet: Mapped[str]
    line: Mapped[int | None]
    # What the file calls it.
    title: Mapped[str]
    topic: Mapped[str | None] = mapped_column(ForeignKey("topics.id"))
    # The published version that it was held against.
    based_on: Mapped[int | None]
    # Only what may become a draft: the fields of the article that it fills in, personal numbers masked.
    says: Mapped[dict[str, Any]] = mapped_column(JSONB)
    is_raw: Mapped[bool]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    # None until the drafts have been made.
    is_drafted: Mapped[bool | None]
