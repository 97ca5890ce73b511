"""What the topic model sees of a text: its n-grams and, where a site has a sentence model, its sentence vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack

from bot.classification.embeddings import EmbeddingsError, SentenceEmbeddings
from bot.classification.features import NgramVectorizer, Word, normalise


@dataclass(frozen=True)
class TextVectorizer:
    """`embedding_weight`: the length of a sentence vector beside the n-grams, whose length is at most one."""

    ngrams: NgramVectorizer
    embeddings: SentenceEmbeddings | None = None
    embedding_weight: float = 1.0

    def vectorize(self, texts: Sequence[Sequence[Word]]) -> csr_matrix:
        """One row a text; the columns of the sentence vector come last."""
        grams = self.ngrams.vectorize(texts)
        if self.embeddings is None:
            return grams
        vectors = self.embeddings.vectors([" ".join(word.surface for word in words) for words in texts])
        # Emoji and punctuation carry no topic, whatever a sentence model makes of them.
        says_something = np.array([bool(normalise(words)) for words in texts], dtype=bool)
        vectors *= (says_something * np.float32(self.embedding_weight))[:, None]
        return hstack([grams, csr_matrix(vectors)], format="csr")

    def columns(self, count: int) -> list[str]:
        """What so many columns are called: an n-gram by itself, and what comes after them by its place."""
        grams = list(self.ngrams.vocabulary)
        return [*grams, *(f"sentence {place}" for place in range(count - len(grams)))]

    def describe_embeddings(self) -> dict[str, Any] | None:
        """Which sentence vectors were learned from; None without. The model itself stays where it is."""
        if self.embeddings is None:
            return None
        return {
            "directory": str(self.embeddings.directory),
            "prefix": self.embeddings.prefix,
            "weight": self.embedding_weight,
            "fingerprint": self.embeddings.fingerprint,
        }

    @classmethod
    def restore(cls, ngrams: NgramVectorizer, described: dict[str, Any] | None) -> TextVectorizer:
        """
        Raises:
            EmbeddingsError: the sentence model cannot be loaded, or is not the one that was learned from.
        """
        if described is None:
            return cls(ngrams)
        embeddings = SentenceEmbeddings.load(Path(described["directory"]), described["prefix"])
        if embeddings.fingerprint != described["fingerprint"]:
            raise EmbeddingsError(
                f"The files in {embeddings.directory} are not those that the topic model was trained with: train it "
                "anew with `make train`, or put the old files back."
            )
        return cls(ngrams, embeddings, described["weight"])
