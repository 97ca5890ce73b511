"""What an agent reads of what the bot knew."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handover_api.cases.schemas import CaseRead, EvidenceRead, StaffMessageRead
from handover_api.content.schemas import TopicRead
from handover_api.rules.case import Reason
from handover_api.rules.message import Author
from handover_api.web.evidence import EvidenceView, GivenAnswer, Guess, read_evidence

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def topic(name: str, title: str, handling: str = "answer") -> TopicRead:
    return TopicRead(
        id=name, title=title, area="a", rosa_level=1, handling=handling, answer_group="allmant", has_article=True
    )


TOPICS = [topic("altan", "Altan"), topic("staket", "Staket"), topic("manniska", "Jag vill prata", "chat")]


def said_by_the_bot(seq: int, payload: dict[str, Any]) -> StaffMessageRead:
    return StaffMessageRead(
        seq=seq,
        author=Author.BOT,
        kind="answer",
        text="Svar",
        created_at=NOW - timedelta(minutes=10 - seq),
        payload=payload,
        audience="everyone",
    )


def read(evidence: dict[str, Any], messages: list[StaffMessageRead] | None = None) -> EvidenceView:
    reason = evidence.pop("reason", Reason.UNSURE)
    case = CaseRead.model_construct(
        evidence=[EvidenceRead(reason=reason, created_at=NOW, **evidence)], messages=messages or []
    )
    [view] = read_evidence(case, TOPICS)
    return view


def candidates(**shares: float) -> list[dict[str, Any]]:
    return [{"topic": name, "confidence": share} for name, share in shares.items()]


def test_guesses_have_titles_and_whole_percent_and_the_threshold() -> None:
    view = read({"candidates": candidates(altan=0.456, staket=0.31, okand=0.004), "threshold": 0.712})
    assert view.guesses == [Guess("Altan", 46), Guess("Staket", 31)]
    assert view.threshold == 71
    assert view.sentence == "Boten trodde det här, men var inte säker nog för att svara."


def test_no_more_than_three_guesses_are_shown_and_what_cannot_be_read_is_passed_over() -> None:
    view = read({"candidates": [{"skräp": True}, *candidates(a=0.3, b=0.2, c=0.2, d=0.1)]})
    assert view.guesses == [Guess("a", 30), Guess("b", 20), Guess("c", 20)]


def test_without_a_guess_there_is_no_threshold_to_compare_with() -> None:
    view = read({"threshold": 0.7})
    assert (view.sentence, view.threshold) == ("Boten hade ingen gissning.", None)


def test_a_bot_that_was_sure_says_so() -> None:
    view = read({"reason": Reason.HANDOVER_TOPIC, "candidates": candidates(altan=0.9), "threshold": 0.7})
    assert view.sentence == "Boten var säker på vad det gäller."


def test_a_bot_that_has_not_compared_is_not_called_unsure() -> None:
    view = read({"reason": Reason.URGENT_TOPIC, "candidates": candidates(altan=0.97)})
    assert view.sentence == "Det här trodde boten att det gäller."


def test_the_wish_for_a_person_is_no_guess_but_what_was_asked_before_is() -> None:
    earlier = {"topic": "altan", "candidates": candidates(altan=0.8, manniska=0.1), "threshold": 0.7}
    view = read(
        {"reason": Reason.ASKED_FOR_PERSON, "candidates": candidates(manniska=0.97), "threshold": 0.7},
        [said_by_the_bot(2, earlier), said_by_the_bot(4, {"candidates": candidates(manniska=0.6)})],
    )
    assert view.reason == "Invånaren bad om en människa"
    assert view.guesses == [Guess("Altan", 80)]
    assert view.sentence == "Det här trodde boten att frågan innan gällde."


@pytest.mark.parametrize("shares", [{}, {"manniska": 0.97}])
def test_somebody_who_asks_for_a_person_at_once_has_asked_nothing_before(shares: dict[str, float]) -> None:
    view = read({"reason": Reason.ASKED_FOR_PERSON, "candidates": candidates(**shares)})
    assert (view.guesses, view.sentence) == ([], "Boten hann inte gissa vad det gäller.")


def test_an_answer_that_was_given_leads_to_its_message() -> None:
    view = read({"articles_tried": ["altan", "staket"]}, [said_by_the_bot(2, {"topic": "altan"})])
    assert view.given == [GivenAnswer("Altan", 2), GivenAnswer("Staket", None)]


def test_the_rest_is_told_in_words() -> None:
    view = read({"language": "fi", "is_personal": True, "model_version": "m1"})
    assert view.facts == ["Frågan gäller invånarens eget ärende", "Språk: finska", "Botens modell: m1"]
