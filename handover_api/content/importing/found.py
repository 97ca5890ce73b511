"""What is found in files that somebody has sent, before it has been held against the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class NamedFile:
    name: str
    content: bytes


@dataclass(frozen=True)
class Place:
    """Where something stands: `line` is a row's number in a table, `sheet` only in a workbook."""

    file: str
    sheet: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Reason:
    """What is wrong, or worth a look. `kind` is a value of one of the enumerations of faults; `field` is a field of
    the article, for what is wrong in its words; `word` names what is wrong, `other` what it is held against or meant by
    it, as an id.
    """

    kind: str
    word: str = ""
    field: str = ""
    other: str = ""


class Remark(StrEnum):
    NO_SUCH_TOPIC = "no_such_topic"
    # There is none, and the row says enough for an editor to make one; with the area.
    TOPIC_TO_MAKE = "topic_to_make"
    # With the topic.
    RETIRED = "retired"
    # The area of a row is none, or not the topic's, which comes with it.
    NO_SUCH_AREA = "no_such_area"
    OTHER_AREA = "other_area"
    DRAFTED = "drafted"
    SAME_TOPIC = "same_topic"
    SAME_TEXT = "same_text"
    NO_DAY = "no_day"
    FRONT_MATTER = "front_matter"
    FRONT_MATTER_FIELD = "front_matter_field"
    NOT_A_PAGE = "not_a_page"
    NO_TEXT = "no_text"
    CUT = "cut"
    TOO_LONG = "too_long_to_store"
    NO_ADDRESS = "no_address"
    PUBLISHED_SINCE = "published_since"
    # About a file as a whole.
    ENCODING_GUESSED = "encoding_guessed"
    NOT_READ = "not_read"
    SHEET_WITHOUT_ANSWERS = "sheet_without_answers"


@dataclass(frozen=True)
class Found:
    """What one row or one file says.

    `names`: what may name the topic, the surest first. `says`: fields of ArticleText; what is not said stays as it
    was. `is_raw`: it was written for something else than articles, so an editor chooses the topic if nothing names it,
    and what is wrong in the words can be put right in the draft. `area`: the topic's, as a table calls it. With a fault
    it cannot be used.
    """

    place: Place
    names: Sequence[str] = ()
    says: dict[str, Any] = field(default_factory=dict)
    is_raw: bool = False
    fault: Reason | None = None
    remarks: Sequence[Reason] = ()
    area: str = ""


@dataclass(frozen=True)
class Note:
    """Something about a file as a whole."""

    file: str
    reason: Reason
