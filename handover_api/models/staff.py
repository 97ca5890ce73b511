"""Staff accounts, their sessions and failed sign-ins."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.roles import Role


class Staff(Base):
    __tablename__ = "staff"
    __table_args__ = (CheckConstraint(one_of("role", Role), name="role"),)

    id: Mapped[PrimaryKey]
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]


class StaffSession(Base):
    __tablename__ = "staff_sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class FailedSignIn(Base):
    __tablename__ = "failed_sign_ins"

    id: Mapped[PrimaryKey]
    username: Mapped[str] = mapped_column(index=True)
    at: Mapped[Moment]
