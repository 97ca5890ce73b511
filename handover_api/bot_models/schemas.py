"""What the bot and the trainer say about models and trainings (docs/contracts/internal-api.md)."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from handover_api.integrations.incoming import Incoming
from handover_api.rules.replies import ReplyKind
from handover_api.rules.shadow import Choice

Checksum = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class StartedWith(BaseModel):
    sha256: Checksum


class StartingModel(BaseModel):
    # The archive is not kept yet, and is to be sent.
    is_wanted: bool
    # It is the model in use, or becomes it when it has been sent.
    is_used: bool


class StoredModel(BaseModel):
    id: UUID
    sha256: str
    state: str


class TakenTraining(BaseModel):
    id: UUID


class TrainingStep(Incoming):
    step: Annotated[str, Field(max_length=200)]


class TrainingOrder(BaseModel):
    goes_on: bool


class TrainingProblem(BaseModel):
    """A sentence for editors, and the topic that it is about, if it is about one."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    topic: Annotated[str, Field(max_length=200)] | None = None


class TrainingFailure(Incoming):
    problems: Annotated[list[TrainingProblem], Field(min_length=1, max_length=100)]


class ShadowChoice(BaseModel):
    """What a model would do with a message."""

    decision: ReplyKind
    topic: Annotated[str, Field(max_length=200)] | None = None

    @property
    def choice(self) -> Choice:
        return Choice(self.decision, self.topic)


class ShadowDecision(BaseModel):
    """A message by its id, never by its words; `before`: the model in use, `now`: the one beside it."""

    message_id: UUID
    before: ShadowChoice
    now: ShadowChoice


class ShadowDecisions(Incoming):
    """`serving`: the checksum of the model that the process has answered with meanwhile."""

    sha256: Checksum
    serving: Checksum
    dropped: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    decisions: Annotated[list[ShadowDecision], Field(max_length=500)]
