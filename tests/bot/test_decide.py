from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.bot.running_bot import ROOT, RunningBot

TEXTS = [
    "mäta radon",
    "behöver jag bygglov för att bygga altan",
    "",
    "hej",
    "😀😀",
    "/restart",
    "jag orkar inte leva längre",
    "jag vill prata med en människa",
    "vad kostar det",
    "hur ansöker man om parkeringstillstånd",
    "var ligger mitt ärende",
    "vem vann matchen igår",
    "when does the library open",
    "felanmäla gatlampa   ",
    "لا أتكلم السويدية جيدا هل يمكن لأحد مساعدتي",
    "asdf",
]


def test_decide_and_the_running_bot_agree(bot: RunningBot, trained_model: Path, tmp_path: Path) -> None:
    questions, decisions = tmp_path / "questions.txt", tmp_path / "decisions.jsonl"
    questions.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "decide", "--model", str(trained_model), str(questions), str(decisions)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "ignore"}, check=True, capture_output=True)
    decided = [json.loads(line) for line in decisions.read_text(encoding="utf-8").splitlines()]
    assert [decision["text"] for decision in decided] == TEXTS
    for decision in decided:
        answer = bot.turn(decision["text"])
        (reply,) = answer["replies"]
        assert set(decision) == {"text", "decision", "topic", "candidates", "rosa_level", "language"}
        assert decision["decision"] == reply["kind"]
        assert decision["rosa_level"] == reply["rosa_level"]
        assert decision["candidates"] == answer["understanding"]["candidates"]
        assert decision["language"] == answer["understanding"]["language"]
        if reply["kind"] == "clarify":
            offered = [button["topic"] for button in reply["buttons"] if button["kind"] == "topic"]
            assert decision["topic"] == (offered[0] if offered else None)
        else:
            assert decision["topic"] == reply["topic"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "decide", "--model", "saknas.tar.gz", "a", "b"]
    ended = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (1, "There is no file saknas.tar.gz.\n")
