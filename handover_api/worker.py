"""Timed work beside the service: `python -m handover_api.worker`."""

import asyncio
import os
import sys
from pathlib import Path

import structlog
from sqlalchemy.dialects.postgresql import insert

from handover_api.cases.couriers import ErrandCourier, MailCourier, SmsCourier
from handover_api.cases.deliveries import ERRAND
from handover_api.cases.transcripts import KIND as TRANSCRIPT
from handover_api.clock import Clock, now
from handover_api.content.importing.importer import Importer
from handover_api.database import SessionFactory, create_engine, create_session_factory, transaction
from handover_api.health import WORKER
from handover_api.integrations.case_system import CaseSystem, NoCaseSystem
from handover_api.integrations.sms import FolderSmsSender, NoSmsSender, SmsSender
from handover_api.integrations.smtp import FolderMailer, Mailer, NoMailer, SmtpMailer
from handover_api.integrations.support_management import Account, SupportManagement
from handover_api.integrations.webhooks import WebhookClient
from handover_api.jobs import create_jobs
from handover_api.live import Hub
from handover_api.logs import configure_logging
from handover_api.models import Heartbeat
from handover_api.outgoing.sender import Sender
from handover_api.outgoing.webhooks import KIND as WEBHOOK
from handover_api.outgoing.webhooks import WebhookCourier
from handover_api.queue.keeper import Keeper
from handover_api.rules.contact import Channel
from handover_api.settings import Settings, SettingsError, read_settings
from handover_api.tasks.courier import DigestCourier
from handover_api.tasks.digests import KIND as DIGEST
from handover_api.web.outcomes import AREAS
from handover_api.web.transcript_courier import TranscriptCourier

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


class Sending:
    """The sender with the real ways out of the house."""

    def __init__(self, settings: Settings, sessions: SessionFactory, hub: Hub, clock: Clock = now) -> None:
        self._webhooks = WebhookClient(may_be_private=settings.webhooks_to_private_addresses)
        self._case_system = create_case_system(settings)
        mailer = create_mailer(settings)
        public_url = settings.public_url.rstrip("/")
        self.sender = Sender(
            sessions=sessions,
            hub=hub,
            clock=clock,
            couriers={
                Channel.EMAIL: MailCourier(sessions, mailer, public_url, clock),
                Channel.SMS: SmsCourier(sessions, create_sms_sender(settings), public_url, clock),
                ERRAND: ErrandCourier(sessions, self._case_system, clock),
                WEBHOOK: WebhookCourier(sessions, self._webhooks, clock),
                TRANSCRIPT: TranscriptCourier(sessions, mailer, clock),
                DIGEST: DigestCourier(sessions, mailer, public_url, clock),
            },
        )

    async def close(self) -> None:
        await self._webhooks.close()
        await self._case_system.close()


def create_mailer(settings: Settings) -> Mailer:
    if settings.smtp_host:
        return SmtpMailer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            sender=settings.mail_from,
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value(),
        )
    if settings.mail_folder:
        return FolderMailer(Path(settings.mail_folder), settings.mail_from)
    return NoMailer()


def create_sms_sender(settings: Settings) -> SmsSender:
    return FolderSmsSender(Path(settings.sms_folder)) if settings.sms_folder else NoSmsSender()


def create_case_system(settings: Settings) -> CaseSystem:
    if settings.case_system == "none":
        return NoCaseSystem()
    return SupportManagement(
        Account(
            url=settings.support_management_url,
            municipality_id=settings.support_management_municipality_id,
            namespace=settings.support_management_namespace,
            category=settings.support_management_category,
            type=settings.support_management_type,
            status=settings.support_management_status,
            token_url=settings.support_management_token_url,
            client_id=settings.support_management_client_id,
            client_secret=settings.support_management_client_secret.get_secret_value(),
        )
    )


async def run(settings: Settings) -> None:
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_session_factory(engine)
    jobs = create_jobs(settings, sessions)
    hub = Hub(settings.libpq_url)
    keeper = Keeper(sessions, hub, now, follow_up_hours=settings.follow_up_hours)
    sending = Sending(settings, sessions, hub)
    tasks = [
        asyncio.create_task(beat(sessions)),
        asyncio.create_task(hub.run()),
        asyncio.create_task(keeper.run()),
        asyncio.create_task(sending.sender.run()),
        asyncio.create_task(Importer(sessions, hub, now, AREAS).run()),
    ]
    try:
        async with jobs.open_async():
            await jobs.run_worker_async(concurrency=2, install_signal_handlers=True)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await sending.close()
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
