"""What an agent may be told by a sound or a notification (js/desk-notices.js): that something has come, and where.

Never a word of what a resident has written. What is in hand comes with the agent's own part of the page, what waits
from the board in memory, so an open page costs no reading of its own.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from fastapi import Request
from pydantic import BaseModel

from handover_api import live
from handover_api.cases.reading import WaitingList
from handover_api.cases.sight import sight_of
from handover_api.cases.unread import Unread
from handover_api.models import Staff
from handover_api.queue.board import Desk
from handover_api.queue.schemas import OfferRead
from handover_api.rules.access import Sight
from handover_api.rules.case import Priority
from handover_api.web import wording
from handover_api.web.live_events import LiveEvent

MINE = "news_mine"
QUEUE = "news_queue"
# What has waited for longer is nothing new, and a long queue is not sent to every page.
_IS_NEW = timedelta(minutes=10)


class About(StrEnum):
    CASE = "case"
    MESSAGE = "message"


class Notice(BaseModel):
    """`key`: by which the same thing is told once. `path`: what to open; empty when the page itself shows it."""

    key: str
    about: About
    reference: str
    text: str
    path: str = ""


class News(BaseModel):
    """`takes_cases`: whether the agent is to be told of cases at all; null where that is not known."""

    takes_cases: bool | None = None
    notices: list[Notice]


def news_of_mine(offers: list[OfferRead], unread: dict[str, Unread], *, takes_cases: bool) -> LiveEvent:
    notices = [_offered(offer) for offer in offers]
    notices += [_written(reference, each) for reference, each in sorted(unread.items())]
    return LiveEvent(event=MINE, data=News(takes_cases=takes_cases, notices=notices).model_dump_json())


def news_of_queue(desk: Desk, staff: Staff, now: datetime) -> LiveEvent:
    minute = now.replace(second=0, microsecond=0)
    return LiveEvent(event=QUEUE, data=_waiting(desk.waiting, sight_of(staff), minute))


def looking_at_news(request: Request, token: str) -> Callable[[], AsyncIterator[LiveEvent]]:
    """For a page that shows no queue; it must watch the desk of this sign-in."""
    state = request.app.state

    async def look() -> AsyncIterator[LiveEvent]:
        desk: Desk | None = state.board.desk
        if desk is None or token not in desk.asked:
            state.hub.wake_here(live.QUEUE)
        elif (staff := desk.staff.get(token)) is not None:
            yield news_of_queue(desk, staff, state.clock())

    return look


@lru_cache(maxsize=64)
def _waiting(waiting: WaitingList, sight: Sight, minute: datetime) -> str:
    """The same for everybody who sees the same, so it is written once."""
    notices = []
    groups = sight.answer_groups
    for case in waiting.seen_with(sight).first:
        is_own = not groups or case.answer_group in groups or case.priority is Priority.URGENT
        if not is_own or case.waiting_since < minute - _IS_NEW:
            continue
        is_urgent = case.priority is Priority.URGENT
        what = "Brådskande ärende väntar" if is_urgent else "Nytt ärende väntar"
        notices.append(
            Notice(
                key=f"waits:{case.reference}:{case.waiting_since:%Y%m%d%H%M%S}{':urgent' if is_urgent else ''}",
                about=About.CASE,
                reference=case.reference,
                text=f"{what}: {wording.answer_group(case.answer_group)}",
                path=f"/desk/arenden/{case.reference}",
            )
        )
    return News(notices=notices).model_dump_json()


def _offered(offer: OfferRead) -> Notice:
    case = offer.case
    return Notice(
        key=f"offer:{case.reference}:{offer.expires_at:%Y%m%d%H%M%S}",
        about=About.CASE,
        reference=case.reference,
        text=f"Vill du ta ärendet? {wording.answer_group(case.answer_group)}",
    )


def _written(reference: str, unread: Unread) -> Notice:
    return Notice(
        key=f"message:{reference}:{unread.latest}",
        about=About.MESSAGE,
        reference=reference,
        text=f"Nytt meddelande i {reference}",
        path=f"/desk/arenden/{reference}",
    )
