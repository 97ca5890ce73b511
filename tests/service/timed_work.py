"""What the worker does by the clock, done when a test says so."""

from handover_api.clock import Clock
from handover_api.database import SessionFactory
from handover_api.jobs import create_jobs
from handover_api.settings import Settings


class TimedWork:
    def __init__(self, settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
        self._tasks = create_jobs(settings, sessions, clock=clock).tasks

    async def do(self, name: str) -> None:
        await self._tasks[name](timestamp=0)
