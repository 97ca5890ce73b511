"""A message as one reader sees it. The same view, and the same template, serves page, stream and poll."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from handover_api import texts
from handover_api.cases.asking import Details
from handover_api.conversations.service import TO_BOT
from handover_api.models import AnswerFeedback, Message, Staff
from handover_api.rules.message import USED, Audience, Author
from handover_api.rules.replies import ReplyKind
from handover_api.texts import _
from handover_api.web import markup, wording
from handover_api.web.answer_feedback import FeedbackView, asked_of, told_to_staff
from handover_api.web.languages import EASY_SWEDISH
from handover_api.web.requests import RequestView, answered_by, asked_in, left_for_staff
from handover_api.web.requests import told_to_staff as answer_told_to_staff

ENGLISH = "en"
# What residents have said of answers, by the message's id.
Given = Mapping[UUID, AnswerFeedback]


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
    # Whether the HTML has paragraphs of its own.
    is_formatted: bool
    # Of what is said; None where it is the page's own, or nobody knows.
    language: str | None
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
    # An answer in easy Swedish, for the resident, and whether that is what the resident has chosen to read.
    easy_html: Markup | None = None
    is_read_easily: bool = False
    # The same in English, for the resident who reads the chat in English.
    english_html: Markup | None = None
    # The form of a question to the resident; the number of the question that this answers, and what was left in it.
    request: RequestView | None = None
    answers: int | None = None
    left: list[tuple[str, str]] = field(default_factory=list)
    # The question whether an answer helped, for the resident; and what the resident said, for staff.
    feedback: FeedbackView | None = None
    opinion: str | None = None
    # The answers that an agent's message was made from, for staff.
    used: str | None = None
    # Where staff tell the editors that the bot should have answered this, or answered it otherwise.
    lesson_path: str | None = None
    # The last of the reader's own messages that the other side has read.
    is_read: bool = False


# What the bot heard and said.
_OF_THE_BOTS_WORK = frozenset({Author.RESIDENT, Author.BOT})


def lesson_path(message_id: UUID) -> str:
    return f"/desk/boten-borde/{message_id}"


def for_resident(
    message: Message,
    now: datetime,
    *,
    can_choose: bool,
    feedback: FeedbackView | None = None,
    request: RequestView | None = None,
) -> MessageView:
    """`can_choose`: nothing has been written since, so the choices in it still stand open.
    `request`: the form that it asks to be filled in, as long as nobody has.
    """
    is_own = message.author == Author.RESIDENT
    return MessageView(
        speaker=_own_name(message) if is_own else _speaker(message),
        is_own=is_own,
        client_id=message.client_id if is_own else None,
        can_choose=can_choose,
        feedback=feedback,
        request=request,
        easy_html=_easy_html(message),
        is_read_easily=texts.spoken() == EASY_SWEDISH,
        english_html=_english_html(message),
        **_common(message, now),
    )


def for_staff(
    message: Message,
    now: datetime,
    staff: Staff,
    given: AnswerFeedback | None = None,
    left: Details | None = None,
) -> MessageView:
    """`given`: what the resident said of an answer; `left`: the contact details that came with this message."""
    is_own = message.author == Author.AGENT and message.staff_id == staff.id
    is_answer = answered_by(message) is not None
    common = _common(message, now)
    if is_answer:
        common["html"] = markup.plain(answer_told_to_staff(message))
    return MessageView(
        speaker="Du" if is_own else _speaker(message),
        is_own=is_own,
        client_id=(message.client_id or "").removeprefix(f"{staff.id}:") if is_own else None,
        note=_note(message) if message.audience == Audience.STAFF else None,
        opinion=told_to_staff(given),
        lesson_path=lesson_path(message.id) if message.author in _OF_THE_BOTS_WORK and not is_answer else None,
        used=_used(message),
        left=left_for_staff(left),
        **common,
    )


def list_for_resident(
    messages: list[Message],
    now: datetime,
    *,
    can_choose: bool = True,
    can_answer: bool = True,
    given: Given | None = None,
) -> list[MessageView]:
    """`given`: what the resident has said of the answers so far; None where nothing is asked about them.
    `can_answer`: whether somebody still waits for what has been asked for by forms.
    """
    answered = {answered_by(message) for message in messages}
    last_own = max((message.seq for message in messages if message.author == Author.RESIDENT), default=0)
    return [
        for_resident(
            message,
            now,
            can_choose=can_choose and message.seq > last_own,
            feedback=asked_of(message, given.get(message.id)) if given is not None else None,
            request=asked_in(message, is_open=can_answer) if can_choose and message.seq not in answered else None,
        )
        for message in messages
    ]


def with_read_mark(views: list[MessageView], seq: int) -> list[MessageView]:
    """`seq`: the last message that the other side has read."""
    last = max((view.seq for view in views if view.is_own and view.seq <= seq), default=0)
    return [replace(view, is_read=True) if view.seq == last else view for view in views]


def _common(message: Message, now: datetime) -> dict[str, Any]:
    payload = message.payload
    buttons = payload.get("buttons", [])
    return {
        "seq": message.seq,
        "answers": answered_by(message),
        "author": message.author,
        "is_urgent": message.kind == ReplyKind.URGENT,
        "html": _html(message),
        "is_formatted": _is_formatted(message),
        "language": _language(message),
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


def _used(message: Message) -> str | None:
    titles = [f"”{each['title']}”" for each in message.payload.get(USED, [])]
    if not titles:
        return None
    return f"{'Använt svar' if len(titles) == 1 else 'Använda svar'}: {', '.join(titles)}"


def _own_name(message: Message) -> str:
    return _("Du, till chattboten") if _is_to_bot(message) else _("Du")


def _is_to_bot(message: Message) -> bool:
    """Whether a resident who waits for a person wrote it to the bot."""
    return message.payload.get("to") == TO_BOT


def _speaker(message: Message) -> str:
    match message.author:
        case Author.BOT:
            return _(wording.BOT)
        case Author.AGENT:
            name = message.payload.get("agent_name") or _("Kommunen")
            return _("{name}, medarbetare").format(name=name)
        case Author.RESIDENT:
            return "Invånaren, till chattboten" if _is_to_bot(message) else "Invånaren"
        case _:
            return _(wording.AUTOMATIC)


def _is_formatted(message: Message) -> bool:
    """Whether an agent wrote it in the field for replies."""
    return message.author == Author.AGENT and message.kind == "text"


def _html(message: Message) -> Markup:
    match message.author:
        case Author.BOT:
            return markup.in_languages(message.text, message.payload.get("languages") or [])
        case Author.AGENT if _is_formatted(message):
            return markup.formatted(message.text)
        case _:
            return markup.plain(message.text)


def _easy_html(message: Message) -> Markup | None:
    easy_text = message.payload.get("easy_text")
    return markup.markdown(easy_text) if easy_text else None


def _english_html(message: Message) -> Markup | None:
    english_text = message.payload.get("english_text")
    return markup.markdown(english_text) if english_text and texts.interface_language() == ENGLISH else None


def _language(message: Message) -> str | None:
    """What the text has to be marked with: its language, when that is known and not the page's own."""
    match message.author:
        case Author.BOT:
            language = texts.SOURCE  # Paragraphs in other languages say so themselves.
        case Author.SYSTEM:
            language = message.payload.get("language", texts.SOURCE)
        case _:
            return None
    return language if language != texts.interface_language() else None
