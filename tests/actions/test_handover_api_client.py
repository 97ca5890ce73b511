from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from actions.clients.handover_api import FRESH_SECONDS, HandoverApi, HandoverRequest, UnexpectedReplyError
from actions.decision import ArticleState, Candidate, Certainty, Handling, Reason, Understanding

TOPICS = [
    {
        "id": "radon",
        "title": "Radon",
        "area": "bostad",
        "rosa_level": 2,
        "handling": "answer",
        "answer_group": "bygga-bo-miljo",
        "has_article": True,
    }
]
ARTICLE = {
    "topic": "radon",
    "article_id": "a-1",
    "version": 3,
    "title": "Radon",
    "area": "bostad",
    "rosa_level": 2,
    "handling": "answer",
    "answer_group": "bygga-bo-miljo",
    "text": "Mät radon.",
    "next_steps": [{"label": "Beställ", "url": "https://example.test"}],
    "department": "Miljönämnden",
    "sources": [{"title": "Lagen", "url": None}],
    "reviewed_on": "2026-11-01",
    "review_by": "2027-11-01",
    "language": "sv",
}
REQUEST = HandoverRequest(
    conversation_id="c",
    message_id="m",
    reason=Reason.UNSURE,
    topic="radon",
    article=None,
    text=None,
    understanding=Understanding(
        Certainty.UNSURE, (Candidate("radon", 0.31),), 0.71, "v", "sv", has_words=True, is_personal=False
    ),
    articles_tried=(),
)


class FakeInternalApi:
    """Answers as the contract says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {
            "/internal/topics": (200, TOPICS),
            "/internal/articles/radon": (200, ARTICLE),
            "/internal/handovers": (201, {"case_reference": "2026-000123", "state": "waiting", "queue_position": 3}),
        }
        self.etag = '"1"'
        self.requests: list[httpx.Request] = []
        self.now = 0.0
        client = httpx.AsyncClient(base_url="http://service.test", transport=httpx.MockTransport(self._answer))
        self.client = HandoverApi(client, clock=lambda: self.now)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status, body = self.answers[request.url.path]
        if request.method == "GET" and request.headers.get("If-None-Match") == self.etag:
            return httpx.Response(304, headers={"ETag": self.etag})
        return httpx.Response(status, json=body, headers={"ETag": self.etag})


async def test_the_catalogue_is_read_by_topic() -> None:
    catalogue = await FakeInternalApi().client.catalogue()
    assert catalogue["radon"].handling is Handling.ANSWER
    assert catalogue["radon"].rosa_level == 2


async def test_a_fresh_answer_is_not_asked_for_again() -> None:
    api = FakeInternalApi()
    await api.client.find_article("radon")
    api.now = FRESH_SECONDS - 0.1
    await api.client.find_article("radon")
    assert len(api.requests) == 1


async def test_an_older_answer_is_confirmed_by_its_etag() -> None:
    api = FakeInternalApi()
    first = await api.client.find_article("radon")
    api.now = FRESH_SECONDS
    assert await api.client.find_article("radon") == first
    assert api.requests[1].headers["If-None-Match"] == '"1"'
    api.now = FRESH_SECONDS * 1.5
    await api.client.find_article("radon")
    assert len(api.requests) == 2


async def test_a_changed_article_is_read_anew() -> None:
    api = FakeInternalApi()
    await api.client.find_article("radon")
    api.now, api.etag = FRESH_SECONDS, '"2"'
    api.answers["/internal/articles/radon"] = (200, {**ARTICLE, "text": "Nytt."})
    lookup = await api.client.find_article("radon")
    assert lookup.article is not None
    assert lookup.article.text == "Nytt."


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [(404, "article_missing", ArticleState.MISSING), (410, "article_expired", ArticleState.EXPIRED)],
)
async def test_a_missing_or_expired_article_is_a_state_and_is_not_kept(
    status: int, code: str, state: ArticleState
) -> None:
    api = FakeInternalApi()
    api.answers["/internal/articles/radon"] = (status, {"code": code})
    assert (await api.client.find_article("radon")).state is state
    api.answers["/internal/articles/radon"] = (200, ARTICLE)
    assert (await api.client.find_article("radon")).state is ArticleState.PUBLISHED


async def test_a_wrong_token_is_an_error_and_not_a_missing_article() -> None:
    api = FakeInternalApi()
    api.answers["/internal/articles/radon"] = (404, {"code": "not_found"})
    with pytest.raises(UnexpectedReplyError):
        await api.client.find_article("radon")


async def test_a_broken_service_is_an_error() -> None:
    api = FakeInternalApi()
    api.answers["/internal/topics"] = (503, {"code": "down"})
    with pytest.raises(UnexpectedReplyError):
        await api.client.catalogue()


async def test_a_handover_carries_the_evidence() -> None:
    api = FakeInternalApi()
    assert await api.client.hand_over(REQUEST) == "2026-000123"
    assert json.loads(api.requests[0].content) == {
        "conversation_id": "c",
        "message_id": "m",
        "reason": "unsure",
        "topic": "radon",
        "article_id": None,
        "article_version": None,
        "text": None,
        "text_languages": [],
        "evidence": {
            "certainty": "unsure",
            "candidates": [{"topic": "radon", "confidence": 0.31}],
            "threshold": 0.71,
            "model_version": "v",
            "articles_tried": [],
            "language": "sv",
            "is_personal": False,
        },
    }


async def test_a_repeated_handover_gives_the_same_case() -> None:
    api = FakeInternalApi()
    api.answers["/internal/handovers"] = (200, {"case_reference": "2026-000123", "state": "waiting"})
    assert await api.client.hand_over(REQUEST) == "2026-000123"


async def test_a_conversation_that_a_person_has_gives_no_case() -> None:
    api = FakeInternalApi()
    api.answers["/internal/handovers"] = (409, {"code": "not_with_bot", "state": "with_agent"})
    assert await api.client.hand_over(REQUEST) is None


async def test_a_missing_conversation_is_an_error() -> None:
    api = FakeInternalApi()
    api.answers["/internal/handovers"] = (404, {"code": "conversation_missing"})
    with pytest.raises(UnexpectedReplyError):
        await api.client.hand_over(REQUEST)
