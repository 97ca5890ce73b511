"""A topic was recognised, or the resident chose it with a button."""

from __future__ import annotations

from typing_extensions import override

from actions import wording
from actions.base import Outcome, SafeAction
from actions.clients.handover_api import Article, ArticleLookup
from actions.decision import CatalogueEntry, Decision, Kind, Reason, decide_on_topic
from actions.replies import article_reply, offers_a_person
from actions.turn import Turn


class ImpossibleTurnError(Exception):
    """The dialogue's rules sent a message here that has no settled topic, or a decision has nothing to say."""


class AnswerTopic(SafeAction):
    @override
    def name(self) -> str:
        return "action_answer_topic"

    @override
    async def act(self, turn: Turn) -> Outcome:
        best = turn.understanding.best
        if best is None or not turn.understanding.is_settled:
            raise ImpossibleTurnError
        lookup = await self.service.find_article(best.topic)
        decision = decide_on_topic(turn.understanding, await self._entry(best.topic, lookup), lookup.state)
        if decision.reason is Reason.LANGUAGE:
            return await self.hand_over_in_their_language(turn, decision)
        if decision.reason is Reason.PERSONAL_MATTER:
            return await self.hand_over_personal_matter(turn, decision)
        if decision.reason is not None:
            return await self.hand_over(
                turn,
                decision,
                article=lookup.article,
                text=_text_before_the_person(decision, lookup.article),
                articles_tried=(best.topic,),
            )
        if lookup.article is None:
            raise ImpossibleTurnError
        is_offered = offers_a_person(decision, lookup.article)
        available = await self.availability(best.topic, turn) if is_offered else None
        reply = article_reply(decision, lookup.article, best.confidence, available)
        if decision.kind is Kind.CHAT:
            # Small talk between two doubts settles nothing, and a question after it may follow on the answer before it.
            return Outcome(reply)
        return Outcome(reply, doubts=(), answered=turn.answered_with(best.topic))

    async def _entry(self, topic: str, lookup: ArticleLookup) -> CatalogueEntry | None:
        """A published article says itself how it is to be handled; the catalogue is asked only when there is none."""
        if lookup.article is not None:
            return lookup.article.entry
        return (await self.service.catalogue()).get(topic)


def _text_before_the_person(decision: Decision, article: Article | None) -> str | None:
    """What the resident reads while waiting. Somebody who asks for a person gets one, without an article first."""
    if decision.kind is Kind.URGENT:
        return article.text if article is not None else wording.URGENT_WITHOUT_ARTICLE
    return article.text if article is not None and decision.reason is Reason.HANDOVER_TOPIC else None
