"""What residents read about when somebody can answer."""

from datetime import datetime

from handover_api.organisation.service import Availability
from handover_api.rules.spoken_time import coming_moment
from handover_api.texts import _


def opens(available: Availability, now: datetime) -> str:
    """When a closed group opens, such as "i morgon klockan 8.00"; empty when it is open or nobody knows."""
    return coming_moment(available.opens_at, now) if available.opens_at else ""


def who_is_there(available: Availability, now: datetime) -> str:
    """Why nobody answers at once, and when somebody will; empty when somebody is there."""
    if available.is_staffed:
        return ""
    if available.is_open:
        return _("Ingen medarbetare är på plats i chatten just nu.")
    # Leads write the note, in Swedish.
    why = f" ({available.note})" if available.note else ""
    closed = _("Medarbetarna har stängt just nu{why}.").format(why=why)
    when = opens(available, now)
    return f"{closed} {_('Vi öppnar {moment}.').format(moment=when)}" if when else closed
