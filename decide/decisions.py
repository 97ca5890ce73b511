"""What the bot would do with a text that is a resident's first message, without any server running."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from rasa.core.processor import MessageProcessor

from actions.decision import Decision, decide_on_doubt, decide_on_topic
from actions.turn import read_understanding
from bot.understanding import understand
from decide.content import Content

LANGUAGE = "sv"


async def decide_texts(
    processor: MessageProcessor, content: Content, texts: Iterable[str]
) -> AsyncIterator[dict[str, Any]]:
    for text in texts:
        parse_data = await understand(processor, text=text, language=LANGUAGE)
        understanding = read_understanding(parse_data)
        decision = decide_on(parse_data, content)
        yield {
            "text": text,
            "decision": decision.kind.value,
            "topic": decision.topic,
            "candidates": parse_data["understanding"]["candidates"],
            "rosa_level": decision.rosa_level,
            # Why a person is asked for; null when none is.
            "reason": decision.reason.value if decision.reason is not None else None,
            "urgent": parse_data["understanding"]["urgent"],
            "is_personal": understanding.is_personal,
            "language": understanding.language,
        }


def decide_on(parse_data: dict[str, Any], content: Content) -> Decision:
    """The same choice as the dialogue's two rules make between the two actions."""
    understanding = read_understanding(parse_data)
    best = understanding.best
    if best is None or not understanding.is_settled:
        return decide_on_doubt(understanding, content.catalogue, earlier_doubts=0)
    return decide_on_topic(understanding, content.catalogue.get(best.topic), content.article_state(best.topic))
