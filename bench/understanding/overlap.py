"""Which questions stand, word for word or nearly, among the texts that the bot is trained and calibrated with.

Two people who ask the same thing often write the same words, so this happens without anybody having copied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from bench.understanding import own
from bot.classification.catalogue import read_rows

WORD = re.compile(r"\w+")
# The share of character trigrams that two texts have in common, of all that either has.
NEARLY_THE_SAME = 0.7


def project_texts() -> list[str]:
    """Phrases, examples of the detectors and calibration questions."""
    texts = [" ".join(word.surface for word in phrase.words) for phrase in own.phrases(own.swedish_tokens())]
    for folder in (own.FOLDERS.calibration, own.FOLDERS.detectors):
        for path in sorted(folder.glob("*.tsv")) if folder else ():
            texts += [row.get("text") or row.get("question") or "" for row in read_rows(path)]
    return texts


def unlike_any(questions: Sequence[str], texts: Sequence[str]) -> list[bool]:
    """Whether each question is unlike all the texts."""
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(3, 3), binary=True, dtype=np.float32)
    padded = [_padded(question) for question in questions]
    known = vectorizer.fit_transform([*padded, *(_padded(text) for text in texts)])
    asked, known = known[: len(padded)], known[len(padded) :]
    shared = (asked @ known.T).toarray()
    either = asked.sum(axis=1).A + known.sum(axis=1).A.T - shared
    return [bool(row.max(initial=0.0) < NEARLY_THE_SAME) for row in shared / np.maximum(either, 1.0)]


def _padded(text: str) -> str:
    """The vectorizer lowers the case itself."""
    return f" {' '.join(WORD.findall(text))} "
