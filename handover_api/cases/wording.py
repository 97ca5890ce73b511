"""What the resident reads when a person is asked for, comes and goes."""

from collections.abc import Callable
from datetime import datetime

from handover_api.models import Case
from handover_api.organisation.service import Availability
from handover_api.organisation.wording import who_is_there
from handover_api.rules.case import Priority, Reason
from handover_api.rules.contact import Channel
from handover_api.rules.follow_up import LEVEL_OF_LEADS
from handover_api.rules.spoken_time import coming_moment
from handover_api.texts import _, to_translate

_WHY = {
    Reason.UNSURE: to_translate("Jag är inte säker på svaret, så jag låter en människa ta över."),
    Reason.ASKED_FOR_PERSON: to_translate("Du får prata med en människa."),
    Reason.LANGUAGE: to_translate(
        "Du skriver på ett språk som jag inte kan svara på, så jag låter en människa ta över."
    ),
    Reason.HANDOVER_TOPIC: to_translate("Det här behöver en människa titta på."),
    Reason.PERSONAL_MATTER: to_translate("Frågan gäller ditt eget ärende."),
    Reason.URGENT_TOPIC: to_translate("Jag kopplar dig genast till en människa."),
    Reason.ARTICLE_MISSING: to_translate("Jag har inget färdigt svar på det, så jag låter en människa ta över."),
    Reason.ARTICLE_EXPIRED: to_translate(
        "Mitt svar om det här behöver ses över först, så jag låter en människa ta över."
    ),
    Reason.FAILURE: to_translate("Något gick fel hos mig, så jag låter en människa ta över."),
    Reason.BOT_OFF: to_translate("Chattboten är avstängd för den här frågan just nu, så en människa svarar dig."),
}

# Said only when the article of an urgent topic is missing or too old to be shown.
URGENT_WITHOUT_ARTICLE = to_translate(
    "Är det fara för liv, hälsa eller egendom? Ring **112** genast. "
    "Vänta inte på svar här i chatten. En medarbetare får ditt ärende först i kön."
)
HANDED_BACK = to_translate(
    "Medarbetaren har lämnat samtalet. Nu svarar chattboten igen. Du kan be om en människa när du vill."
)
CLOSED = to_translate("Samtalet är avslutat. Vill du fråga något mer kan du börja ett nytt samtal.")

ENDED_BY_RESIDENT = to_translate("Samtalet är avslutat av den som frågade.")


def left_queue(reference: str) -> str:
    return _(
        "Du har lämnat kön, och ärende {reference} är avslutat. Nu svarar chattboten igen. "
        "Du kan be om en människa när du vill."
    ).format(reference=reference)


# Above these words stands the urgent article, which says whom to ring.
_DO_NOT_WAIT = to_translate("Är det bråttom: vänta inte på svar här, utan gör det som står ovan.")
_LEAVE_CONTACT = to_translate("Du kan lämna din e-postadress eller ditt telefonnummer, så får du svaret dit.")


def in_queue(reason: Reason, reference: str, position: int, available: Availability, now: datetime) -> str:
    place = _(
        "Du står på plats {position} i kön. Den som svarar ser allt du redan har skrivit. "
        "Ditt ärendenummer är {reference}."
    ).format(position=position, reference=reference)
    text = f"{_(_WHY[reason])} {place}"
    if available.is_staffed:
        return text
    if reason is Reason.URGENT_TOPIC:
        what_then = _(_DO_NOT_WAIT)
    else:
        what_then = f"{_('Du kan vänta kvar här.')} {_(_LEAVE_CONTACT)}"
    return f"{text} {who_is_there(available, now)} {what_then}"


def closed_when_asked(reason: Reason, reference: str, available: Availability, now: datetime) -> str:
    # The usual words about why would promise somebody who comes at once.
    text = (
        f"{_('Det här behöver en människa svara på.')} {who_is_there(available, now)} "
        f"{_('Ditt ärendenummer är {reference}.').format(reference=reference)}"
    )
    return f"{text} {_(_DO_NOT_WAIT)}" if reason is Reason.URGENT_TOPIC else text


def closed_while_waiting(case: Case, available: Availability, now: datetime) -> str:
    text = f"{_('Ingen hann svara innan vi stängde.')} {who_is_there(available, now)}"
    return f"{text} {_(_DO_NOT_WAIT)}" if case.priority == Priority.URGENT else text


def left_to_be_answered(case: Case, now: datetime, *, has_contact: bool) -> str:
    where = _("Ditt ärende {reference} ligger hos oss. Du behöver inte vänta kvar här.")
    text = (
        f"{where.format(reference=case.reference)} {_answer_by(case, now)} "
        f"{_('Allt du har skrivit finns med. Svaret kommer här i chatten.')}"
    )
    return text if has_contact else f"{text} {_(_LEAVE_CONTACT)}"


def contact_offered(case: Case) -> str:
    text = _("Det dröjer innan någon kan svara. Du har kvar din plats i kön.")
    if case.priority == Priority.URGENT:
        return f"{text} {_(_DO_NOT_WAIT)}"
    return f"{text} {_(_LEAVE_CONTACT)} {_('Då behöver du inte vänta kvar här.')}"


