"""The studio's page about the bot's models: which there are, what has happened to them, and training a new one.

It works without a script; with one it is live. Each model has a page of its own (web.studio_model).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.identity import COOKIE, AnswerKeeperDep, answer_keeper, signed_in_staff
from handover_api.agents.service import find_signed_in
from handover_api.bot_models import readiness, registry, trainings
from handover_api.bot_models.readiness import Fault
from handover_api.bot_models.repository import BotModelRepository, ListedEvent, ListedModel, ListedRun
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, HandoverError
from handover_api.models import Staff
from handover_api.rules.bot_model import ModelState
from handover_api.rules.roles import KEEPS_ANSWERS
from handover_api.rules.training import SILENCE, UNFINISHED, Progress, progress
from handover_api.web import changes_view, model_wording, pages, quality_view
from handover_api.web.changes_view import ShownChanges
from handover_api.web.desk_streams import SIGNED_OUT, until_refused
from handover_api.web.live_events import LiveEvent, LiveEvents, as_stream
from handover_api.web.studio_articles import STUDIO_PATH
from handover_api.web.studio_topics import topic_path

router = APIRouter(include_in_schema=False)

PATH = f"{STUDIO_PATH}/modeller"
_PARTIAL = "partials/models.html.j2"


@dataclass(frozen=True)
class Board:
    """What the page shows, and its stream."""

    models: list[ListedModel]
    events: list[ListedEvent]
    runs: list[ListedRun]
    progress: Progress | None
    is_trainer_silent: bool
    # What hinders a training, and what the next one would learn anew; None when nothing has been trained.
    faults: list[Fault]
    changes: ShownChanges | None
    # How many of the bot's processes there are, and how many answer with the model in use.
    followers: int
    at_the_model: int

    @property
    def serving(self) -> ListedModel | None:
        return next((each for each in self.models if each.model.state == ModelState.SERVING), None)

    @property
    def latest(self) -> ListedRun | None:
        return self.runs[0] if self.runs else None

    @property
    def unfinished(self) -> ListedRun | None:
        return next((each for each in self.runs if each.run.state in UNFINISHED), None)


async def streaming_keeper(request: Request) -> Staff:
    # A stream lives long; its right is checked in a transaction of its own, so that no connection waits with it.
    async with transaction(request.app.state.sessions) as session:
        return await answer_keeper(await signed_in_staff(request, session))


@router.get(PATH)
async def show_models(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    return await _page(request, session, staff)


@router.get(f"{PATH}/nu")
async def poll_models(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> LiveEvents:  # noqa: ARG001
    return LiveEvents(events=[await _event(request, session)])


@router.get(f"{PATH}/handelser", response_class=EventSourceResponse)
async def stream_models(
    request: Request,
    staff: Annotated[Staff, Depends(streaming_keeper)],  # noqa: ARG001 - it lets only some through
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state

    async def look() -> AsyncIterator[LiveEvent]:
        async with transaction(state.sessions) as session:
            # Rights may have gone since the stream was opened.
            found = await find_signed_in(session, request.cookies.get(COOKIE, ""), state.clock())
            is_allowed = found is not None and found.role in KEEPS_ANSWERS
            event = await _event(request, session) if is_allowed else SIGNED_OUT
        yield event

    events = follow(state.hub, {live.MODELS: look}, state.clock, keep_alive_seconds=state.keep_alive_seconds)
    async for event in as_stream(until_refused(events)):
        yield event


@router.post(f"{PATH}/trana")
async def train(request: Request, session: SessionDep, staff: AnswerKeeperDep) -> Response:
    try:
        await trainings.ask(session, staff, request.app.state.clock())
    except ConflictError as error:
        return await _page(request, session, staff, error)
    return RedirectResponse(f"{PATH}#traning", 303)


@router.post(f"{PATH}/traningar/{{run_id}}/avbryt")
async def cancel(request: Request, session: SessionDep, staff: AnswerKeeperDep, run_id: UUID) -> Response:
    await trainings.cancel(session, staff, run_id, request.app.state.clock())
    return RedirectResponse(f"{PATH}#traning", 303)


async def _page(request: Request, session: AsyncSession, staff: Staff, error: HandoverError | None = None) -> Response:
    shown = await _shown(request, session)
    return pages.page(
        request,
        "studio/models.html.j2",
        status=error.status if error else 200,
        staff=staff,
        error=error.detail if error else "",
        quality=quality_view.shown([each.model for each in shown["board"].models]),
        **shown,
    )


async def _event(request: Request, session: AsyncSession) -> LiveEvent:
    return LiveEvent(event="models", data=pages.fragment(_PARTIAL, **await _shown(request, session)))


async def _shown(request: Request, session: AsyncSession) -> dict[str, Any]:
    now = request.app.state.clock()
    repository = BotModelRepository(session)
    models, runs = await repository.list_models(), await repository.list_runs()
    followers = await repository.count_followers(now - registry.FOLLOWER_SILENCE)
    serving = next((each.model.sha256 for each in models if each.model.state == ModelState.SERVING), "")
    run = next((each.run for each in runs if each.run.state in UNFINISHED and each.run.started_at), None)
    last_life = await repository.last_life(trainings.TRAINER)
    board = Board(
        models=models,
        events=await repository.list_events(),
        runs=runs,
        progress=progress(run.started_at, trainings.expected(run), now) if run and run.started_at else None,
        is_trainer_silent=last_life is None or now - last_life > SILENCE,
        faults=await readiness.list_faults(session),
        changes=await changes_view.untrained(session, now),
        followers=sum(followers.values()),
        at_the_model=followers.get(serving, 0),
    )
    return {"board": board, "path": PATH, "words": model_wording, "topic_path": topic_path, "now": now}
