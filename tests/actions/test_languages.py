"""What happens to somebody who writes in another language than the bot answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.decision import LANGUAGES_ANSWERED, Handling, Reason
from actions.languages import ENGLISH, SWEDISH, LanguagesError, a_person_can_help, read_sentences
from tests.actions.conversation import Conversation
from tests.actions.fake_handover_service import FakeHandoverService, entry

SENTENCES = read_sentences()


def service_with_topics() -> FakeHandoverService:
    return FakeHandoverService(
        entry("radon", Handling.ANSWER, 2),
        entry("sjalvmordstankar", Handling.URGENT, 6),
        entry("byt-sprak", Handling.CHAT, None),
        entry("prata-med-manniska", Handling.CHAT, None),
        entry("halsning", Handling.CHAT, None),
    )


@pytest.mark.parametrize("certainty", ["sure", "unclear", "unsure"])
@pytest.mark.parametrize("topic", ["radon", "halsning", "prata-med-manniska", "pahittat-amne"])
async def test_another_language_goes_to_a_person_who_is_announced_in_it(certainty: str, topic: str) -> None:
    service = service_with_topics()
    reply = await Conversation(service).says(certainty, topic, language="ar")
    assert (reply["kind"], reply["text"], reply["case_reference"]) == ("handover", None, "2026-000001")
    request = service.handovers["meddelande-1"]
    assert (request.reason, request.article, request.articles_tried) == (Reason.LANGUAGE, None, ())
    assert request.text == f"{SENTENCES['ar']}\n\n{SENTENCES[SWEDISH]}"
    assert request.text_languages == ("ar", SWEDISH)
    assert request.understanding.language == "ar"


async def test_what_is_guessed_of_another_language_is_no_topic() -> None:
    service = service_with_topics()
    assert (await Conversation(service).says("unsure", "radon", language="so"))["topic"] is None
    assert service.handovers["meddelande-1"].topic is None


async def test_a_topic_that_is_recognised_in_another_language_is_kept_for_the_agent() -> None:
    service = service_with_topics()
    reply = await Conversation(service).says("sure", "radon", language="pl")
    assert (reply["topic"], reply["rosa_level"], service.handovers["meddelande-1"].topic) == ("radon", 2, "radon")


@pytest.mark.parametrize("language", ["el", "xx", "am", "el-GR"])
async def test_without_a_sentence_in_the_language_it_is_said_in_english_and_swedish(language: str) -> None:
    service = service_with_topics()
    await Conversation(service).says("unsure", "radon", language=language)
    request = service.handovers["meddelande-1"]
    assert request.text_languages == (ENGLISH, SWEDISH)
    assert request.text == f"{SENTENCES[ENGLISH]}\n\n{SENTENCES[SWEDISH]}"


async def test_danger_comes_before_the_language() -> None:
    service = service_with_topics()
    assert (await Conversation(service).says("sure", "sjalvmordstankar", language="ar"))["kind"] == "urgent"
    assert service.handovers["meddelande-1"].reason is Reason.URGENT_TOPIC


async def test_a_pressed_button_is_answered_whatever_the_language() -> None:
    service = service_with_topics()
    assert (await Conversation(service).says("chosen", "radon", language="ar"))["kind"] == "answer"
    assert not service.handovers


async def test_whoever_asks_which_languages_there_are_gets_the_answer_to_that() -> None:
    service = service_with_topics()
    reply = await Conversation(service).says("sure", "byt-sprak", language="es")
    assert (reply["kind"], reply["topic"]) == ("chat", "byt-sprak")
    service.expired.add("byt-sprak")
    assert (await Conversation(service).says("sure", "byt-sprak", language="es"))["kind"] == "handover"
    assert service.handovers["meddelande-1"].reason is Reason.LANGUAGE


@pytest.mark.parametrize("language", [*sorted(LANGUAGES_ANSWERED), "sv-SE", "en-GB", "EN"])
@pytest.mark.parametrize(("certainty", "kind"), [("sure", "answer"), ("unclear", "clarify")])
async def test_swedish_its_neighbours_and_english_are_answered(language: str, certainty: str, kind: str) -> None:
    service = service_with_topics()
    assert (await Conversation(service).says(certainty, "radon", language=language))["kind"] == kind
    assert not service.handovers


async def test_a_language_counts_as_no_doubt() -> None:
    conversation = Conversation(service_with_topics())
    await conversation.says("unclear", "radon")
    await conversation.says("unclear", "radon", language="fi")
    assert (await conversation.says("unclear", "radon"))["kind"] == "clarify"


@given(st.text(max_size=12))
def test_there_is_always_something_to_say_and_it_ends_in_swedish(language: str) -> None:
    passages = a_person_can_help(language, SENTENCES, None)
    assert passages[-1].language == SWEDISH
    assert len({passage.language for passage in passages}) == len(passages)
    # The service reads a paragraph as one passage.
    assert all(passage.text and "\n" not in passage.text for passage in passages)


def test_every_sentence_gives_the_emergency_number() -> None:
    assert [code for code, sentence in SENTENCES.items() if "112" not in sentence] == []


@pytest.mark.parametrize(
    "content",
    [
        None,
        "languages: [",
        "[]",
        "languages: 3",
        "languages: [3]",
        "languages: [{sentence: Hej}]",
        "languages: [{code: sv, name: svenska, sentence: Hej}]",
    ],
)
def test_a_file_that_cannot_be_used_is_told_of(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "languages.yml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(LanguagesError):
        read_sentences(path)
