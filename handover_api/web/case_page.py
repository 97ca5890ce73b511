"""The page of a case, after whatever has been done with it."""

from uuid import uuid4

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases import access, asking, lessons, reading, signals
from handover_api.cases.catalogue import KnownCatalogue
from handover_api.cases.repository import ListedCase
from handover_api.cases.schemas import CaseStanding
from handover_api.cases.sight import require_seen
from handover_api.conversations import feedback
from handover_api.conversations.repository import BATCH, ConversationRepository
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Staff
from handover_api.queue.board import Desk
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import State
from handover_api.rules.roles import Role
from handover_api.web import messages, outcomes, pages
from handover_api.web.case_answers import SEARCH, read_answers
from handover_api.web.case_asking import DETAILS, AskingForm
from handover_api.web.case_checklist import read_checklist
from handover_api.web.case_opening import opening_page
from handover_api.web.case_secrecy import list_choices
from handover_api.web.case_steps import Draft, list_groups, read_steps
from handover_api.web.desk_addresses import case_path
from handover_api.web.desk_presence import open_desk
from handover_api.web.earlier import earlier_link, shown_count
from handover_api.web.evidence import read_evidence
from handover_api.web.outcomes import OutcomeForm
from handover_api.web.topic_options import topic_options


def can_reply(case: CaseStanding, *, is_mine: bool) -> bool:
    is_in_hands = case.state in {CaseState.ASSIGNED, CaseState.FORWARDED}
    return is_mine and is_in_hands and case.conversation_state != State.CLOSED


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
    asked: AskingForm | None = None,
    listed: ListedCase | None = None,
) -> Response:
    """The case as it stands: after a refused reply with `error` and its `text`, after another refused step with it.
    `listed`: the case, if it has just been looked up.
    """
    now = request.app.state.clock()
    known: KnownCatalogue = request.app.state.catalogue
    refusal = next((each.error for each in (draft, asked) if each), error)
    listed = listed or await reading.find_listed(session, reference)
    row = listed.case
    require_seen(staff, row)
    if not await access.may_read(session, staff, row, now):
        # What was decided on a page of a time when it still was theirs, or free.
        unsent = next((each.text for each in (draft, asked) if each), text)
        return await opening_page(request, session, staff, reference, refusal=refusal, unsent=unsent)
    is_mine = row.owner_id == staff.id
    count = shown_count(request)
    latest = await ConversationRepository(session).list_latest_for_staff(row.conversation_id, max(count + 1, BATCH))
    catalogue = await known.read(session)
    case = await reading.read_case(session, staff, listed, latest, catalogue.checklist_of(row.topic))
    written = latest[-count - 1 :]
    given = await feedback.list_of(session, written)
    left = await asking.list_left(session, written)
    views = [
        messages.for_staff(message, now, staff, given.get(message.id), left.get(message.id))
        for message in written[-count:]
    ]
    if written and written[-1].seq > listed.conversation.read_by_staff:
        await signals.staff_has_read(session, staff, row, written[-1].seq)
    topics, groups = catalogue.topics, catalogue.groups
    desk: Desk | None = request.app.state.board.latest
    titles = {topic.id: topic.title for topic in topics}
    guess = outcomes.best_guess(case.topic, case.evidence, topics)
    closing = closing or OutcomeForm(category=guess.id if guess else "")
    return pages.page(
        request,
        "desk/case.html.j2",
        status=refusal.status if refusal else (422 if closing.errors else 200),
        staff=staff,
        duty=await open_desk(session, staff, now, case_path(reference)),
        steps=await read_steps(
            session,
            staff,
            case,
            now,
            groups=list_groups(groups, topics),
            departments=catalogue.departments,
            colleagues=desk.colleagues if desk else None,
            is_mine=is_mine,
            draft=draft,
        ),
        case=case,
        answers=await read_answers(
            session, staff, request.query_params.get(SEARCH, ""), case, now, facts=catalogue.facts, used=used
        ),
        checklist=await read_checklist(session, reference, case.checklist, now),
        site=request.app.state.sites.find(case.site),
        secrecy_choices=list_choices(groups, topics) if is_mine or staff.role == Role.LEAD else [],
        is_mine=is_mine,
        can_reply=can_reply(case, is_mine=is_mine),
        messages=messages.with_read_mark(views, case.read_by_resident),
        earlier=earlier_link(case_path(reference), written, count),
        titles=titles,
        guess=guess,
        evidence=read_evidence(case, topics),
        topics=topic_options(outcomes.list_choices(topics), closing.category),
        levels=outcomes.LEVELS,
        closing=closing,
        told_outcome=outcomes.told(case, titles),
        requests=await asking.list_requests(session, row.conversation_id),
        asked=asked or AskingForm(),
        asking_details=DETAILS,
        question=await lessons.find_question(session, row),
        has_told_editors=request.query_params.get("redaktionen") == "1",
        now=now,
        case_path=case_path,
        lesson_path=messages.lesson_path,
        client_id=str(uuid4()),
        error=error,
        text=text,
    )
