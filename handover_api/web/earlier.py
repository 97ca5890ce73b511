"""Long conversations on a page: the latest messages, and a link that shows more of the earlier ones."""

from fastapi import Request

from handover_api.models import Message

MESSAGES_SHOWN = 200
_MOST_SHOWN = 5000
_PARAMETER = "visa"


def shown_count(request: Request) -> int:
    """How many messages the page is asked to show."""
    wanted = request.query_params.get(_PARAMETER, "")
    is_number = wanted.isascii() and wanted.isdecimal() and len(wanted) <= len(str(_MOST_SHOWN))
    return min(max(int(wanted) if is_number else 0, MESSAGES_SHOWN), _MOST_SHOWN)


def earlier_link(path: str, messages: list[Message], count: int) -> str | None:
    """The way to earlier messages, if there are any: then `messages` are one more than the page shows.

    It leads to the message that is the first one now, so that reading goes on where it was.
    """
    if len(messages) <= count or count >= _MOST_SHOWN:
        return None
    return f"{path}?{_PARAMETER}={count + MESSAGES_SHOWN}#m{messages[1].seq}"
