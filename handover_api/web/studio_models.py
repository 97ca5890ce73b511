"""The studio's page about the bot's models: training a new one, putting one in use, going back to an earlier one.

It works without a script; with one it is live. The page about one model says how it compares with the one in use.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.identity import COOKIE, AnswerKeeperDep, answer_keeper, signed_in_staff
from handover_api.agents.service import find_signed_in
from handover_api.bot_models import registry, trainings
from handover_api.bot_models.archives import Archives
from handover_api.bot_models.repository import BotModelRepository, ListedEvent, ListedModel, ListedRun
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, HandoverError, InvalidError, NotFoundError
from handover_api.models import BotModel, Staff
from handover_api.rules.bot_model import ModelState
from handover_api.rules.roles import KEEPS_ANSWERS, Role
from handover_api.rules.training import SILENCE, UNFINISHED, Progress, progress
from handover_api.web import model_wording, pages
from handover_api.web.desk_streams import SIGNED_OUT, until_refused
from handover_api.web.live_events import LiveEvent, LiveEvents, as_stream
from handover_api.web.studio_articles import STUDIO_PATH, article_path

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


@router.get(f"{PATH}/{{model_id}}")
async def show_model(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    model_id: UUID,
    *,
    is_refused: Annotated[bool, Query(alias="stoppad")] = False,
) -> Response:
    return await _model_page(request, session, staff, model_id, is_refused=is_refused)


@router.post(f"{PATH}/{{model_id}}/anvand")
async def use(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    model_id: UUID,
    reason: Annotated[str, Form(alias="anledning")] = "",
    *,
    goes_past: Annotated[bool, Form(alias="trots")] = False,
) -> Response:
    if goes_past and not reason.strip():
        error: HandoverError = InvalidError("reason_missing", "Skriv varför modellen ska tas i bruk ändå.")
        return await _model_page(request, session, staff, model_id, reason=reason, error=error)
    archives: Archives = request.app.state.archives
    now = request.app.state.clock()
    try:
        refusals = await registry.use(session, archives, staff, model_id, reason if goes_past else "", now)
    except (ConflictError, InvalidError) as failure:
        return await _model_page(request, session, staff, model_id, reason=reason, error=failure)
    return RedirectResponse(f"{PATH}/{model_id}?stoppad=1" if refusals else PATH, 303)


async def _page(request: Request, session: AsyncSession, staff: Staff, error: HandoverError | None = None) -> Response:
    return pages.page(
        request,
        "studio/models.html.j2",
        status=error.status if error else 200,
        staff=staff,
        error=error.detail if error else "",
        **await _shown(request, session),
    )


async def _model_page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    model_id: UUID,
    *,
    is_refused: bool = False,
    reason: str = "",
    error: HandoverError | None = None,
) -> Response:
    repository = BotModelRepository(session)
    model = await repository.find(model_id)
    if model is None:
        raise NotFoundError
    serving = await repository.find_serving()
    archives: Archives = request.app.state.archives
    return pages.page(
        request,
        "studio/model.html.j2",
        status=error.status if error else 200,
        staff=staff,
        path=PATH,
        model=model,
        serving=serving if serving is not model else None,
        is_new=model.state in {ModelState.CANDIDATE, ModelState.REFUSED},
        is_kept=archives.has(model.sha256),
        is_refused=is_refused,
        refusals=await _refusals(session, model),
        may_override=staff.role == Role.LEAD,
        most_reason=registry.MOST_REASON_CHARACTERS,
        reason=reason,
        error=error.detail if error else "",
        words=model_wording,
        now=request.app.state.clock(),
    )


async def _refusals(session: AsyncSession, model: BotModel) -> list[str]:
    is_new = model.state in {ModelState.CANDIDATE, ModelState.REFUSED}
    return await registry.list_refusals(session, model) if is_new else []


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
        followers=sum(followers.values()),
        at_the_model=followers.get(serving, 0),
    )
    return {"board": board, "path": PATH, "words": model_wording, "article_path": article_path, "now": now}
