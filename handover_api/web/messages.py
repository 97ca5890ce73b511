"""A message as one reader sees it. The same view, and the same template, serves page, stream and poll."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from handover_api.models import Message, Staff
from handover_api.rules.message import Audience, Author
from handover_api.rules.replies import ReplyKind
from handover_api.web import markup, wording


@dataclass(frozen=True)
class Choice:
    topic: str
    label: str


@dataclass(frozen=True)
class MessageView:
    seq: int
    author: str
    speaker: str
    is_own: bool
    is_urgent: bool
    html: Markup
    at: datetime
    time: str
    # The browser finds its own message again by the id that it gave it.
    client_id: str | None = None
    # What kind of note it is; None for what the resident reads too.
    note: str | None = None
    department: str | None = None
    reviewed_on: str | None = None
    sources: list[Markup] = field(default_factory=list)
    links: list[Markup] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    can_choose: bool = False
    offers_person: bool = False


def for_resident(message: Message, now: datetime, *, can_choose: bool) -> MessageView:
    """`can_choose`: nothing has been written since, so the choices in it still stand open."""
    is_own = message.author == Author.RESIDENT
    return MessageView(
        speaker="Du" if is_own else _speaker(message),
        is_own=is_own,
        client_id=message.client_id if is_own else None,
        can_choose=can_choose,
        **_common(message, now),
    )


def for_staff(message: Message, now: datetime, staff: Staff) -> MessageView:
    is_own = message.author == Author.AGENT and message.staff_id == staff.id
    return MessageView(
        speaker="Du" if is_own else _speaker(message),
        is_own=is_own,
        client_id=(message.client_id or "").removeprefix(f"{staff.id}:") if is_own else None,
        note=_note(message) if message.audience == Audience.STAFF else None,
        **_common(message, now),
    )


def list_for_resident(messages: list[Message], now: datetime, *, can_choose: bool = True) -> list[MessageView]:
    last_own = max((message.seq for message in messages if message.author == Author.RESIDENT), default=0)
    return [for_resident(message, now, can_choose=can_choose and message.seq > last_own) for message in messages]


def _common(message: Message, now: datetime) -> dict[str, Any]:
    payload = message.payload
    buttons = payload.get("buttons", [])
    return {
        "seq": message.seq,
        "author": message.author,
        "is_urgent": message.kind == ReplyKind.URGENT,
        "html": _html(message),
        "at": message.created_at,
        "time": wording.clock_time(message.created_at, now),
        "department": payload.get("department"),
        "reviewed_on": wording.day(payload["reviewed_on"]) if payload.get("reviewed_on") else None,
        "sources": [markup.link(each.get("url") or "", each["title"]) for each in payload.get("sources", [])],
        "links": [markup.link(each["url"], each["label"]) for each in buttons if each["kind"] == "link"],
        "choices": [Choice(each["topic"], each["label"]) for each in buttons if each["kind"] == "topic"],
        "offers_person": any(each["kind"] == "person" for each in buttons),
    }


def _note(message: Message) -> str:
    department = message.payload.get("department_name")
    match message.kind:
        case "forward_note":
            return f"Till {department}"
        case "department_answer":
            return f"Svar från {department}" if department else "Förvaltningens svar"
        case _:
            return "Anteckning"


def _speaker(message: Message) -> str:
    match message.author:
        case Author.BOT:
            return wording.BOT
        case Author.AGENT:
            return f"{message.payload.get('agent_name', 'Kommunen')}, medarbetare"
        case Author.RESIDENT:
            return "Invånaren"
        case _:
            return wording.AUTOMATIC


def _html(message: Message) -> Markup:
    match message.author:
        case Author.BOT:
            return markup.in_languages(message.text, message.payload.get("languages") or [])
        case Author.AGENT:
            return markup.with_links(message.text)
        case _:
            return markup.plain(message.text)
