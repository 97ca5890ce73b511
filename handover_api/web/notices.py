"""What everybody is told above the chat: the crisis message, and that the bot is off.

Read once a process and change, however many pages are open; their streams send it from memory.
"""

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live, texts
from handover_api.database import SessionFactory, transaction
from handover_api.live import Hub
from handover_api.organisation import bot_switch, crisis
from handover_api.organisation.crisis import ShownCrisis
from handover_api.web import pages
from handover_api.web.live_events import LiveEvent

# Sent within the process, when what is told has been read again.
NOTICES_READ = "notices_read"

_RETRY_SECONDS = 1.0
_IDLE_SECONDS = 3600.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Notices:
    crisis: ShownCrisis | None
    is_bot_off: bool

    @property
    def crisis_words(self) -> tuple[str, str]:
        """The message in the page's language, or else in Swedish; and the language that it is in."""
        if self.crisis is None:
            return "", texts.SOURCE
        is_english = texts.interface_language() == "en" and bool(self.crisis.text_en)
        return (self.crisis.text_en, "en") if is_english else (self.crisis.text, texts.SOURCE)


async def read_notices(session: AsyncSession) -> Notices:
    return Notices(await crisis.find(session), await bot_switch.is_off_for_all(session))


def notices_event(notices: Notices) -> LiveEvent:
    return LiveEvent(event="notices", data=pages.fragment("resident/parts/notices.html.j2", notices=notices))


class KnownNotices:
    """As they were read last; None before the first time."""

    def __init__(self) -> None:
        self.latest: Notices | None = None

    async def run(self, sessions: SessionFactory, hub: Hub) -> None:
        """Keeps up with what is told until cancelled."""
        with hub.subscribe(live.NOTICES) as subscription:
            while True:
                try:
                    async with transaction(sessions) as session:
                        self.latest = await read_notices(session)
                except Exception:
                    # The database is away; what the pages show is old until it is there again.
                    log.exception("notices.reading_failed")
                    await asyncio.sleep(_RETRY_SECONDS)
                    continue
                hub.wake_here(NOTICES_READ)
                while not await subscription.wait(_IDLE_SECONDS):
                    pass
