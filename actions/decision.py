"""Decides what the bot does with a message. The one place of the rule that its own words stay at ROSA level 2 or below.

Pure: what is known comes in, a decision goes out. Nothing is fetched, said or logged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

HIGHEST_LEVEL_IN_OWN_WORDS = 2
CHOICES_OFFERED = 3
ASK_FOR_PERSON = "prata-med-manniska"


class Certainty(str, Enum):
    SURE = "sure"
    UNCLEAR = "unclear"
    UNSURE = "unsure"
    CHOSEN = "chosen"


class Handling(str, Enum):
    """What the catalogue says shall be done with a topic."""

    ANSWER = "answer"
    GUIDE = "guide"
    REFER = "refer"
    HANDOVER = "handover"
    URGENT = "urgent"
    CHAT = "chat"


class ArticleState(str, Enum):
    PUBLISHED = "published"
    MISSING = "missing"
    EXPIRED = "expired"


class Kind(str, Enum):
    """What the bot does; also the kind of its reply."""

    ANSWER = "answer"
    GUIDE = "guide"
    REFER = "refer"
    CLARIFY = "clarify"
    HANDOVER = "handover"
    URGENT = "urgent"
    CHAT = "chat"


class Reason(str, Enum):
    """Why a person is asked for (docs/contracts/internal-api.md)."""

    UNSURE = "unsure"
    ASKED_FOR_PERSON = "asked_for_person"
    HANDOVER_TOPIC = "handover_topic"
    URGENT_TOPIC = "urgent_topic"
    ARTICLE_MISSING = "article_missing"
    ARTICLE_EXPIRED = "article_expired"


OWN_WORDS = frozenset({Kind.ANSWER, Kind.GUIDE, Kind.REFER})


@dataclass(frozen=True)
class Candidate:
    topic: str
    confidence: float


@dataclass(frozen=True)
class Understanding:
    """What the topic classifier made of the message; candidates best first."""

    certainty: Certainty
    candidates: tuple[Candidate, ...]
    threshold: float
    model_version: str
    language: str
    has_words: bool

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    @property
    def is_settled(self) -> bool:
        return self.certainty in {Certainty.SURE, Certainty.CHOSEN} and bool(self.candidates)


@dataclass(frozen=True)
class CatalogueEntry:
    topic: str
    title: str
    handling: Handling
    # The level of the errand behind the question; None for small talk.
    rosa_level: int | None
    has_article: bool


@dataclass(frozen=True)
class Decision:
    kind: Kind
    # The topic that it is about: the one answered, or the best guess.
    topic: str | None
    # The level of the reply; for handover and urgent, the level of the errand.
    rosa_level: int | None = None
    # Set when, and only when, a person is asked for.
    reason: Reason | None = None
    # The topics that the resident may choose between; only for clarify.
    choices: tuple[str, ...] = ()


def decide_on_topic(understanding: Understanding, entry: CatalogueEntry | None, article: ArticleState) -> Decision:
    """For a topic that was recognised or chosen. `entry` is None when the catalogue does not know the topic."""
    best = understanding.best
    if best is not None and best.topic == ASK_FOR_PERSON:
        return Decision(Kind.HANDOVER, best.topic, reason=Reason.ASKED_FOR_PERSON)
    if entry is None:
        return Decision(Kind.HANDOVER, None, reason=Reason.ARTICLE_MISSING)
    if entry.handling is Handling.URGENT:
        # Danger does not wait for an article.
        return Decision(Kind.URGENT, entry.topic, entry.rosa_level, Reason.URGENT_TOPIC)
    if article is not ArticleState.PUBLISHED:
        reason = Reason.ARTICLE_EXPIRED if article is ArticleState.EXPIRED else Reason.ARTICLE_MISSING
        return Decision(Kind.HANDOVER, entry.topic, entry.rosa_level, reason)
    if entry.handling is Handling.CHAT:
        return Decision(Kind.CHAT, entry.topic)
    return _in_own_words(entry)


def _in_own_words(entry: CatalogueEntry) -> Decision:
    """Guiding is level 2 whatever the errand; an answer or a reference has the errand's level, and never above 2."""
    if entry.handling is Handling.GUIDE:
        level = min(entry.rosa_level or HIGHEST_LEVEL_IN_OWN_WORDS, HIGHEST_LEVEL_IN_OWN_WORDS)
        return Decision(Kind.GUIDE, entry.topic, level)
    is_allowed = entry.rosa_level is not None and entry.rosa_level <= HIGHEST_LEVEL_IN_OWN_WORDS
    if is_allowed and entry.handling in {Handling.ANSWER, Handling.REFER}:
        return Decision(Kind(entry.handling.value), entry.topic, entry.rosa_level)
    return Decision(Kind.HANDOVER, entry.topic, entry.rosa_level, Reason.HANDOVER_TOPIC)


def decide_on_doubt(
    understanding: Understanding, catalogue: Mapping[str, CatalogueEntry], earlier_doubts: int
) -> Decision:
    """One question back at most: the second doubt in a row goes to a person."""
    is_worth_asking = understanding.certainty is Certainty.UNCLEAR or not understanding.has_words
    if earlier_doubts == 0 and is_worth_asking:
        choices = _choices(understanding, catalogue)
        return Decision(Kind.CLARIFY, choices[0] if choices else None, choices=choices)
    best = understanding.best
    entry = catalogue.get(best.topic) if best is not None else None
    return Decision(
        Kind.HANDOVER,
        entry.topic if entry is not None else None,
        entry.rosa_level if entry is not None else None,
        Reason.UNSURE,
    )


def _choices(understanding: Understanding, catalogue: Mapping[str, CatalogueEntry]) -> tuple[str, ...]:
    """Only what can be answered or handed over when it is chosen; small talk is nothing to choose."""
    if not understanding.has_words:
        return ()
    offered = [
        candidate.topic
        for candidate in understanding.candidates[:CHOICES_OFFERED]
        if (entry := catalogue.get(candidate.topic)) is not None
        and entry.has_article
        and entry.handling is not Handling.CHAT
    ]
    return tuple(offered)
