"""Where each local fact is used, and how the answers change with it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.content.draft_steps import text_of
from handover_api.content.local_facts_repository import LocalFactsRepository
from handover_api.models import ReadyAnswer, Topic
from handover_api.rules.article import ArticleText
from handover_api.rules.content import UnknownFactError, fact_names, fill_in
from handover_api.rules.local_fact import IN_ENGLISH, SHOWN_BY_PAGES


class UseKind(StrEnum):
    ARTICLE = "article"
    DRAFT = "draft"
    READY_ANSWER = "ready_answer"
    # What the catalogue says that a right answer contains.
    TOPIC = "topic"
    # Of the program itself, such as the telephone number under the chat.
    PAGES = "pages"


@dataclass(frozen=True)
class Use:
    """`key`: the topic's id, or the ready answer's. `lines` are as written, those with the fact in them.

    `is_shown`: residents or agents may be reading it now. `is_address`: it stands where something is linked to.
    `is_needed`: without the fact there is a gap; without its English words the Swedish ones are shown.
    """

    kind: UseKind
    key: str | UUID
    title: str
    lines: tuple[str, ...]
    is_shown: bool = True
    is_address: bool = False
    is_needed: bool = True


@dataclass(frozen=True)
class Seen:
    """A line before and after a change."""

    before: str
    after: str


async def find_uses(session: AsyncSession, facts: Mapping[str, str]) -> dict[str, list[Use]]:
    """By the fact's name."""
    repository = LocalFactsRepository(session)
    found: list[tuple[str, Use]] = []
    for topic, version in await repository.list_published():
        is_read = topic.retired_at is None
        found += _of_article(UseKind.ARTICLE, topic.id, topic.title, text_of(version), facts, is_shown=is_read)
    for topic, draft in await repository.list_drafts():
        found += _of_article(UseKind.DRAFT, topic.id, topic.title, text_of(draft), facts, is_shown=False)
    for answer in await repository.list_ready_answers():
        found += _of_ready_answer(answer)
    for topic in await repository.list_topics():
        found += _of_topic(topic)
    uses: defaultdict[str, list[Use]] = defaultdict(list)
    for name, use in (*found, *_of_pages(facts)):
        uses[name].append(use)
    return dict(uses)


def is_address(uses: list[Use]) -> bool:
    return any(use.is_address for use in uses)


def seen_in(use: Use, facts: Mapping[str, str], changed: Mapping[str, str]) -> list[Seen]:
    """What is read in a use before and after, where it differs."""
    before, after = (_readable(use, known) for known in (facts, changed))
    return [Seen(old, new) for old, new in zip(before, after, strict=True) if old != new]


def _readable(use: Use, facts: Mapping[str, str]) -> list[str]:
    return [_filled(line, facts) for line in use.lines]


def _filled(line: str, facts: Mapping[str, str]) -> str:
    try:
        return fill_in(line, facts)
    except UnknownFactError:
        return line


def _of_article(
    kind: UseKind, topic: str, title: str, written: ArticleText, facts: Mapping[str, str], *, is_shown: bool
) -> Iterator[tuple[str, Use]]:
    """One use a fact, with all the lines that have it."""
    addresses = [step["url"] for step in written.next_steps] + [each["url"] or "" for each in written.sources]
    texts = (written.text, written.easy_text, written.checklist)
    linked = {name for address in addresses for name in fact_names(address)}
    for name in dict.fromkeys([name for text in texts for name in fact_names(text)] + sorted(linked)):
        lines = [line for text in (*texts, *addresses) for line in _lines_with(name, text)]
        yield name, Use(kind, topic, title, tuple(lines), is_shown=is_shown, is_address=name in linked)
    for name in dict.fromkeys(fact_names(written.english_text)):
        lines = [*_lines_with(name, written.english_text)]
        english = f"{name}{IN_ENGLISH}"
        shown = tuple(line.replace(f"{{{name}}}", f"{{{english}}}") for line in lines) if english in facts else ()
        if shown:
            yield english, Use(kind, topic, f"{title} (på engelska)", shown, is_shown=is_shown, is_needed=False)
        # A text in English still asks for the fact by its own name.
        yield name, Use(kind, topic, f"{title} (på engelska)", () if shown else tuple(lines), is_shown=is_shown)


def _of_ready_answer(answer: ReadyAnswer) -> Iterator[tuple[str, Use]]:
    for name in dict.fromkeys(fact_names(answer.text)):
        lines = tuple(_lines_with(name, answer.text))
        yield name, Use(UseKind.READY_ANSWER, answer.id, answer.title, lines, is_shown=answer.is_active)


def _of_topic(topic: Topic) -> Iterator[tuple[str, Use]]:
    for name in dict.fromkeys(fact_names(topic.must_contain)):
        yield name, Use(UseKind.TOPIC, topic.id, topic.title, (topic.must_contain,), is_shown=False)


def _of_pages(facts: Mapping[str, str]) -> Iterator[tuple[str, Use]]:
    for name in SHOWN_BY_PAGES & set(facts):
        yield name, Use(UseKind.PAGES, name, "", ())
        if (english := f"{name}{IN_ENGLISH}") in facts:
            yield english, Use(UseKind.PAGES, name, "", (), is_needed=False)


def _lines_with(name: str, text: str) -> Iterator[str]:
    mark = f"{{{name}}}"
    yield from (line.strip() for line in text.splitlines() if mark in line)
