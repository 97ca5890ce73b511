"""An article as residents will see it in the chat, made by the same templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handover_api.content.service import LOCAL_TIME
from handover_api.models import Message, Topic
from handover_api.rules.article import ArticleText
from handover_api.rules.content import fact_names, fill_in
from handover_api.rules.message import Author
from handover_api.rules.see_also import topic_of
from handover_api.web import messages
from handover_api.web.messages import MessageView


@dataclass(frozen=True)
class Preview:
    """`swedish` None: nothing is written yet. `words`: how many the resident reads."""

    swedish: MessageView | None
    english: MessageView | None
    words: int
    problems: list[str] = field(default_factory=list)


def preview(
    topic: Topic,
    written: ArticleText,
    facts: Mapping[str, str],
    now: datetime,
    *,
    reviewed_on: str | None = None,
    problems: list[str] | None = None,
) -> Preview:
    """`reviewed_on`: an ISO date; None for the day on which it is looked at."""
    payload: dict[str, object] = {
        "department": written.department,
        "reviewed_on": reviewed_on or now.astimezone(LOCAL_TIME).date().isoformat(),
        "sources": [{"title": each["title"], "url": _filled(each["url"] or "", facts)} for each in written.sources],
        "buttons": [_button(each["label"], each["url"], facts) for each in written.next_steps],
    }
    easy = {"easy_text": _filled(written.easy_text, facts)} if written.easy_text else {}
    return Preview(
        swedish=_said(topic, _filled(written.text, facts), payload | easy, now) if written.text.strip() else None,
        english=_in_english(topic, written, facts, payload, now),
        words=len(written.text.split()),
        problems=problems or [],
    )


def _in_english(
    topic: Topic, written: ArticleText, facts: Mapping[str, str], payload: dict[str, object], now: datetime
) -> MessageView | None:
    if not written.english_text.strip():
        return None
    text = _filled(written.english_text, {name: facts.get(f"{name}_en", value) for name, value in facts.items()})
    return _said(topic, text, payload | {"languages": ["en"] * (text.count("\n\n") + 1)}, now)


def _said(topic: Topic, text: str, payload: dict[str, object], now: datetime) -> MessageView:
    # Never stored: it only passes through what shows messages.
    message = Message(seq=1, author=Author.BOT, kind=topic.handling, text=text, payload=payload, created_at=now)
    return messages.for_resident(message, now, can_choose=False)


def _button(label: str, address: str, facts: Mapping[str, str]) -> dict[str, str]:
    if topic := topic_of(address):
        return {"kind": "topic", "label": label, "topic": topic}
    return {"kind": "link", "label": label, "url": _filled(address, facts)}


def _filled(text: str, facts: Mapping[str, str]) -> str:
    """What is not known stands as it was written; the editor is told beside the field."""
    unknown = {name: f"{{{name}}}" for name in fact_names(text) if name not in facts}
    return fill_in(text.replace("\r\n", "\n"), {**facts, **unknown})
