"""The steps of a case beside writing and closing: which of them somebody may take now, and what they need to choose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.cases import protocol
from handover_api.cases.moving import Target
from handover_api.cases.openings import list_openings
from handover_api.cases.schemas import CaseRead, DepartmentRead
from handover_api.content.schemas import TopicRead
from handover_api.errors import ConflictError, InvalidError
from handover_api.models import Staff
from handover_api.queue.people import list_colleagues
from handover_api.queue.schemas import Colleague
from handover_api.rules.access import Sight
from handover_api.rules.case import DEFAULT_ANSWER_GROUP, CaseState
from handover_api.rules.conversation import State
from handover_api.rules.presence import PresenceStatus
from handover_api.rules.roles import Role
from handover_api.web import wording
from handover_api.web.case_opening import told
from handover_api.web.history import Happening, tell

_IN_HANDS = frozenset({CaseState.ASSIGNED, CaseState.FORWARDED})


class Form(StrEnum):
    """A form of the page, by the last part of its address."""

    NOTE = "anteckning"
    FORWARD = "vidarebefordra"
    DEPARTMENT_ANSWER = "forvaltningens-svar"
    TRANSFER = "lamna-over"
    RETURN = "ater-till-kon"
    TAKE_OVER = "ta-over"


@dataclass(frozen=True)
class Draft:
    """What somebody had filled in when a step was refused, and why it was."""

    form: Form
    text: str
    chosen: str
    error: ConflictError | InvalidError


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class CaseSteps:
    """`key` makes a form that is sent twice one step; `version` is the state of things that the page shows."""

    forms: frozenset[Form]
    departments: list[DepartmentRead]
    colleagues: list[Choice]
    groups: list[Choice]
    history: list[Happening]
    version: int
    draft: Draft | None = None
    key: str = field(default_factory=lambda: str(uuid4()))

    @property
    def lost_draft(self) -> Draft | None:
        """The draft of a form that is no longer there."""
        return self.draft if self.draft and self.draft.form not in self.forms else None

    def draft_of(self, form: str) -> Draft | None:
        return self.draft if self.draft and self.draft.form == form else None

    def has(self, form: str) -> bool:
        return form in self.forms


async def read_steps(
    session: AsyncSession,
    staff: Staff,
    case: CaseRead,
    now: datetime,
    *,
    groups: list[Choice],
    departments: list[DepartmentRead],
    colleagues: list[Colleague] | None,
    is_mine: bool,
    draft: Draft | None,
) -> CaseSteps:
    """`groups`: those that cases can be moved to; `colleagues`: everybody who handles cases, if they are known."""
    forms = possible_forms(
        case.state,
        case.conversation_state,
        is_mine=is_mine,
        is_lead=staff.role == Role.LEAD,
        has_department=case.department is not None,
    )
    may_give_to_colleague = Form.TRANSFER in forms and (case.state in _IN_HANDS or staff.role == Role.LEAD)
    may_give_to_group = Form.TRANSFER in forms and case.state != CaseState.FORWARDED and not _is_over(case)
    return CaseSteps(
        forms=forms if departments else forms - {Form.FORWARD},
        departments=departments,
        colleagues=_colleagues(await list_colleagues(session, now) if colleagues is None else colleagues, case)
        if may_give_to_colleague
        else [],
        groups=_elsewhere(groups, case) if may_give_to_group else [],
        history=await _history(session, case, departments, now),
        version=case.version,
        draft=draft,
    )


async def _history(
    session: AsyncSession, case: CaseRead, departments: list[DepartmentRead], now: datetime
) -> list[Happening]:
    """What has happened, and who has opened the case that was not theirs, the latest first."""
    events = await protocol.list_events(session, case.conversation_id)
    steps = tell(events, {each.id: each.name for each in departments}, now)
    opened = [
        Happening(told(opening), opening.at, wording.clock_time(opening.at, now))
        for opening in await list_openings(session, case.reference)
    ]
    return sorted([*reversed(opened), *steps], key=lambda each: each.at, reverse=True)


def possible_forms(
    state: CaseState, conversation: State, *, is_mine: bool, is_lead: bool, has_department: bool
) -> frozenset[Form]:
    """The steps that the service would not refuse, as far as the page can tell."""
    is_over = conversation is State.CLOSED
    is_in_hands = state in _IN_HANDS
    may_decide = is_in_hands and (is_mine or is_lead)
    possible = {
        Form.NOTE: True,
        Form.FORWARD: is_in_hands and is_mine and not is_over,
        Form.DEPARTMENT_ANSWER: has_department and state is not CaseState.CLOSED,
        Form.TRANSFER: may_decide or (state is CaseState.WAITING and not is_over),
        Form.RETURN: may_decide and state is CaseState.ASSIGNED and not is_over,
        Form.TAKE_OVER: is_in_hands and is_lead and not is_mine,
    }
    return frozenset(form for form, is_possible in possible.items() if is_possible)


def _is_over(case: CaseRead) -> bool:
    return case.conversation_state is State.CLOSED


def _colleagues(everybody: list[Colleague], case: CaseRead) -> list[Choice]:
    return [
        colleague_choice(each)
        for each in everybody
        if each.display_name != case.owner and _sight_of(each).takes_in(case.answer_group, case.secrecy_classes)
    ]


def _sight_of(colleague: Colleague) -> Sight:
    return Sight(colleague.role, frozenset(colleague.answer_groups), frozenset(colleague.secrecy_classes))


def _whereabouts(colleague: Colleague) -> str:
    if colleague.status is None:
        return "inte här"
    if colleague.status is PresenceStatus.ON_BREAK:
        return "har paus"
    return f"{colleague.live} av {colleague.capacity} samtal"


def _elsewhere(groups: list[Choice], case: CaseRead) -> list[Choice]:
    is_there = group_choice(case.answer_group) if case.state is CaseState.WAITING else None
    return [choice for choice in groups if choice.value != is_there]


def list_groups(set_up: Mapping[str, str], topics: Iterable[TopicRead]) -> list[Choice]:
    """The answer groups that a case can be moved to: those that are set up, with their names; or else the topics'."""
    names = set_up
    if not names:
        used = {topic.answer_group for topic in topics} | {DEFAULT_ANSWER_GROUP}
        names = {group: wording.answer_group(group) for group in used}
    return sorted((Choice(group_choice(group), name) for group, name in names.items()), key=lambda choice: choice.label)


def group_choice(group: str) -> str:
    return f"group:{group}"


def colleague_choice(colleague: Colleague) -> Choice:
    return Choice(f"agent:{colleague.username}", f"{colleague.display_name} ({_whereabouts(colleague)})")


def read_target(value: str) -> Target:
    """What was chosen of colleagues and groups; neither, if nothing was."""
    kind, _, name = value.partition(":")
    return Target(agent=name if kind == "agent" else None, group=name if kind == "group" else None)
