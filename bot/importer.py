"""Reads the training phrases of the topics, which are written as `intent: topic/<id>`.

Rasa takes such intents for questions to its own response selector and wants a response for each. Here the answers are
articles in the knowledge base, so the topic becomes a property of the phrase, and the intent is `topic` alone.
"""

from __future__ import annotations

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY
from rasa.shared.nlu.training_data.training_data import TrainingData

TOPIC_INTENT = "topic"
# The property that the topic classifier learns from.
TOPIC = "topic"


class TopicPhrases(RasaFileImporter):
    def get_nlu_data(self, language: str | None = "sv") -> TrainingData:
        phrases = super().get_nlu_data(language).training_examples
        for phrase in phrases:
            if phrase.get(INTENT) == TOPIC_INTENT and phrase.get(INTENT_RESPONSE_KEY):
                full_intent = phrase.data.pop(INTENT_RESPONSE_KEY)
                phrase.set(TOPIC, full_intent.removeprefix(f"{TOPIC_INTENT}/"))
        # Put together anew, because TrainingData counts its retrieval intents when it is made.
        return TrainingData(training_examples=phrases)
