"""What the bot knew each time it asked for a person, as an agent grasps it at a glance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handover_api.cases.schemas import CaseRead, EvidenceRead, StaffMessageRead
from handover_api.content.schemas import TopicRead
from handover_api.rules.case import GUESSING, Reason
from handover_api.rules.message import Author
from handover_api.web import wording

MOST_GUESSES = 3
# Less than this the bot hardly believed.
LEAST_GUESS = 0.01
# How the bot handles what is only said, such as a greeting or the wish for a person; it is no matter.
_ONLY_SAID = "chat"


@dataclass(frozen=True)
class Guess:
    title: str
    percent: int


@dataclass(frozen=True)
class GivenAnswer:
    title: str
    # The message that it stands in; None when that is not among the latest.
    seq: int | None


@dataclass(frozen=True)
class EvidenceView:
    """`threshold`: the percentage from which the bot answers; None when there is nothing to compare it with."""

    reason: str
    at: datetime
    sentence: str
    guesses: list[Guess]
    threshold: int | None
    given: list[GivenAnswer]
    facts: list[str]


def read_evidence(case: CaseRead, topics: Iterable[TopicRead]) -> list[EvidenceView]:
    """The latest time first."""
    known = {topic.id: topic for topic in topics}
    return [_view(each, case, known) for each in case.evidence]


def _view(evidence: EvidenceRead, case: CaseRead, topics: Mapping[str, TopicRead]) -> EvidenceView:
    is_wish = evidence.reason is Reason.ASKED_FOR_PERSON
    candidates, threshold = evidence.candidates, evidence.threshold
    guesses = _guesses(candidates, topics, is_wish=is_wish)
    if is_wish and not guesses:
        # The wish itself is about nothing: what was asked before it is what the agent wants to know.
        candidates, threshold = _before(evidence, case.messages, topics)
        guesses = _guesses(candidates, topics, is_wish=True)
    percent = round(threshold * 100) if threshold is not None and guesses else None
    return EvidenceView(
        reason=wording.REASONS[evidence.reason],
        at=evidence.created_at,
        sentence=_sentence(evidence.reason, guesses, percent),
        guesses=guesses,
        threshold=percent,
        given=[GivenAnswer(_title(topic, topics), _where(topic, case.messages)) for topic in evidence.articles_tried],
        facts=_facts(evidence),
    )


def _guesses(candidates: Iterable[Mapping[str, Any]], topics: Mapping[str, TopicRead], *, is_wish: bool) -> list[Guess]:
    likely = [
        (str(candidate["topic"]), share)
        for candidate in candidates
        if "topic" in candidate and (share := _share(candidate)) >= LEAST_GUESS
    ]
    if is_wish:
        likely = [(topic, share) for topic, share in likely if topic in topics and topics[topic].handling != _ONLY_SAID]
    return [Guess(_title(topic, topics), round(share * 100)) for topic, share in likely[:MOST_GUESSES]]


def _share(candidate: Mapping[str, Any]) -> float:
    share = candidate.get("confidence")
    return float(share) if isinstance(share, int | float) else 0.0


def _before(
    evidence: EvidenceRead, messages: Iterable[StaffMessageRead], topics: Mapping[str, TopicRead]
) -> tuple[list[dict[str, Any]], float | None]:
    """What the bot believed when it answered last before a person was asked for."""
    answered = [
        message.payload
        for message in messages
        if message.author is Author.BOT and message.created_at <= evidence.created_at
    ]
    for payload in reversed(answered):
        candidates = payload.get("candidates", [])
        if _guesses(candidates, topics, is_wish=True):
            return candidates, payload.get("threshold")
    return [], None


def _sentence(reason: Reason, guesses: list[Guess], threshold: int | None) -> str:
    if not guesses:
        return (
            "Boten hann inte gissa vad det gäller."
            if reason is Reason.ASKED_FOR_PERSON
            else "Boten hade ingen gissning."
        )
    if reason is Reason.ASKED_FOR_PERSON:
        return "Det här trodde boten att frågan innan gällde."
    if threshold is not None and guesses[0].percent >= threshold:
        return "Boten var säker på vad det gäller."
    if threshold is not None or reason in GUESSING:
        return "Boten trodde det här, men var inte säker nog för att svara."
    return "Det här trodde boten att det gäller."


def _title(topic: str, topics: Mapping[str, TopicRead]) -> str:
    return topics[topic].title if topic in topics else topic


def _where(topic: str, messages: Iterable[StaffMessageRead]) -> int | None:
    """The latest message in which the bot answered about the topic."""
    about = [each.seq for each in messages if each.author is Author.BOT and each.payload.get("topic") == topic]
    return about[-1] if about else None


def _facts(evidence: EvidenceRead) -> list[str]:
    facts = ["Frågan gäller invånarens eget ärende"] if evidence.is_personal else []
    if evidence.language:
        facts.append(f"Språk: {wording.language(evidence.language)}")
    if evidence.model_version:
        facts.append(f"Botens modell: {evidence.model_version}")
    return facts
