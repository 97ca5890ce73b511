"""`python -m decide --model models/<name>.tar.gz questions.txt decisions.jsonl`: one decision a line, in order."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.redaction import install_redaction

DATA = Path("data")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m decide", description="Let the trained bot decide on each line.")
    parser.add_argument("--model", type=Path, required=True, help="the trained model, a .tar.gz archive")
    parser.add_argument("questions", type=Path, help="one text a line, UTF-8")
    parser.add_argument("decisions", type=Path, help="where to write one JSON object a line")
    arguments = parser.parse_args()
    for path in (arguments.model, arguments.questions):
        if not path.is_file():
            sys.exit(f"There is no file {path}.")
    install_redaction(logging.ERROR)
    asyncio.run(decide_file(arguments.model, arguments.questions, arguments.decisions))


async def decide_file(model: Path, questions: Path, decisions: Path) -> None:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # Imported only now, after redaction: Rasa logs while it is imported.
    from rasa.core.agent import Agent  # noqa: PLC0415

    from decide.content import read_content  # noqa: PLC0415
    from decide.decisions import decide_texts  # noqa: PLC0415

    processor = Agent.load(model).processor
    content = read_content(DATA, datetime.now(ZoneInfo("Europe/Stockholm")).date())
    with decisions.open("w", encoding="utf-8") as file:
        async for decision in decide_texts(processor, content, read_lines(questions)):
            file.write(json.dumps(decision, ensure_ascii=False) + "\n")


def read_lines(path: Path) -> list[str]:
    """Only a line feed ends a line; an empty line is a text like any other."""
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


if __name__ == "__main__":
    main()
