"""A fake of the service that keeps its contract: a handover is created once a message."""

from __future__ import annotations

from collections.abc import Mapping

from actions.clients.handover_api import Article, ArticleLookup, Availability, HandoverRequest, Link, SeeAlso, Source
from actions.decision import ArticleState, CatalogueEntry, Handling


def entry(topic: str, handling: Handling, rosa_level: int | None = 1, *, has_article: bool = True) -> CatalogueEntry:
    return CatalogueEntry(topic, f"Rubriken för {topic}", handling, rosa_level, has_article)


class FakeHandoverService:
    def __init__(self, *entries: CatalogueEntry) -> None:
        self.entries = {known.topic: known for known in entries}
        self.expired: set[str] = set()
        self.links: dict[str, tuple[Link, ...]] = {}
        self.see_also: dict[str, tuple[SeeAlso, ...]] = {}
        self.handovers: dict[str, HandoverRequest] = {}
        self.has_a_person_already = False
        self.available: Availability | Exception = Availability(is_open=True, is_staffed=True)
        self.asked_about: list[str | None] = []
        self.failure: Exception | None = None

    async def catalogue(self) -> Mapping[str, CatalogueEntry]:
        self._fail_if_told()
        return self.entries

    async def find_article(self, topic: str) -> ArticleLookup:
        self._fail_if_told()
        known = self.entries.get(topic)
        if known is None or not known.has_article:
            return ArticleLookup(ArticleState.MISSING)
        if topic in self.expired:
            return ArticleLookup(ArticleState.EXPIRED)
        article = Article(
            entry=known,
            article_id=f"artikel-{topic}",
            version=3,
            text=f"Så här är det med {topic}.",
            next_steps=self.links.get(topic, ()),
            department="Nämnden",
            sources=(Source("Lagen", None),),
            reviewed_on="2026-11-01",
            see_also=self.see_also.get(topic, ()),
        )
        return ArticleLookup(ArticleState.PUBLISHED, article)

    async def find_availability(self, topic: str | None) -> Availability:
        self._fail_if_told()
        self.asked_about.append(topic)
        if isinstance(self.available, Exception):
            raise self.available
        return self.available

    async def hand_over(self, request: HandoverRequest) -> str | None:
        self._fail_if_told()
        if self.has_a_person_already:
            return None
        self.handovers.setdefault(request.message_id, request)
        return f"2026-{list(self.handovers).index(request.message_id) + 1:06d}"

    def _fail_if_told(self) -> None:
        if self.failure is not None:
            raise self.failure
