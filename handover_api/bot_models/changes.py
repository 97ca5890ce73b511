"""What people have changed in the content between two trainings, by what the audit trail says of it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.models import AuditEntry, BotModel, TrainingRun
from handover_api.rules.training import TrainingState

_ADDED = {"phrase_added": 1, "phrase_restored": 1, "phrase_removed": -1}
_OF_ARTICLES = frozenset({"article_published"})
_OF_TOPICS = frozenset({"topic_created", "topic_changed", "topic_retired", "topic_taken_back"})
_OF_FACTS = frozenset({"fact_added", "fact_changed", "fact_removed"})
_OF_FILES = frozenset({"content_imported"})
# The kinds come first in the trail's index.
_KINDS = ("article", "phrase", "topic", "local_fact", "content")


@dataclass(frozen=True)
class PhraseChanges:
    """Of one topic; what was added and taken away again is no change."""

    topic: str
    added: int
    removed: int


@dataclass(frozen=True)
class Changes:
    """Topics by their ids, facts by their names. `are_files_read`: content files have been imported anew."""

    articles: tuple[str, ...] = ()
    phrases: tuple[PhraseChanges, ...] = ()
    topics: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    are_files_read: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Changes()

    @property
    def added(self) -> int:
        return sum(each.added for each in self.phrases)

    @property
    def removed(self) -> int:
        return sum(each.removed for each in self.phrases)


async def list_untrained(session: AsyncSession, now: datetime) -> Changes | None:
    """What no training has learned from yet; None when nothing has been trained or come with the program."""
    since = await _latest_start(session)
    return await _list_between(session, since, now) if since else None


async def list_in(session: AsyncSession, model: BotModel) -> Changes | None:
    """What a model has learned from that the training before it had not; None when that is not known."""
    begun = await session.scalar(
        select(TrainingRun.started_at).where(TrainingRun.model_id == model.id).order_by(TrainingRun.started_at).limit(1)
    )
    since = await _latest_start(session, begun) if begun else None
    return await _list_between(session, since, begun) if since and begun else None


async def _latest_start(session: AsyncSession, before: datetime | None = None) -> datetime | None:
    """When the latest training began, if it came to a model; or else when the first model came. None: never."""
    runs = select(func.max(TrainingRun.started_at)).where(TrainingRun.state == TrainingState.DONE)
    models = select(func.min(BotModel.stored_at))
    if before is not None:
        runs, models = runs.where(TrainingRun.started_at < before), models.where(BotModel.stored_at < before)
    return await session.scalar(runs) or await session.scalar(models)


async def _list_between(session: AsyncSession, since: datetime, until: datetime) -> Changes:
    entries = await session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind.in_(_KINDS), AuditEntry.at > since, AuditEntry.at <= until)
        .order_by(AuditEntry.id)
    )
    subjects: defaultdict[str, set[str]] = defaultdict(set)
    # How much more, or less, there is of each phrase, by topic.
    by_topic: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        if entry.action in _ADDED:
            by_topic[str(entry.details.get("topic", ""))][entry.subject_id] += _ADDED[entry.action]
        elif entry.action in _OF_FILES:
            subjects[entry.subject_kind] |= {entry.subject_id} if _has_changed(entry) else set()
        elif entry.action in _OF_ARTICLES | _OF_TOPICS | _OF_FACTS:
            subjects[entry.subject_kind].add(entry.subject_id)
    counted = (
        PhraseChanges(topic, *(sum(count * sign > 0 for count in phrases.values()) for sign in (1, -1)))
        for topic, phrases in sorted(by_topic.items())
    )
    return Changes(
        articles=tuple(sorted(subjects["article"])),
        phrases=tuple(each for each in counted if each.added or each.removed),
        topics=tuple(sorted(subjects["topic"])),
        facts=tuple(sorted(subjects["local_fact"])),
        are_files_read=bool(subjects["content"]),
    )


def _has_changed(entry: AuditEntry) -> bool:
    """The program reads the files whenever it starts, and mostly finds them as they were."""
    return bool(entry.details.get("changed"))
