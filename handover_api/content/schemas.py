"""The shapes of the internal content API (docs/contracts/internal-api.md)."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class TopicRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    title: str
    area: str
    rosa_level: int | None
    handling: str
    answer_group: str
    has_article: bool


class SourceRead(BaseModel):
    title: str
    url: str | None = None


class NextStepRead(BaseModel):
    label: str
    url: str


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
    department: str
    sources: list[SourceRead]
    reviewed_on: date
    review_by: date
    language: str
