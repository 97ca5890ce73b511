"""One step of `stock_diet`, in the working folder: `train` reads nlu.json and config.yml, `answer` reads asked.json."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from pathlib import Path

from bench.understanding.child import resident_megabytes

# The first message loads what later ones share.
WARM_UP_MESSAGES = 20


def train() -> None:
    # Importing Rasa takes seconds, which are not the training's.
    from rasa.model_training import train_nlu  # noqa: PLC0415

    began = time.perf_counter()
    model = train_nlu("config.yml", "nlu.json", output="models", fixed_model_name="stock")
    if model is None:
        raise RuntimeError("Rasa has trained no model")
    Path("trained.json").write_text(json.dumps({"seconds": time.perf_counter() - began}), encoding="utf-8")


def answer() -> None:
    texts: list[str] = json.loads(Path("asked.json").read_text(encoding="utf-8"))
    answered = asyncio.run(answer_all(texts))
    Path("answered.json").write_text(json.dumps(answered), encoding="utf-8")


async def answer_all(texts: list[str]) -> dict[str, object]:
    """What was taken and how sure for each text, how long each took, and the memory after all of them."""
    from rasa.core.agent import Agent  # noqa: PLC0415
    from rasa.utils.log_utils import configure_structlog  # noqa: PLC0415

    # Rasa's own server writes no debug lines either, and writing them takes time.
    configure_structlog(logging.WARNING)
    agent = Agent.load("models")
    for text in texts[:WARM_UP_MESSAGES]:
        await agent.parse_message(text)
    intents: list[tuple[str, float]] = []
    milliseconds: list[float] = []
    for text in texts:
        began = time.perf_counter()
        parsed = await agent.parse_message(text)
        milliseconds.append((time.perf_counter() - began) * 1000)
        intents.append((parsed["intent"]["name"], parsed["intent"]["confidence"]))
    return {"intents": intents, "message_ms": milliseconds, "rss_mb": resident_megabytes()}


if __name__ == "__main__":
    if sys.argv[1] == "train":
        train()
    else:
        answer()
