"""Lets a trained model decide as `make decide` does. In the project's folder, with three arguments: the model, the
texts (JSON: lists by name), and where to write what it decided.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.understanding.child import resident_megabytes
from bot.redaction import install_redaction


async def decide_all(model: Path, texts: dict[str, list[str]]) -> dict[str, Any]:
    """The decisions on each list, how long each text of the first list takes to understand, and the memory after it."""
    # Imported only now, after redaction, as in decide/__main__.py.
    from rasa.core.agent import Agent  # noqa: PLC0415

    from bot.understanding import understand  # noqa: PLC0415
    from decide.__main__ import DATA  # noqa: PLC0415
    from decide.content import read_content  # noqa: PLC0415
    from decide.decisions import LANGUAGE, decide_texts  # noqa: PLC0415

    processor = Agent.load(model).processor
    content = read_content(DATA, datetime.now(ZoneInfo("Europe/Stockholm")).date())
    decisions: dict[str, list[dict[str, Any]]] = {}
    for name, asked in texts.items():
        decisions[name] = [decision async for decision in decide_texts(processor, content, asked)]
    milliseconds: list[float] = []
    for text in next(iter(texts.values())):
        began = time.perf_counter()
        await understand(processor, text=text, language=LANGUAGE)
        milliseconds.append((time.perf_counter() - began) * 1000)
    return {"decisions": decisions, "message_ms": milliseconds, "rss_mb": resident_megabytes()}


def main() -> None:
    model, asked, answered = (Path(argument) for argument in sys.argv[1:])
    install_redaction(logging.ERROR)
    texts = json.loads(asked.read_text(encoding="utf-8"))
    answered.write_text(json.dumps(asyncio.run(decide_all(model, texts)), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
