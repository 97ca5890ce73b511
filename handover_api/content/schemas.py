"""The shapes of the internal content API (docs/contracts/internal-api.md)."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class TopicRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    title: str
    area: str
    rosa_level: int | None
    handling: str
    answer_group: str
    has_article: bool
    # For the staff's pages, which name what older cases were about; the API leaves such topics out.
    is_retired: bool = Field(default=False, exclude=True)


class SourceRead(BaseModel):
    title: str
    url: str | None = None


class NextStepRead(BaseModel):
    label: str
    url: str


class SeeAlsoRead(BaseModel):
    """Another topic that residents get an answer about today."""

    topic: str
    label: str


class ArticleRead(BaseModel):
    topic: str
    article_id: UUID
    version: int
    title: str
    area: str
    rosa_level: int | None
    handling: str
    answer_group: str
    text: str
    next_steps: list[NextStepRead]
    see_also: list[SeeAlsoRead]
    department: str
    sources: list[SourceRead]
    reviewed_on: date
    review_by: date
    language: str
