"""Questions about the same, as one group: by how much their words are alike, and by what the bot believed.

A question joins the group whose first question is most like it, if they are alike enough; else it begins a group. Only
the first question is compared, so a group does not drift away from what it began with. Questions that are the same but
for capitals and signs are always together, in whatever order they came; other groups may depend on what was asked
first, and the same questions in the same order always give the same groups.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable

from handover_api.rules.ngrams import ngrams, plain

ALIKE = 0.5
# Enough between two questions that the bot took for the same topic.
ALIKE_ABOUT_THE_SAME = 0.33


class Groups[Key: Hashable]:
    """The groups that there are."""

    def __init__(self) -> None:
        # The first question of each: its group, what the bot believed, and of how many pieces it is made.
        self._firsts: list[tuple[Key, str | None, int]] = []
        # Which first questions have a piece of text, and how often.
        self._places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._keys: set[Key] = set()
        # Which group has these very words.
        self._known: dict[str, Key] = {}

    def put(self, key: Key, text: str, topic: str | None = None) -> None:
        """A question that is in a group already, in the order in which they were asked. `topic`: what the bot believed,
        if it believed anything.
        """
        self._known.setdefault(plain(text), key)
        if key in self._keys:
            return
        self._keys.add(key)
        pieces = ngrams(text)
        for piece, count in pieces.items():
            self._places[piece].append((len(self._firsts), count))
        self._firsts.append((key, topic, pieces.total()))

    def place(self, key: Key, text: str, topic: str | None = None) -> Key:
        """The group that a new question belongs to, which it begins with its own key if there is none."""
        found = self._known.get(plain(text)) or self._nearest(text, topic) or key
        self.put(found, text, topic)
        return found

    def _nearest(self, text: str, topic: str | None) -> Key | None:
        """Of two that are equally like it, the one that began first."""
        pieces = ngrams(text)
        in_common: Counter[int] = Counter()
        for piece, count in pieces.items():
            for place, there in self._places.get(piece, ()):
                in_common[place] += min(count, there)
        best: tuple[float, Key] | None = None
        for place in sorted(in_common):
            key, believed, size = self._firsts[place]
            # As `ngrams.likeness`, without comparing with every group from the beginning.
            likeness = in_common[place] / (pieces.total() + size - in_common[place])
            is_about_the_same = topic is not None and topic == believed
            is_alike = likeness >= (ALIKE_ABOUT_THE_SAME if is_about_the_same else ALIKE)
            if is_alike and (best is None or likeness > best[0]):
                best = (likeness, key)
        return best[1] if best else None
