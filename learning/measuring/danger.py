"""What a model makes of danger: which questions about it are recognised, and how often it rings for nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from bot.classification.catalogue import URGENT, Catalogue
from bot.classification.features import Word
from bot.classification.lessons import ContentFolders
from learning.measuring.answers import Decided, share
from learning.measuring.texts import AskedQuestion

VERSION_CHARACTERS = 12


def danger(
    questions: Sequence[AskedQuestion], decided: Sequence[Decided], catalogue: Catalogue, version: str
) -> dict[str, Any]:
    """The part of the document about danger (docs/contracts/internal-api.md).

    What is missed is named, so that two models can be compared question by question; whoever wrote the calibration
    questions is no resident.
    """
    rung: dict[bool, list[bool]] = {True: [], False: []}
    missed = []
    for asked, its in zip(questions, decided, strict=True):
        topic = asked.question.topic
        is_urgent = _is_urgent(topic, catalogue)
        rung[is_urgent].append(its.kind == URGENT)
        if is_urgent and its.kind != URGENT:
            missed.append({"text": asked.text, "topic": topic})
    return {
        "version": version,
        "questions": len(rung[True]),
        "others": len(rung[False]),
        "recall": share(rung[True]),
        "false_alarms": share(rung[False]),
        "missed": missed,
    }


def version_of_danger(folders: ContentFolders) -> str:
    """The same for the same questions about danger, whatever phrases there are beside them.

    A question that an editor makes a phrase of is not asked any more (`read_questions`), and is one of them all the
    same: else a phrase would be enough for the models before to be forgotten.
    """
    catalogue = folders.topics()
    texts = (
        f"{question.topic}\t{question.words[0].surface}"
        for question in folders.questions(_whole)
        if _is_urgent(question.topic, catalogue)
    )
    return _digest(sorted(texts))


def _is_urgent(topic: str | None, catalogue: Catalogue) -> bool:
    return topic is not None and catalogue[topic].handling == URGENT


def _whole(text: str) -> list[Word]:
    return [Word(text, text)]


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()[:VERSION_CHARACTERS]
