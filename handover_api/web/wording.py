"""What people read instead of codes: answer groups, reasons, states, times."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from handover_api.cases import wording as case_wording
from handover_api.cases.schemas import CaseSummary, ConversationStatus, WaitingMinutes
from handover_api.cases.unread import MOST_COUNTED
from handover_api.organisation.bot_switch import SwitchedOff
from handover_api.queue.schemas import Colleague
from handover_api.rules.case import CaseState, Priority, Reason, Resolution
from handover_api.rules.contact import Channel
from handover_api.rules.conversation import State
from handover_api.rules.presence import PresenceStatus
from handover_api.rules.spoken_time import WEEKDAYS
from handover_api.texts import _, to_translate

LOCAL_TIME = ZoneInfo("Europe/Stockholm")

BOT = to_translate("Chattboten")
AUTOMATIC = to_translate("Automatiskt meddelande")

ANSWER_GROUPS = {
    "allmant": "Allmänna frågor",
    "bygga-bo-miljo": "Bygga, bo och miljö",
    "kultur-fritid": "Kultur och fritid",
    "naringsliv": "Näringsliv",
    "omsorg-stod": "Omsorg och stöd",
    "social": "Socialtjänst",
    "teknik-gata-avfall": "Gata, vatten och avfall",
    "utbildning-barnomsorg": "Skola och förskola",
}

REASONS = {
    Reason.UNSURE: "Boten var osäker på vad frågan gäller",
    Reason.ASKED_FOR_PERSON: "Invånaren bad om en människa",
    Reason.LANGUAGE: "Invånaren skriver på ett språk som boten inte svarar på",
    Reason.HANDOVER_TOPIC: "Ämnet ska alltid till en människa",
    Reason.PERSONAL_MATTER: "Frågan gäller invånarens eget ärende",
    Reason.URGENT_TOPIC: "Boten såg något brådskande",
    Reason.ARTICLE_MISSING: "Boten har inget svar om ämnet",
    Reason.ARTICLE_EXPIRED: "Botens svar om ämnet behöver granskas",
    Reason.FAILURE: "Boten fick ett fel",
    Reason.BOT_OFF: "Boten är avstängd",
}

RESOLUTIONS = {
    Resolution.SOLVED: "Löst vid första kontakten",
    Resolution.FORWARDED: "Vidarebefordrat",
    Resolution.REFERRED: "Hänvisat",
    Resolution.NOT_SOLVED: "Inte löst",
    Resolution.WITHDRAWN: "Återtaget",
}

CASE_STATES = {
    CaseState.WAITING: "Väntar i kön",
    CaseState.ASSIGNED: "Pågår",
    CaseState.FORWARDED: "Hos en förvaltning",
    CaseState.ANSWERED: "Tillbaka hos boten",
    CaseState.CLOSED: "Avslutat",
}

# What has been chosen, in the words of the receipt.
ANSWERED_BY = case_wording.ANSWERED_BY
# What the resident chooses from.
ANSWER_CHOICES = {
    Channel.EMAIL: to_translate("Med e-post"),
    Channel.SMS: to_translate("Med sms"),
    Channel.TELEPHONE: to_translate("Ring mig"),
    Channel.ANONYMOUS: to_translate("Jag läser svaret här själv"),
}

# Nothing is said of what is ordinary.
PRIORITIES = {
    Priority.URGENT: "Brådskande",
    Priority.DUE_SOON: "Snart dags att svara",
    Priority.NORMAL: "",
    Priority.CAN_WAIT: "Kan vänta",
}

CHANNELS = {
    Channel.EMAIL: "Vill ha svar med e-post",
    Channel.SMS: "Vill ha ett sms när svaret finns",
    Channel.TELEPHONE: "Vill bli uppringd",
    Channel.ANONYMOUS: "Läser svaret i chatten, med ärendenumret och koden",
}

# The names in data/languages.yml; a test compares them.
LANGUAGES = {
    "am": "amhariska",
    "ar": "arabiska",
    "bg": "bulgariska",
    "bn": "bengali",
    "bo": "tibetanska",
    "bs": "bosniska, kroatiska eller serbiska",
    "ckb": "kurdiska (sorani)",
    "cs": "tjeckiska",
    "da": "danska",
    "de": "tyska",
    "el": "grekiska",
    "en": "engelska",
    "es": "spanska",
    "et": "estniska",
    "fa": "persiska (farsi eller dari)",
    "fi": "finska",
    "fr": "franska",
    "gu": "gujarati",
    "he": "hebreiska",
    "hi": "hindi",
    "hu": "ungerska",
    "hy": "armeniska",
    "is": "isländska",
    "it": "italienska",
    "ja": "japanska",
    "ka": "georgiska",
    "km": "khmer",
    "kmr": "kurdiska (kurmanji)",
    "ko": "koreanska",
    "ku": "kurdiska",
    "lo": "laotiska",
    "lt": "litauiska",
    "lv": "lettiska",
    "mk": "makedonska",
    "my": "burmesiska",
    "nl": "nederländska",
    "no": "norska",
    "pa": "punjabi",
    "pl": "polska",
    "ps": "pashto",
    "pt": "portugisiska",
    "ro": "rumänska",
    "ru": "ryska",
    "si": "singalesiska",
    "so": "somaliska",
    "sq": "albanska",
    "sr": "serbiska",
    "sv": "svenska",
    "sw": "swahili",
    "syr": "syriska",
    "ta": "tamil",
    "te": "telugu",
    "th": "thailändska",
    "ti": "tigrinja",
    "tl": "tagalog (filippinska)",
    "tr": "turkiska",
    "uk": "ukrainska",
    "ur": "urdu",
    "vi": "vietnamesiska",
    "zh": "kinesiska",
}

_MONTHS = (
    *(to_translate("jan"), to_translate("feb"), to_translate("mars"), to_translate("april")),
    *(to_translate("maj"), to_translate("juni"), to_translate("juli"), to_translate("aug")),
    *(to_translate("sep"), to_translate("okt"), to_translate("nov"), to_translate("dec")),
)


def answer_group(code: str) -> str:
    return ANSWER_GROUPS.get(code, code)


def resolution(code: str) -> str:
    return RESOLUTIONS[Resolution(code)] if code in set(Resolution) else code


def language(code: str) -> str:
    return LANGUAGES.get(_without_region(code), code)


def is_swedish(code: str) -> bool:
    return _without_region(code) == "sv"


def writes_in(code: str) -> str:
    """The flag on a case whose resident does not write in Swedish."""
    return f"Skriver på {language(code)}"


def _without_region(code: str) -> str:
    return code.split("-", maxsplit=1)[0].lower()


def clock_time(at: datetime, now: datetime) -> str:
    """The time of day, and the date too unless it is today's."""
    local = at.astimezone(LOCAL_TIME)
    if local.date() == now.astimezone(LOCAL_TIME).date():
        return _("kl. {hour:02}.{minute:02}").format(hour=local.hour, minute=local.minute)
    return due(at)


