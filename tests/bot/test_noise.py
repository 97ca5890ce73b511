"""A hundred thousand texts that mean nothing, through the whole trained pipeline."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER, MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

from actions.decision import Certainty, Handling, Kind
from bot.understanding import LEADING_SLASHES
from decide.content import Content, read_content
from decide.decisions import decide_texts
from tests.bot.noise import anything, known_words, letters, syllables, words_of
from tests.bot.running_bot import ROOT, TODAY

DATA = ROOT / "data"
BATCH = 1000
# Syllables come close to real words by chance ("snörn", "umgänt"), and misspelt words shall be understood.
MOST_ANSWERED = {letters: 1 / 10_000, syllables: 1 / 1_000}
MOST_ALARMS = 1 / 1_000
ANSWERED = {Handling.ANSWER, Handling.GUIDE, Handling.REFER, Handling.CHAT}


@pytest.fixture(scope="module")
def processor(trained_model: Path) -> Iterator[MessageProcessor]:
    with pytest.MonkeyPatch.context() as patched:
        # The model names the language pipeline by its place in the project.
        patched.chdir(ROOT)
        patched.setenv("RASA_TELEMETRY_ENABLED", "false")
        yield Agent.load(trained_model).processor


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(DATA, TODAY)


@pytest.fixture(scope="module")
def vocabulary() -> frozenset[str]:
    return known_words(DATA)


def understandings(processor: MessageProcessor, texts: Sequence[str]) -> list[dict[str, Any]]:
    """As `bot.understanding.understand` gives them, but many at once, which is far quicker."""
    results = processor.graph_runner.run(
        inputs={
            PLACEHOLDER_MESSAGE: [UserMessage(LEADING_SLASHES.sub("", text), metadata={}) for text in texts],
            PLACEHOLDER_TRACKER: DialogueStateTracker.from_events("nobody", []),
        },
        targets=[processor.model_metadata.nlu_target],
    )
    return [message.get("understanding") for message in results[processor.model_metadata.nlu_target]]


def read_many(
    processor: MessageProcessor, some_text: Callable[[random.Random], str], count: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    draw = random.Random(some_text.__name__)  # noqa: S311 - no secret.
    for _ in range(count // BATCH):
        texts = [some_text(draw) for _ in range(BATCH)]
        yield from zip(texts, understandings(processor, texts), strict=True)


@pytest.mark.parametrize("some_text", MOST_ANSWERED)
def test_letters_and_syllables_that_mean_nothing_are_not_answered(
    processor: MessageProcessor,
    content: Content,
    vocabulary: frozenset[str],
    some_text: Callable[[random.Random], str],
) -> None:
    noise, answered, alarms = 0, [], []
    for text, understanding in read_many(processor, some_text, 40_000):
        if not vocabulary.isdisjoint(words_of(text)):
            continue
        noise += 1
        if understanding["certainty"] != Certainty.SURE:
            continue
        best = understanding["candidates"][0]
        handling = content.catalogue[best["topic"]].handling
        seen = f"{text!r} was taken for {best['topic']} ({best['confidence']})"
        if handling in ANSWERED:
            answered.append(seen)
        if handling is Handling.URGENT:
            alarms.append(seen)
    assert noise > 20_000
    assert len(answered) <= MOST_ANSWERED[some_text] * noise, "\n".join(answered)
    assert len(alarms) <= MOST_ALARMS * noise, "\n".join(alarms)


def test_any_text_at_all_is_understood_somehow(processor: MessageProcessor, content: Content) -> None:
    """No failure, and always an understanding that keeps its contract (docs/contracts/bot-channel.md)."""
    for text, understanding in read_many(processor, anything, 20_000):
        assert Certainty(understanding["certainty"]) is not Certainty.CHOSEN, text
        assert {candidate["topic"] for candidate in understanding["candidates"]} <= set(content.catalogue), text
        assert all(0 <= candidate["confidence"] < 1 for candidate in understanding["candidates"]), text
        assert isinstance(understanding["is_personal"], bool), text
        assert understanding["language"], text
        assert json.loads(json.dumps(understanding)) == understanding, text


async def test_any_text_at_all_comes_to_a_decision(processor: MessageProcessor, content: Content) -> None:
    """The same one by one, on the way that `make decide` and the bot's channel take."""
    draw = random.Random("decisions")  # noqa: S311 - no secret.
    texts = [anything(draw) for _ in range(500)]
    decisions = [decision async for decision in decide_texts(processor, content, texts)]
    assert [decision["text"] for decision in decisions] == texts
    assert {Kind(decision["decision"]) for decision in decisions} >= {Kind.HANDOVER, Kind.CLARIFY}
