"""What an editor is told of a phrase before it is added: whether somebody may be known by it, and what the phrases that
are most like it say.

The bot is another judge, and knows more: this is advice, and a guess.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from handover_api.rules.identifying import seems_to_tell_who
from handover_api.rules.ngrams import plain
from handover_api.rules.phrase import OUTSIDE
from handover_api.rules.phrase_index import Neighbour, PhraseIndex

# The share of their pieces that two phrases have in common, from which they say nearly the same.
NEARLY_THE_SAME = 0.75
# So many phrases are asked what a text is about. More of them drown a small topic in a large one.
_ASKED = 8
# Another topic pulls when it has so much of what speaks for any.
_MOSTLY = 0.5
# What is less near than this is not near enough to pull.
_NEAR = 0.2
_SHOWN = 3


class AdviceKind(StrEnum):
    IDENTIFYING = "identifying"
    EXISTS = "exists"
    REDUNDANT = "redundant"
    ELSEWHERE = "elsewhere"
    NEARLY_ELSEWHERE = "nearly_elsewhere"
    PULLED = "pulled"


@dataclass(frozen=True)
class Advice:
    """`topic` is the one that the phrases are of, or the phrase itself is for; the nearest phrase first."""

    kind: AdviceKind
    topic: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """`share` is the topic's part of all that speaks for any topic."""

    topic: str
    share: float
    phrases: tuple[str, ...]


def advise[Key: Hashable](index: PhraseIndex[Key], topic: str, text: str) -> list[Advice]:
    """What is to be said of a phrase for a topic; nothing when it is a good one."""
    of_itself = [Advice(AdviceKind.IDENTIFYING, topic, ())] if seems_to_tell_who(text) else []
    return of_itself + _beside_others(index, topic, text)


def guess[Key: Hashable](index: PhraseIndex[Key], text: str) -> list[Guess]:
    """What a text may be about, the likeliest first; nothing when it is like no phrase at all."""
    return _guesses(index.nearest(text, _ASKED))


def _beside_others[Key: Hashable](index: PhraseIndex[Key], topic: str, text: str) -> list[Advice]:
    neighbours = index.nearest(text, 2 * _ASKED)
    own = [each for each in neighbours if each.topic == topic]
    others = [each for each in neighbours if each.topic != topic]
    wanted = plain(text)
    if same := _texts(each for each in own if plain(each.text) == wanted):
        return [Advice(AdviceKind.EXISTS, topic, same)]
    found = []
    if redundant := _texts(_nearly(own)):
        found.append(Advice(AdviceKind.REDUNDANT, topic, redundant))
    for other, phrases in _by_topic(each for each in others if plain(each.text) == wanted).items():
        found.append(Advice(AdviceKind.ELSEWHERE, other, phrases))
    warned = {each.topic for each in found}
    for other, phrases in _by_topic(each for each in _nearly(others) if each.topic not in warned).items():
        found.append(Advice(AdviceKind.NEARLY_ELSEWHERE, other, phrases))
    warned = {each.topic for each in found}
    # What no topic answers is meant to lie near the topics.
    may_be_pulled = topic != OUTSIDE and bool(neighbours) and neighbours[0].nearness >= _NEAR
    best = next(iter(_guesses(neighbours[:_ASKED])), None)
    if may_be_pulled and best and best.topic not in {topic, *warned} and best.share >= _MOSTLY:
        found.append(Advice(AdviceKind.PULLED, best.topic, best.phrases))
    return found


def _guesses(neighbours: list[Neighbour]) -> list[Guess]:
    votes: defaultdict[str, float] = defaultdict(float)
    for each in neighbours:
        votes[each.topic] += each.nearness**2
    in_all = sum(votes.values())
    phrases = _by_topic(neighbours)
    ranked = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    return [Guess(topic, vote / in_all, phrases[topic]) for topic, vote in ranked if in_all]


def _nearly(neighbours: Iterable[Neighbour]) -> list[Neighbour]:
    return sorted((each for each in neighbours if each.likeness >= NEARLY_THE_SAME), key=lambda each: -each.likeness)


def _texts(neighbours: Iterable[Neighbour]) -> tuple[str, ...]:
    return tuple(each.text for each in neighbours)[:_SHOWN]


def _by_topic(neighbours: Iterable[Neighbour]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[Neighbour]] = defaultdict(list)
    for each in neighbours:
        found[each.topic].append(each)
    return {topic: _texts(phrases) for topic, phrases in found.items()}
