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

_WHY = {
    Reason.UNSURE: "Jag är inte säker på svaret, så jag låter en människa ta över.",
    Reason.ASKED_FOR_PERSON: "Du får prata med en människa.",
    Reason.LANGUAGE: "Du skriver på ett språk som jag inte kan svara på, så jag låter en människa ta över.",
    Reason.HANDOVER_TOPIC: "Det här behöver en människa titta på.",
    Reason.PERSONAL_MATTER: "Frågan gäller ditt eget ärende.",
    Reason.URGENT_TOPIC: "Jag kopplar dig genast till en människa.",
    Reason.ARTICLE_MISSING: "Jag har inget färdigt svar på det, så jag låter en människa ta över.",
    Reason.ARTICLE_EXPIRED: "Mitt svar om det här behöver ses över först, så jag låter en människa ta över.",
    Reason.FAILURE: "Något gick fel hos mig, så jag låter en människa ta över.",
}

# Said only when the article of an urgent topic is missing or too old to be shown.
URGENT_WITHOUT_ARTICLE = (
    "Är det fara för liv, hälsa eller egendom? Ring **112** genast. "
    "Vänta inte på svar här i chatten. En medarbetare får ditt ärende först i kön."
)
HANDED_BACK = "Medarbetaren har lämnat samtalet. Nu svarar chattboten igen. Du kan be om en människa när du vill."
CLOSED = "Samtalet är avslutat. Vill du fråga något mer kan du börja ett nytt samtal."

ENDED_BY_RESIDENT = "Samtalet är avslutat av den som frågade."


# Above these words stands the urgent article, which says whom to ring.
_DO_NOT_WAIT = "Är det bråttom: vänta inte på svar här, utan gör det som står ovan."
_LEAVE_CONTACT = "Du kan lämna din e-postadress eller ditt telefonnummer, så får du svaret dit."


def in_queue(reason: Reason, reference: str, position: int, available: Availability, now: datetime) -> str:
    text = (
        f"{_WHY[reason]} Du står på plats {position} i kön. "
        f"Den som svarar ser allt du redan har skrivit. Ditt ärendenummer är {reference}."
    )
    if available.is_staffed:
        return text
    what_then = _DO_NOT_WAIT if reason is Reason.URGENT_TOPIC else f"Du kan vänta kvar här. {_LEAVE_CONTACT}"
    return f"{text} {who_is_there(available, now)} {what_then}"


def closed_when_asked(reason: Reason, reference: str, available: Availability, now: datetime) -> str:
    # The usual words about why would promise somebody who comes at once.
    text = f"Det här behöver en människa svara på. {who_is_there(available, now)} Ditt ärendenummer är {reference}."
    return f"{text} {_DO_NOT_WAIT}" if reason is Reason.URGENT_TOPIC else text


def closed_while_waiting(case: Case, available: Availability, now: datetime) -> str:
    text = f"Ingen hann svara innan vi stängde. {who_is_there(available, now)}"
    return f"{text} {_DO_NOT_WAIT}" if case.priority == Priority.URGENT else text


def left_to_be_answered(case: Case, now: datetime, *, has_contact: bool) -> str:
    text = (
        f"Ditt ärende {case.reference} ligger hos oss. Du behöver inte vänta kvar här. {_answer_by(case, now)} "
        "Allt du har skrivit finns med. Svaret kommer här i chatten."
    )
    return text if has_contact else f"{text} {_LEAVE_CONTACT}"


def contact_offered(case: Case) -> str:
    text = "Det dröjer innan någon kan svara. Du har kvar din plats i kön."
    if case.priority == Priority.URGENT:
        return f"{text} {_DO_NOT_WAIT}"
    return f"{text} {_LEAVE_CONTACT} Då behöver du inte vänta kvar här."


ANSWERED_BY = {
    Channel.EMAIL: "Vi mejlar dig när det finns ett svar.",
    Channel.SMS: "Vi skickar ett sms när det finns ett svar.",
    Channel.TELEPHONE: "Vi ringer dig.",
    Channel.ANONYMOUS: "Du läser svaret här, med ärendenumret och koden.",
}


def receipt(case: Case, channel: Channel, now: datetime) -> str:
    return (
        f"Tack, nu vet vi hur du vill ha svar. {ANSWERED_BY[channel]} {_answer_by(case, now)} "
        f"Ditt ärendenummer är {case.reference}. Du behöver inte vänta kvar här, men du kan skriva mer när du vill."
    )


CONTACT_LEFT_WITH_AGENT = "Tack, nu vet vi hur vi når dig om samtalet bryts."


def added_to_case(case: Case, now: datetime) -> str:
    return f"Det du skriver läggs till i ärende {case.reference}. {_answer_by(case, now)}"


def asked_again(reference: str, available: Availability, now: datetime, *, has_owner: bool) -> str:
    if has_owner:
        return (
            f"En medarbetare har redan ditt ärende {reference} och har nu fått veta att du är här. "
            "Skriv gärna mer. Svaret kommer här när medarbetaren kan."
        )
    return f"{who_is_there(available, now)} Ditt ärende {reference} ligger kvar hos oss."


RESIDENT_IS_HERE = "Invånaren är i chatten nu och vill prata med en människa."


def answer_by(due_at: datetime | None, now: datetime, say: Callable[[datetime], str]) -> str:
    """A sentence about when the answer comes, the moment in the words of `say`.

    Nothing is promised for a time that has been: a letter may be late, and so may an answer.
    """
    if due_at is None or due_at <= now:
        return "Du får svar så snart vi kan."
    return f"Du får svar senast {say(due_at)}."


def _answer_by(case: Case, now: datetime) -> str:
    return answer_by(case.due_at, now, lambda at: coming_moment(at, now))


def agent_joined(name: str) -> str:
    return f"{name} har tagit över samtalet och har läst det du har skrivit."


_WHY_BACK = {
    "repaired": "Något blev fel hos oss, men ditt ärende finns kvar.",
    "agent_lost": "Medarbetaren tappade kontakten med oss.",
    "returned_by_agent": "Medarbetaren kunde inte svara klart och har lämnat tillbaka ärendet till kön.",
}


def why_back(reason: str, group_name: str | None) -> str:
    """Why a resident who had somebody waits again."""
    group = f"svarsgruppen {group_name}" if group_name else "en annan svarsgrupp"
    return _WHY_BACK.get(reason, f"Medarbetaren har lämnat över ditt ärende till {group}.")


def back_in_queue(why: str, *, position: int, is_anybody_there: bool) -> str:
    place = "Du står först i kön" if position == 1 else f"Du står på plats {position} i kön"
    ending = "" if is_anybody_there else " Just nu är ingen medarbetare tillgänglig, men ditt ärende ligger kvar."
    return f"{why} {place}. Den som svarar ser allt som redan är skrivet.{ending}"


def forwarded(reference: str, department: str, agent: str, channel: Channel | None) -> str:
    answered_by = ANSWERED_BY[channel] if channel else "Svaret kommer här i chatten."
    return (
        f"Ditt ärende {reference} har gått vidare till {department}. {agent} följer upp att du får ett svar. "
        f"{answered_by}"
    )


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
