"""The lists of the queue, as a page and its stream show them: from memory, and each part made once for all who see the
same.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from fastapi import Request
from markupsafe import Markup

from handover_api.cases import reading
from handover_api.cases.reading import WaitingList
from handover_api.cases.schemas import CaseSummary
from handover_api.cases.sight import sight_of
from handover_api.models import Staff
from handover_api.queue.board import Desk
from handover_api.rules.access import Sight
from handover_api.rules.roles import Role
from handover_api.web import pages
from handover_api.web.colleagues_now import colleague_row, colleagues_now
from handover_api.web.desk_addresses import case_path
from handover_api.web.desk_news import news_of_queue
from handover_api.web.live_events import LiveEvent
from handover_api.web.queue_filter import QueueFilter


@lru_cache(maxsize=4096)
def _row(minute: datetime, may_move: bool, case: CaseSummary, is_mine: bool) -> Markup:  # noqa: FBT001 - called in templates
    """Of all the rows that the desks show, few are new when something changes."""
    html = pages.fragment(
        "partials/queue_row.html.j2",
        case=case,
        is_mine=is_mine,
        may_move=may_move,
        now=minute,
        path=case_path(case.reference),
    )
    return pages.on_one_line(html)


@lru_cache(maxsize=32)
def _waiting_section(
    waiting: WaitingList,
    sight: Sight,
    minute: datetime,
    wanted: QueueFilter,
    *,
    may_move: bool,
) -> Markup:
    """The same for everybody who sees the same and looks at the same moment, so it is made once."""
    waiting = waiting.seen_with(sight)
    # Only leads see more than they are asked about; who has chosen an answer group sees that one.
    own = frozenset() if wanted.group or sight.role is not Role.LEAD else sight.answer_groups
    cases, count = _wanted(waiting, wanted, lambda group: not own or group in own)
    others, others_count = _wanted(waiting, wanted, lambda group: bool(own) and group not in own)
    html = pages.fragment(
        "partials/waiting.html.j2",
        waiting=cases,
        count=count,
        others=others,
        others_count=others_count,
        has_others=bool(own),
        is_filtered=bool(wanted),
        is_cut=wanted.looks_at_cases and waiting.is_cut,
        most=reading.MOST_SHOWN,
        row=partial(_row, minute, may_move),
    )
    return pages.on_one_line(html)


def _wanted(waiting: WaitingList, wanted: QueueFilter, is_own: Callable[[str], bool]) -> tuple[list[CaseSummary], int]:
    cases, count = waiting.of(lambda group: is_own(group) and wanted.wants_group(group))
    if not wanted.looks_at_cases:
        return cases, count
    chosen = [case for case in waiting.first if is_own(case.answer_group) and wanted.wants_group(case.answer_group)]
    chosen = [case for case in chosen if wanted.wants(case)]
    return chosen[: reading.MOST_SHOWN], len(chosen)


def queue_lists(request: Request, desk: Desk, staff: Staff) -> dict[str, Any]:
    now = request.app.state.clock()
    minute = now.replace(second=0, microsecond=0)
    row = partial(_row, minute, staff.role == Role.LEAD)
    return {
        "waiting": _waiting_section(
            desk.waiting,
            sight_of(staff),
            minute,
            QueueFilter.of(request),
            may_move=staff.role == Role.LEAD,
        ),
        "bot_off": desk.bot_off,
        "now": minute,
        "mine": desk.owned[staff.id],
        "follow_ups": [case for case in desk.owned[staff.id] if reading.needs_follow_up(case, now)],
        # Only leads have the list of what has not been answered.
        "with_leads": desk.with_leads if staff.role == Role.LEAD else None,
        "colleagues": colleagues_now(desk.colleagues, staff),
        "colleague": colleague_row,
        "row": row,
    }


def queue_events(request: Request, desk: Desk, staff: Staff) -> list[LiveEvent]:
    return [
        LiveEvent(event="queue", data=pages.fragment("partials/queue.html.j2", **queue_lists(request, desk, staff))),
        news_of_queue(desk, staff, request.app.state.clock()),
    ]
