"""What the staff tell the editors: what the bot should have answered."""

from enum import StrEnum


class LessonKind(StrEnum):
    """`known_topic`: the question belongs to a topic that there is; the bot did not understand it.
    `article_needed`: nothing is written about it.
    `article_wrong`: what is written does not hold, or does not help.
    """

    KNOWN_TOPIC = "known_topic"
    ARTICLE_NEEDED = "article_needed"
    ARTICLE_WRONG = "article_wrong"


NAMES_A_TOPIC = frozenset({LessonKind.KNOWN_TOPIC, LessonKind.ARTICLE_WRONG})
