"""The resident's own case on its page: the steps that it has come, and sentences about what happens next."""

from dataclasses import dataclass
from datetime import datetime

from handover_api.cases.schemas import ConversationStatus, OwnCase
from handover_api.rules.case import CaseState
from handover_api.rules.conversation import State
from handover_api.texts import _
from handover_api.web import wording


@dataclass(frozen=True)
class CaseStep:
    """One step of the list. Those before the current one are done; those after it are still to come."""

    name: str
    at: datetime | None = None
    is_current: bool = False


def steps(status: ConversationStatus, case: OwnCase, now: datetime) -> list[CaseStep]:
    """How far the case has come, and what is left."""
    passed = [CaseStep(_("Mottaget"), case.received_at)]
    answered = [CaseStep(_("Besvarat"), case.answered_at)] if case.answered_at else []
    match case.state:
        case CaseState.CLOSED:
            ended = _("Återtaget") if case.is_withdrawn else _("Avslutat")
            return [*passed, *answered, CaseStep(ended, case.closed_at, is_current=True)]
        case CaseState.ANSWERED:
            return [*passed, *answered, CaseStep(_("Tillbaka hos chattboten"), is_current=True)]
        case _ if case.answered_at and not case.has_written_since:
            is_answered = CaseStep(_("Besvarat"), case.answered_at, is_current=True)
            return [*passed, CaseStep(_where(case)), is_answered]
        case _:
            return [*passed, *answered, CaseStep(_where(case), is_current=True), CaseStep(_coming(status, case, now))]


def _where(case: OwnCase) -> str:
    if case.department_name:
        return _("Hos {department}").format(department=case.department_name)
    if case.agent_name:
        return _("Hos {agent}").format(agent=case.agent_name)
    return _("Väntar på en medarbetare")


def _coming(status: ConversationStatus, case: OwnCase, now: datetime) -> str:
    if case.due_at is not None:
        time = wording.due(case.due_at)
        is_late = case.due_at <= now
        return (
            _("Svar skulle ha kommit senast {time}").format(time=time)
            if is_late
            else _("Svar senast {time}").format(time=time)
        )
    return _("Svar i chatten") if status.state in {State.WAITING, State.WITH_AGENT} else _("Svar så snart vi kan")


def what_happens(status: ConversationStatus, case: OwnCase, now: datetime) -> list[str]:
    """Sentences about who has the case and when the answer comes."""
    match case.state:
        case CaseState.CLOSED:
            return [_("Ärendet är avslutat. Undrar du något mer kan du skriva det här nedanför.")]
        case CaseState.ANSWERED:
            return [_("Medarbetaren har lämnat tillbaka samtalet till chattboten. Du kan be om en människa igen.")]
        case CaseState.FORWARDED if case.agent_name:
            whose = [
                _("Ärendet ligger hos {department}. {agent} följer upp att du får ett svar.").format(
                    department=case.department_name, agent=case.agent_name
                )
            ]
        case _ if case.agent_name:
            whose = [_("{agent}, medarbetare på kommunen, har ditt ärende.").format(agent=case.agent_name)]
        case _ if status.state is State.WAITING:
            return [wording.status(status, now)]
        case _:
            whose = [_("Ditt ärende väntar på en medarbetare. Du behöver inte vänta kvar.")]
    return [*whose, wording.when(status, now)]


def added(status: ConversationStatus, case: OwnCase, now: datetime, *, is_new_case: bool) -> str:
    """What the resident is told when something has been added: that it has come, and what happens next."""
    if is_new_case:
        received = _(
            "Ditt förra ärende är avslutat. Det du skrev har blivit ett nytt ärende, {reference}, "
            "som hör ihop med det förra."
        )
    else:
        received = _("Det du skrev är tillagt i ärende {reference}.")
    match status.state:
        case State.WITH_AGENT:
            what_then = _("{agent} ser det nu och svarar i chatten.").format(agent=status.agent_name)
        case State.WAITING:
            what_then = _("Den som svarar ser allt som du har skrivit.")
        case _:
            what_then = wording.answer_by(case.due_at, now)
    return f"{received.format(reference=case.reference)} {what_then}"
