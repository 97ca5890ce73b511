"""The base of every action. rasa-sdk turns an exception into an error page, and Rasa that into silence; not so here."""

from __future__ import annotations

import logging
import traceback
from abc import abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, final

import httpx
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import wording
from actions.clients.handover_api import Article, Availability, HandoverRequest, HandoverService, UnexpectedReplyError
from actions.decision import Decision
from actions.languages import a_person_can_help, read_sentences
from actions.replies import Reply, failure_reply, handover_reply
from actions.turn import ANSWERED_SLOT, DOUBTS_SLOT, Answered, Turn, read_turn

logger = logging.getLogger(__name__)

FRAMES_LOGGED = 6


class HandoverWithoutReasonError(Exception):
    """A decision to ask for a person has to say why."""


@dataclass(frozen=True)
class Outcome:
    reply: Reply
    # What the conversation remembers of doubts after this turn; None leaves it as it is.
    doubts: tuple[str, ...] | None = None
    # Likewise of answers in the bot's own words.
    answered: tuple[Answered, ...] | None = None

    @property
    def slots(self) -> list[dict[str, Any]]:
        events = []
        if self.doubts is not None:
            events.append(_slot_set(DOUBTS_SLOT, list(self.doubts)))
        if self.answered is not None:
            events.append(_slot_set(ANSWERED_SLOT, [asdict(answer) for answer in self.answered]))
        return events


class SafeAction(Action):
    def __init__(self, service: HandoverService) -> None:
        self.service = service

    @abstractmethod
    async def act(self, turn: Turn) -> Outcome:
        """What the action does. It may raise whatever it likes; the resident always gets a reply."""

    @final
    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002
    ) -> list[dict[str, Any]]:
        try:
            outcome = await self.act(read_turn(tracker))
        except Exception as error:  # noqa: BLE001 - nothing may end in silence.
            log_failure(self.name(), tracker.sender_id, error)
            outcome = Outcome(failure_reply())
        dispatcher.utter_message(json_message=outcome.reply)
        return outcome.slots

    async def hand_over(
        self,
        turn: Turn,
        decision: Decision,
        *,
        article: Article | None = None,
        text: str | None = None,
        text_languages: tuple[str, ...] = (),
        articles_tried: tuple[str, ...] = (),
    ) -> Outcome:
        """Asks the service for a person. When the person hands back, the bot begins from the beginning."""
        if decision.reason is None:
            raise HandoverWithoutReasonError
        best = turn.understanding.best
        reference = await self.service.hand_over(
            HandoverRequest(
                conversation_id=turn.conversation_id,
                message_id=turn.message_id,
                reason=decision.reason,
                topic=decision.topic,
                article=article,
                text=text,
                understanding=turn.understanding,
                articles_tried=articles_tried,
                text_languages=text_languages,
            )
        )
        return Outcome(handover_reply(decision, reference, best.confidence if best else None), doubts=(), answered=())

    async def hand_over_personal_matter(self, turn: Turn, decision: Decision) -> Outcome:
        available = await self.availability(decision.topic, turn)
        return await self.hand_over(turn, decision, text=wording.personal_matter(available))

    async def availability(self, topic: str | None, turn: Turn) -> Availability | None:
        """Whether a person can answer; None when that cannot be asked, and then nothing is promised."""
        try:
            return await self.service.find_availability(topic)
        except (httpx.HTTPError, UnexpectedReplyError) as error:
            log_failure(self.name(), turn.conversation_id, error)
            return None

    async def hand_over_in_their_language(self, turn: Turn, decision: Decision) -> Outcome:
        """Asks for a person and says so in the resident's own language, where there is a sentence for it."""
        passages = a_person_can_help(
            turn.understanding.language, read_sentences(), await self.availability(decision.topic, turn)
        )
        return await self.hand_over(
            turn,
            decision,
            text="\n\n".join(passage.text for passage in passages),
            text_languages=tuple(passage.language for passage in passages),
        )


def _slot_set(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def log_failure(action: str, conversation_id: str, error: Exception) -> None:
    """A fixed code and the place. An error's message is left out, since it may quote what it was given."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_LOGGED:]
    logger.error(
        "action.failed code=%s action=%s conversation_id=%s error=%s at=%s",
        failure_code(error),
        action,
        conversation_id,
        type(error).__qualname__,
        " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames),
    )


def failure_code(error: Exception) -> str:
    if isinstance(error, httpx.TransportError):
        return "handover_api_unreachable"
    if isinstance(error, UnexpectedReplyError):
        return "handover_api_unexpected"
    return "unexpected"
