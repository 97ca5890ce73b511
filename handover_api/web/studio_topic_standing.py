"""What a topic is in the catalogue, and what remains to be done before the bot can answer about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models.repository import BotModelRepository
from handover_api.content.topics_repository import TopicsRepository, Weight
from handover_api.models import Topic
from handover_api.rules.phrase import LEAST_TO_TRAIN, least_phrases
from handover_api.rules.topic import Handling, is_fixed
from handover_api.web import wording
from handover_api.web.studio_articles import article_path
from handover_api.web.studio_models import PATH as MODELS_PATH
from handover_api.web.studio_topic_form import HANDLINGS

_DONE = {
    "skapat": "Ämnet är skapat.",
    "andrat": "Ändringen är sparad. Rubriken och det boten gör gäller genast. Det boten lär sig gäller när den har "
    "tränats.",
    "avvecklat": "Ämnet är avvecklat.",
    "tillbaka": "Ämnet är tillbaka. Boten känner igen det när den har tränats.",
}


@dataclass(frozen=True)
class Remains:
    """`address`: where it is done; `label`: the words of the link."""

    sentence: str
    address: str = ""
    label: str = ""


@dataclass(frozen=True)
class Standing:
    """`retired`: since when it is, in words."""

    facts: list[str]
    done: str
    retired: str
    can_retire: bool
    remains: list[Remains] = field(default_factory=list)


async def read_standing(session: AsyncSession, topic: Topic, done: str, now: datetime) -> Standing:
    serving = await BotModelRepository(session).find_serving()
    is_known = serving is None or topic.id in serving.measures["topics"]
    is_newer = serving is not None and topic.edited_at is not None and topic.edited_at > serving.stored_at
    weight = await TopicsRepository(session).weigh(topic.id)
    return Standing(
        facts=[
            f"Boten {HANDLINGS[Handling(topic.handling)][0].lower()}",
            f"ROSA-nivå {topic.rosa_level}" if topic.rosa_level else "Utan nivå",
            wording.answer_group(topic.answer_group),
            *(["Kan röra sekretess"] if topic.touches_secrecy else []),
        ],
        done=_DONE.get(done, ""),
        retired=f"Ämnet avvecklades {wording.clock_time(topic.retired_at, now)}." if topic.retired_at else "",
        can_retire=topic.retired_at is None and not is_fixed(topic.id, topic.handling),
        remains=[] if topic.retired_at else [*_remains(topic, weight, is_known=is_known, is_newer=is_newer)],
    )


def _remains(topic: Topic, weight: Weight, *, is_known: bool, is_newer: bool) -> Iterator[Remains]:
    """`is_newer`: the topic has been changed after the model in use was trained."""
    if not weight.has_article and weight.has_draft:
        yield Remains(
            "Artikeln är inte publicerad ännu. Tills den är det lämnar boten över frågorna till en människa.",
            article_path(topic.id),
            "Läs utkastet",
        )
    elif not weight.has_article:
        yield Remains(
            "Ämnet har ingen artikel. Tills den finns lämnar boten över frågorna till en människa.",
            article_path(topic.id),
            "Skriv artikeln",
        )
    if weight.phrases < LEAST_TO_TRAIN:
        yield Remains(f"Boten kan inte tränas förrän ämnet har minst {LEAST_TO_TRAIN} frågor. Skriv dem nedan.")
    elif not is_known:
        yield Remains("Boten som används nu känner inte till ämnet.", MODELS_PATH, "Träna boten")
    elif is_newer:
        # How sure it must be hangs on what it does with the topic.
        yield Remains("Ämnet har ändrats sedan boten tränades.", MODELS_PATH, "Träna boten")
    if weight.phrases < (least := least_phrases(topic.handling)):
        yield Remains(
            f"Ämnet har för få frågor. Det behöver minst {least} för att boten ska skilja det från andra ämnen."
        )
