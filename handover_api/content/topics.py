"""Topics as editors keep them: made, changed, retired and taken back.

A topic's id is a contract and is never changed or used again, and a topic is never deleted: cases and figures speak of
it. One that has been retired is not answered, not trained, not exported and not offered where somebody chooses.
"""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.audit import service as audit
from handover_api.audit.service import Actor
from handover_api.content.topics_repository import TopicsRepository
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import Staff, Topic
from handover_api.rules.message import EmptyTextError, TooLongTextError, clean_text
from handover_api.rules.personal_data import mask
from handover_api.rules.roles import Role
from handover_api.rules.topic import (
    CHOOSABLE,
    MAX_LINE_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    Known,
    TopicFault,
    TopicText,
    faults,
    folded,
    is_fixed,
    make_id,
    needs_a_lead,
)

_LONGEST = {"title": MAX_TITLE_CHARACTERS, "must_contain": MAX_TEXT_CHARACTERS, "legal_basis": MAX_LINE_CHARACTERS}


def text_of(topic: Topic) -> TopicText:
    return TopicText(
        title=topic.title,
        area=topic.area,
        rosa_level=topic.rosa_level,
        handling=topic.handling,
        answer_group=topic.answer_group,
        touches_secrecy=topic.touches_secrecy,
        must_contain=topic.must_contain,
        legal_basis=topic.legal_basis,
        similar=tuple(filter(None, topic.hard_negatives.split(","))),
    )


async def read_known(session: AsyncSession, areas: Collection[str], own_id: str | None = None) -> Known:
    """What a topic can be made of. `areas`: the municipality's, which the pages have names for."""
    repository = TopicsRepository(session)
    titles = await repository.titles_in_use()
    return Known(
        areas=set(areas),
        answer_groups=await repository.list_answer_groups(),
        titles={topic: title for topic, title in titles.items() if topic != own_id},
        facts=await repository.list_fact_names(),
    )


async def create(
    session: AsyncSession, staff: Staff, written: TopicText, areas: Collection[str], now: datetime
) -> Topic:
    """Adds a topic to the end of the catalogue. Until it has phrases and an article, questions about it go to a person.

    Raises:
        InvalidError: `topic_unusable`, with `faults`; `text_too_long`, with `field`; `handling_fixed`.
    """
    repository = TopicsRepository(session)
    await repository.lock_catalogue()
    storable = _storable(written)
    _check(storable, await read_known(session, areas), None)
    if storable.handling not in CHOOSABLE:
        raise InvalidError("handling_fixed", "Ämnen om fara kan inte göras här.", field="handling")
    topic = Topic(
        id=make_id(storable.title, await repository.list_ids()),
        position=await repository.next_position(),
        seed_ref="",
        version=1,
        edited_at=now,
        edited_by=staff.id,
    )
    _put(topic, storable)
    repository.add(topic)
    await session.flush()
    _record(session, staff, "topic_created", topic, now)
    return topic


async def change(
    session: AsyncSession,
    staff: Staff,
    topic_id: str,
    seen: int,
    written: TopicText,
    areas: Collection[str],
    now: datetime,
) -> Topic:
    """Changes all of a topic but its id. `seen`: the version that was read.

    Raises:
        NotFoundError
        ConflictError: `topic_changed`; somebody else has changed it since.
        InvalidError: as `create`; `lead_needed`, with `field`; see rules.topic.needs_a_lead.
    """
    repository = TopicsRepository(session)
    await repository.lock_catalogue()
    topic = await _lock(repository, topic_id)
    _check_version(topic, seen)
    before, after = text_of(topic), _storable(written)
    _check(await _without_retired(repository, before, after), await read_known(session, areas, topic_id), topic_id)
    _check_handling(topic_id, before, after)
    if staff.role != Role.LEAD and needs_a_lead(before, after):
        field = "handling" if after.handling != before.handling else "touches_secrecy"
        raise InvalidError(
            "lead_needed",
            "Be en teamledare göra den här ändringen: den ger boten eller fler människor mer.",
            field=field,
        )
    if after == before:
        return topic
    _put(topic, after)
    _mark(topic, staff, now)
    changed = [name for name, value in asdict(after).items() if value != asdict(before)[name]]
    _record(session, staff, "topic_changed", topic, now, changed=changed)
    return topic


