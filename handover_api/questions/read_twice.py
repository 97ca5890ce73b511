"""Questions that a model beside the one in use would have met in another way, as far as editors may read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models.shadow import Difference
from handover_api.models import Topic
from handover_api.questions import recent
from handover_api.questions.collecting import URGENT_HANDLING
from handover_api.rules.shadow import Choice


@dataclass(frozen=True)
class ReadTwice:
    """A question and what the two models make of it; a title is None where there is no topic."""

    text: str
    before: Choice
    before_title: str | None
    now: Choice
    now_title: str | None


async def list_readable(session: AsyncSession, differences: Sequence[Difference]) -> list[ReadTwice]:
    """In the same order, without those that editors may not read, or whose words are gone."""
    texts = await recent.find_texts(session, [each.message_id for each in differences])
    ids = {made.topic for each in differences for made in (each.before, each.now) if made.topic}
    topics = {topic.id: topic for topic in await session.scalars(select(Topic).where(Topic.id.in_(ids)))}
    return [
        ReadTwice(texts[each.message_id], each.before, _title(each.before, topics), each.now, _title(each.now, topics))
        for each in differences
        # Secrecy and danger are no editors' business, even where only one of the models believes in them.
        if each.message_id in texts and not any(_is_for_people(made, topics) for made in (each.before, each.now))
    ]


def _title(made: Choice, topics: dict[str, Topic]) -> str | None:
    topic = topics.get(made.topic or "")
    return topic.title if topic is not None else None


def _is_for_people(made: Choice, topics: dict[str, Topic]) -> bool:
    topic = topics.get(made.topic or "")
    return topic is not None and (topic.touches_secrecy or topic.handling == URGENT_HANDLING)
