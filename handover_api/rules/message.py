"""What may be sent as a message, and what a message is."""

import re
import unicodedata
from enum import StrEnum

MAX_CHARACTERS = 4000


class Author(StrEnum):
    RESIDENT = "resident"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Audience(StrEnum):
    EVERYONE = "everyone"
    STAFF = "staff"


class BotWork(StrEnum):
    """What remains for the bot to do with a resident's message.

    `pending`: to answer it. `unread`: it was written to a person, so the bot only reads it, for danger.
    """

    PENDING = "pending"
    UNREAD = "unread"
    DONE = "done"
    DROPPED = "dropped"


class EmptyTextError(ValueError):
    """Nothing is left to say."""


class TooLongTextError(ValueError):
    """The text is longer than MAX_CHARACTERS."""


_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Characters that steer a terminal or turn text around carry no meaning for a reader: controls, surrogates, and the
# bidirectional overrides that can make one text look like another.
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT_CONTROLS = frozenset("\n\t")


def clean_text(text: str) -> str:
    """The text as it is stored: one kind of line break, no control characters, no blank edges.

    Raises:
        EmptyTextError: nothing readable is left.
        TooLongTextError: more than MAX_CHARACTERS are left.
    """
    text = _LINE_BREAK.sub("\n", text)
    text = "".join(
        character
        for character in text
        if character in _KEPT_CONTROLS
        or (unicodedata.category(character) not in {"Cc", "Cs"} and character not in _BIDIRECTIONAL)
    )
    text = text.strip()
    if not any(unicodedata.category(character) not in {"Cf", "Zs", "Zl", "Zp", "Cc"} for character in text):
        raise EmptyTextError
    if len(text) > MAX_CHARACTERS:
        raise TooLongTextError
    return text
