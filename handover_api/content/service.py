"""Reading what is published, and importing the seed content."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import Enum, auto
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.content.files import (
    ArticleFile,
    ContentError,
    read_article,
    read_headings,
    read_local_facts,
    read_topics,
)
from handover_api.content.repository import ContentRepository
from handover_api.content.schemas import ArticleRead, NextStepRead, SeeAlsoRead, SourceRead, TopicRead
from handover_api.content.see_also import list_served
from handover_api.errors import GoneError, NotFoundError
from handover_api.models import ArticleVersion
from handover_api.phrases.files import PhraseFileError
from handover_api.phrases.importing import import_phrases
from handover_api.rules.content import UnknownFactError, fill_in, is_expired
from handover_api.rules.see_also import topic_of

LOCAL_TIME = ZoneInfo("Europe/Stockholm")
# What the audit trail calls the content files of a folder.
CONTENT_FILES = "files"


@dataclass(frozen=True)
class ImportResult:
    topics: int
    articles: int
    changed: int
    # What the editors have written or have in hand; the files do not take its place.
    kept: int = 0
    phrases: int = 0


async def list_topics(session: AsyncSession) -> list[TopicRead]:
    """All, also those that have been retired."""
    return [TopicRead(**row) for row in await ContentRepository(session).list_topics()]


async def get_article(session: AsyncSession, topic_id: str, now: datetime) -> ArticleRead:
    """The published article with the local facts filled in.

    Raises:
        NotFoundError: `article_missing`.
        GoneError: `article_expired`; perishable answers are not served past their review date.
    """
    repository = ContentRepository(session)
    found = await repository.find_published(topic_id)
    if found is None:
        raise NotFoundError("article_missing", "Det finns inget publicerat svar om ämnet.")
    topic, article, version = found
    if topic.retired_at is not None:
        raise NotFoundError("article_missing", "Ämnet används inte längre.")
    if is_expired(version.review_by, now.astimezone(LOCAL_TIME).date()):
        raise GoneError("article_expired", "Svaret har passerat sitt granskningsdatum.")
    facts = await repository.get_facts()
    try:
        text = fill_in(version.text, facts)
        steps = [
            NextStepRead(label=step["label"], url=fill_in(step["url"], facts))
            for step in version.next_steps
            if topic_of(step["url"]) is None
        ]
        sources = [
            SourceRead(title=source["title"], url=fill_in(source["url"], facts) if source["url"] else None)
            for source in version.sources
        ]
    except UnknownFactError as error:
        raise NotFoundError("article_missing", f"Svaret använder en uppgift som saknas: {error.name}.") from error
    return ArticleRead(
        topic=topic.id,
        article_id=article.id,
        version=version.version,
        title=topic.title,
        area=topic.area,
        rosa_level=topic.rosa_level,
        handling=topic.handling,
        answer_group=topic.answer_group,
        text=text,
        next_steps=steps,
        see_also=await _see_also(session, version, now.astimezone(LOCAL_TIME).date()),
        department=version.department,
        sources=sources,
        reviewed_on=version.reviewed_on,
        review_by=version.review_by,
        language=version.language,
    )


async def is_outdated(session: AsyncSession, topic_id: str, version: int, now: datetime) -> bool:
    """Whether a version of a topic's article has passed its review. What there is no such version of has not."""
    review_by = await ContentRepository(session).find_review_by(topic_id, version)
    return review_by is not None and is_expired(review_by, now.astimezone(LOCAL_TIME).date())


async def _see_also(session: AsyncSession, version: ArticleVersion, today: date) -> list[SeeAlsoRead]:
    led_to = {topic: step["label"] for step in version.next_steps if (topic := topic_of(step["url"]))}
    served = await list_served(session, led_to, today)
    return [SeeAlsoRead(topic=topic, label=label) for topic, label in led_to.items() if topic in served]


async def find_other_words(session: AsyncSession, topic_id: str, version: int) -> dict[str, str]:
    """What a version of a topic's article says in other words, with the local facts filled in: `easy_text` in easy
    Swedish and `english_text` in English, each only if there is one.
    """
    repository = ContentRepository(session)
    easy_text, english_text = await repository.find_other_words(topic_id, version)
    # Most answers have neither, and each one that is given passes here.
    if not easy_text and not english_text:
        return {}
    facts = await repository.get_facts()
    in_english = {name: facts.get(f"{name}_en", value) for name, value in facts.items()}
    words = {"easy_text": _filled(easy_text, facts), "english_text": _filled(english_text, in_english)}
    return {name: text for name, text in words.items() if text}


def _filled(text: str, facts: Mapping[str, str]) -> str:
    """Empty when a fact is missing: the answer is given without it."""
    try:
        return fill_in(text, facts)
    except UnknownFactError:
        return ""


async def find_checklist(session: AsyncSession, topic_id: str) -> str:
    """What the staff are to do about a topic, in Markdown; empty when nothing is written."""
    repository = ContentRepository(session)
    found = await repository.find_published(topic_id)
    return fill_in(found[2].checklist, await repository.get_facts()) if found else ""


async def import_content(session: AsyncSession, folder: Path, now: datetime) -> ImportResult:
    """Publishes the content files of a folder. What has not changed keeps its version, and what an editor has
    published keeps its words: the files are where the content began, the database is where it lives.

    Raises:
        ContentError: a file cannot be used; nothing is imported then.
    """
    topics = read_topics(folder / "topics.tsv")
    facts = read_local_facts(folder / "local_facts.yml")
    articles = [read_article(path, topics, facts) for path in sorted((folder / "knowledge").glob("*/*.md"))]
    if not articles:
        raise ContentError(f"{folder / 'knowledge'} holds no articles")
    repository = ContentRepository(session)
    kept = await repository.put_topics(list(topics.values()))
    kept += await repository.put_facts(facts, read_headings(folder / "local_facts.yml"))
    try:
        phrases = await import_phrases(session, folder, topics, now)
    except PhraseFileError as error:
        raise ContentError(str(error)) from error
    outcomes = [await _import_article(session, article, now) for article in articles]
    result = ImportResult(
        topics=len(topics),
        articles=len(articles),
        changed=outcomes.count(_Outcome.CHANGED),
        kept=kept + outcomes.count(_Outcome.KEPT),
        phrases=phrases,
    )
    audit.record(
        session,
        audit.SYSTEM,
        "content_imported",
        subject_kind="content",
        subject_id=CONTENT_FILES,
        at=now,
        **asdict(result),
    )
    return result


class _Outcome(Enum):
    UNCHANGED = auto()
    CHANGED = auto()
    KEPT = auto()


async def _import_article(session: AsyncSession, file: ArticleFile, now: datetime) -> _Outcome:
    repository = ContentRepository(session)
    article = await repository.lock_article(file.topic)
    latest = await repository.find_latest(article)
    values = asdict(file)
    del values["topic"]
    if latest and all(getattr(latest, name) == value for name, value in values.items()):
        return _Outcome.UNCHANGED
    if latest and latest.author_id is not None:
        return _Outcome.KEPT
    await repository.publish(article, values, now)
    return _Outcome.CHANGED
