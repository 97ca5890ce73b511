"""The internal API of the handover service (docs/contracts/internal-api.md), typed and cached."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from actions.decision import ArticleState, CatalogueEntry, Handling, Reason, Understanding

# An editor's change is seen within this time; a busy minute costs a handful of requests.
FRESH_SECONDS = 5.0
TIMEOUT_SECONDS = 3.0
# Nobody waits longer for an answer only to hear whether a person could give it.
AVAILABILITY_TIMEOUT_SECONDS = 1.0


class UnexpectedReplyError(Exception):
    """The service answered something that the contract does not know."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(f"{path} answered {status}")


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Source:
    title: str
    url: str | None


@dataclass(frozen=True)
class SeeAlso:
    topic: str
    label: str


@dataclass(frozen=True)
class Article:
    entry: CatalogueEntry
    article_id: str
    version: int
    text: str
    next_steps: tuple[Link, ...]
    department: str | None
    sources: tuple[Source, ...]
    reviewed_on: str
    # Other topics that can be answered today.
    see_also: tuple[SeeAlso, ...] = ()


@dataclass(frozen=True)
class ArticleLookup:
    state: ArticleState
    # Set when, and only when, the article is published and within its review date.
    article: Article | None = None


@dataclass(frozen=True)
class HandoverRequest:
    conversation_id: str
    message_id: str
    reason: Reason
    topic: str | None
    article: Article | None
    text: str | None
    understanding: Understanding
    articles_tried: tuple[str, ...]
    # One for each paragraph of the text; left empty when all of it is in Swedish.
    text_languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Availability:
    """Whether a person can answer, for the answer group of a topic."""

    is_open: bool
    # Open, and somebody is there.
    is_staffed: bool
    # To be said after "Vi öppnar", such as "i morgon klockan 8.00"; empty when it is open or nobody knows.
    opens_in_words: str = ""


class HandoverService(Protocol):
    async def catalogue(self) -> Mapping[str, CatalogueEntry]: ...

    async def find_article(self, topic: str) -> ArticleLookup: ...

    async def find_availability(self, topic: str | None) -> Availability:
        """Of those who get a case about the topic."""

    async def hand_over(self, request: HandoverRequest) -> str | None:
        """The case's reference; None when a person already has the conversation."""


@dataclass(frozen=True)
class _Cached:
    status: int
    body: Any
    etag: str | None
    checked_at: float


class HandoverApi:
    def __init__(self, client: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._cache: dict[str, _Cached] = {}

    async def catalogue(self) -> Mapping[str, CatalogueEntry]:
        path = "/internal/topics"
        cached = await self._get(path)
        if cached.status != httpx.codes.OK:
            raise UnexpectedReplyError(path, cached.status)
        return {topic["id"]: _entry(topic, topic["id"], has_article=topic["has_article"]) for topic in cached.body}

    async def find_article(self, topic: str) -> ArticleLookup:
        path = f"/internal/articles/{quote(topic, safe='')}"
        cached = await self._get(path)
        if cached.status == httpx.codes.OK:
            return ArticleLookup(ArticleState.PUBLISHED, _article(cached.body))
        if cached.status == httpx.codes.NOT_FOUND and _code(cached.body) == "article_missing":
            return ArticleLookup(ArticleState.MISSING)
        if cached.status == httpx.codes.GONE:
            return ArticleLookup(ArticleState.EXPIRED)
        raise UnexpectedReplyError("/internal/articles", cached.status)

    async def find_availability(self, topic: str | None) -> Availability:
        # Never from the cache: five seconds ago the last agent may still have been there.
        path = "/internal/availability"
        response = await self._client.get(
            path, params={"topic": topic} if topic else None, timeout=AVAILABILITY_TIMEOUT_SECONDS
        )
        if response.status_code != httpx.codes.OK:
            raise UnexpectedReplyError(path, response.status_code)
        return _availability(_json_of(response), path)

    async def hand_over(self, request: HandoverRequest) -> str | None:
        path = "/internal/handovers"
        response = await self._client.post(path, json=_handover_body(request))
        if response.status_code in {httpx.codes.OK, httpx.codes.CREATED}:
            return str(response.json()["case_reference"])
        if response.status_code == httpx.codes.CONFLICT and _code(_json_of(response)) == "not_with_bot":
            return None
        raise UnexpectedReplyError(path, response.status_code)

    async def close(self) -> None:
        await self._client.aclose()

    async def _get(self, path: str) -> _Cached:
        """Fresh enough: as it is. Older: asked again, with the ETag. An answer with an error status is not kept."""
        cached = self._cache.get(path)
        if cached is not None and self._clock() - cached.checked_at < FRESH_SECONDS:
            return cached
        headers = {"If-None-Match": cached.etag} if cached is not None and cached.etag else {}
        response = await self._client.get(path, headers=headers)
        if response.status_code == httpx.codes.NOT_MODIFIED and cached is not None:
            current = _Cached(cached.status, cached.body, cached.etag, self._clock())
        else:
            current = _Cached(response.status_code, _json_of(response), response.headers.get("ETag"), self._clock())
        if current.status == httpx.codes.OK:
            self._cache[path] = current
        else:
            self._cache.pop(path, None)
        return current


def create_handover_api(url: str, token: str) -> HandoverApi:
    client = httpx.AsyncClient(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_SECONDS, trust_env=False
    )
    return HandoverApi(client)


def _entry(body: dict[str, Any], topic: str, *, has_article: bool) -> CatalogueEntry:
    return CatalogueEntry(topic, body["title"], Handling(body["handling"]), body["rosa_level"], has_article)


def _article(body: dict[str, Any]) -> Article:
    return Article(
        entry=_entry(body, body["topic"], has_article=True),
        article_id=body["article_id"],
        version=body["version"],
        text=body["text"],
        next_steps=tuple(Link(step["label"], step["url"]) for step in body["next_steps"]),
        department=body["department"],
        sources=tuple(Source(source["title"], source.get("url")) for source in body["sources"]),
        reviewed_on=body["reviewed_on"],
        see_also=tuple(SeeAlso(other["topic"], other["label"]) for other in body.get("see_also", [])),
    )


def _availability(body: Any, path: str) -> Availability:
    try:
        return Availability(bool(body["is_open"]), bool(body["is_staffed"]), str(body["opens_in_words"]))
    except (KeyError, TypeError) as error:
        raise UnexpectedReplyError(path, httpx.codes.OK) from error


def _handover_body(request: HandoverRequest) -> dict[str, Any]:
    understanding = request.understanding
    return {
        "conversation_id": request.conversation_id,
        "message_id": request.message_id,
        "reason": request.reason.value,
        "topic": request.topic,
        "article_id": request.article.article_id if request.article else None,
        "article_version": request.article.version if request.article else None,
        "text": request.text,
        "text_languages": list(request.text_languages),
        "evidence": {
            "certainty": understanding.certainty.value,
            "candidates": [
                {"topic": candidate.topic, "confidence": candidate.confidence} for candidate in understanding.candidates
            ],
            "threshold": understanding.threshold,
            "model_version": understanding.model_version,
            "articles_tried": list(request.articles_tried),
            "language": understanding.language,
            "is_personal": understanding.is_personal,
        },
    }


def _json_of(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise UnexpectedReplyError(response.request.url.path, response.status_code) from error


def _code(body: Any) -> str | None:
    return body.get("code") if isinstance(body, dict) else None
