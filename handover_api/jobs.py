"""The periodic jobs. They live in PostgreSQL (Procrastinate), so several workers can run and none is forgotten."""

import procrastinate
import structlog

from handover_api import clock as real_clock
from handover_api.agents.service import delete_outdated_sessions
from handover_api.bot_models import shadow, watching
from handover_api.bot_models.trainings import end_vanished
from handover_api.cases import transcripts
from handover_api.cases.watchdog import watch
from handover_api.clock import Clock
from handover_api.content.importing import service as imports
from handover_api.content.repository import ContentRepository
from handover_api.content.reviewing import publish_all_due
from handover_api.content.service import LOCAL_TIME
from handover_api.database import SessionFactory, transaction
from handover_api.outgoing import outbox
from handover_api.phrases import service as phrases
from handover_api.settings import Settings
from handover_api.tasks import digests

log = structlog.get_logger()


def create_jobs(settings: Settings, sessions: SessionFactory, *, clock: Clock = real_clock.now) -> procrastinate.App:
    """The periodic jobs. `clock` is given by tests; without it the real one is used."""
    jobs = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=settings.libpq_url))

    @jobs.periodic(cron="*/10 * * * *")
    @jobs.task(name="delete_outdated_sessions", pass_context=False)
    async def sign_out_outdated(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        async with transaction(sessions) as session:
            ended = await delete_outdated_sessions(session, clock())
        log.info("worker.sessions_deleted", count=ended)

    @jobs.periodic(cron="* * * * *")
    @jobs.task(name="watch_ownership", pass_context=False)
    async def watch_ownership(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        await watch(sessions, clock())

    @jobs.periodic(cron="* * * * *")
    @jobs.task(name="keep_models", pass_context=False)
    async def keep_models(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        async with transaction(sessions) as session:
            if await end_vanished(session, clock()):
                log.warning("worker.trainer_vanished")
            await watching.watch(session, clock())
            await shadow.end_due(session, clock())

    @jobs.periodic(cron="0 5 * * *")
    @jobs.task(name="report_expired_articles", pass_context=False)
    async def report_expired_articles(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        async with transaction(sessions) as session:
            expired = await ContentRepository(session).count_expired(clock().astimezone(LOCAL_TIME).date())
        if expired:
            log.warning("content.expired_articles", count=expired)

    @jobs.periodic(cron="* * * * *")
    @jobs.task(name="publish_scheduled_articles", pass_context=False)
    async def publish_scheduled_articles(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        await publish_all_due(sessions, clock())

    @jobs.periodic(cron="*/10 * * * *")
    @jobs.task(name="send_digests", pass_context=False)
    async def send_digests(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        await digests.send_all_due(sessions, clock())

    _add_deletions(jobs, sessions, clock)
    return jobs


def _add_deletions(jobs: procrastinate.App, sessions: SessionFactory, clock: Clock) -> None:
    """What is kept only for a time goes at night."""

    @jobs.periodic(cron="30 3 * * *")
    @jobs.task(name="delete_outdated_outgoing", pass_context=False)
    async def delete_outdated_outgoing(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        async with transaction(sessions) as session:
            await outbox.delete_outdated(session, clock())
            await transcripts.delete_outdated(session, clock())

    @jobs.periodic(cron="35 3 * * *")
    @jobs.task(name="delete_outdated_shadows", pass_context=False)
    async def delete_outdated_shadows(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        async with transaction(sessions) as session:
            await shadow.delete_outdated(session, clock())

    @jobs.periodic(cron="40 3 * * *")
    @jobs.task(name="delete_removed_phrases", pass_context=False)
    async def delete_removed_phrases(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        async with transaction(sessions) as session:
            await phrases.delete_outdated(session, clock())

    @jobs.periodic(cron="50 3 * * *")
    @jobs.task(name="delete_outdated_imports", pass_context=False)
    async def delete_outdated_imports(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it by name
        async with transaction(sessions) as session:
            await imports.delete_outdated(session, clock())
