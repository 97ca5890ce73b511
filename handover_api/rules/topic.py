"""What a topic of the catalogue must be, what it is called, and what may be changed in it by whom."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from handover_api.rules.case import ROSA_LEVELS
from handover_api.rules.content import fact_names

MAX_TITLE_CHARACTERS = 120
MAX_TEXT_CHARACTERS = 400
MAX_LINE_CHARACTERS = 120
MAX_SIMILAR = 5
MAX_ID_CHARACTERS = 40
# The bot's own words stay at this level of the errand or below.
HIGHEST_LEVEL_IN_OWN_WORDS = 2
# What is said of these by name is part of the program (`actions/decision.py`).
NAMED_BY_THE_PROGRAM = frozenset({"prata-med-manniska", "byt-sprak"})

# Words that are addresses of pages, or that the training uses for something else.
_TAKEN = frozenset({"nytt", "avvecklade", "utanfor", "calm", "other", "general"})
# They say nothing of what a question is about.
_EMPTY_WORDS = frozenset(
    (
        *("alla", "att", "av", "bli", "blir", "de", "den", "det", "dig", "din", "ditt", "du", "eller", "en", "ett"),
        *("får", "för", "från", "fråga", "göra", "gör", "ha", "han", "har", "hos", "hur", "i", "in", "inte", "jag"),
        *("kan", "med", "men", "mig", "min", "mina", "mitt", "måste", "mot", "nej", "nu", "när", "och", "om", "oss"),
        *("på", "sig", "sin", "ska", "som", "till", "under", "upp", "ut", "vad", "var", "vara", "varför", "vem"),
        *("vi", "vid", "vilka", "vilken", "vill", "är", "åt"),
    )
)
_WORDS = re.compile(r"[a-z0-9]+")
_WORDS_OF_AN_ID = 3


class Handling(StrEnum):
    """What the bot does with a question about a topic."""

    ANSWER = "answer"
    GUIDE = "guide"
    REFER = "refer"
    HANDOVER = "handover"
    URGENT = "urgent"
    CHAT = "chat"


# Danger is learned from examples that no page shows, and is neither made nor unmade by a form.
CHOOSABLE = tuple(handling for handling in Handling if handling is not Handling.URGENT)
_OWN_WORDS = frozenset({Handling.ANSWER, Handling.GUIDE, Handling.REFER, Handling.CHAT})


@dataclass(frozen=True)
class TopicText:
    """All that an editor says of a topic. `must_contain`: what a right answer says, with local facts as {name}.

    `similar`: the ids of the topics that it is most easily confused with.
    """

    title: str
    area: str
    rosa_level: int | None
    handling: str
    answer_group: str
    touches_secrecy: bool = False
    must_contain: str = ""
    legal_basis: str = ""
    similar: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What there is to choose from. `titles`: of the other topics in use, by id."""

    areas: Collection[str]
    answer_groups: Collection[str]
    titles: Mapping[str, str]
    facts: Collection[str]


class TopicFault(StrEnum):
    TITLE_MISSING = "title_missing"
    TITLE_TAKEN = "title_taken"
    AREA_MISSING = "area_missing"
    HANDLING_MISSING = "handling_missing"
    LEVEL_MISSING = "level_missing"
    LEVEL_TOO_HIGH = "level_too_high"
    LEVEL_OF_CHAT = "level_of_chat"
    GROUP_MISSING = "group_missing"
    UNKNOWN_FACT = "unknown_fact"
    SIMILAR_UNKNOWN = "similar_unknown"
    SIMILAR_TO_ITSELF = "similar_to_itself"
    TOO_MANY_SIMILAR = "too_many_similar"


