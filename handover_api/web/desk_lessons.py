""" "Boten borde ha svarat": the form by which staff tell the editors, and the editors' inbox."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep, CaseHandlerDep
from handover_api.cases import lessons
from handover_api.cases.lessons import Occasion, Telling
from handover_api.content import service as content
from handover_api.conversations.schemas import ClientId, RawText
from handover_api.database import SessionDep
from handover_api.errors import InvalidError
from handover_api.models import Staff
from handover_api.rules.lesson import LessonKind
from handover_api.rules.roles import HANDLES_CASES
from handover_api.web import outcomes, pages
from handover_api.web.desk_addresses import QUEUE_PATH, case_path

router = APIRouter(include_in_schema=False)

INBOX_PATH = f"{QUEUE_PATH}/redaktion"
_TELL_PATH = f"{QUEUE_PATH}/boten-borde"

KINDS = {
    LessonKind.KNOWN_TOPIC: "Frågan hör till ett ämne som finns",
    LessonKind.ARTICLE_NEEDED: "Det behövs en ny artikel",
    LessonKind.ARTICLE_WRONG: "Artikeln är fel eller hjälper inte",
}
_FIELDS = {
    "kind_missing": "kind",
    "topic_missing": "topic",
    "text_empty": "question",
    "text_too_long": "question",
    "remark_too_long": "remark",
}


@router.get(f"{_TELL_PATH}/{{message_id}}")
async def show_form(request: Request, session: SessionDep, staff: CaseHandlerDep, message_id: UUID) -> Response:
    occasion = await lessons.find_occasion(session, staff, message_id, request.app.state.clock())
    telling = Telling(
        kind=LessonKind.ARTICLE_WRONG if occasion.answer and occasion.topic else "",
        topic=occasion.topic or "",
        question=occasion.question,
        remark="",
    )
    return await _form(request, session, staff, occasion, telling)


@router.post(f"{_TELL_PATH}/{{message_id}}")
async def tell(
    request: Request,
    session: SessionDep,
    staff: CaseHandlerDep,
    message_id: UUID,
    key: Annotated[ClientId, Form()],
    kind: Annotated[str, Form()] = "",
    topic: Annotated[str, Form()] = "",
    question: Annotated[RawText, Form()] = "",
    remark: Annotated[RawText, Form()] = "",
) -> Response:
    telling = Telling(kind, topic, question, remark)
    try:
        async with session.begin_nested():
            reference = await lessons.tell(session, staff, message_id, telling, request.app.state.clock(), key)
    except InvalidError as error:
        occasion = await lessons.find_occasion(session, staff, message_id, request.app.state.clock())
        return await _form(request, session, staff, occasion, telling, error=error)
    return RedirectResponse(f"{case_path(reference)}?redaktionen=1", 303)


async def _form(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    occasion: Occasion,
    telling: Telling,
    *,
    error: InvalidError | None = None,
) -> Response:
    return pages.page(
        request,
        "desk/telling.html.j2",
        status=error.status if error else 200,
        staff=staff,
        path=request.url.path,
        occasion=occasion,
        telling=telling,
        errors={_FIELDS.get(error.code, "question"): error.detail} if error else {},
        key=str(uuid4()),
        kinds=KINDS,
        areas=outcomes.list_choices(await content.list_topics(session)),
        case_path=case_path,
    )


@router.get(INBOX_PATH)
async def show_inbox(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    *,
    is_saved: Annotated[bool, Query(alias="sparat")] = False,
) -> Response:
    return pages.page(
        request,
        "desk/inbox.html.j2",
        staff=staff,
        path=INBOX_PATH,
        is_saved=is_saved,
        count=await lessons.count_open(session),
        open=await lessons.list_open(session),
        handled=await lessons.list_handled(session),
        kinds=KINDS,
        # Editors do not read conversations.
        may_read_cases=staff.role in HANDLES_CASES,
        case_path=case_path,
        now=request.app.state.clock(),
    )


@router.post(f"{INBOX_PATH}/{{lesson_id}}/klar")
async def handle(request: Request, session: SessionDep, staff: AnswerKeeperDep, lesson_id: UUID) -> Response:
    await lessons.handle(session, staff, lesson_id, request.app.state.clock())
    return RedirectResponse(f"{INBOX_PATH}?sparat=1", 303)
