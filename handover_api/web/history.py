"""What has happened to a case, in words, for its staff."""

from dataclasses import dataclass
from datetime import datetime

from handover_api.cases.schemas import ProtocolEvent
from handover_api.cases.watchdog import REPAIRED
from handover_api.rules.conversation import Event, State
from handover_api.rules.follow_up import LEVEL_OF_LEADS
from handover_api.web import wording

_WHO = {"resident": "Invånaren", "bot": "Chattboten", "system": "Systemet"}
_NOBODY_LEFT = "Någon som inte längre finns kvar"

# What the staff do begins with a name: "Agenten tog ärendet".
_DEEDS = {
    Event.HANDOVER_ASKED: "bad om en människa",
    Event.CLAIMED: "tog ärendet",
    Event.RETURNED_TO_QUEUE: "lämnade tillbaka ärendet till kön",
    Event.HANDED_BACK: "lämnade tillbaka samtalet till boten",
    Event.LEFT_TO_BE_ANSWERED: "gjorde så att svaret kan komma senare",
    Event.CLOSED: "avslutade samtalet",
    Event.TRANSFERRED: "lämnade över ärendet",
    Event.TAKEN_OVER: "tog över ärendet",
    Event.FORWARDED: "skickade ärendet vidare till en förvaltning",
    Event.DEPARTMENT_ANSWERED: "skrev ner förvaltningens svar",
    Event.CONTACT_LEFT: "lämnade kontaktuppgifter",
    Event.CASE_CLOSED: "avslutade ärendet",
    Event.PRIORITY_RAISED: "märkte ärendet som brådskande",
}
# What nobody did but the clock, or somebody's system.
_HAPPENED = {
    Event.RETURNED_TO_QUEUE: "Ärendet lades tillbaka i kön, eftersom ingen längre hade det",
    Event.LEFT_TO_BE_ANSWERED: "Svarsgruppen stängde, så svaret kommer senare",
    Event.FOLLOW_UP_DUE: "Ärendet kom tillbaka för att följas upp",
    Event.DEPARTMENT_ANSWERED: "Förvaltningen svarade",
    Event.PRIORITY_RAISED: "Tiden för det utlovade svaret närmade sig",
    Event.OVERFLOWED: "Ärendet flyttades till en annan svarsgrupp, eftersom ingen hade hunnit ta det",
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
    if event.reason == REPAIRED:
        return "Ett fel rättades, och ärendet ligger i kön igen"
    if event.actor.kind == "system":
        return _happened(event)
    who = event.actor.name or _WHO.get(event.actor.kind, _NOBODY_LEFT)
    department = departments.get(str(event.evidence.get("department")))
    if event.event is Event.FORWARDED and department:
        return f"{who} skickade ärendet vidare till {department}"
    if event.event is Event.TRANSFERRED and "to_group" in event.evidence:
        return f"{who} lämnade över ärendet till {wording.answer_group(str(event.evidence['to_group']))}"
    if event.event is Event.RETURNED_TO_QUEUE and "to_group" in event.evidence:
        return f"{who} lämnade över ärendet till {wording.answer_group(str(event.evidence['to_group']))}"
    return f"{who} {_DEEDS.get(event.event, 'ändrade ärendet')}"


def _happened(event: ProtocolEvent) -> str:
    if event.event is Event.FOLLOW_UP_DUE and event.evidence.get("level") == LEVEL_OF_LEADS:
        return "Ärendet kom tillbaka igen, och teamledarna ser det nu"
    if event.event is Event.HANDOVER_ASKED or event.after is State.CLOSED:
        return "Läget ändrades"
    return _HAPPENED.get(event.event, "Läget ändrades")