# Beside which of TopicText's fields each is told of.
FIELD_OF = {
    TopicFault.TITLE_MISSING: "title",
    TopicFault.TITLE_TAKEN: "title",
    TopicFault.AREA_MISSING: "area",
    TopicFault.HANDLING_MISSING: "handling",
    TopicFault.LEVEL_MISSING: "rosa_level",
    TopicFault.LEVEL_TOO_HIGH: "rosa_level",
    TopicFault.LEVEL_OF_CHAT: "rosa_level",
    TopicFault.GROUP_MISSING: "answer_group",
    TopicFault.UNKNOWN_FACT: "must_contain",
    TopicFault.SIMILAR_UNKNOWN: "similar",
    TopicFault.SIMILAR_TO_ITSELF: "similar",
    TopicFault.TOO_MANY_SIMILAR: "similar",
}


def faults(topic: TopicText, known: Known, own_id: str | None = None) -> Iterator[TopicFault]:
    """What keeps a topic from the catalogue. `own_id` None: it is new."""
    if not topic.title:
        yield TopicFault.TITLE_MISSING
    if folded(topic.title) in {folded(title) for title in known.titles.values()}:
        yield TopicFault.TITLE_TAKEN
    if topic.area not in known.areas:
        yield TopicFault.AREA_MISSING
    if topic.handling not in set(Handling):
        yield TopicFault.HANDLING_MISSING
    else:
        yield from _faults_of_level(topic.rosa_level, Handling(topic.handling))
    if topic.answer_group not in known.answer_groups:
        yield TopicFault.GROUP_MISSING
    if not set(fact_names(topic.must_contain)) <= set(known.facts):
        yield TopicFault.UNKNOWN_FACT
    if own_id in topic.similar:
        yield TopicFault.SIMILAR_TO_ITSELF
    if not set(topic.similar) <= {*known.titles, own_id}:
        yield TopicFault.SIMILAR_UNKNOWN
    if len(topic.similar) > MAX_SIMILAR:
        yield TopicFault.TOO_MANY_SIMILAR


def _faults_of_level(level: int | None, handling: Handling) -> Iterator[TopicFault]:
    if handling is Handling.CHAT:
        if level is not None:
            yield TopicFault.LEVEL_OF_CHAT
    elif level is None or level not in ROSA_LEVELS:
        yield TopicFault.LEVEL_MISSING
    elif handling in {Handling.ANSWER, Handling.REFER} and level > HIGHEST_LEVEL_IN_OWN_WORDS:
        yield TopicFault.LEVEL_TOO_HIGH


def folded(title: str) -> str:
    """Two titles that are read as the same are the same."""
    return " ".join(title.casefold().split())


def make_id(title: str, taken: Collection[str]) -> str:
    """The name that a new topic is known by everywhere from now on: the first words of its title that say something.

    It is none of those that are taken.
    """
    words = [word for word in re.split(r"[^\w]+", title.casefold()) if word and word not in _EMPTY_WORDS]
    letters = [unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode() for word in words]
    telling = [part for word in letters for part in _WORDS.findall(word)][:_WORDS_OF_AN_ID]
    name = "-".join(telling)[:MAX_ID_CHARACTERS].rstrip("-") or "amne"
    number = 1
    found = name
    while found in taken or found in _TAKEN:
        number += 1
        found = f"{name[: MAX_ID_CHARACTERS - len(str(number)) - 1].rstrip('-')}-{number}"
    return found


def needs_a_lead(before: TopicText, after: TopicText) -> bool:
    """Whether a change lets the bot say, or more people read, what they could not before.

    An article was reviewed for what the bot did with its topic: what was written for whoever waits for a person would
    be given as the answer.
    """
    says_more = before.handling not in _OWN_WORDS and after.handling in _OWN_WORDS
    is_read_by_more = before.touches_secrecy and (
        not after.touches_secrecy or before.answer_group != after.answer_group
    )
    return says_more or is_read_by_more


def is_fixed(topic_id: str, handling: str) -> bool:
    """Whether what the bot does with a topic is part of the program: it stays as it is, and the topic stays in use."""
    return handling == Handling.URGENT or topic_id in NAMED_BY_THE_PROGRAM
