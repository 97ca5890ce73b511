"""The replies of a turn, in the form of docs/contracts/bot-channel.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions import wording
from actions.clients.handover_api import Article, Availability
from actions.decision import HIGHEST_LEVEL_IN_OWN_WORDS, OWN_WORDS, CatalogueEntry, Decision, Kind

Reply = dict[str, Any]
Button = dict[str, str]

# Small talk whose answer has to show the way to a person.
CHAT_THAT_OFFERS_A_PERSON = frozenset(
    {
        "ar-du-robot",
        "avbryt",
        "byt-sprak",
        "fel-svar",
        "forstar-inte",
        "hjalp",
        "klagomal-bot",
        "kotid-manniska",
        "krankning-svordom",
        "lattlast",
        "nej",
        "vad-kan-du",
    }
)
FAILURE_KIND = "failure"
PERSON_BUTTON: Button = {"kind": "person", "label": wording.PERSON_BUTTON}


class LevelTooHighError(Exception):
    """The bot was about to say in its own words what only a person may say."""


def offers_a_person(decision: Decision, article: Article) -> bool:
    """Whether what is said from the decision's article shows the way to a person as well.

    Where it leads on to other topics it does: nobody is sent around without it.
    """
    is_guided_on = decision.kind is Kind.GUIDE or bool(article.see_also)
    return is_guided_on or decision.topic in CHAT_THAT_OFFERS_A_PERSON


def article_reply(decision: Decision, article: Article, confidence: float, available: Availability | None) -> Reply:
    """What is said from an article: answer, guide, refer or chat."""
    if decision.kind in OWN_WORDS and not _is_allowed(decision.rosa_level):
        raise LevelTooHighError
    buttons: list[Button] = [{"kind": "link", "url": step.url, "label": step.label} for step in article.next_steps]
    buttons += [{"kind": "topic", "topic": other.topic, "label": other.label} for other in article.see_also]
    text = article.text
    if offers_a_person(decision, article):
        buttons.append(PERSON_BUTTON)
        text = "\n\n".join(filter(None, (text, wording.nobody_there(available))))
    return _reply(
        decision.kind.value,
        text=text,
        topic=decision.topic,
        article_id=article.article_id,
        article_version=article.version,
        confidence=confidence,
        rosa_level=decision.rosa_level,
        sources=[{"title": source.title, "url": source.url} for source in article.sources],
        department=article.department,
        reviewed_on=article.reviewed_on,
        buttons=buttons,
    )


def clarify_reply(decision: Decision, catalogue: Mapping[str, CatalogueEntry], available: Availability | None) -> Reply:
    topics: list[Button] = [
        {"kind": "topic", "topic": topic, "label": catalogue[topic].title} for topic in decision.choices
    ]
    said = (
        (wording.CLARIFY_WITH_TOPICS, wording.nobody_there(available))
        if topics
        else (wording.CLARIFY_WITHOUT_TOPICS, wording.offer_of_a_person(available))
    )
    return _reply(Kind.CLARIFY.value, text=" ".join(filter(None, said)), buttons=[*topics, PERSON_BUTTON])


def handover_reply(decision: Decision, case_reference: str | None, confidence: float | None) -> Reply:
    """Says nothing itself: the service has stored what the resident reads. No reference: a person has it already."""
    return _reply(
        decision.kind.value,
        topic=decision.topic,
        confidence=confidence,
        rosa_level=decision.rosa_level,
        case_reference=case_reference,
    )


def failure_reply() -> Reply:
    return _reply(FAILURE_KIND, text=wording.FAILURE, buttons=[PERSON_BUTTON])


def _is_allowed(level: int | None) -> bool:
    return level is not None and level <= HIGHEST_LEVEL_IN_OWN_WORDS


def _reply(
    kind: str,
    *,
    text: str | None = None,
    topic: str | None = None,
    article_id: str | None = None,
    article_version: int | None = None,
    confidence: float | None = None,
    rosa_level: int | None = None,
    sources: list[dict[str, str | None]] | None = None,
    department: str | None = None,
    reviewed_on: str | None = None,
    buttons: list[Button] | None = None,
    case_reference: str | None = None,
) -> Reply:
    return {
        "kind": kind,
        "text": text,
        "topic": topic,
        "article_id": article_id,
        "article_version": article_version,
        "confidence": confidence,
        "rosa_level": rosa_level,
        "sources": sources or [],
        "department": department,
        "reviewed_on": reviewed_on,
        "buttons": buttons or [],
        "case_reference": case_reference,
    }
