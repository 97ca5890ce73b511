"""Puts the service together: real adapters, routers, errors. Nothing below this module knows which ones are real."""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path

import httpx
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request

from handover_api import clock as real_clock
from handover_api import health, problems
from handover_api.agents import api as agents_api
from handover_api.bot_models import api as bot_models_api
from handover_api.bot_models import shadow_api
from handover_api.bot_models.archives import Archives
from handover_api.cases import (
    access_api,
    answers_api,
    case_system_api,
    forwarding_api,
    internal_api,
    opinions_api,
    resident_api,
    staff_api,
    transfers_api,
)
from handover_api.cases.bot_off import AnsweringUnlessOff
from handover_api.cases.catalogue import KnownCatalogue
from handover_api.cases.danger import WatchingForDanger
from handover_api.cases.guard import only_what_exists, only_what_may_be_seen
from handover_api.clock import Clock
from handover_api.content import api as content_api
from handover_api.conversations.dispatcher import Dispatcher, Duty
from handover_api.conversations.stream import KEEP_ALIVE_SECONDS
from handover_api.database import create_engine, create_session_factory
from handover_api.errors import NotFoundError
from handover_api.integrations.bot import Bot, RasaBot
from handover_api.live import HUB, Hub
from handover_api.organisation import api as organisation_api
from handover_api.organisation import switches_api
from handover_api.phrases.known import KnownPhrases
from handover_api.questions import api as questions_api
from handover_api.queue import api as queue_api
from handover_api.queue.board import Board
from handover_api.queue.signs_of_life import SignsOfLife
from handover_api.settings import Settings
from handover_api.web import (
    desk_answers,
    desk_asking,
    desk_case,
    desk_choices,
    desk_closing,
    desk_colleagues,
    desk_hours,
    desk_lessons,
    desk_moving,
    desk_opening,
    desk_presence,
    desk_queue,
    desk_ready_answers,
    desk_registering,
    desk_secrecy,
    desk_sites,
    desk_steps,
    desk_wall,
    pages,
    resident,
    resident_case,
    resident_ending,
    resident_erasing,
    resident_feedback,
    resident_language,
    resident_own_case,
    resident_requests,
    resident_saving,
    resident_waiting,
    sign_in,
    signals,
    studio_articles,
    studio_digest,
    studio_editor,
    studio_facts,
    studio_import,
    studio_import_report,
    studio_model,
    studio_models,
    studio_phrases,
    studio_question,
    studio_questions,
    studio_regression,
    studio_review,
    studio_shadow,
    studio_tasks,
    studio_topic,
    studio_topics,
    studio_try,
)
from handover_api.web.known_facts import KnownFacts
from handover_api.web.languages import AnswersInTheChosenLanguage
from handover_api.web.notices import KnownNotices
from handover_api.web.shared_readings import SharedReadings
from handover_api.web.sites import read_sites

log = structlog.get_logger()