ANSWERED_BY = {
    Channel.EMAIL: to_translate("Vi mejlar dig när det finns ett svar."),
    Channel.SMS: to_translate("Vi skickar ett sms när det finns ett svar."),
    Channel.TELEPHONE: to_translate("Vi ringer dig."),
    Channel.ANONYMOUS: to_translate("Du läser svaret här, med ärendenumret och koden."),
}


def receipt(case: Case, channel: Channel, now: datetime) -> str:
    keep = _(
        "Ditt ärendenummer är {reference}. Du behöver inte vänta kvar här, men du kan skriva mer när du vill."
    ).format(reference=case.reference)
    thanks = _("Tack, nu vet vi hur du vill ha svar.")
    return f"{thanks} {_(ANSWERED_BY[channel])} {_answer_by(case, now)} {keep}"


CONTACT_LEFT_WITH_AGENT = to_translate("Tack, nu vet vi hur vi når dig om samtalet bryts.")


def added_to_case(case: Case, now: datetime) -> str:
    added = _("Det du skriver läggs till i ärende {reference}.").format(reference=case.reference)
    return f"{added} {_answer_by(case, now)}"


def asked_again(reference: str, available: Availability, now: datetime, *, has_owner: bool) -> str:
    if has_owner:
        return _(
            "En medarbetare har redan ditt ärende {reference} och har nu fått veta att du är här. "
            "Skriv gärna mer. Svaret kommer här när medarbetaren kan."
        ).format(reference=reference)
    kept = _("Ditt ärende {reference} ligger kvar hos oss.").format(reference=reference)
    return f"{who_is_there(available, now)} {kept}"


RESIDENT_IS_HERE = "Invånaren är i chatten nu och vill prata med en människa."


def answer_by(due_at: datetime | None, now: datetime, say: Callable[[datetime], str]) -> str:
    """A sentence about when the answer comes, the moment in the words of `say`.

    Nothing is promised for a time that has been: a letter may be late, and so may an answer.
    """
    if due_at is None or due_at <= now:
        return _("Du får svar så snart vi kan.")
    return _("Du får svar senast {moment}.").format(moment=say(due_at))


def _answer_by(case: Case, now: datetime) -> str:
    return answer_by(case.due_at, now, lambda at: coming_moment(at, now))


def agent_joined(name: str) -> str:
    return _("{name} har tagit över samtalet och har läst det du har skrivit.").format(name=name)


_WHY_BACK = {
    "repaired": to_translate("Något blev fel hos oss, men ditt ärende finns kvar."),
    "agent_lost": to_translate("Medarbetaren tappade kontakten med oss."),
    "returned_by_agent": to_translate("Medarbetaren kunde inte svara klart och har lämnat tillbaka ärendet till kön."),
}


def why_back(reason: str, group_name: str | None) -> str:
    """Why a resident who had somebody waits again."""
    if reason in _WHY_BACK:
        return _(_WHY_BACK[reason])
    if group_name is None:
        return _("Medarbetaren har lämnat över ditt ärende till en annan svarsgrupp.")
    return _("Medarbetaren har lämnat över ditt ärende till svarsgruppen {group}.").format(group=group_name)


def back_in_queue(why: str, *, position: int, is_anybody_there: bool) -> str:
    place = (
        _("Du står först i kön.")
        if position == 1
        else _("Du står på plats {position} i kön.").format(position=position)
    )
    text = f"{why} {place} {_('Den som svarar ser allt som redan är skrivet.')}"
    if is_anybody_there:
        return text
    return f"{text} {_('Just nu är ingen medarbetare tillgänglig, men ditt ärende ligger kvar.')}"


def forwarded(reference: str, department: str, agent: str, channel: Channel | None) -> str:
    answered_by = _(ANSWERED_BY[channel]) if channel else _("Svaret kommer här i chatten.")
    told = _("Ditt ärende {reference} har gått vidare till {department}. {agent} följer upp att du får ett svar.")
    return f"{told.format(reference=reference, department=department, agent=agent)} {answered_by}"


# What staff read as notes in a case.
OWNER_IS_GONE = "Den som hade ärendet arbetar inte längre med ärenden. Ärendet ligger i kön igen."


def tell_department_yourself(department: str) -> str:
    return f"{department} har ingen adress här, så meddelandet har inte skickats. Kontakta förvaltningen själv."


def follow_up_due(department: str | None, level: int) -> str:
    """`department`: the one that has not answered, if the case waited for one."""
    missing = f"{department} har inte svarat i tid." if department else "Ärendet har inte följts upp i tid."
    if level >= LEVEL_OF_LEADS:
        return f"{missing} Teamledaren ser nu också ärendet. Berätta för invånaren hur det går."
    what_then = "Kontakta förvaltningen och berätta för invånaren hur det går."
    return f"{missing} {what_then if department else 'Se till att invånaren får ett svar.'}"
