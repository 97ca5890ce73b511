"""Watches a model in its first hours: when residents get on worse with it, the one before is used again by itself."""

from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.bot_models import registry
from handover_api.bot_models.repository import BotModelRepository
from handover_api.models import AnswerFeedback, Handover, Message
from handover_api.rules.bot_model import ModelDeed
from handover_api.rules.case import Reason
from handover_api.rules.gate import percent
from handover_api.rules.message import Author
from handover_api.rules.model_watch import COMPARED_WITH, WATCHED, Rise, Share, Sign, Signs, find_rises
from handover_api.rules.replies import OWN_WORDS, ReplyKind

log = structlog.get_logger()

_TOLD = {
    Sign.HANDED_OVER: "Boten lämnade över {since} av frågorna till en människa, mot {before} förut.",
    Sign.UNSURE: "Boten var osäker på {since} av frågorna, mot {before} förut.",
    Sign.NOT_HELPED: "Av dem som sa vad de tyckte svarade {since} att svaret inte hjälpte, mot {before} förut.",
}


async def watch(session: AsyncSession, now: datetime) -> None:
    """Goes back to the model before the one in use, if that is new and has done worse."""
    repository = BotModelRepository(session)
    serving = await repository.find_serving()
    if serving is None or serving.used_at is None or now - serving.used_at > WATCHED:
        return
    if await repository.find_latest_deed(serving) != ModelDeed.PROMOTED:
        # What was brought back was known, and what was known is not left again by itself.
        return
    began = serving.used_at
    before, since = await _signs(session, began - COMPARED_WITH, began), await _signs(session, began, now)
    rises = find_rises(before, since)
    if rises and await registry.go_back(session, serving, " ".join(map(told, rises)), now):
        log.warning("bot_model.rolled_back", model=str(serving.id), signs=[rise.sign for rise in rises])


def told(rise: Rise) -> str:
    return _TOLD[rise.sign].format(since=percent(rise.since.value), before=percent(rise.before.value))


async def _signs(session: AsyncSession, start: datetime, end: datetime) -> Signs:
    """What became of the questions from `start` until `end`."""
    replies = await session.execute(
        select(Message.kind, func.count().label("questions"))
        .where(
            Message.author == Author.BOT,
            Message.kind.in_([*OWN_WORDS, ReplyKind.CLARIFY]),
            Message.created_at >= start,
            Message.created_at < end,
        )
        .group_by(Message.kind)
    )
    handovers = await session.execute(
        select(Handover.reason, func.count().label("questions"))
        .where(Handover.created_at >= start, Handover.created_at < end)
        .group_by(Handover.reason)
    )
    opinions = await session.execute(
        select(func.count(), func.count().filter(~AnswerFeedback.has_helped)).where(
            AnswerFeedback.created_at >= start, AnswerFeedback.created_at < end
        )
    )
    said = {row.kind: row.questions for row in replies}
    asked = {row.reason: row.questions for row in handovers}
    rated, not_helped = opinions.one()
    handed_over = sum(asked.values())
    questions = sum(said.values()) + handed_over
    unsure = asked.get(Reason.UNSURE, 0) + said.get(ReplyKind.CLARIFY, 0)
    return {
        Sign.HANDED_OVER: Share(handed_over, questions),
        Sign.UNSURE: Share(unsure, questions),
        Sign.NOT_HELPED: Share(not_helped, rated),
    }
