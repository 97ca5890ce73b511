"""The graph component that recognises the topic of a message, and how sure it is.

The name of the parameters of `train` and `process` is the wiring: Rasa connects them to the graph's nodes by name.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import logging
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
from bot.classification.catalogue import CatalogueError
from bot.classification.embeddings import EmbeddingsError, SentenceEmbeddings, fingerprint_of
from bot.classification.features import Word, has_words
from bot.classification.lessons import ContentFolders
from bot.classification.topic_learning import Example, Lessons, TooFewTopicsError, learn_topic_model
from bot.classification.topic_model import NOISE, Candidate, Limits, Reading, TopicModel
from bot.components.language_detector import LANGUAGE
from bot.importer import TOPIC, TOPIC_INTENT
from bot.redaction import fields

logger = logging.getLogger(__name__)

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
        return ["numpy", "scipy", "sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        limits = {field.name: field.default for field in dataclasses.fields(Limits)}
        return {
            "catalogue": None,
            "knowledge": None,
            "calibration": None,
            "detectors": None,
            **limits,
            "max_wrong_share_by_area": {},
            "sentence_embeddings": None,
            "sentence_embeddings_prefix": "",
            "sentence_embeddings_weight": 1.0,
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa reuses a trained component when its settings and phrases are the same; these files decide as well."""
        config = {**cls.get_default_config(), **config}
        digest = hashlib.sha256()
        code = sorted(Path(classification.__path__[0]).glob("*.py"))
        for path in (*code, *_folders(config).files()):
            digest.update(path.read_bytes())
        if config["sentence_embeddings"]:
            # What is wrong with the directory is said in training: an error here would drown in Rasa's traceback.
            with contextlib.suppress(EmbeddingsError):
                digest.update(fingerprint_of(Path(config["sentence_embeddings"])).encode())
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
        try:
            with model_storage.read_from(resource) as folder:
                return cls(config, model_storage, resource, TopicModel.load(folder))
        except EmbeddingsError as error:
            # Of Rasa's own lines redaction leaves no message, and this one quotes nobody.
            logger.critical("bot.sentence_embeddings_failed", extra=fields(problem=str(error)))
            raise RasaException(str(error)) from error

    def train(self, training_data: TrainingData, model: SpacyModel) -> Resource:
        def tokens(text: str) -> Sequence[Word]:
            return _words_of(text, model)

        folders = _folders(self._config)
        try:
            # First, so that what is wrong with the directory is said before minutes of work.
            embeddings = _embeddings(self._config)
            lessons = Lessons(
                examples=[*_phrases(training_data), *folders.examples(tokens)],
                catalogue=folders.topics(),
                limits=_limits(self._config),
                questions=list(folders.questions(tokens)),
                personal=list(folders.personal(tokens)),
                embeddings=embeddings,
                embedding_weight=float(self._config["sentence_embeddings_weight"]),
            )
            self._topic_model = learn_topic_model(lessons)
        except (TooFewTopicsError, CatalogueError, EmbeddingsError) as error:
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
            reading = topic_model.read(_words(message), metadata.get("previous_topic"))
            certainty, candidates = reading.certainty, [_candidate(each) for each in reading.candidates]
        else:
            # The resident pressed a button; there is nothing to guess.
            reading = Reading("chosen", (), topic_model.threshold_of(choice))
            certainty, candidates = "chosen", [{"topic": choice, "confidence": 1.0}]
        understanding = {
            "certainty": certainty,
            "candidates": candidates,
            "threshold": round(reading.threshold, 4),
            "urgent": None if reading.urgent is None else _candidate(reading.urgent),
            "is_personal": reading.is_personal,
            "model_version": topic_model.version,
            "language": message.get(LANGUAGE) or metadata.get("language") or DEFAULT_LANGUAGE,
        }
        intent = TOPIC_INTENT if certainty in {"sure", "chosen"} else UNSURE_INTENT
        confidence = candidates[0]["confidence"] if candidates else 0.0
        message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
        message.set("understanding", understanding, add_to_output=True)
        message.set("has_words", has_words(message.get(TEXT) or ""), add_to_output=True)


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {"topic": candidate.topic, "confidence": candidate.confidence}


def _folders(config: dict[str, Any]) -> ContentFolders:
    names = [field.name for field in dataclasses.fields(ContentFolders)]
    return ContentFolders(**{name: Path(config[name]) for name in names if config[name]})


def _embeddings(config: dict[str, Any]) -> SentenceEmbeddings | None:
    if not config["sentence_embeddings"]:
        return None
    return SentenceEmbeddings.load(Path(config["sentence_embeddings"]), config["sentence_embeddings_prefix"])


def _limits(config: dict[str, Any]) -> Limits:
    values = {field.name: config[field.name] for field in dataclasses.fields(Limits)}
    by_area = tuple(sorted(values["max_wrong_share_by_area"].items()))
    return Limits(**{**values, "max_wrong_share_by_area": by_area})


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
