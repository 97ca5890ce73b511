from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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


# What is about danger, about somebody's own case, or in another language goes to a person for that reason.
TO_A_PERSON = {
    "det brinner i vårt hus, barnen är kvar där inne": ("urgent", "urgent_topic"),
    "när får jag svar på min radonmätning": ("handover", "personal_matter"),
    "har min anmälan till simskolan gått igenom": ("handover", "personal_matter"),
    "varför fick jag avslag på min bygglovsansökan": ("handover", "handover_topic"),
    "أحتاج مساعدة من فضلك": ("handover", "language"),
    "kan jag få prata med en människa": ("handover", "asked_for_person"),
}


@pytest.fixture(scope="module")
def decided(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every text's decision, from one run of the command."""
    texts = [*TEXTS, *TO_A_PERSON]
    folder = tmp_path_factory.mktemp("decide")
    questions, decisions = folder / "questions.txt", folder / "decisions.jsonl"
    questions.write_text("\n".join(texts) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "decide", "--model", str(trained_model), str(questions), str(decisions)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "ignore"}, check=True, capture_output=True)
    lines = [json.loads(line) for line in decisions.read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in lines] == texts
    return {line["text"]: line for line in lines}


@pytest.mark.parametrize("text", TO_A_PERSON)
def test_what_a_person_has_to_take_says_why(decided: dict[str, dict[str, Any]], text: str) -> None:
    decision, reason = TO_A_PERSON[text]
    line = decided[text]
    assert (line["decision"], line["reason"]) == (decision, reason)
    assert (line["urgent"] is not None) == (decision == "urgent")
    if reason == "urgent_topic":
        assert line["urgent"] == line["candidates"][0]
        assert line["topic"] == line["urgent"]["topic"]
    if reason == "personal_matter":
        assert line["is_personal"]


def test_what_is_answered_has_no_reason(decided: dict[str, dict[str, Any]]) -> None:
    for line in decided.values():
        needs_a_person = line["decision"] in {"handover", "urgent"}
        assert (line["reason"] is not None) == needs_a_person, line


def test_decide_and_the_running_bot_agree(bot: RunningBot, decided: dict[str, dict[str, Any]]) -> None:
    for decision in decided.values():
        answer = bot.turn(decision["text"])
        (reply,) = answer["replies"]
        assert set(decision) == {
            *("text", "decision", "topic", "candidates", "rosa_level"),
            *("reason", "urgent", "is_personal", "language"),
        }
        assert decision["decision"] == reply["kind"]
        assert decision["rosa_level"] == reply["rosa_level"]
        assert decision["candidates"] == answer["understanding"]["candidates"]
        for name in ("urgent", "is_personal", "language"):
            assert decision[name] == answer["understanding"][name]
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
