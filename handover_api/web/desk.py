"""The agent desk: the queue, and one page a case. For other roles than agents and leads it does not exist."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from functools import lru_cache, partial
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents.identity import COOKIE, CaseHandlerDep
from handover_api.cases import lessons, reading, service, signals
from handover_api.cases.reading import WaitingList
from handover_api.cases.schemas import CaseStanding, CaseSummary
from handover_api.cases.watchdog import list_breaches
from handover_api.content import service as content
from handover_api.conversations import feedback
from handover_api.conversations.repository import BATCH, ConversationRepository
from handover_api.conversations.schemas import ClientId
from handover_api.conversations.stream import follow
from handover_api.database import SessionDep, transaction
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Case, Message, Staff
from handover_api.organisation.repository import OrganisationRepository
from handover_api.queue.board import DESKS, Desk, read_desk
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import State
from handover_api.rules.roles import HANDLES_CASES, Role
from handover_api.web import messages, outcomes, pages, sign_in
from handover_api.web.case_answers import SEARCH, read_answers
from handover_api.web.case_checklist import read_checklist
from handover_api.web.case_steps import Draft, read_steps
from handover_api.web.desk_presence import duty_event, open_desk, read_duty
from handover_api.web.desk_streams import (
    SIGNED_OUT,
    looking_at_duty,
    still_allowed,
    streaming_staff,
    until_signed_out,
)
from handover_api.web.earlier import earlier_link, shown_count
from handover_api.web.live_events import LiveEvent, LiveEvents, SeenDep, as_stream
from handover_api.web.outcomes import OutcomeForm
from handover_api.web.queue_filter import QueueFilter, groups_in, languages_in

router = APIRouter(include_in_schema=False)
router.include_router(sign_in.router)

Reference = Annotated[str, Path(max_length=30)]
QUEUE_PATH = "/desk"


def case_path(reference: str) -> str:
    return f"{QUEUE_PATH}/arenden/{reference}"


def can_reply(case: CaseStanding, *, is_mine: bool) -> bool:
    is_in_hands = case.state in {CaseState.ASSIGNED, CaseState.FORWARDED}
    return is_mine and is_in_hands and case.conversation_state != State.CLOSED


@router.get(QUEUE_PATH)
async def show_queue(request: Request, session: SessionDep, staff: CaseHandlerDep) -> Response:
    desk, wanted = await _read(request, session), QueueFilter.of(request)
    known = {group.id: group.name for group in await OrganisationRepository(session).list_groups()}
    return pages.page(
        request,
        "desk/queue.html.j2",
        staff=staff,
        breaches=await list_breaches(session) if staff.role == Role.LEAD else [],
        duty=await open_desk(session, staff, request.app.state.clock(), QUEUE_PATH),
        case_path=case_path,
        wanted=wanted,
        groups=groups_in(desk.waiting, wanted, known),
        languages=languages_in(desk.waiting, wanted),
        **_queue(request, desk, staff),
    )


@router.get(f"{QUEUE_PATH}/ko")
async def poll_queue(request: Request, session: SessionDep, staff: CaseHandlerDep) -> LiveEvents:
    duty = await read_duty(session, staff, request.app.state.clock(), QUEUE_PATH)
    return LiveEvents(events=[_queue_event(request, await _read(request, session), staff), duty_event(duty)])


@router.get(f"{QUEUE_PATH}/arenden/{{reference}}")
async def show_case(request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference) -> Response:
    await reading.record_reading(session, staff, reference, request.app.state.clock())
    return await case_page(request, session, staff, reference)


@router.post(f"{QUEUE_PATH}/arenden/{{reference}}/ta")
async def claim(request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference) -> Response:
    work = service.claim(session, staff, reference, request.app.state.clock())
    return await _done_or_refused(request, session, staff, reference, work, next_path=case_path(reference))


@router.post(f"{QUEUE_PATH}/arenden/{{reference}}/meddelanden")
async def reply(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    reference: Reference,
    client_id: Annotated[ClientId, Form()],
    text: Annotated[str, Form()] = "",
    used: Annotated[str, Form()] = "",
) -> Response:
    now = request.app.state.clock()
    work = service.write_as_agent(session, staff, reference, client_id, text, now, used=used)
    if pages.wants_page(request):
        next_path = f"{case_path(reference)}#text"
        return await _done_or_refused(
            request, session, staff, reference, work, next_path=next_path, text=text, used=used
        )
    seq = await work
    case = await reading.find_case_of(session, reference)
    stored = await ConversationRepository(session).list_for_staff(case.conversation_id, after=seq - 1)
    view = messages.for_staff(stored[0], now, staff)
    html = pages.fragment("partials/message.html.j2", message=view, is_anchored=True)
    return JSONResponse({"conversation": str(case.conversation_id), "seq": seq, "html": html})


@router.post(f"{QUEUE_PATH}/arenden/{{reference}}/lamna-tillbaka")
async def hand_back(request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference) -> Response:
    work = service.hand_back(session, staff, reference, request.app.state.clock())
    return await _done_or_refused(request, session, staff, reference, work, next_path=case_path(reference))


@router.get(f"{QUEUE_PATH}/arenden/{{reference}}/meddelanden")
async def poll_case(
    request: Request, session: SessionDep, staff: CaseHandlerDep, reference: Reference, seen: SeenDep
) -> LiveEvents:
    case = await reading.find_case_of(session, reference)
    new = await ConversationRepository(session).list_for_staff(case.conversation_id, seen)
    now = request.app.state.clock()
    standing = await _case_event(session, staff, reference)
    duty = duty_event(await read_duty(session, staff, now, case_path(reference)))
    read = await _read_event(session, case)
    return LiveEvents(events=[*_message_events(new, staff, now), standing, read, duty])


async def _streamed_case(request: Request, reference: Reference, _: Annotated[Staff, Depends(streaming_staff)]) -> Case:
    async with transaction(request.app.state.sessions) as session:
        return await reading.find_case_of(session, reference)


@router.get(f"{QUEUE_PATH}/handelser", response_class=EventSourceResponse)
async def stream_queue(
    request: Request, agent: Annotated[Staff, Depends(streaming_staff)]
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state
    token = request.cookies[COOKIE]

    async def look() -> AsyncIterator[LiveEvent]:
        # The board reads for all desks together; only a desk that it does not know yet reads for itself.
        desk = state.board.desk
        if desk is None or token not in desk.asked:
            async with transaction(state.sessions) as session:
                desk = await _read(request, session)
        staff = desk.staff.get(token)
        if staff is None or staff.role not in HANDLES_CASES:
            yield SIGNED_OUT
        else:
            yield _queue_event(request, desk, staff)

    with state.board.watch_desk(token), state.signs_of_life.desk(token):
        looks = {DESKS: look, live.staff_signal(agent.id): looking_at_duty(request, agent, QUEUE_PATH)}
        events = follow(state.hub, looks, state.clock, keep_alive_seconds=state.keep_alive_seconds)
        async for event in as_stream(until_signed_out(events)):
            yield event


@router.get(f"{QUEUE_PATH}/arenden/{{reference}}/handelser", response_class=EventSourceResponse)
async def stream_case(
    case: Annotated[Case, Depends(_streamed_case)],
    agent: Annotated[Staff, Depends(streaming_staff)],
    request: Request,
    seen: SeenDep,
) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state

    async def look() -> AsyncIterator[LiveEvent]:
        nonlocal seen
        is_all = False
        while not is_all:
            new: list[Message] = []
            async with transaction(state.sessions) as session:
                staff = await still_allowed(request, session)
                if staff is not None:
                    new = await ConversationRepository(session).list_for_staff(case.conversation_id, seen)
                    standing = await _case_event(session, staff, case.reference)
                    read = await _read_event(session, case)
            if staff is None:
                yield SIGNED_OUT
                return
            is_all = len(new) < BATCH
            for event in _message_events(new, staff, state.clock()):
                yield event
            seen = new[-1].seq if new else seen
        yield standing
        yield read

    async def look_at_reading() -> AsyncIterator[LiveEvent]:
        async with transaction(state.sessions) as session:
            yield await _read_event(session, case)

    async def look_at_writing() -> AsyncIterator[LiveEvent]:
        yield LiveEvent(event="writing", data="Invånaren skriver …", is_of_this_moment=True)

    looks = {
        live.conversation_signal(case.conversation_id): look,
        live.staff_signal(agent.id): looking_at_duty(request, agent, case_path(case.reference)),
        live.read_signal(case.conversation_id, live.RESIDENT): look_at_reading,
        live.writing_signal(case.conversation_id, live.RESIDENT): look_at_writing,
    }
    with state.signs_of_life.desk(request.cookies[COOKIE]):
        events = follow(state.hub, looks, state.clock, keep_alive_seconds=state.keep_alive_seconds)
        async for event in as_stream(until_signed_out(events)):
            yield event


async def _done_or_refused(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    reference: str,
    work: Awaitable[object],
    *,
    next_path: str,
    text: str = "",
    used: str = "",
) -> Response:
    """Goes on to the next page, or shows the case as it now stands, with the reason and what the agent had written."""
    try:
        async with session.begin_nested():
            await work
    except (ConflictError, InvalidError) as error:
        return await case_page(request, session, staff, reference, error=error, text=text, used=used)
    return RedirectResponse(next_path, 303)


async def _read(request: Request, session: AsyncSession) -> Desk:
    return await read_desk(session, [request.cookies[COOKIE]], request.app.state.clock())


def _queue(request: Request, desk: Desk, staff: Staff) -> dict[str, Any]:
    now = request.app.state.clock()
    minute = now.replace(second=0, microsecond=0)
    return {
        "waiting": _waiting_section(desk.waiting, frozenset(staff.answer_groups), minute, QueueFilter.of(request)),
        "bot_off": desk.bot_off,
        "now": minute,
        "mine": desk.owned[staff.id],
        "follow_ups": [case for case in desk.owned[staff.id] if reading.needs_follow_up(case, now)],
        # Only leads have the list of what has not been answered.
        "with_leads": desk.with_leads if staff.role == Role.LEAD else None,
        "row": partial(_row, minute),
    }


@lru_cache(maxsize=4096)
def _row(minute: datetime, case: CaseSummary, is_mine: bool) -> Markup:  # noqa: FBT001 - called in templates
    """Of all the rows that the desks show, few are new when something changes."""
    html = pages.fragment(
        "partials/queue_row.html.j2", case=case, is_mine=is_mine, now=minute, path=case_path(case.reference)
    )
    # A stream sends a field a line.
    return Markup(" ").join(html.split())


@lru_cache(maxsize=32)
def _waiting_section(waiting: WaitingList, groups: frozenset[str], minute: datetime, wanted: QueueFilter) -> Markup:
    """The same for everybody with these groups who looks at the same moment, so it is made once."""
    # Who has chosen an answer group sees that one, own or not.
    own = frozenset() if wanted.group else groups
    cases, count = _wanted(waiting, wanted, lambda group: not own or group in own)
    others, others_count = _wanted(waiting, wanted, lambda group: bool(own) and group not in own)
    return pages.fragment(
        "partials/waiting.html.j2",
        waiting=cases,
        count=count,
        others=others,
        others_count=others_count,
        has_others=bool(own),
        is_filtered=bool(wanted),
        is_cut=wanted.looks_at_cases and waiting.is_cut,
        most=reading.MOST_SHOWN,
        row=partial(_row, minute),
    )


def _wanted(waiting: WaitingList, wanted: QueueFilter, is_own: Callable[[str], bool]) -> tuple[list[CaseSummary], int]:
    cases, count = waiting.of(lambda group: is_own(group) and wanted.wants_group(group))
    if not wanted.looks_at_cases:
        return cases, count
    chosen = [case for case in waiting.first if is_own(case.answer_group) and wanted.wants_group(case.answer_group)]
    chosen = [case for case in chosen if wanted.wants(case)]
    return chosen[: reading.MOST_SHOWN], len(chosen)


def _queue_event(request: Request, desk: Desk, staff: Staff) -> LiveEvent:
    return LiveEvent(event="queue", data=pages.fragment("partials/queue.html.j2", **_queue(request, desk, staff)))


def _message_events(new: list[Message], staff: Staff, now: datetime) -> list[LiveEvent]:
    return [
        LiveEvent(
            event="message",
            id=str(message.seq),
            data=pages.fragment(
                "partials/message.html.j2", message=messages.for_staff(message, now, staff), is_anchored=True
            ),
        )
        for message in new
    ]


async def _case_event(session: AsyncSession, staff: Staff, reference: str) -> LiveEvent:
    case = await reading.get_state(session, reference)
    is_mine = case.owner_id == staff.id
    return LiveEvent(event="case", data=pages.fragment("partials/case_state.html.j2", case=case, is_mine=is_mine))


async def _read_event(session: AsyncSession, case: Case) -> LiveEvent:
    read = await ConversationRepository(session).find_read(case.conversation_id)
    return LiveEvent(event="read", data=str(read.by_resident))


async def case_page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    reference: str,
    *,
    error: ConflictError | InvalidError | None = None,
    text: str = "",
    used: str = "",
    draft: Draft | None = None,
    closing: OutcomeForm | None = None,
) -> Response:
    """The case as it stands: after a refused reply with `error` and its `text`, after another refused step with it."""
    now = request.app.state.clock()
    refusal = draft.error if draft else error
    refused_as = 422 if closing and closing.errors else 200
    row = await reading.find_case_of(session, reference)
    case = await reading.get_case(session, reference)
    is_mine = row.owner_id == staff.id
    count = shown_count(request)
    written = await ConversationRepository(session).list_latest_for_staff(row.conversation_id, count + 1)
    given = await feedback.list_of(session, written)
    views = [messages.for_staff(message, now, staff, given.get(message.id)) for message in written[-count:]]
    if written:
        await signals.staff_has_read(session, staff, reference, written[-1].seq)
    topics = await content.list_topics(session)
    titles = {topic.id: topic.title for topic in topics}
    guess = outcomes.best_guess(case.topic, case.evidence, topics)
    return pages.page(
        request,
        "desk/case.html.j2",
        status=refusal.status if refusal else refused_as,
        staff=staff,
        duty=await open_desk(session, staff, now, case_path(reference)),
        steps=await read_steps(session, staff, case, now, is_mine=is_mine, draft=draft),
        case=case,
        answers=await read_answers(session, request.query_params.get(SEARCH, ""), case, now, used=used),
        checklist=await read_checklist(session, case, now),
        site=request.app.state.sites.find(case.site),
        is_mine=is_mine,
        can_reply=can_reply(case, is_mine=is_mine),
        messages=messages.with_read_mark(views, case.read_by_resident),
        earlier=earlier_link(case_path(reference), written, count),
        titles=titles,
        guess=guess,
        areas=outcomes.list_choices(topics),
        levels=outcomes.LEVELS,
        closing=closing or OutcomeForm(category=guess.id if guess else ""),
        told_outcome=outcomes.told(case, titles),
        question=await lessons.find_question(session, row),
        has_told_editors=request.query_params.get("redaktionen") == "1",
        now=now,
        case_path=case_path,
        lesson_path=messages.lesson_path,
        client_id=str(uuid4()),
        error=error,
        text=text,
    )
