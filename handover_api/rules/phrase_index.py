"""Finds, among many phrases, those that are most like a text."""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from handover_api.rules.ngrams import likeness, ngrams

# So many of those that share the most, or the rarest, are looked at closely.
_LOOKED_AT = 100


@dataclass(frozen=True)
class Neighbour:
    """A phrase beside a text. `nearness` weighs the rare pieces, which say what it is about; `likeness` weighs all the
    same, and says whether it is the same words.
    """

    topic: str
    text: str
    nearness: float
    likeness: float


@dataclass(frozen=True)
class _Entry:
    topic: str
    text: str
    pieces: Counter[str]


class PhraseIndex[Key: Hashable]:
    """By the pieces of the phrases: which phrases have each. Kept up with what changes, not made anew."""

    def __init__(self) -> None:
        self._entries: dict[Key, _Entry] = {}
        self._having: defaultdict[str, set[Key]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._entries)

    def keep_up(self, phrases: Mapping[Key, tuple[str, str]]) -> None:
        """Holds these afterwards, each topic and text by its key, and no others."""
        for key in [key for key in self._entries if key not in phrases]:
            self._drop(key)
        for key, (topic, text) in phrases.items():
            entry = self._entries.get(key)
            if entry is None or (entry.topic, entry.text) != (topic, text):
                self._drop(key)
                self._put(key, topic, text)

    def nearest(self, text: str, count: int) -> list[Neighbour]:
        """The nearest first; of those as near, by topic and text. None that shares nothing."""
        wanted = ngrams(text)
        rarity = {piece: self._rarity(piece) for piece in wanted if piece in self._having}
        shared: defaultdict[Key, float] = defaultdict(float)
        for piece, weight in rarity.items():
            for key in self._having[piece]:
                shared[key] += weight
        looked_at = heapq.nlargest(max(_LOOKED_AT, count), shared, key=shared.__getitem__)
        found = [self._beside(wanted, self._entries[key]) for key in looked_at]
        return sorted(found, key=lambda each: (-each.nearness, each.topic, each.text))[:count]

    def _beside(self, wanted: Counter[str], entry: _Entry) -> Neighbour:
        common = sum(self._rarity(piece) ** 2 for piece in wanted if piece in entry.pieces)
        lengths = self._length(wanted) * self._length(entry.pieces)
        return Neighbour(entry.topic, entry.text, min(1.0, common / lengths), likeness(wanted, entry.pieces))

    def _length(self, pieces: Counter[str]) -> float:
        return math.sqrt(sum(self._rarity(piece) ** 2 for piece in pieces))

    def _rarity(self, piece: str) -> float:
        return math.log1p(len(self._entries) / (1 + len(self._having.get(piece, ()))))

    def _put(self, key: Key, topic: str, text: str) -> None:
        entry = self._entries[key] = _Entry(topic, text, ngrams(text))
        for piece in entry.pieces:
            self._having[piece].add(key)

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        for piece in entry.pieces if entry else ():
            self._having[piece].discard(key)
            if not self._having[piece]:
                del self._having[piece]
