"""How long residents may have to wait, as far as the latest waits of others tell."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases.repository import CaseRepository
from handover_api.cases.schemas import WaitingMinutes
from handover_api.models import Case
from handover_api.organisation.service import availability
from handover_api.rules.case import CaseState, Priority
from handover_api.rules.waiting_time import MOST_OBSERVATIONS, OLDEST, Interval, Observation, expected

_POSITIONS_REMEMBERED = 1000


class WaitingTimes:
    """What can be said of one answer group at the moment: nothing, unless somebody is there to answer."""

    def __init__(self, observations: list[Observation], *, is_staffed: bool) -> None:
        self._observations = observations
        self._is_staffed = is_staffed
        self._at = lru_cache(_POSITIONS_REMEMBERED)(self._expected)

    def at(self, position: int, priority: str) -> WaitingMinutes | None:
        """None also for what is urgent: nobody in danger is told to sit and wait."""
        if not self._is_staffed or priority == Priority.URGENT:
            return None
        interval = self._at(position)
        return WaitingMinutes(least=interval.least, most=interval.most) if interval else None

    def _expected(self, position: int) -> Interval | None:
        return expected(self._observations, position)


async def read_waiting_times(
    session: AsyncSession, answer_groups: Iterable[str], now: datetime
) -> dict[str, WaitingTimes]:
    groups = sorted(set(answer_groups))
    observed = await CaseRepository(session).list_waits(groups, now - OLDEST, MOST_OBSERVATIONS)
    return {
        group: WaitingTimes(observed.get(group, []), is_staffed=(await availability(session, group, now)).is_staffed)
        for group in groups
    }


async def expected_wait(session: AsyncSession, case: Case, position: int, now: datetime) -> WaitingMinutes | None:
    """What the resident of a waiting case may be told."""
    if case.state != CaseState.WAITING or case.priority == Priority.URGENT:
        return None
    times = await read_waiting_times(session, [case.answer_group], now)
    return times[case.answer_group].at(position, case.priority)