def create_application(
    settings: Settings,
    *,
    bot: Bot | None = None,
    clock: Clock = real_clock.now,
    keep_alive_seconds: float = KEEP_ALIVE_SECONDS,
) -> FastAPI:
    """The service as an ASGI application.

    `bot`, `clock` and `keep_alive_seconds` are given by tests; without them the real ones are used.

    Raises:
        SettingsError: the file of the sites cannot be used.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(settings.sqlalchemy_url)
        app.state.engine = engine
        app.state.hub = Hub(settings.libpq_url)
        app.state.sessions = create_session_factory(engine, **{HUB: app.state.hub})
        app.state.board = Board(sessions=app.state.sessions, hub=app.state.hub, clock=clock)
        app.state.signs_of_life = SignsOfLife(sessions=app.state.sessions, clock=clock)
        app.state.duties = SharedReadings()
        app.state.bot = bot or RasaBot(
            settings.bot_url, settings.bot_token.get_secret_value(), settings.bot_attempt_seconds
        )
        app.state.neighbours = httpx.AsyncClient(trust_env=False)

        def dispatch[Answer](duty: Duty[Answer]) -> Coroutine[None, None, None]:
            return Dispatcher(
                sessions=app.state.sessions,
                hub=app.state.hub,
                duty=duty,
                clock=clock,
                deadline_seconds=settings.bot_deadline_seconds,
            ).run()

        tasks = [
            asyncio.create_task(app.state.hub.run()),
            asyncio.create_task(app.state.board.run()),
            asyncio.create_task(app.state.facts.read_at_start(app.state.sessions)),
            asyncio.create_task(app.state.signs_of_life.run()),
            asyncio.create_task(app.state.notices.run(app.state.sessions, app.state.hub)),
            asyncio.create_task(dispatch(AnsweringUnlessOff(app.state.bot, app.state.sessions))),
            asyncio.create_task(dispatch(WatchingForDanger(app.state.bot))),
        ]
        try:
            yield
        finally:
            for task in reversed(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await app.state.duties.close()
            await app.state.bot.close()
            await app.state.neighbours.aclose()
            await engine.dispose()

    app = FastAPI(
        title="Handover API",
        version="1",
        description="The digital front door of a municipal contact centre.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses=problems.RESPONSES,
    )
    app.state.settings = settings
    app.state.sites = read_sites(settings)
    app.state.archives = Archives(Path(settings.models_folder))
    app.state.facts = KnownFacts()
    app.state.notices = KnownNotices()
    app.state.phrases = KnownPhrases()
    app.state.catalogue = KnownCatalogue()
    app.state.clock = clock
    app.state.keep_alive_seconds = keep_alive_seconds
    problems.install(app)
    app.add_middleware(AnswersInTheChosenLanguage)
    pages.install(app)

    internal = APIRouter(dependencies=[Depends(only_with_internal_token)])
    internal.include_router(content_api.router)
    internal.include_router(internal_api.router)
    internal.include_router(bot_models_api.router)
    internal.include_router(shadow_api.router)
    internal.include_router(questions_api.router)
    internal.include_router(organisation_api.internal_router)
    for router in (
        health.router,
        agents_api.router,
        resident_api.router,
        opinions_api.router,
        answers_api.router,
        organisation_api.router,
        switches_api.router,
        case_system_api.router,
        internal,
        resident.router,
        resident_case.router,
        resident_own_case.router,
        resident_ending.router,
        resident_erasing.router,
        resident_feedback.router,
        resident_requests.router,
        resident_language.router,
        resident_saving.router,
        resident_waiting.router,
        signals.router,
        sign_in.router,
        desk_choices.router,
        desk_registering.router,
        desk_lessons.router,
        desk_hours.router,
        desk_sites.router,
        desk_ready_answers.router,
        studio_articles.router,
        studio_tasks.router,
        studio_digest.router,
        studio_editor.router,
        studio_facts.router,
        studio_import.router,
        studio_import_report.router,
        studio_models.router,
        studio_model.router,
        studio_shadow.router,
        studio_topic.router,  # Before the phrases, whose pages lie under any topic's name.
        studio_phrases.router,
        studio_questions.router,
        studio_question.router,
        studio_regression.router,
        studio_review.router,
        studio_topics.router,
        studio_try.router,
    ):
        # Whichever of them names a case: new routes are guarded without anybody having to think of it.
        app.include_router(router, dependencies=[Depends(only_what_may_be_seen)])
    for router in (
        staff_api.router,
        transfers_api.router,
        queue_api.router,
        forwarding_api.router,
        desk_queue.router,
        desk_case.router,
        desk_answers.router,
        desk_asking.router,
        desk_closing.router,
        desk_steps.router,
        desk_secrecy.router,
        desk_presence.router,
        desk_wall.router,
        desk_moving.router,
        desk_colleagues.router,
    ):
        app.include_router(router, dependencies=[_BEFORE_DESKS, Depends(only_what_may_be_seen)])
    for router in (access_api.router, desk_opening.router):
        app.include_router(router, dependencies=[Depends(only_what_exists)])
    return app


async def before_desks(request: Request) -> AsyncIterator[None]:
    """Who works with cases and has pressed something is answered before open desks are brought up to date."""
    is_followed = request.method == "POST" and pages.wants_page(request)
    with request.app.state.board.page_first(is_followed_by_page=is_followed):
        yield


# A stream is let in, and no longer waited for.
_BEFORE_DESKS = Depends(before_desks, scope="function")


def only_with_internal_token(request: Request) -> None:
    """The internal API does not exist for anyone but the action server."""
    settings: Settings = request.app.state.settings
    expected = f"Bearer {settings.internal_token.get_secret_value()}"
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
        raise NotFoundError
