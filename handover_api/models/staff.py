"""Staff accounts, their sessions and failed sign-ins."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from handover_api.models.base import Base, Moment, PrimaryKey, one_of
from handover_api.rules.notices import ToldOf
from handover_api.rules.presence import PresenceStatus
from handover_api.rules.roles import Role


class Staff(Base):
    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint("capacity BETWEEN 1 AND 20", name="capacity"),
        CheckConstraint(one_of("sound", ToldOf), name="sound"),
        CheckConstraint(one_of("notifications", ToldOf), name="notifications"),
    )

    id: Mapped[PrimaryKey]
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    # Those whose cases an agent sees and is offered; none means all, as in a small contact centre.
    answer_groups: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default=text("'{}'"))
    # The answer groups whose cases under secrecy they may see; none means none. Leads see all.
    secrecy_classes: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default=text("'{}'"))
    languages: Mapped[list[str]] = mapped_column(ARRAY(String), default=lambda: ["sv"], server_default=text("'{sv}'"))
    skills: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default=text("'{}'"))
    # How many conversations at the same time.
    capacity: Mapped[int] = mapped_column(default=3, server_default=text("3"))
    # What they have chosen for themselves (agents/choices.py).
    sound: Mapped[str] = mapped_column(default=ToldOf.NOTHING, server_default=text("'off'"))
    notifications: Mapped[str] = mapped_column(default=ToldOf.NOTHING, server_default=text("'off'"))
    has_shortcuts: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
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


class Presence(Base):
    """A lease: whoever gives no sign of life until `lease_until` is gone."""

    __tablename__ = "presences"
    __table_args__ = (CheckConstraint(one_of("status", PresenceStatus), name="status"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str]
    since: Mapped[Moment]
    lease_until: Mapped[Moment]
    # Of those who are equally free, the one who has rested longest is asked first.
    last_assigned_at: Mapped[Moment | None]


class Deed(Base):
    """What somebody did under an idempotency key: doing it again is answered the same, and done once."""

    __tablename__ = "deeds"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    action: Mapped[str]
    subject: Mapped[str]
    # The version of the conversation after it.
    version: Mapped[int]
    at: Mapped[Moment]