async def retire(session: AsyncSession, staff: Staff, topic_id: str, seen: int, now: datetime) -> None:
    """Takes a topic out of use. Twice is once.

    Raises:
        NotFoundError
        ConflictError: `topic_changed` or `topic_fixed`; the program speaks of it, or it is about danger.
    """
    topic = await _lock(TopicsRepository(session), topic_id)
    if topic.retired_at is not None:
        return
    _check_version(topic, seen)
    if is_fixed(topic.id, topic.handling):
        raise ConflictError("topic_fixed", "Ämnet hör till programmet eller handlar om fara. Det kan inte avvecklas.")
    topic.retired_at = now
    _mark(topic, staff, now)
    _record(session, staff, "topic_retired", topic, now)


async def take_back(session: AsyncSession, staff: Staff, topic_id: str, now: datetime) -> None:
    """Takes a retired topic into use again, with its phrases and its article. Twice is once.

    Raises:
        NotFoundError
        ConflictError: `title_taken`; another topic has its title by now.
    """
    repository = TopicsRepository(session)
    await repository.lock_catalogue()
    topic = await _lock(repository, topic_id)
    if topic.retired_at is None:
        return
    if folded(topic.title) in map(folded, (await repository.titles_in_use()).values()):
        raise ConflictError("title_taken", "Ett annat ämne har samma rubrik nu. Ändra den ena rubriken först.")
    topic.retired_at = None
    _mark(topic, staff, now)
    _record(session, staff, "topic_taken_back", topic, now)


async def get(session: AsyncSession, topic_id: str) -> Topic:
    """
    Raises:
        NotFoundError
    """
    topic = await TopicsRepository(session).find(topic_id)
    if topic is None:
        raise NotFoundError
    return topic


async def _lock(repository: TopicsRepository, topic_id: str) -> Topic:
    topic = await repository.lock(topic_id)
    if topic is None:
        raise NotFoundError
    return topic


def _check_version(topic: Topic, seen: int) -> None:
    if topic.version != seen:
        raise ConflictError(
            "topic_changed", "Någon annan har ändrat ämnet sedan du öppnade det. Läs det som det är nu."
        )


def _check(written: TopicText, known: Known, own_id: str | None) -> None:
    found: list[TopicFault] = [*faults(written, known, own_id)]
    if found:
        raise InvalidError("topic_unusable", "Något behöver rättas innan ämnet kan sparas.", faults=found)


async def _without_retired(repository: TopicsRepository, before: TopicText, after: TopicText) -> TopicText:
    """What was named before somebody retired it need not be taken away for something else to be changed."""
    retired = set(before.similar) - set(await repository.titles_in_use())
    return replace(after, similar=tuple(each for each in after.similar if each not in retired))


def _check_handling(topic_id: str, before: TopicText, after: TopicText) -> None:
    if after.handling == before.handling:
        return
    if is_fixed(topic_id, before.handling):
        raise InvalidError("handling_fixed", "Vad boten gör med det här ämnet hör till programmet.", field="handling")
    if after.handling not in CHOOSABLE:
        raise InvalidError("handling_fixed", "Ett ämne kan inte göras till ett om fara här.", field="handling")


def _put(topic: Topic, text: TopicText) -> None:
    values = asdict(text)
    topic.hard_negatives = ",".join(values.pop("similar"))
    for name, value in values.items():
        setattr(topic, name, value)


def _mark(topic: Topic, staff: Staff, now: datetime) -> None:
    topic.version += 1
    topic.edited_at, topic.edited_by = now, staff.id


def _storable(written: TopicText) -> TopicText:
    """The words as a row of the catalogue's file can have them: one line each, personal numbers masked.

    Raises:
        InvalidError: `text_too_long`, with the field.
    """
    return replace(
        written,
        title=_line("title", written.title),
        must_contain=_line("must_contain", written.must_contain),
        legal_basis=_line("legal_basis", written.legal_basis),
        similar=tuple(dict.fromkeys(written.similar)),
    )


def _line(name: str, text: str) -> str:
    try:
        line = " ".join(mask(clean_text(text)).split())
    except EmptyTextError:
        return ""
    except TooLongTextError:
        line = text
    if len(line) > _LONGEST[name]:
        raise InvalidError("text_too_long", f"Skriv högst {_LONGEST[name]} tecken.", field=name)
    return line


def _record(
    session: AsyncSession, staff: Staff, action: str, topic: Topic, now: datetime, **details: list[str]
) -> None:
    audit.record(
        session,
        Actor(staff.role, staff.id),
        action,
        subject_kind="topic",
        subject_id=topic.id,
        at=now,
        version=topic.version,
        **details,
    )
