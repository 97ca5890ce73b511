"""The graph component that recognises the topic of a message, and how sure it is.

The name of the parameters of `train` and `process` is the wiring: Rasa connects them to the graph's nodes by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import classification
from bot.classification.background import CatalogueError, background_texts, read_questions, topic_kinds
from bot.classification.features import Word, has_words
from bot.classification.topic_model import (
    NOISE,
    Example,
    Limits,
    Question,
    TooFewTopicsError,
    TopicKinds,
    TopicModel,
    learn_topic_model,
)
from bot.importer import TOPIC, TOPIC_INTENT

UNSURE_INTENT = NOISE
DEFAULT_LANGUAGE = "sv"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True, model_from="SharedSpacy")
class TopicClassifier(IntentClassifier, GraphComponent):
    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, topic_model: TopicModel | None
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._topic_model = topic_model

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["numpy", "scipy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "catalogue": None,
            "knowledge": None,
            "questions": None,
            "max_wrong_share": 0.02,
            "max_misread_share": 0.10,
            "min_choice_share": 0.75,
            "min_urgent_share": 0.40,
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa reuses a trained component when its settings and phrases are the same; these files decide as well."""
        digest = hashlib.sha256()
        for path in _files_read_in_training({**cls.get_default_config(), **config}):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa passes it.
    ) -> TopicClassifier:
        return cls(config, model_storage, resource, topic_model=None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa passes it.
        **_: Any,
    ) -> TopicClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, TopicModel.load(folder))

    def train(self, training_data: TrainingData, model: SpacyModel) -> Resource:
        examples = [*_phrases(training_data), *self._background(model)]
        limits = Limits(
            max_wrong_share=self._config["max_wrong_share"],
            max_misread_share=self._config["max_misread_share"],
            min_choice_share=self._config["min_choice_share"],
            min_urgent_share=self._config["min_urgent_share"],
        )
        try:
            self._topic_model = learn_topic_model(examples, self._topic_kinds(), limits, list(self._questions(model)))
        except (TooFewTopicsError, CatalogueError) as error:
            raise RasaException(str(error)) from error
        with self._model_storage.write_to(self._resource) as folder:
            self._topic_model.save(folder)
        return self._resource

    def process(self, messages: list[Message], model: SpacyModel) -> list[Message]:  # noqa: ARG002 - Rasa passes it.
        if self._topic_model is None:
            raise RasaException("The topic classifier has to be trained or loaded before it can be asked.")
        for message in messages:
            self._understand(message, self._topic_model)
        return messages

    def _understand(self, message: Message, topic_model: TopicModel) -> None:
        metadata = message.get("metadata") or {}
        choice = metadata.get("choice")
        if choice is None:
            reading = topic_model.read(_words(message))
            certainty, threshold = reading.certainty, reading.threshold
            candidates = [{"topic": best.topic, "confidence": best.confidence} for best in reading.candidates]
        else:
            # The resident pressed a button; there is nothing to guess.
            certainty, threshold = "chosen", topic_model.thresholds.answer
            candidates = [{"topic": choice, "confidence": 1.0}]
        understanding = {
            "certainty": certainty,
            "candidates": candidates,
            "threshold": round(threshold, 4),
            "model_version": topic_model.version,
            "language": metadata.get("language") or DEFAULT_LANGUAGE,
        }
        intent = TOPIC_INTENT if certainty in {"sure", "chosen"} else UNSURE_INTENT
        confidence = candidates[0]["confidence"] if candidates else 0.0
        message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
        message.set("understanding", understanding, add_to_output=True)
        message.set("has_words", has_words(message.get(TEXT) or ""), add_to_output=True)

    def _topic_kinds(self) -> TopicKinds:
        catalogue, knowledge = self._config["catalogue"], self._config["knowledge"]
        return topic_kinds(Path(catalogue), Path(knowledge) if knowledge else None) if catalogue else TopicKinds()

    def _background(self, model: SpacyModel) -> Iterator[Example]:
        if not self._config["catalogue"] or not self._config["knowledge"]:
            return
        for background in background_texts(Path(self._config["catalogue"]), Path(self._config["knowledge"])):
            yield Example(_words_of(background.text, model), background.topic, is_background=True)

    def _questions(self, model: SpacyModel) -> Iterator[Question]:
        if self._config["questions"]:
            for text, topic in read_questions(Path(self._config["questions"])):
                yield Question(_words_of(text, model), topic)


def _words_of(text: str, model: SpacyModel) -> Sequence[Word]:
    # SpacyNLP lowers the case of every phrase before spaCy sees it; what does not come from Rasa must look alike.
    return [Word(token.text, token.lemma_) for token in model.model(text.lower())]


def _phrases(training_data: TrainingData) -> Iterator[Example]:
    for message in training_data.intent_examples:
        topic = _topic_of(message)
        if topic is not None:
            yield Example(_words(message), topic)


def _topic_of(message: Message) -> str | None:
    topic: str | None = message.get(TOPIC)
    return NOISE if topic is None and message.get(INTENT) == UNSURE_INTENT else topic


def _words(message: Message) -> Sequence[Word]:
    return [Word(token.text, token.lemma) for token in message.get(TOKENS_NAMES[TEXT]) or []]


def _files_read_in_training(config: dict[str, Any]) -> Iterator[Path]:
    yield from sorted(Path(classification.__path__[0]).glob("*.py"))
    if config["catalogue"]:
        yield Path(config["catalogue"])
    if config["knowledge"]:
        yield from sorted(Path(config["knowledge"]).rglob("*.md"))
    if config["questions"]:
        yield Path(config["questions"])
