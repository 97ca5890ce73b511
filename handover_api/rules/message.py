"""What may be sent as a message, and what a message is."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum

MAX_CHARACTERS = 4000
# In the payload of an agent's message: the answers that it was made from, for staff alone.
USED = "used"


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
_KEPT_CONTROLS = frozenset("\n\t")

# Characters that nobody sees, and what becomes of them (docs/personal-data.md says why). They come with text that is
# copied, and are used to make one text look like another, or to hide a text or a number in another.
#
# Removed wherever they stand: controls, surrogates, and every other character of the kind "format" (Cf) that is not
# named here; among them what turns text around, which a paragraph of its own direction has no need of.
#
# Kept where they do something to a letter: the joiners of Persian, of the scripts of India and of composed emoji.
_JOINERS = frozenset("\u200c\u200d")
_JOINABLE = frozenset({"Ll", "Lo", "Lu", "Mc", "Me", "Mn", "Sk", "So"})
# Kept unless they stand beside a digit, a space or a hyphen, where they could part a personal number: marks that say
# which way the signs around them belong.
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c")
_PARTING_MARKS = re.compile(r"(?<=[\d +–—-])[\u200e\u200f\u061c]+|[\u200e\u200f\u061c]+(?=[\d +–—-])")
# Kept as they are: signs of Arabic and Syriac that are seen although they are called format characters.
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
# Kept after a black flag, of which they make the flag of a country.
_BLACK_FLAG = "\U0001f3f4"
_FIRST_TAG, _LAST_TAG = "\U000e0020", "\U000e007f"
# More marks on one letter make a tower that lies over the lines around it; no language needs more (Unicode Technical
# Standard 39, section 5.4).
_MOST_MARKS = 4
# Letters and signs that look like nothing.
_BLANKS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_UNSEEN = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc", "Mn", "Me"})


def clean_text(text: str) -> str:
    """The text as it is stored: one kind of line break and of space, nothing that controls, no blank edges, nothing
    hidden between the letters and no towers of marks.

    Raises:
        EmptyTextError: nothing readable is left.
        TooLongTextError: more than MAX_CHARACTERS are left.
    """
    text = _PARTING_MARKS.sub("", "".join(_seen(_LINE_BREAK.sub("\n", text)))).strip()
    if all(unicodedata.category(character) in _UNSEEN or character in _BLANKS for character in text):
        raise EmptyTextError
    if len(text) > MAX_CHARACTERS:
        raise TooLongTextError
    return text


def _seen(text: str) -> Iterator[str]:
    before = ""
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        is_mark = category in {"Mn", "Me"}
        if is_mark:
            marks += 1
        elif category != "Cf":
            marks = 0
        if not _is_kept(character, category, before) or (is_mark and marks > _MOST_MARKS):
            continue
        # A number is the same number, whichever space it is written with.
        before = " " if category == "Zs" else character
        yield before


def _is_kept(character: str, category: str, before: str) -> bool:
    if category in {"Cc", "Cs"}:
        return character in _KEPT_CONTROLS
    if category != "Cf":
        return True
    if character in _JOINERS:
        return not before.isascii() and unicodedata.category(before) in _JOINABLE
    if _FIRST_TAG <= character <= _LAST_TAG:
        return before == _BLACK_FLAG or _FIRST_TAG <= before <= _LAST_TAG
    return character in _DIRECTION_MARKS or character in _VISIBLE_FORMATS
