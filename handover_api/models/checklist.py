"""The steps of checklists that have been taken in cases."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment


class ChecklistTick(Base):
    """A step that has been ticked off. One that is unticked has no row."""

    __tablename__ = "checklist_ticks"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    # Made from what the step says (rules/checklist.py): a step that has been rewritten is another one.
    step: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    ticked_at: Mapped[Moment]
