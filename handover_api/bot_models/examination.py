"""What the trainer measures of a model before it is delivered, as one document (docs/contracts/internal-api.md)."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from handover_api.bot_models.schemas import Checksum
from handover_api.integrations.incoming import Incoming
from handover_api.rules.replies import ReplyKind
from handover_api.rules.shadow import Choice

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
# The catalogue may have lost the topic meanwhile, and the bot's own words for "no topic" are one of them.
TopicId = Annotated[str, StringConstraints(max_length=200)]
PhraseText = Annotated[str, StringConstraints(max_length=1000)]
MOST_POINTS = 200
MOST_QUESTIONS = 20_000


class ConfusingPhrase(BaseModel):
    """A topic's phrase, and the one of the other topic that is most like it."""

    text: PhraseText
    nearest: PhraseText = ""


class Confusion(BaseModel):
    topic: TopicId
    taken_for: TopicId
    count: Count
    phrases: Annotated[list[ConfusingPhrase], Field(max_length=20)] = []


class CrossValidation(BaseModel):
    folds: Count
    questions: Count
    right: Share
    right_among_three: Share
    confusions: Annotated[list[Confusion], Field(max_length=100)] = []


class Decided(BaseModel):
    """What the bot would do with a question, by the question's id."""

    id: UUID
    decision: ReplyKind
    topic: TopicId | None = None

    @property
    def choice(self) -> Choice:
        return Choice(self.decision, self.topic)


class OutOfScope(BaseModel):
    questions: Count
    answered: Share


class MissedDanger(BaseModel):
    """A question about danger that the model does not recognise. They come with the program: no resident wrote it."""

    text: PhraseText
    topic: TopicId


class Urgent(BaseModel):
    """`version`: of the questions about danger; shares of the same ones can be compared. `others`: how many questions
    that are not urgent `false_alarms` is of.
    """

    version: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    questions: Count
    others: Count
    recall: Share
    false_alarms: Share
    missed: Annotated[list[MissedDanger], Field(max_length=MOST_QUESTIONS)]


class Regression(BaseModel):
    questions: Count
    failed: Annotated[list[Decided], Field(max_length=MOST_QUESTIONS)] = []


class Measured(BaseModel):
    """One model. `questions`: how many calibration questions the shares are of."""

    questions: Count
    answered_right: Share
    answered_wrong: Share
    coverage_at_risk: Share
    # Pairs of coverage and risk, the coverage rising.
    risk_coverage: Annotated[list[tuple[Share, Share]], Field(max_length=MOST_POINTS)] = []
    out_of_scope: OutOfScope
    urgent: Urgent
    regression: Regression
    asked: Annotated[list[Decided], Field(max_length=MOST_QUESTIONS)] = []


class Examination(Incoming):
    """`serving`: the model in use, on the same questions; null when there is none or it could not be loaded.
    `serving_sha256`: its checksum; left out, it is the one that is in use when this is told.
    """

    version: Literal[1]
    # Null when there are too few phrases to leave some out.
    cross_validation: CrossValidation | None = None
    candidate: Measured
    serving: Measured | None = None
    serving_sha256: Checksum | None = None
