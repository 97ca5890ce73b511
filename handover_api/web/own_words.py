"""The ten sentences that matter most, for residents who read them in a language that the rest is not in.

They stand in `locale/<language>/LC_MESSAGES/sentences.po`. Each comes before the Swedish words that it belongs to, and
says its own language and direction.
"""

from enum import StrEnum

from markupsafe import Markup, escape

from handover_api import texts
from handover_api.cases.schemas import ConversationStatus
from handover_api.rules.conversation import State
from handover_api.texts import _
from handover_api.web.languages import LANGUAGES

DOMAIN = "sentences"


class Sentence(StrEnum):
    """The Swedish sentence is the key of its translations. `{button}` is what the button says on the page."""

    WELCOME = "Välkommen! Här kan du fråga kommunen."
    OWN_LANGUAGE = "Du får skriva på ditt eget språk. Då hjälper en människa dig."
    PERSON = "Vill du prata med en människa? Tryck på knappen ”{button}”."
    WAITING = "Du står i kö. Vänta här, så kommer en människa och svarar dig."
    JOINED = "En människa har kommit och svarar dig nu."
    LATER = "Ingen kan svara nu. Svaret kommer senare. Spara ärendenumret och koden."
    ENDED = "Samtalet är avslutat. Skriv igen om du vill fråga mer."
    DANGER = "Är någon i fara? Ring 112."
    SENSITIVE = "Det du skriver kan bli offentligt. Skriv inte personnummer eller annat känsligt."
    NO_CONNECTION = "Ingen förbindelse just nu. Det du har skrivit finns kvar."


_OF_STATES = {
    State.WAITING: Sentence.WAITING,
    State.WITH_AGENT: Sentence.JOINED,
    State.ASYNCHRONOUS: Sentence.LATER,
    State.CLOSED: Sentence.ENDED,
}


def has_own_words() -> bool:
    """Whether the spoken language is one that only these sentences are in."""
    language = texts.spoken()
    return language in LANGUAGES and language not in texts.INTERFACE_LANGUAGES


def in_own_words(name: str) -> str:
    """The sentence of a name, such as "waiting", in the spoken language; empty where all is said in that anyway."""
    return _translated(Sentence[name.upper()]).format(button=_("Prata med en människa"))


def status(current: ConversationStatus | None) -> str:
    """Where the conversation stands; empty while the bot has it, or like `in_own_words`."""
    sentence = _OF_STATES.get(current.state) if current else None
    return _translated(sentence) if sentence else ""


def own_language() -> Markup:
    """The attributes of an element that holds such sentences."""
    language = LANGUAGES.get(texts.spoken(), LANGUAGES[texts.SOURCE])
    return Markup('lang="{}" dir="{}"').format(language.lang, language.dir)


def own_words(*names: str) -> Markup:
    """Some of the sentences as a part of a page, such as `own_words("welcome")`; empty like `in_own_words`."""
    said = [_translated(Sentence[name.upper()]) for name in names]
    if not any(said):
        return Markup()
    button = Markup('<bdi lang="{}">{}</bdi>').format(texts.interface_language(), _("Prata med en människa"))
    paragraphs = Markup("").join(Markup("<p>{}</p>").format(escape(each).format(button=button)) for each in said)
    return Markup('<div class="own-words" {}>{}</div>').format(own_language(), paragraphs)


def _translated(sentence: Sentence) -> str:
    if not has_own_words():
        return ""
    return texts.catalogue(DOMAIN, texts.spoken().replace("-", "_")).gettext(sentence)
