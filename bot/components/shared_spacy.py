"""Loads the spaCy pipeline once a process.

Rasa's graph has two nodes for it, one that provides the pipeline and one that uses it, and loads it for each of them:
with the Swedish lemma table that is four seconds and 180 MB more than needed.
"""

from __future__ import annotations

from functools import lru_cache

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MODEL_LOADER, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER],
    is_trainable=False,
    model_from="SharedSpacy",
)
class SharedSpacy(SpacyNLP):
    @staticmethod
    @lru_cache(maxsize=1)
    def load_model(spacy_model_name: str) -> SpacyModel:
        return SpacyNLP.load_model(spacy_model_name)
