"""What colleagues are doing, for an agent: how much each has, never what."""

from handover_api.models import Staff
from handover_api.queue.schemas import Colleague
from handover_api.rules.presence import PresenceStatus

_ORDER = (PresenceStatus.AVAILABLE, PresenceStatus.ON_BREAK, None)


def colleagues_now(everybody: list[Colleague], staff: Staff) -> list[Colleague]:
    """The others who are at the desk or have something in hand; those who are not there come last."""
    others = [
        each
        for each in everybody
        if each.username != staff.username and (each.status is not None or each.live or each.asynchronous)
    ]
    return sorted(others, key=lambda each: _ORDER.index(each.status))
