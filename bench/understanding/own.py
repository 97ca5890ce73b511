"""The project's own texts, read as when the bot is trained."""

from __future__ import annotations

from collections.abc import Sequence

from bench import results
from bot.classification.topic_learning import Example, Question
from learning.measuring import texts
from learning.measuring.texts import Phrase, Tokens, TrainingTexts, normal_text, topics_of

__all__ = [
    "FOLDERS",
    "Phrase",
    "Tokens",
    "TrainingTexts",
    "phrases",
    "swedish_tokens",
    "topics_of",
    "typical_questions",
]

FOLDERS = texts.content_folders(results.ROOT / "data")


def swedish_tokens() -> Tokens:
    return texts.swedish_tokens(results.ROOT)


def phrases(tokens: Tokens) -> list[Phrase]:
    return texts.read_phrases(results.ROOT, tokens)


def typical_questions(tokens: Tokens, examples: Sequence[Example]) -> list[Question]:
    """The calibration questions that a topic answers in general, or that none does, without those that are phrases."""
    learned = {normal_text(example.words) for example in examples if example.is_phrase}
    return [
        question
        for question in FOLDERS.questions(tokens)
        if not question.is_personal and not question.is_about_alarm and normal_text(question.words) not in learned
    ]
