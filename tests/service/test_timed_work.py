import structlog
from environment import settings_for
from fakes import FakeClock
from people import ACCOUNTS, People
from sqlalchemy import func, select, update
from structlog.testing import capture_logs
from timed_work import TimedWork

from handover_api.content.repository import ContentRepository
from handover_api.database import SessionFactory, create_engine, create_session_factory, transaction
from handover_api.models import Conversation, StaffSession


async def test_the_jobs_run_and_report_without_a_word_of_what_was_said(
    people: People, sessions: SessionFactory, timed_work: TimedWork
) -> None:
    resident = await people.resident()
    async with transaction(sessions) as session:
        await session.execute(update(Conversation).values(state="waiting"))
    assert structlog.is_configured()
    with capture_logs() as lines:
        for name in ("watch_ownership", "delete_outdated_sessions", "report_expired_articles"):
            await timed_work.do(name)
    assert [line["conversation_id"] for line in lines if line["event"] == "watchdog.invariant_broken"] == [resident.id]
    assert any(line["event"] == "worker.sessions_deleted" for line in lines)


async def test_only_sessions_that_are_over_are_deleted(own_database_url: str) -> None:
    settings, clock = settings_for(own_database_url), FakeClock()
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_session_factory(engine)
    timed_work = TimedWork(settings, sessions, clock)
    for hours, left in [(settings.staff_session_hours - 1, len(ACCOUNTS)), (2, 0)]:
        clock.advance(hours=hours)
        await timed_work.do("delete_outdated_sessions")
        async with sessions() as session:
            assert await session.scalar(select(func.count()).select_from(StaffSession)) == left
    await engine.dispose()


async def test_expired_articles_are_counted(published: object, sessions: SessionFactory, clock: FakeClock) -> None:
    assert published
    async with sessions() as session:
        content = ContentRepository(session)
        assert await content.count_expired(clock().date()) == 0
        assert await content.count_expired(clock().date().replace(year=2028)) == 2
