"""Which cases exist for a member of staff: the rule of `rules.access`, for rows and in SQL."""

from sqlalchemy import ColumnElement, and_, any_, false, func, or_, true

from handover_api.cases.repository import case_missing
from handover_api.models import Case, Staff
from handover_api.rules import access
from handover_api.rules.access import Sight
from handover_api.rules.case import CaseState, Priority
from handover_api.rules.roles import HANDLES_CASES, Role

_IS_DANGER = and_(Case.state == CaseState.WAITING, Case.priority == Priority.URGENT)


def sight_of(staff: Staff) -> Sight:
    return Sight(Role(staff.role), frozenset(staff.answer_groups), frozenset(staff.secrecy_classes))


def may_see(staff: Staff, case: Case) -> bool:
    return access.may_see(
        sight_of(staff),
        is_owner=case.owner_id == staff.id,
        answer_group=case.answer_group,
        secrecy_classes=case.secrecy_classes,
        is_waiting_danger=access.is_danger(CaseState(case.state), Priority(case.priority)),
    )


def require_seen(staff: Staff, case: Case) -> None:
    """
    Raises:
        NotFoundError: as for a case that does not exist.
    """
    if not may_see(staff, case):
        raise case_missing()


def seen_by(staff: Staff) -> ColumnElement[bool]:
    """The condition on a case that it exists for this member of staff."""
    if staff.role not in HANDLES_CASES:
        return false()
    if staff.role == Role.LEAD:
        return true()
    taken_in: ColumnElement[bool] = Case.secrecy_classes.op("<@")(staff.secrecy_classes)
    if staff.answer_groups:
        taken_in = and_(taken_in, Case.answer_group.in_(staff.answer_groups))
    return or_(Case.owner_id == staff.id, _IS_DANGER, taken_in)


def taken_in_by(staff: type[Staff]) -> ColumnElement[bool]:
    """The same for a case that nobody has, and whoever is in the other table of a query."""
    is_in_groups = or_(func.cardinality(staff.answer_groups) == 0, Case.answer_group == any_(staff.answer_groups))
    is_agents = and_(is_in_groups, Case.secrecy_classes.op("<@")(staff.secrecy_classes))
    return or_(staff.role == Role.LEAD, and_(staff.role == Role.AGENT, or_(_IS_DANGER, is_agents)))
