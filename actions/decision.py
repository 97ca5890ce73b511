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
CHANGE_LANGUAGE = "byt-sprak"
# The bot answers from Swedish articles: to Swedish, to what is read as well as Swedish, and to English, whose questions
# it has learned. In another language it would not even know what was asked.
LANGUAGES_ANSWERED = frozenset({"sv", "en", "da", "no"})


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
    LANGUAGE = "language"
    HANDOVER_TOPIC = "handover_topic"
    PERSONAL_MATTER = "personal_matter"
    URGENT_TOPIC = "urgent_topic"
    ARTICLE_MISSING = "article_missing"
    ARTICLE_EXPIRED = "article_expired"


OWN_WORDS = frozenset({Kind.ANSWER, Kind.GUIDE, Kind.REFER})
# What an article says in general does not answer what somebody asks about their own case.
GENERAL = frozenset({Handling.ANSWER, Handling.GUIDE})


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
    # Of the message when that is clear, else of the conversation (BCP 47).
    language: str
    has_words: bool
    # The question is about the resident's own case, money, decision or file.
    is_personal: bool

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    @property
    def is_settled(self) -> bool:
        return self.certainty in {Certainty.SURE, Certainty.CHOSEN} and bool(self.candidates)

    @property
    def is_in_another_language(self) -> bool:
        """Whether a person has to answer what the resident wrote. Who presses a button does not write."""
        is_answered = self.language.split("-", 1)[0].lower() in LANGUAGES_ANSWERED
        return not is_answered and self.certainty is not Certainty.CHOSEN


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
    if understanding.is_in_another_language and not _is_answered_in_any_language(entry, article):
        return _another_language(entry)
    if best is not None and best.topic == ASK_FOR_PERSON:
        return Decision(Kind.HANDOVER, best.topic, reason=Reason.ASKED_FOR_PERSON)
    if entry is None:
        return Decision(Kind.HANDOVER, None, reason=Reason.ARTICLE_MISSING)
    if entry.handling is Handling.URGENT:
        # Danger does not wait for an article.
        return Decision(Kind.URGENT, entry.topic, entry.rosa_level, Reason.URGENT_TOPIC)
    if understanding.is_personal and understanding.certainty is not Certainty.CHOSEN and entry.handling in GENERAL:
        return _personal_matter(understanding, entry)
    return _from_article(entry, article)


def _is_answered_in_any_language(entry: CatalogueEntry | None, article: ArticleState) -> bool:
    """Danger comes first; and whoever asks in Spanish whether the bot knows Spanish gets the answer to that."""
    if entry is None:
        return False
    return entry.handling is Handling.URGENT or (entry.topic == CHANGE_LANGUAGE and article is ArticleState.PUBLISHED)


def _another_language(entry: CatalogueEntry | None) -> Decision:
    if entry is None:
        return Decision(Kind.HANDOVER, None, reason=Reason.LANGUAGE)
    return Decision(Kind.HANDOVER, entry.topic, entry.rosa_level, Reason.LANGUAGE)


def _from_article(entry: CatalogueEntry, article: ArticleState) -> Decision:
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
    """One question back at most: the second doubt in a row goes to a person.

    One's own case goes there at once, and so does another language; what the bot guesses of that is no topic.
    """
    if understanding.is_in_another_language:
        return _another_language(None)
    best = understanding.best
    entry = catalogue.get(best.topic) if best is not None else None
    if understanding.is_personal and (entry is None or entry.handling in GENERAL | {Handling.HANDOVER}):
        return _personal_matter(understanding, entry)
    is_worth_asking = understanding.certainty is Certainty.UNCLEAR or not understanding.has_words
    if earlier_doubts == 0 and is_worth_asking:
        choices = _choices(understanding, catalogue)
        return Decision(Kind.CLARIFY, choices[0] if choices else None, choices=choices)
    return Decision(
        Kind.HANDOVER,
        entry.topic if entry is not None else None,
        entry.rosa_level if entry is not None else None,
        Reason.UNSURE,
    )


def _personal_matter(understanding: Understanding, entry: CatalogueEntry | None) -> Decision:
    """For a person, filed under the best guess if it is a fair one."""
    best = understanding.best
    if entry is None or best is None or best.confidence < understanding.threshold / 2:
        return Decision(Kind.HANDOVER, None, reason=Reason.PERSONAL_MATTER)
    return Decision(Kind.HANDOVER, entry.topic, entry.rosa_level, Reason.PERSONAL_MATTER)


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
