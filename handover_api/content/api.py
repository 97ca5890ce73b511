"""The internal content API: for the action server only."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import TypeAdapter

from handover_api.content import service
from handover_api.content.schemas import ArticleRead, TopicRead
from handover_api.database import SessionDep

router = APIRouter(prefix="/internal", tags=["internal"])

_TOPICS = TypeAdapter(list[TopicRead])
IfNoneMatch = Annotated[str | None, Header()]


@router.get("/topics", response_model=list[TopicRead], responses={304: {"description": "Unchanged"}})
async def list_topics(session: SessionDep, if_none_match: IfNoneMatch = None) -> Response:
    topics = [topic for topic in await service.list_topics(session) if not topic.is_retired]
    return _cached(_TOPICS.dump_json(topics), if_none_match)


@router.get("/articles/{topic}", response_model=ArticleRead, responses={304: {"description": "Unchanged"}})
async def get_article(topic: str, session: SessionDep, request: Request, if_none_match: IfNoneMatch = None) -> Response:
    article = await service.get_article(session, topic, request.app.state.clock())
    return _cached(article.model_dump_json().encode(), if_none_match)


def _cached(body: bytes, if_none_match: str | None) -> Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if if_none_match == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(body, media_type="application/json", headers={"ETag": etag, "Cache-Control": "private, no-cache"})
