"""One trained model, asked what it has not learned from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.processor import MessageProcessor

from bot.classification.catalogue import Catalogue
from bot.classification.topic_model import Limits, TopicModel
from decide.content import Content
from decide.decisions import decide_texts
from learning.measuring.answers import Decided, Judged, is_right, is_understood, shares
from learning.measuring.archive import read_topic_model
from learning.measuring.certainty import would_answer
from learning.measuring.danger import danger
from learning.measuring.texts import AskedQuestion


@dataclass(frozen=True)
class Questions:
    """`expected`, `asked`: what the service gives, regression questions and what residents have asked last."""

    calibration: Sequence[AskedQuestion]
    expected: Sequence[Mapping[str, str]]
    asked: Sequence[Mapping[str, str]]

    def texts(self) -> list[str]:
        from_the_service = [each["text"] for each in (*self.expected, *self.asked)]
        return [*(each.text for each in self.calibration), *from_the_service]


@dataclass(frozen=True)
class Published:
    """What every model is judged by: what the service serves, and what is to be thought of it.

    `danger_version`: of the questions about danger.
    """

    content: Content
    catalogue: Catalogue
    limits: Limits
    danger_version: str


def measure(archive: Path, folder: Path, questions: Questions, published: Published) -> dict[str, Any]:
    """The document's part about a model. `folder` is made, and holds the topic classifier's files.

    Raises:
        Exception: whatever Rasa says of a model that it cannot load.
    """
    decided = asyncio.run(_decide(_load(archive), published.content, questions.texts()))
    calibration, rest = decided[: len(questions.calibration)], decided[len(questions.calibration) :]
    expected, asked = rest[: len(questions.expected)], rest[len(questions.expected) :]
    model = read_topic_model(archive, folder)
    judged = [
        _judge(question, its, model, published.catalogue)
        for question, its in zip(questions.calibration, calibration, strict=True)
    ]
    failed = [
        _told(question, its)
        for question, its in zip(questions.expected, expected, strict=True)
        if not is_understood(question["topic"], its)
    ]
    return {
        **shares(judged, published.limits),
        "urgent": danger(questions.calibration, calibration, published.catalogue, published.danger_version),
        "regression": {"questions": len(expected), "failed": failed},
        "asked": [_told(question, its) for question, its in zip(questions.asked, asked, strict=True)],
    }


def _load(archive: Path) -> MessageProcessor:
    return Agent.load(archive).processor


async def _decide(processor: MessageProcessor, content: Content, texts: Sequence[str]) -> list[Decided]:
    return [
        Decided(decision["decision"], decision["topic"], decision["reason"])
        async for decision in decide_texts(processor, content, texts)
    ]


def _judge(asked: AskedQuestion, decided: Decided, model: TopicModel, catalogue: Catalogue) -> Judged:
    answer = would_answer(model, asked.question.words) if asked.is_typical else None
    # An older model may know topics that are out of use, which nothing is answered about.
    if answer is None or answer.topic not in catalogue.topics:
        return Judged(asked.question, decided)
    return Judged(asked.question, decided, answer.certainty, is_right(asked.question, answer.kind, answer.topic))


def _told(question: Mapping[str, str], decided: Decided) -> dict[str, str | None]:
    return {"id": question["id"], "decision": decided.kind, "topic": decided.topic}
