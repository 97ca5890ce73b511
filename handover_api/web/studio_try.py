""" "Vad skulle boten svara?": a question is tried on the bot in use, and on the phrases as they stand now.

The bot is only asked to read: it says, does and remembers nothing. The question is kept nowhere.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from handover_api.agents.identity import AnswerKeeperDep
from handover_api.conversations.schemas import RawText
from handover_api.conversations.service import storable_text
from handover_api.database import SessionDep
from handover_api.errors import BotUnavailableError, InvalidError
from handover_api.integrations.bot import Bot, Candidate, Understanding
from handover_api.models import Staff
from handover_api.phrases.known import KnownPhrases
from handover_api.phrases.repository import PhraseRepository
from handover_api.rules.phrase_advice import Guess, guess
from handover_api.web import pages, phrase_wording
from handover_api.web.studio_topics import TOPICS_PATH, TRY_PATH, topic_path

router = APIRouter(include_in_schema=False)

_LANGUAGE = "sv"
_MOST_SHOWN = 3
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Believed:
    """`percent` None: the share would say more than is known."""

    topic: str
    title: str
    percent: int | None = None
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True)
class BotView:
    """What the bot in use makes of the question. `threshold`: from so many percent it answers at once."""

    decision: str
    believed: list[Believed]
    threshold: int | None


@dataclass(frozen=True)
class Tried:
    """`bot` None: it does not answer just now. `guessed` is empty when no phrase is like the question."""

    bot: BotView | None
    guessed: list[Believed]
    how_sure: str


@router.get(TRY_PATH)
async def show_form(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    topic: Annotated[str, Query(alias="amne", max_length=_LONGEST_NAME)] = "",
) -> Response:
    return await _page(request, session, staff, topic)


@router.post(TRY_PATH)
async def ask(
    request: Request,
    session: SessionDep,
    staff: AnswerKeeperDep,
    question: Annotated[RawText, Form(alias="fraga")] = "",
    topic: Annotated[str, Form(alias="amne", max_length=_LONGEST_NAME)] = "",
) -> Response:
    try:
        text = storable_text(question)
    except InvalidError as error:
        return await _page(request, session, staff, topic, question=question, error=error)
    known: KnownPhrases = request.app.state.phrases
    guesses = await known.ask(session, lambda index: guess(index, text))
    titles = await PhraseRepository(session).titles()
    tried = Tried(
        bot=await _ask_the_bot(request.app.state.bot, text, titles),
        guessed=[_guessed(each, titles) for each in guesses[:_MOST_SHOWN]],
        how_sure=phrase_wording.how_sure(guesses[0].share) if guesses else "",
    )
    return await _page(request, session, staff, topic, question=text, tried=tried)


async def _ask_the_bot(bot: Bot, text: str, titles: dict[str, str]) -> BotView | None:
    try:
        reading = await bot.read(
            conversation_id=uuid4(), message_id=uuid4(), language=_LANGUAGE, text=text, choice=None
        )
    except BotUnavailableError:
        return None
    understanding = reading.understanding
    return BotView(
        decision=phrase_wording.decision(understanding),
        believed=[_believed(each, titles) for each in _candidates(understanding)],
        threshold=None if understanding.threshold is None else round(understanding.threshold * 100),
    )


def _candidates(understanding: Understanding) -> list[Candidate]:
    return understanding.candidates[:_MOST_SHOWN]


def _believed(candidate: Candidate, titles: dict[str, str]) -> Believed:
    return Believed(
        candidate.topic, phrase_wording.title_of(candidate.topic, titles), percent=round(candidate.confidence * 100)
    )


def _guessed(each: Guess, titles: dict[str, str]) -> Believed:
    return Believed(each.topic, phrase_wording.title_of(each.topic, titles), phrases=each.phrases)


async def _page(
    request: Request,
    session: AsyncSession,
    staff: Staff,
    topic: str,
    *,
    question: str = "",
    error: InvalidError | None = None,
    tried: Tried | None = None,
) -> Response:
    titles = await PhraseRepository(session).titles()
    return pages.page(
        request,
        "studio/try.html.j2",
        status=error.status if error else 200,
        staff=staff,
        question=question,
        error=error.detail if error else None,
        tried=tried,
        # The page that the question was asked from, if it was a topic's.
        topic=topic if topic in titles else "",
        title=titles.get(topic, ""),
        topic_path=topic_path,
        list_address=TOPICS_PATH,
        address=TRY_PATH,
    )
