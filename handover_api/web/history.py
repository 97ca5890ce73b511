"""What has happened to a case, in words, for its staff."""

from dataclasses import dataclass
from datetime import datetime

from handover_api.cases.follow_up import DUE, OWNER_GONE
from handover_api.cases.schemas import ProtocolEvent
from handover_api.cases.transfers import AGENT_LOST
from handover_api.cases.undelivered import UNDELIVERED
from handover_api.cases.watchdog import REPAIRED
from handover_api.rules.conversation import Event
from handover_api.rules.follow_up import LEVEL_OF_LEADS
from handover_api.rules.protocol import ActorKind
from handover_api.web import wording

_WHO: dict[str, str] = {ActorKind.RESIDENT: "Invånaren", ActorKind.BOT: wording.BOT}
_SOMEBODY = "En medarbetare"

# What the staff do begins with a name: "Agenten tog ärendet".
_DEEDS = {
    Event.HANDOVER_ASKED: "bad om en människa",
    Event.CLAIMED: "tog ärendet",
    Event.RETURNED_TO_QUEUE: "lämnade tillbaka ärendet till kön",
    Event.HANDED_BACK: "lämnade tillbaka samtalet till boten",
    Event.WITHDRAWN: "lämnade kön",
    Event.LEFT_TO_BE_ANSWERED: "lät svaret komma senare",
    Event.CLOSED: "avslutade samtalet",
    Event.TRANSFERRED: "lämnade över ärendet",
    Event.TAKEN_OVER: "tog över ärendet",
    Event.FORWARDED: "skickade ärendet vidare till en förvaltning",
    Event.DEPARTMENT_ANSWERED: "skrev ner förvaltningens svar",
    Event.CONTACT_LEFT: "lämnade kontaktuppgifter",
    Event.CASE_CLOSED: "avslutade ärendet",
    Event.PRIORITY_RAISED: "märkte ärendet som brådskande",
}
# What nobody did but the clock, or somebody's system; told by its reason where there are several.
_HAPPENED = {
    Event.RETURNED_TO_QUEUE: "Ärendet lades tillbaka i kön, eftersom ingen längre hade det",
    Event.LEFT_TO_BE_ANSWERED: "Svarsgruppen stängde, så svaret kommer senare",
    Event.FOLLOW_UP_DUE: "Ärendet kom tillbaka för att följas upp",
    Event.DEPARTMENT_ANSWERED: "Förvaltningen svarade",
    Event.PRIORITY_RAISED: "Ärendet flyttades fram",
    Event.OVERFLOWED: "Ärendet flyttades till en annan svarsgrupp, eftersom ingen hade hunnit ta det",
}
_BECAUSE = {
    REPAIRED: "Ett fel rättades, och ärendet ligger i kön igen",
    AGENT_LOST: "Medarbetaren tappade kontakten, så ärendet lades tillbaka i kön",
    OWNER_GONE: "Den som hade ärendet arbetar inte längre med ärenden, så det lades tillbaka i kön",
    DUE: "Tiden för det utlovade svaret närmade sig",
    UNDELIVERED: "Något som skulle skickas nådde inte fram",
}


@dataclass(frozen=True)
class Happening:
    text: str
    at: datetime
    time: str


def tell(events: list[ProtocolEvent], departments: dict[str, str], now: datetime) -> list[Happening]:
    """The events, the latest first. `departments` are names by id."""
    return [
        Happening(_sentence(event, departments), event.at, wording.clock_time(event.at, now))
        for event in reversed(events)
    ]


def _sentence(event: ProtocolEvent, departments: dict[str, str]) -> str:
    if event.actor.kind == ActorKind.SYSTEM:
        return _happened(event)
    who = event.actor.name or _WHO.get(event.actor.kind, _SOMEBODY)
    department = departments.get(str(event.evidence.get("department")))
    if event.event is Event.FORWARDED and department:
        return f"{who} skickade ärendet vidare till {department}"
    if event.event is Event.CLAIMED and "to" in event.evidence:
        return f"{who} gav ärendet till en kollega"
    if "to_group" in event.evidence:
        return f"{who} lämnade över ärendet till {wording.answer_group(str(event.evidence['to_group']))}"
    return f"{who} {_DEEDS[event.event]}"


def _happened(event: ProtocolEvent) -> str:
    if event.event is Event.FOLLOW_UP_DUE and event.evidence.get("level") == LEVEL_OF_LEADS:
        return "Ärendet kom tillbaka igen, och teamledarna ser det nu"
    return _BECAUSE.get(event.reason or "", "") or _HAPPENED[event.event]
