"""What the resident and the department read in e-mail and text messages.

E-mail and text messages travel and lie unprotected, and others may read them on the same telephone or computer. So what
may be secret is not in them: only that there is an answer, and how to read it.
"""

from dataclasses import dataclass
from datetime import datetime

from handover_api.cases.wording import answer_by
from handover_api.rules import text_message
from handover_api.rules.contact import Channel
from handover_api.rules.opening_hours import LOCAL_TIME
from handover_api.rules.spoken_time import MONTHS, WEEKDAYS
from handover_api.texts import _, to_translate

RETURN_PATH = "/chatt/arende"

_NO_REPLY = to_translate("Det går inte att svara på det här mejlet. Skriv i chatten i stället.")
_FROM = to_translate("Vänliga hälsningar\nKontaktcenter")


@dataclass(frozen=True)
class Text:
    """`subject` is for e-mail alone."""

    subject: str
    body: str


def may_be_sent_openly(*, touches_secrecy: bool | None, is_personal: bool) -> bool:
    """Whether the words of an answer may stand in an e-mail or a text message.

    Nobody knows what a case without a topic touches (`touches_secrecy` is None), so its answer is read in the chat.
    """
    return touches_secrecy is False and not is_personal


def reply_by_email(reference: str, answer: str | None, public_url: str) -> Text:
    """`answer`: None when it may not be sent openly."""
    if answer:
        told = f"{_('Du har fått svar i ditt ärende {reference}:').format(reference=reference)}\n\n{answer}"
    else:
        told = _(
            "Du har fått svar i ditt ärende {reference}. "
            "Svaret kan innehålla sådant som inte bör skickas med e-post. Läs det därför i chatten."
        ).format(reference=reference)
    question = _("Vill du läsa hela samtalet eller skriva mer?")
    return Text(
        _("Svar i ditt ärende {reference}").format(reference=reference),
        _letter(told, f"{question} {_how_to_return(public_url)}"),
    )


def reply_by_text_message(reference: str, answer: str | None, public_url: str) -> str:
    where = f"\n{_('Läs i chatten med ärendenumret och din kod:')} {public_url}{RETURN_PATH}"
    told = _("Du har fått svar i ärende {reference}").format(reference=reference)
    return text_message.fit(f"{told}: ", answer, where) if answer else text_message.fit(f"{told}.", "", where)


def receipt_by_email(reference: str, due_at: datetime | None, public_url: str, now: datetime) -> Text:
    received = _("Vi har tagit emot ditt ärende. Det har nummer {reference}.").format(reference=reference)
    then = _("Vi mejlar dig när det finns ett svar. Det står också i chatten.")
    question = _("Vill du läsa samtalet eller skriva mer?")
    return Text(
        _("Vi har tagit emot ditt ärende {reference}").format(reference=reference),
        _letter(
            received,
            f"{answer_by(due_at, now, _dated)} {then}",
            f"{question} {_how_to_return(public_url)}",
            _("Är det fara för liv, hälsa eller egendom? Vänta inte på svar. Ring 112."),
        ),
    )


def receipt_by_text_message(reference: str, due_at: datetime | None, public_url: str, now: datetime) -> str:
    received = _("Vi har tagit emot ditt ärende {reference}.").format(reference=reference)
    then = _("Vi skickar ett sms då. Läs eller skriv mer:")
    return text_message.fit(f"{received} {answer_by(due_at, now, _dated)}", "", f" {then} {public_url}{RETURN_PATH}")


def forward_by_email(reference: str, department: str, note: str | None) -> Text:
    """`note`: what the agent asks the department to do; None when it may not be sent openly."""
    what = (
        f"Så här skriver kontaktcentret:\n\n{note}"
        if note
        else "Vad det gäller bör inte skickas med e-post. Ring kontaktcentret och uppge ärendenumret."
    )
    return Text(
        f"Ärende {reference} till {department}",
        f"Hej!\n\nKontaktcentret skickar ärende {reference} till {department}.\n\n{what}\n\n"
        "Svara kontaktcentret och uppge ärendenumret. Det är kontaktcentret som svarar invånaren.\n\n"
        f"{_FROM}\n",
    )


def errand_title(reference: str, topic_title: str | None) -> str:
    return f"Ärende {reference}: {topic_title}" if topic_title else f"Ärende {reference} från kontaktcentret"


def errand_description(reference: str, topic_title: str | None) -> str:
    about = f" Det gäller: {topic_title}" if topic_title else ""
    return (
        f"Kontaktcentret har skickat ärende {reference}.{about} Vad ni ska göra står i anteckningarna. "
        "Svara kontaktcentret, som svarar invånaren."
    )


# What is written in the case when something did not arrive.
RECEIPT_NOT_DELIVERED = {
    Channel.EMAIL: to_translate(
        "Vi kunde inte skicka något till den e-postadress som du lämnade. Svaret kommer här i chatten. "
        "Är adressen fel kan du lämna den igen."
    ),
    Channel.SMS: to_translate(
        "Vi kunde inte skicka något sms till det nummer som du lämnade. Svaret kommer här i chatten. "
        "Är numret fel kan du lämna det igen."
    ),
}
REPLY_NOT_DELIVERED = {
    Channel.EMAIL: "Svaret nådde inte fram per e-post. Det står i chatten, men invånaren vet inte om det. "
    "Försök nå invånaren på annat sätt.",
    Channel.SMS: "Sms:et om svaret nådde inte fram. Svaret står i chatten, men invånaren vet inte om det. "
    "Försök nå invånaren på annat sätt.",
}


def forward_not_delivered(department: str) -> str:
    return f"Ärendet nådde inte fram till {department}. Kontakta förvaltningen på annat sätt."


def _letter(*paragraphs: str) -> str:
    """What a resident reads, with the words around it."""
    greeting, ending = _("Hej!"), _(_FROM)
    return "\n\n".join((greeting, *paragraphs, _(_NO_REPLY), ending)) + "\n"


def _how_to_return(public_url: str) -> str:
    return _(
        "Gå till {address} och skriv ärendenumret och koden som du fick i chatten. "
        "Har du chatten öppen kan du fortsätta där."
    ).format(address=f"{public_url}{RETURN_PATH}")


def _dated(at: datetime) -> str:
    """A letter may be read any day, so it says the date and not "i morgon"."""
    local = at.astimezone(LOCAL_TIME)
    return _("{weekday} den {day} {month} klockan {hour}.{minute:02}").format(
        weekday=_(WEEKDAYS[local.weekday()]),
        day=local.day,
        month=_(MONTHS[local.month - 1]),
        hour=local.hour,
        minute=local.minute,
    )
