"""Questions that residents have asked and that the bot could have answered better."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from handover_api.rules.case import Reason
from handover_api.rules.masks import has_mask, without_masks
from handover_api.rules.ngrams import plain


class QuestionKind(StrEnum):
    """How a question came to the editors, the weakest sign that the bot should know better first.

    `clarified`: the bot had to ask back. `handed_over`: a person was asked for. `unsure`: the bot did not know what it
    was about. `not_helped`: whoever asked says that the answer did not help. `marked`: a colleague has read it and says
    that the bot should have known.
    """

    CLARIFIED = "clarified"
    HANDED_OVER = "handed_over"
    UNSURE = "unsure"
    NOT_HELPED = "not_helped"
    MARKED = "marked"


class QuestionState(StrEnum):
    """`topic_wished`: it belongs to a topic that there is not yet."""

    OPEN = "open"
    ASSIGNED = "assigned"
    TOPIC_WISHED = "topic_wished"
    SET_ASIDE = "set_aside"


_STRENGTH = {kind: strength for strength, kind in enumerate(QuestionKind)}
# Danger and one's own matter are for people, and so is what is asked about them (docs/personal-data.md).
NEVER_COLLECTED = frozenset({Reason.URGENT_TOPIC, Reason.PERSONAL_MATTER})
# What a handover says of the bot's understanding. A language that it cannot, a failure and a bot that is switched off
# say nothing of it.
_KINDS = {
    Reason.UNSURE: QuestionKind.UNSURE,
    Reason.ASKED_FOR_PERSON: QuestionKind.HANDED_OVER,
    Reason.HANDOVER_TOPIC: QuestionKind.HANDED_OVER,
    Reason.ARTICLE_MISSING: QuestionKind.HANDED_OVER,
    Reason.ARTICLE_EXPIRED: QuestionKind.HANDED_OVER,
}
# Fewer letters than this are no question that anybody could learn from.
_LEAST_LETTERS = 3
_LETTER = re.compile(r"[^\W\d_]")
# In words; what is shorter is often only a word, and what is longer tells of other things too.
_CLEAR_LENGTH = range(4, 16)


def kind_of(reason: Reason) -> QuestionKind | None:
    """None when the handover says nothing of how the bot understood the question."""
    return _KINDS.get(reason)


def is_stronger(kind: QuestionKind, than: QuestionKind) -> bool:
    return _STRENGTH[kind] > _STRENGTH[than]


def is_readable(text: str) -> bool:
    """Whether there are words in it, and not only signs, numbers and masks."""
    return len(_LETTER.findall(without_masks(text))) >= _LEAST_LETTERS


def clearest_first(texts: Iterable[str]) -> list[str]:
    """The different texts, each once, so that what could best stand for them all comes first.

    That is one without masks, as long as a sentence, asked as a question, and asked by many; then the shortest.
    """
    counted: dict[str, int] = {}
    for text in texts:
        counted[text] = counted.get(text, 0) + 1
    return sorted(counted, key=lambda text: (*_unclear(text, counted), text))


def words_to_keep(texts: Sequence[str]) -> tuple[str, str]:
    """Of different texts, the clearest first: the words that a phrase and a regression question could have.

    Those are two that are not the same, as another way to ask says more of what a model has understood than the words
    that it was trained on. What has a mask in it must be written anew, and is none of them; each may be empty.
    """
    whole = [text for text in texts if not has_mask(text)]
    phrase = whole[0] if whole else ""
    return phrase, next((text for text in whole if plain(text) != plain(phrase)), "")


def _unclear(text: str, counted: Mapping[str, int]) -> tuple[bool, bool, bool, int, int]:
    has_clear_length = len(text.split()) in _CLEAR_LENGTH
    return (has_mask(text), not has_clear_length, "?" not in text, -counted[text], len(text))
