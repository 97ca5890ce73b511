"""Timed work beside the service: `python -m handover_api.worker`."""

import asyncio
import contextlib
import os
import sys

import structlog
from sqlalchemy.dialects.postgresql import insert

from handover_api.clock import now
from handover_api.database import SessionFactory, create_engine, create_session_factory, transaction
from handover_api.health import WORKER
from handover_api.jobs import create_jobs
from handover_api.logs import configure_logging
from handover_api.models import Heartbeat
from handover_api.settings import Settings, SettingsError, read_settings

HEARTBEAT_SECONDS = 10.0

log = structlog.get_logger()


async def beat(sessions: SessionFactory) -> None:
    """Leaves a sign of life for `/health/ready`."""
    while True:
        try:
            async with transaction(sessions) as session:
                at = now()
                await session.execute(
                    insert(Heartbeat)
                    .values(process=WORKER, at=at)
                    .on_conflict_do_update(index_elements=[Heartbeat.process], set_={"at": at})
                )
        except Exception:
            # The database is away; the missing sign of life is the alarm.
            log.exception("worker.heartbeat_failed")
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def run(settings: Settings) -> None:
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_session_factory(engine)
    jobs = create_jobs(settings, sessions)
    heart = asyncio.create_task(beat(sessions))
    try:
        async with jobs.open_async():
            await jobs.run_worker_async(concurrency=2, install_signal_handlers=True)
    finally:
        heart.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await heart
        await engine.dispose()


def main() -> None:
    configure_logging()
    try:
        settings = read_settings(dict(os.environ))
    except SettingsError as error:
        sys.exit(str(error))
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
