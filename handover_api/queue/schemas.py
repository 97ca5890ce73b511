"""The shapes of presence, offers, colleagues and profiles."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from handover_api.cases.schemas import CaseSummary
from handover_api.rules.presence import PresenceStatus
from handover_api.rules.roles import Role

_Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[\w.:-]+$")]
_LanguageCode = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z]{2,3}$")]


class PresencePut(BaseModel):
    """Without a status it is a sign of life and nothing more."""

    status: PresenceStatus | None = None


class PresenceRead(BaseModel):
    """`status` null: not at the desk. Whoever gives no sign of life until `lease_until` is not either."""

    status: PresenceStatus | None
    since: datetime | None
    lease_until: datetime | None
    live: int
    capacity: int


class OfferRead(BaseModel):
    """A case that the agent is asked to take. Claiming it accepts; after `expires_at` somebody else is asked."""

    expires_at: datetime
    case: CaseSummary


class ProfilePut(BaseModel):
    """No answer groups means all of them; no secrecy classes none. Languages are those beside Swedish, or with it."""

    answer_groups: Annotated[list[_Code], Field(max_length=50)] = []
    secrecy_classes: Annotated[list[_Code], Field(max_length=50)] = []
    languages: Annotated[list[_LanguageCode], Field(max_length=50)] = ["sv"]
    skills: Annotated[list[_Code], Field(max_length=50)] = []
    capacity: Annotated[int, Field(ge=1, le=20)] = 3


class ProfileRead(ProfilePut):
    username: str
    display_name: str
    role: Role


class Colleague(ProfileRead):
    """Somebody who handles cases. `status` null: not at the desk."""

    status: PresenceStatus | None
    live: int
    asynchronous: int
