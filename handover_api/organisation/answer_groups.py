"""Which answer groups there are."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.errors import InvalidError
from handover_api.models import AnswerGroup, Topic
from handover_api.rules.case import DEFAULT_ANSWER_GROUP


async def list_known(session: AsyncSession) -> set[str]:
    """The ids of all that have been set up, or that a topic belongs to."""
    set_up = await session.scalars(select(AnswerGroup.id))
    of_topics = await session.scalars(select(Topic.answer_group).distinct())
    return {DEFAULT_ANSWER_GROUP, *set_up, *of_topics}


async def list_boards(session: AsyncSession) -> set[str]:
    """Those under whose secrecy a case can be. The contact centre's own group is no board of its own."""
    return boards_of(await list_known(session), ())


def boards_of(set_up: Iterable[str], of_topics: Iterable[str]) -> set[str]:
    """The same, of the groups that are set up and those that topics belong to."""
    return {*set_up, *of_topics} - {DEFAULT_ANSWER_GROUP}


async def require_groups(session: AsyncSession, groups: Iterable[str]) -> None:
    """
    Raises:
        InvalidError: `answer_group_missing`.
    """
    _require(set(groups), await list_known(session))


async def require_boards(session: AsyncSession, groups: Iterable[str]) -> None:
    """
    Raises:
        InvalidError: `answer_group_missing`.
    """
    _require(set(groups), await list_boards(session))


def _require(wanted: set[str], known: set[str]) -> None:
    if not wanted <= known:
        raise InvalidError("answer_group_missing", "Svarsgruppen finns inte.")
