"""Who gets what is to be done in the studio by e-mail."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment


class DigestChoice(Base):
    """Somebody's own choice, which goes when it is ended. Nothing is sent before the address has been confirmed."""

    __tablename__ = "digest_choices"
    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str]
    # 0 is Monday.
    weekday: Mapped[int] = mapped_column(SmallInteger)
    # Whose tasks it tells of; empty for everybody's.
    owner: Mapped[str]
    # What was sent to the address and shows that it is the person's own; None when that has been shown.
    code: Mapped[str | None]
    # When the weekday or the address became what it is.
    chosen_at: Mapped[Moment]
    # The latest day that has been decided about: sent, or nothing to send.
    decided_on: Mapped[date | None]
    # The code of the failure if the latest letter did not arrive, such as `smtp_refused`.
    problem: Mapped[str | None]
