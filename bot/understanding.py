"""What the bot makes of a message, before anything is said or done."""

from __future__ import annotations

import re
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

# Rasa reads a leading slash as the name of an intent ("/restart"); what a resident writes is never that.
LEADING_SLASHES = re.compile(r"^[\s/]+")


async def understand(
    processor: MessageProcessor,
    *,
    text: str,
    language: str,
    choice: str | None = None,
    previous_topic: str | None = None,
) -> dict[str, Any]:
    """Rasa's parse data without the text: tracker and actions get to know the topic, not the resident's words.

    `previous_topic` is what the bot last answered in the conversation; a short question may follow on it.
    """
    metadata = {"language": language, "choice": choice, "previous_topic": previous_topic}
    message = UserMessage(LEADING_SLASHES.sub("", text), metadata=metadata)
    parse_data = await processor.parse_message(message)
    return {key: parse_data[key] for key in ("intent", "entities", "understanding", "has_words")}


async def model_version(processor: MessageProcessor) -> str:
    parse_data = await understand(processor, text="", language="sv")
    return str(parse_data["understanding"]["model_version"])
