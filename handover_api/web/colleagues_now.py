"""What colleagues are doing, for an agent: how much each has, never what."""

from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from handover_api.models import Staff
from handover_api.queue.schemas import Colleague
from handover_api.rules.presence import PresenceStatus
from handover_api.web import pages

_ORDER = (PresenceStatus.AVAILABLE, PresenceStatus.ON_BREAK, None)


def colleagues_now(everybody: list[Colleague], staff: Staff) -> list[Colleague]:
    """The others who are at the desk or have something in hand; those who are not there come last."""
    others = [
        each
        for each in everybody
        if each.username != staff.username and (each.status is not None or each.live or each.asynchronous)
    ]
    return sorted(others, key=lambda each: _ORDER.index(each.status))


class _Shown(NamedTuple):
    username: str
    display_name: str
    status: PresenceStatus | None
    live: int
    capacity: int
    asynchronous: int


def colleague_row(each: Colleague) -> Markup:
    return _row(_Shown(each.username, each.display_name, each.status, each.live, each.capacity, each.asynchronous))


@lru_cache(maxsize=1024)
def _row(shown: _Shown) -> Markup:
    """Every desk shows everybody, and few have changed when something does."""
    return pages.on_one_line(pages.fragment("partials/colleague_now.html.j2", each=shown))
