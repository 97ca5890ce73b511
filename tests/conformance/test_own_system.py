"""Our own service and bot keep every rule that the kit tries."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from own_system import ROOT, TOKENS, own_bot, own_service

# An answer of the trained bot's that it gives from an article.
QUESTION = "Behöver jag bygglov för att bygga en altan?"


def run_the_kit(report: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "conformance", *arguments, "--report", str(report)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    findings: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return findings


def test_our_service_keeps_every_rule(tmp_path: Path) -> None:
    with own_service(tmp_path) as service:
        found = run_the_kit(
            tmp_path / "report.json",
            *("service", "--url", service.url, "--internal-token", TOKENS["INTERNAL_TOKEN"]),
            *("--agent", service.account("medarbetare1"), "--agent2", service.account("medarbetare2")),
            *("--lead", service.account("teamledare")),
            *("--bot-port", str(service.bot_port), "--bot-token", TOKENS["BOT_TOKEN"]),
        )
    assert found["count"]["kept"] == len(found["rules"]), found


def test_our_bot_keeps_every_rule(tmp_path: Path) -> None:
    with own_bot(tmp_path, os.environ["TRAINED_MODEL"]) as bot:
        found = run_the_kit(
            tmp_path / "report.json",
            *("bot", "--url", bot.url, "--token", TOKENS["BOT_TOKEN"]),
            *("--service-port", str(bot.service_port), "--internal-token", TOKENS["INTERNAL_TOKEN"]),
            *("--topics", str(catalogue(tmp_path)), "--question", QUESTION),
        )
    assert found["count"]["kept"] == len(found["rules"]), found


def catalogue(folder: Path) -> Path:
    """The topics that the bot was trained on, as the service would list them."""
    lines = (ROOT / "data" / "topics.tsv").read_text(encoding="utf-8").splitlines()
    columns = lines[0].split("\t")
    rows = [dict(zip(columns, line.split("\t"), strict=True)) for line in lines[1:]]
    topics = [
        {
            "id": row["id"],
            "title": row["title_sv"],
            "area": row["area"],
            "rosa_level": int(row["rosa_level"]) if row["rosa_level"] else None,
            "handling": row["handling"],
            "answer_group": row["answer_group"],
            "has_article": row["handling"] != "chat",
        }
        for row in rows
    ]
    path = folder / "topics.json"
    path.write_text(json.dumps(topics), encoding="utf-8")
    return path