def short_day(day: date) -> str:
    """A day of the coming weeks, such as "mån 23 nov"."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1]}"


def due(at: datetime) -> str:
    """By when an answer is promised; the same words whenever they are read."""
    local = at.astimezone(LOCAL_TIME)
    return _("{day} {month} kl. {hour:02}.{minute:02}").format(
        day=local.day, month=_(_MONTHS[local.month - 1]), hour=local.hour, minute=local.minute
    )


def waited(since: datetime, now: datetime) -> str:
    """How long somebody has waited. The browser counts on in the same words (js/waiting-time.js)."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return "mindre än 1 min"
    hours, minutes_left = divmod(minutes, 60)
    if hours < 1:
        return f"{minutes} min"
    days, hours_left = divmod(hours, 24)
    return f"{hours} tim {minutes_left} min" if days < 1 else f"{days} d {hours_left} tim"


def day(iso_date: str) -> str:
    """A date such as 2026-11-01 as people write it."""
    try:
        date = datetime.fromisoformat(iso_date)
    except ValueError:
        return iso_date
    return f"{date.day} {_(_MONTHS[date.month - 1])} {date.year}"


_HOURS = {
    60: to_translate("en timme"),
    90: to_translate("en och en halv timme"),
    120: to_translate("två timmar"),
    180: to_translate("tre timmar"),
    240: to_translate("fyra timmar"),
}
# Where the hours themselves follow later: "en till två timmar".
_NUMBERS_OF_HOURS = {
    60: to_translate("en"),
    90: to_translate("en och en halv"),
    120: to_translate("två"),
    180: to_translate("tre"),
}
_HOUR = 60


def waiting_time(wait: WaitingMinutes) -> str:
    """A sentence about how long the wait may be; the numbers are the steps of rules/waiting_time.py."""
    if wait.least == 0:
        return _("Väntetiden är högst {most}.").format(most=_length(wait.most))
    if wait.least < _HOUR <= wait.most:
        least = _length(wait.least)
    else:
        least = _(_NUMBERS_OF_HOURS[wait.least]) if wait.least >= _HOUR else str(wait.least)
    return _("Väntetiden är ungefär {least} till {most}.").format(least=least, most=_length(wait.most))


def _length(minutes: int) -> str:
    if minutes < _HOUR:
        return _("{minutes} minuter").format(minutes=minutes)
    return _(_HOURS[minutes])


def answer_by(due_at: datetime | None, now: datetime) -> str:
    """A sentence about when the answer comes."""
    return case_wording.answer_by(due_at, now, due)


