"""What the trainer has measured of the models that it has trained."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment


class ModelExamination(Base):
    """The examination of what a training made. What residents wrote is in it by ids and never by words."""

    __tablename__ = "model_examinations"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("training_runs.id", ondelete="CASCADE"), primary_key=True)
    received_at: Mapped[Moment]
    # The model in use then, which was measured on the same questions; None when none was, or it could not be loaded.
    compared_with: Mapped[UUID | None] = mapped_column(ForeignKey("bot_models.id"))
    # bot_models.examination.Examination.
    found: Mapped[dict[str, Any]] = mapped_column(JSONB)
