"""The promise of config.yml, kept on topics and questions that come by chance; and kept when topics are added."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from bot.classification.catalogue import Catalogue, Topic
from bot.classification.features import Word
from bot.classification.network import Training
from bot.classification.topic_learning import Example, Lessons, Question, learn_topic_model
from bot.classification.topic_model import SURE, Limits, TopicModel

LETTERS = list("abdefgijklmnoprstuvåäö")
WORDS, WORDS_OF_A_TOPIC, WORDS_OF_ALL = 400, 8, 12
PHRASES, QUESTIONS, FRESH = 20, 500, 3000
TOPICS, MORE_TOPICS = 20, 40
LIMITS = Limits(max_wrong_share=0.05, out_of_scope_share=0.2, personal_share=0.0)
QUICK = Training(hidden=16, epochs=12, batch=64, gram_dropout=0.2, hidden_dropout=0.0)


@dataclass(frozen=True)
class World:
    """Each topic is a distribution of words; texts are drawn from it. The topics overlap, so that there is doubt."""

    words: list[str]
    topics: list[np.ndarray]

    @classmethod
    def of(cls, topics: int, generator: np.random.Generator) -> World:
        words = ["".join(generator.choice(LETTERS, generator.integers(4, 9))) for _ in range(WORDS)]
        return cls(words, [cls._topic(generator) for _ in range(topics)])

    @staticmethod
    def _topic(generator: np.random.Generator) -> np.ndarray:
        own = generator.choice(np.arange(WORDS_OF_ALL, WORDS // 3), WORDS_OF_A_TOPIC, replace=False)
        return np.concatenate([own, np.arange(WORDS_OF_ALL)])

    def text(self, topic: int | None, generator: np.random.Generator) -> list[Word]:
        """Nobody's topic is drawn from words of all kinds, those of the topics included."""
        usual = np.arange(WORDS) if topic is None else self.topics[topic]
        drawn = generator.choice(usual, generator.integers(3, 7))
        return [Word(self.words[place], self.words[place]) for place in drawn]

    def question(self, topics: int, generator: np.random.Generator) -> Question:
        is_nowhere = generator.random() < LIMITS.out_of_scope_share
        topic = None if is_nowhere else int(generator.integers(topics))
        return Question(self.text(topic, generator), None if topic is None else name(topic))


def name(topic: int) -> str:
    return f"amne{topic}"


def lessons(world: World, topics: int, generator: np.random.Generator) -> Lessons:
    return Lessons(
        examples=[
            Example(world.text(topic, generator), name(topic)) for topic in range(topics) for _ in range(PHRASES)
        ],
        catalogue=Catalogue.of(Topic(name(topic), "answer") for topic in range(topics)),
        limits=LIMITS,
        questions=[world.question(topics, generator) for _ in range(QUESTIONS)],
        training=QUICK,
    )


def shares(model: TopicModel, fresh: list[Question]) -> tuple[float, float]:
    """Right and wrong answers, of all questions."""
    outcomes = []
    for question in fresh:
        reading = model.read(question.words)
        if reading.certainty == SURE:
            outcomes.append(reading.candidates[0].topic == question.topic)
    return outcomes.count(True) / len(fresh), outcomes.count(False) / len(fresh)


def allowance() -> float:
    """Three standard errors: the threshold comes from a sample, and so does what it is tried on."""
    return 3 * math.sqrt(LIMITS.max_wrong_share * (1 - LIMITS.max_wrong_share) * (1 / QUESTIONS + 1 / FRESH))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_promised_risk_is_kept_before_and_after_topics_are_added(seed: int) -> None:
    generator = np.random.default_rng(seed)
    world = World.of(MORE_TOPICS, generator)
    for topics in (TOPICS, MORE_TOPICS):
        model = learn_topic_model(lessons(world, topics, generator))
        fresh = [world.question(topics, generator) for _ in range(FRESH)]
        right, wrong = shares(model, fresh)
        assert wrong <= LIMITS.max_wrong_share + allowance()
        # Something is answered, and whoever answered everything would break the promise by far.
        assert right > 0.1
        assert right == pytest.approx(model.promise.right, abs=0.08)
        reckless = replace(model, thresholds=replace(model.thresholds, answer=0.0))
        assert shares(reckless, fresh)[1] > 2 * LIMITS.max_wrong_share