def when(current: ConversationStatus, now: datetime) -> str:
    """A sentence about when the answer comes, or has come."""
    case = current.case
    if case is None:
        return answer_by(current.due_at, now)
    if case.answered_at is not None:
        time = clock_time(case.answered_at, now)
        if case.has_written_since:
            return _("Vi svarade {time}. Du har skrivit mer sedan dess och får svar så snart vi kan.").format(time=time)
        return _("Vi svarade {time}.").format(time=time)
    if case.due_at is not None and case.due_at <= now:
        return _(
            "Du skulle ha fått svar senast {time}. Vi är sena. Ärendet ligger kvar hos oss, "
            "och du får svar så snart vi kan."
        ).format(time=due(case.due_at))
    if current.state is State.WITH_AGENT:
        return _("Svaret kommer i chatten.")
    return answer_by(case.due_at, now)


def status(current: ConversationStatus | None, now: datetime) -> str:
    """Where the conversation stands, for its resident."""
    if current is None or current.state is State.WITH_BOT:
        return _("Du chattar med chattboten.")
    match current.state:
        case State.WAITING:
            position = _("Du är nummer {position} i kön till en människa.").format(position=current.queue_position)
            wait = f" {waiting_time(current.waiting_minutes)}" if current.waiting_minutes else ""
            return f"{position}{wait} {_('Ärende {reference}.').format(reference=current.case_reference)}"
        case State.WITH_AGENT:
            return _("Du chattar med {name}, medarbetare på kommunen.").format(name=current.agent_name)
        case State.ASYNCHRONOUS:
            where = _("Ditt ärende {reference} ligger hos oss. Du behöver inte vänta kvar här.")
            is_answered = current.case is not None and current.case.answered_at is not None
            then = when(current, now) if is_answered else answer_by(current.due_at, now)
            return f"{where.format(reference=current.case_reference)} {then}"
        case State.CLOSED:
            return _("Samtalet är avslutat. Skriv igen om du undrar något mer, så börjar ett nytt samtal.")


def case_state(state: CaseState, owner: str | None, *, is_mine: bool) -> str:
    """Who has the case, for the staff."""
    match state:
        case CaseState.ASSIGNED:
            return "Du har ärendet." if is_mine else f"{owner} har ärendet."
        case CaseState.FORWARDED:
            return (
                "Ärendet ligger hos en förvaltning. Du följer upp det." if is_mine else f"{owner} följer upp ärendet."
            )
        case CaseState.ANSWERED:
            return "Samtalet är tillbaka hos boten. Ärendet är inte avslutat."
        case CaseState.WAITING:
            return "Ärendet väntar i kön."
        case CaseState.CLOSED:
            return "Ärendet är avslutat."


def is_late(case: CaseSummary, now: datetime) -> bool:
    """Whether an answer that was promised has not been given in time."""
    return case.due_at is not None and case.due_at <= now and case.state is not CaseState.CLOSED


def standing(case: CaseSummary) -> str:
    """Where a case is, for its owner's list."""
    if case.state is CaseState.FORWARDED and case.department_name:
        return f"Hos {case.department_name}"
    return CASE_STATES[case.state]


def presence(status: PresenceStatus | None) -> str:
    match status:
        case PresenceStatus.AVAILABLE:
            return "Du är tillgänglig."
        case PresenceStatus.ON_BREAK:
            return "Du har paus och får inga nya ärenden."
        case None:
            return "Du är inte tillgänglig."


def colleague_presence(status: PresenceStatus | None) -> str:
    match status:
        case PresenceStatus.AVAILABLE:
            return "Tillgänglig"
        case PresenceStatus.ON_BREAK:
            return "Paus"
        case None:
            return "Inte på plats"


def colleagues_there(colleagues: list[Colleague]) -> str:
    """How many of them may be asked to take a case now."""
    there = sum(each.status is PresenceStatus.AVAILABLE for each in colleagues)
    match there:
        case 0:
            return "Ingen kollega är tillgänglig."
        case 1:
            return "1 kollega är tillgänglig."
        case _:
            return f"{there} kollegor är tillgängliga."


def moved(count: int) -> str:
    return "1 ärende är flyttat." if count == 1 else f"{count} ärenden är flyttade."


def not_moved(count: int) -> str:
    return "1 ärende flyttades inte." if count == 1 else f"{count} ärenden flyttades inte."


def bot_off_for(answer_group_id: str | None) -> str:
    return "för alla frågor" if answer_group_id is None else f"för {answer_group(answer_group_id)}"


def bot_is_off(switch: SwitchedOff, now: datetime) -> str:
    """Where, who, when and why, for the staff."""
    where = bot_off_for(switch.answer_group)
    return f"Boten är av {where}. {switch.off_by}, {clock_time(switch.off_at, now)}: {switch.reason}"


def in_hand(live: int, capacity: int) -> str:
    """How many conversations an agent has, of how many there is room for."""
    return f"Du har {live} av {capacity} samtal."


def unread(count: int) -> str:
    """How much the agent has not read in a case."""
    if count == 1:
        return "1 nytt"
    return f"Minst {count} nya" if count == MOST_COUNTED else f"{count} nya"


def offered(count: int) -> str:
    return "Vill du ta det här ärendet?" if count == 1 else f"Vill du ta de här {count} ärendena?"
