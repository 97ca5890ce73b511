"""The graph component that says which language a message is written in, when that is clear.

It leaves the message's property `language`, which the topic classifier puts into the understanding; without it the
conversation's language stands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.lookups import load_lookups

from bot import language
from bot.classification.background import resident_part
from bot.language.detection import SWEDISH, LanguageDetector
from bot.language.vocabulary import SwedishWords, words_in

LANGUAGE = "language"
WORDS_FILE = "words.json"
LEMMA_TABLE = "lemma_lookup"


# Of the types that Rasa knows, this is the one that reads a message and leaves the training phrases alone.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True, model_from="SharedSpacy")
class MessageLanguage(GraphComponent):
    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._own_words: frozenset[str] = frozenset()
        self._detector: LanguageDetector | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"knowledge": None}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa reuses a trained component when its settings are the same; these files decide as well."""
        digest = hashlib.sha256()
        for path in (*sorted(Path(language.__path__[0]).glob("*.py")), *_articles(config)):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa passes it.
    ) -> MessageLanguage:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa passes it.
        **_: Any,
    ) -> MessageLanguage:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._own_words = frozenset(json.loads((folder / WORDS_FILE).read_text(encoding="utf-8")))
        return component

    def train(self, training_data: TrainingData, model: SpacyModel) -> Resource:  # noqa: ARG002 - Rasa passes them.
        """From the articles alone: some phrases are in other languages."""
        self._own_words = words_in(
            resident_part(article.read_text(encoding="utf-8")) for article in _articles(self._config)
        )
        with self._model_storage.write_to(self._resource) as folder:
            (folder / WORDS_FILE).write_text(json.dumps(sorted(self._own_words), ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message], model: SpacyModel) -> list[Message]:
        if self._detector is None:
            self._detector = LanguageDetector(SwedishWords(self._own_words, _lemma_table(model)).know)
        for message in messages:
            # The words of a button are the bot's own.
            is_chosen = (message.get("metadata") or {}).get("choice") is not None
            detected = None if is_chosen else self._detector.detect(message.get(TEXT) or "")
            if detected is not None:
                message.set(LANGUAGE, detected, add_to_output=False)
        return messages


def _articles(config: dict[str, Any]) -> Iterator[Path]:
    if config.get("knowledge"):
        yield from sorted(Path(config["knowledge"]).rglob("*.md"))


def _lemma_table(model: SpacyModel) -> Mapping[str, str]:
    """The one that is in memory already, if the pipeline looks lemmas up."""
    for _, component in model.model.pipeline:
        lookups = getattr(component, "lookups", None)
        if lookups is not None and lookups.has_table(LEMMA_TABLE):
            return cast("Mapping[str, str]", lookups.get_table(LEMMA_TABLE))
    return cast("Mapping[str, str]", load_lookups(SWEDISH, [LEMMA_TABLE]).get_table(LEMMA_TABLE))
