"""Who answers instead: a colleague, another answer group, the queue again, or a lead who takes over.

The place in the queue is never lost: `waiting_since` and the priority stay as they were.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api import live
from handover_api.agents import presence
from handover_api.agents.service import actor, find_case_handler
from handover_api.audit.service import Actor
from handover_api.cases import offers, steps, wording
from handover_api.cases.repository import CaseRepository
from handover_api.cases.service import append_note, assign, notify_resident, take, tell_who_joined
from handover_api.cases.sight import sight_of
from handover_api.cases.steps import ANY, Locked, Step, require_owner
from handover_api.cases.trail import record
from handover_api.cases.workload import workloads
from handover_api.conversations.service import advance, storable_text
from handover_api.conversations.spoken_with import speaking_with
from handover_api.errors import ConflictError, InvalidError, NotFoundError
from handover_api.models import Staff
from handover_api.organisation.answer_groups import require_groups
from handover_api.organisation.service import find_group
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import Event, State
from handover_api.rules.presence import PresenceStatus
from handover_api.rules.roles import Role

TRANSFERRED = "transferred"
RETURNED_BY_AGENT = "returned_by_agent"
AGENT_LOST = "agent_lost"


async def transfer(
    session: AsyncSession,
    staff: Staff,
    reference: str,
    now: datetime,
    *,
    to_agent: str | None = None,
    to_group: str | None = None,
    note: str,
    step: Step = ANY,
) -> None:
    """Gives the case to a colleague (a user name) or to the queue of another answer group, with a note for whoever
    reads it there. A case that waits can be moved to another group by any agent; a lead may move everyone's, and give
    a case that waits to a colleague.

    Raises:
        NotFoundError
        InvalidError: the note cannot be stored, `target_missing`, `colleague_missing` or `answer_group_missing`.
        ConflictError: `colleague_may_not_see`, `colleague_away`, `colleague_full`, `already_there`,
            `conversation_closed`, `forwarded`, `state_forbids`; or as `steps.begin` or `steps.require_owner`.
    """
    text = storable_text(note)
    if (to_agent is None) == (to_group is None):
        raise InvalidError("target_missing", "Välj antingen en kollega eller en svarsgrupp.")
    locked = await steps.begin(session, staff, "transfer", reference, step)
    if locked is None:
        return
    if to_agent is not None:
        target = await _give_to_colleague(session, staff, locked, to_agent, now)
    else:
        target = await _give_to_group(session, staff, locked, to_group or "", now)
    await append_note(session, staff, locked, text, now)
    record(session, actor(staff), "transfer", locked, now, to=target)
    steps.finish(session, staff, "transfer", locked, step, now)
    live.publish(session, live.QUEUE)


async def return_to_queue(
    session: AsyncSession, staff: Staff, reference: str, note: str, now: datetime, step: Step = ANY
) -> None:
    """Puts the case back where it stood in the queue. The note for the next agent may be empty.

    Raises:
        NotFoundError
        InvalidError: the note cannot be stored.
        ConflictError: `conversation_closed`, `forwarded`; or as `steps.begin` or `steps.require_owner`.
    """
    text = storable_text(note) if note.strip() else None
    locked = await steps.begin(session, staff, "return", reference, step)
    if locked is None:
        return
    _require_right(locked, staff)
    _require_in_hand(locked)
    await requeue(session, locked, actor(staff), RETURNED_BY_AGENT, now)
    if text is not None:
        await append_note(session, staff, locked, text, now)
    record(session, actor(staff), "return", locked, now)
    steps.finish(session, staff, "return", locked, step, now)


async def take_over(session: AsyncSession, staff: Staff, reference: str, now: datetime, step: Step = ANY) -> None:
    """A lead takes the case, from the queue or from whoever has it.

    Raises:
        NotFoundError: also for whoever is no lead.
        ConflictError: `already_yours`, `already_closed` or `not_assigned`; or as `steps.begin`.
    """
    if staff.role != Role.LEAD:
        raise NotFoundError
    locked = await steps.begin(session, staff, "take_over", reference, step)
    if locked is None:
        return
    case, conversation = locked.case, locked.conversation
    if case.state == CaseState.WAITING:
        await take(session, staff, locked, now)
    elif case.owner_id == staff.id and case.state in {CaseState.ASSIGNED, CaseState.FORWARDED}:
        raise ConflictError(
            "already_yours", "Du har redan det här ärendet.", state=case.state, version=conversation.version
        )
    else:
        _require_right(locked, staff)
        await _change_owner(session, locked, staff, Event.TAKEN_OVER, actor(staff), now)
        await presence.give_sign_of_life(session, staff, now)
        await presence.note_assignment(session, staff.id, now)
        record(session, actor(staff), "take_over", locked, now)
    steps.finish(session, staff, "take_over", locked, step, now)
    live.publish(session, live.QUEUE)


async def requeue(session: AsyncSession, locked: Locked, who: Actor, reason: str, now: datetime) -> None:
    """Puts a locked case that an agent has back into its place in the queue, and tells whoever waits."""
    case, conversation = locked.case, locked.conversation
    was_live = conversation.state == State.WITH_AGENT
    former = case.owner_id
    await advance(
        session,
        conversation,
        Event.RETURNED_TO_QUEUE,
        who,
        now,
        reason=reason,
        case_reference=case.reference,
        evidence={"from": str(former), "answer_group": case.answer_group},
    )
    _put_in_queue(locked, case.answer_group, now)
    if was_live:
        await _tell_place(session, locked, reason, now)
    if former is not None:
        live.publish(session, live.staff_signal(former))
    live.publish(session, live.QUEUE)


async def _give_to_colleague(session: AsyncSession, staff: Staff, locked: Locked, username: str, now: datetime) -> str:
    is_from_queue = locked.case.state == CaseState.WAITING and staff.role == Role.LEAD
    if not is_from_queue:
        _require_right(locked, staff)
    colleague = await find_case_handler(session, username)
    if colleague is None:
        raise InvalidError("colleague_missing", "Det finns ingen medarbetare med det namnet som kan ta emot ärenden.")
    if colleague.id == locked.case.owner_id:
        raise ConflictError("already_there", f"{colleague.display_name} har redan ärendet.", **_current(locked))
    if not sight_of(colleague).takes_in(locked.case.answer_group, locked.case.secrecy_classes):
        raise ConflictError(
            "colleague_may_not_see",
            f"{colleague.display_name} får inte se det här ärendet. Välj någon annan, eller lämna det till en "
            "svarsgrupp.",
            **_current(locked),
        )
    if locked.conversation.state in {State.WITH_AGENT, State.WAITING}:
        await _require_room(session, staff, colleague, locked, now)
    if is_from_queue:
        await assign(session, colleague, locked, actor(staff), now)
        return colleague.username
    await _change_owner(session, locked, colleague, Event.TRANSFERRED, actor(staff), now)
    await presence.note_assignment(session, colleague.id, now)
    return colleague.username


async def _require_room(session: AsyncSession, staff: Staff, colleague: Staff, locked: Locked, now: datetime) -> None:
    """Somebody sits and waits, so the colleague must be there. A lead may give more than there is room for."""
    found = await presence.find_for_update(session, colleague.id, now)
    if found is None or (found.status != PresenceStatus.AVAILABLE and staff.role != Role.LEAD):
        raise ConflictError(
            "colleague_away",
            f"{colleague.display_name} är inte tillgänglig just nu. Välj någon annan, eller lämna ärendet till kön.",
            **_current(locked),
        )
    load = (await workloads(session, [colleague.id]))[colleague.id]
    if load.live + load.offers >= colleague.capacity and staff.role != Role.LEAD:
        raise ConflictError(
            "colleague_full",
            f"{colleague.display_name} har redan så många samtal som går. Välj någon annan, eller lämna ärendet till "
            "kön.",
            **_current(locked),
        )


async def _change_owner(
    session: AsyncSession, locked: Locked, new: Staff, event: Event, who: Actor, now: datetime
) -> None:
    case, conversation = locked.case, locked.conversation
    former = case.owner_id
    await advance(
        session,
        conversation,
        event,
        who,
        now,
        case_reference=case.reference,
        evidence={"from": str(former), "to": str(new.id)},
    )
    case.owner_id = new.id
    case.claimed_at = now
    if conversation.state == State.WITH_AGENT:
        await tell_who_joined(session, conversation, new, now)
    live.publish(session, live.staff_signal(new.id))
    if former is not None:
        live.publish(session, live.staff_signal(former))


async def _give_to_group(session: AsyncSession, staff: Staff, locked: Locked, group_id: str, now: datetime) -> str:
    case, conversation = locked.case, locked.conversation
    is_waiting = case.state == CaseState.WAITING
    if not is_waiting:
        _require_right(locked, staff)
        _require_in_hand(locked)
    await require_groups(session, [group_id])
    if is_waiting and group_id == case.answer_group:
        raise ConflictError("already_there", "Ärendet väntar redan i den svarsgruppen.", **_current(locked))
    former_owner, former_group = case.owner_id, case.answer_group
    is_live = conversation.state == State.WITH_AGENT
    await advance(
        session,
        conversation,
        Event.RETURNED_TO_QUEUE if is_live else Event.TRANSFERRED,
        actor(staff),
        now,
        reason=TRANSFERRED,
        case_reference=case.reference,
        evidence={"from_group": former_group, "to_group": group_id},
    )
    await offers.settle(session, case, taken_by=None)
    _put_in_queue(locked, group_id, now)
    if is_live:
        await _tell_place(session, locked, TRANSFERRED, now)
    if former_owner is not None:
        live.publish(session, live.staff_signal(former_owner))
    return group_id


def _put_in_queue(locked: Locked, answer_group: str, now: datetime) -> None:
    case = locked.case
    case.state = CaseState.WAITING
    case.owner_id = None
    case.claimed_at = None
    case.answer_group = answer_group
    case.in_group_since = now
    # The wait has been interrupted, or goes on elsewhere: it says nothing about how long others will wait.
    case.started_at_position = None


async def _tell_place(session: AsyncSession, locked: Locked, reason: str, now: datetime) -> None:
    """The resident learns what happened, the place in the queue, and whether anybody is there."""
    case = locked.case
    await session.flush()  # The place is counted in the database.
    group = await find_group(session, case.answer_group)
    position = await CaseRepository(session).queue_position(case)
    is_anybody_there = await presence.count_present(session, case.answer_group, now) > 0
    with speaking_with(locked.conversation):
        why = wording.why_back(reason, None if group.name == group.id else group.name)
        text = wording.back_in_queue(why, position=position, is_anybody_there=is_anybody_there)
        await notify_resident(session, locked.conversation, "back_in_queue", text, now)


def _require_right(locked: Locked, staff: Staff) -> None:
    """That the agent has the case, or is a lead and somebody has it.

    Raises:
        ConflictError: as `steps.require_owner`.
    """
    is_in_hands = locked.case.state in {CaseState.ASSIGNED, CaseState.FORWARDED}
    if not (staff.role == Role.LEAD and is_in_hands):
        require_owner(locked, staff)


def _require_in_hand(locked: Locked) -> None:
    """That the case can go back to the queue.

    Raises:
        ConflictError: `forwarded` or `conversation_closed`.
    """
    if locked.case.state == CaseState.FORWARDED:
        raise ConflictError(
            "forwarded", "Ärendet ligger hos en förvaltning. Ge det till en kollega i stället.", **_current(locked)
        )
    if locked.conversation.state == State.CLOSED:
        raise ConflictError(
            "conversation_closed",
            "Invånaren har avslutat samtalet, så ingen väntar. Avsluta ärendet när du är klar.",
            **_current(locked),
        )


def _current(locked: Locked) -> dict[str, object]:
    return {"state": locked.case.state, "version": locked.conversation.version}
