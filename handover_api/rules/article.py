"""What an article must be before residents may read it, and the way of a draft from its first words to publication."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from handover_api.rules.content import fact_names
from handover_api.rules.see_also import topic_of

MAX_WORDS = 120
MAX_NEXT_STEPS = 3
MAX_SOURCES = 6
MAX_LINE_CHARACTERS = 300
MAX_CHECKLIST_CHARACTERS = 4000
# Enough to ask the department and get an answer.
REVIEW_SOON = timedelta(days=30)
# What fewer have said may be chance.
FEWEST_OPINIONS = 5
LOW_SCORE = 0.6

_NEEDS_CHECKLIST = frozenset({"handover", "urgent"})
_HEADING_OR_HTML = re.compile(r"^#|<[a-z/!]", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"^#", re.MULTILINE)
# Where residents can be sent: out on the net, to e-mail or telephone, or to what a local fact says.
_ADDRESS = re.compile(r"(https?://|mailto:|tel:|\{[a-z0-9_]+\})\S*", re.IGNORECASE)


class Source(TypedDict):
    title: str
    url: str | None


class NextStep(TypedDict):
    label: str
    url: str


@dataclass(frozen=True)
class ArticleText:
    """All that is written in an article. `{name}` is a local fact, in every text and address."""

    text: str
    easy_text: str = ""
    english_text: str = ""
    # For the staff alone: what to ask, check and do.
    checklist: str = ""
    department: str = ""
    sources: list[Source] = field(default_factory=list)
    next_steps: list[NextStep] = field(default_factory=list)
    review_by: date | None = None


class FaultKind(StrEnum):
    MISSING = "missing"
    TOO_LONG = "too_long"
    HEADING_OR_HTML = "heading_or_html"
    HEADING = "heading"
    UNKNOWN_FACT = "unknown_fact"
    TOO_MANY = "too_many"
    HALF = "half"
    BAD_ADDRESS = "bad_address"
    OUTDATED = "outdated"


@dataclass(frozen=True)
class Fault:
    """`field` is one of ArticleText's; `word` names what is wrong in it, such as a fact that there is not."""

    field: str
    kind: FaultKind
    word: str = ""


def faults(article: ArticleText, handling: str, facts: Mapping[str, str]) -> Iterator[Fault]:
    """What keeps an article of a topic with this handling from being read by residents."""
    if not article.text:
        yield Fault("text", FaultKind.MISSING)
    for name in ("text", "easy_text", "english_text"):
        written = getattr(article, name)
        if len(written.split()) > MAX_WORDS:
            yield Fault(name, FaultKind.TOO_LONG)
        if _HEADING_OR_HTML.search(written):
            yield Fault(name, FaultKind.HEADING_OR_HTML)
    if handling in _NEEDS_CHECKLIST and not article.checklist:
        yield Fault("checklist", FaultKind.MISSING)
    if len(article.checklist) > MAX_CHECKLIST_CHARACTERS:
        yield Fault("checklist", FaultKind.TOO_LONG)
    # In the file a heading ends the checklist.
    if _HEADING.search(article.checklist):
        yield Fault("checklist", FaultKind.HEADING)
    if not article.department:
        yield Fault("department", FaultKind.MISSING)
    yield from _faults_of_lists(article)
    for name in ("text", "easy_text", "english_text", "checklist"):
        yield from _unknown(name, getattr(article, name), facts)
    yield from _unknown("sources", " ".join(source["url"] or "" for source in article.sources), facts)
    yield from _unknown("next_steps", " ".join(step["url"] for step in article.next_steps), facts)


def faults_at_publication(review_by: date | None, day: date) -> Iterator[Fault]:
    """`day`: the first on which residents read it."""
    if review_by is None:
        yield Fault("review_by", FaultKind.MISSING)
    elif review_by <= day:
        yield Fault("review_by", FaultKind.OUTDATED)


def _faults_of_lists(article: ArticleText) -> Iterator[Fault]:
    if len(article.sources) > MAX_SOURCES:
        yield Fault("sources", FaultKind.TOO_MANY)
    if len(article.next_steps) > MAX_NEXT_STEPS:
        yield Fault("next_steps", FaultKind.TOO_MANY)
    if not all(source["title"] for source in article.sources):
        yield Fault("sources", FaultKind.HALF)
    if not all(step["label"] and step["url"] for step in article.next_steps):
        yield Fault("next_steps", FaultKind.HALF)
    for name, addresses in (
        ("sources", [source["url"] or "" for source in article.sources]),
        ("next_steps", [step["url"] for step in article.next_steps]),
    ):
        for address in filter(None, addresses):
            leads_to_topic = name == "next_steps" and topic_of(address) is not None
            if not leads_to_topic and not _is_address(address):
                yield Fault(name, FaultKind.BAD_ADDRESS, address)


def _is_address(written: str) -> bool:
    return _ADDRESS.fullmatch(written) is not None


def _unknown(name: str, written: str, facts: Mapping[str, str]) -> Iterator[Fault]:
    for fact in dict.fromkeys(fact_names(written)):
        if fact not in facts:
            yield Fault(name, FaultKind.UNKNOWN_FACT, fact)


class DraftState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SENT_BACK = "sent_back"
    SCHEDULED = "scheduled"


class DraftStep(StrEnum):
    WRITE = "write"
    DISCARD = "discard"
    SEND = "send"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    PUBLISH = "publish"


class StepNotPossibleError(ValueError):
    """The draft is not where this can be done with it."""


_BEING_WRITTEN = frozenset({DraftState.DRAFT, DraftState.SENT_BACK})
_SENT = frozenset({DraftState.IN_REVIEW, DraftState.SCHEDULED})
# What each step comes from, and where it leads; None is the end of the draft.
_STEPS: dict[DraftStep, tuple[frozenset[DraftState], DraftState | None]] = {
    DraftStep.WRITE: (_BEING_WRITTEN, DraftState.DRAFT),
    DraftStep.DISCARD: (_BEING_WRITTEN, None),
    DraftStep.SEND: (_BEING_WRITTEN, DraftState.IN_REVIEW),
    DraftStep.WITHDRAW: (_SENT, DraftState.DRAFT),
    # What was to be published may turn out not to fit any more.
    DraftStep.SEND_BACK: (_SENT, DraftState.SENT_BACK),
    DraftStep.APPROVE: (frozenset({DraftState.IN_REVIEW}), DraftState.SCHEDULED),
    DraftStep.PUBLISH: (frozenset({DraftState.SCHEDULED}), None),
}


def is_possible(state: DraftState, step: DraftStep) -> bool:
    return state in _STEPS[step][0]


def after(state: DraftState, step: DraftStep) -> DraftState | None:
    """Where a step leads; None when the draft is no more.

    Raises:
        StepNotPossibleError
    """
    if not is_possible(state, step):
        raise StepNotPossibleError(f"{step} is not possible in {state}")
    return _STEPS[step][1]


def may_review(reviewer: UUID, written_by: UUID, sent_by: UUID | None) -> bool:
    """Two people stand for what residents read: whoever wrote last or sent it for review does not approve it."""
    return reviewer not in {written_by, sent_by}


def is_due_for_review(review_by: date, today: date) -> bool:
    """Soon to be reviewed, or already past it."""
    return review_by <= today + REVIEW_SOON


def is_scored_low(helped: int, opinions: int) -> bool:
    """By "Hjälpte svaret?"."""
    return opinions >= FEWEST_OPINIONS and helped / opinions < LOW_SCORE


def is_time(publish_at: datetime | None, now: datetime) -> bool:
    """Whether an approved draft is to be read by residents now."""
    return publish_at is None or publish_at <= now
