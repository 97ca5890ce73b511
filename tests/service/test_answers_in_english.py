"""Answers in English: written beside the Swedish one, and read first by whoever reads the chat in English."""

import pytest
from content_folder import ContentFolder
from fakes import FakeBot, FakeClock, says
from fastapi import FastAPI
from people import People
from test_easy_swedish import ORDINARY, answer_on_page, answered, from_article, words

from handover_api.content.service import import_content
from handover_api.database import SessionFactory, transaction

ENGLISH = "\n## Checklista\n\n## English\n\nOrder a **kit**. Call {telefon}, {oppet}.\n"


@pytest.fixture
async def english(content: ContentFolder, sessions: SessionFactory, clock: FakeClock) -> ContentFolder:
    content.radon.write_text(content.radon.read_text(encoding="utf-8") + ENGLISH, encoding="utf-8")
    facts = content.facts.read_text(encoding="utf-8")
    content.facts.write_text(f"{facts}oppet: vardagar\noppet_en: weekdays\n", encoding="utf-8")
    async with transaction(sessions) as session:
        await import_content(session, content.path, clock())
    return content


async def test_an_answer_brings_its_english_words_with_the_facts_in_english(
    people: People, bot: FakeBot, english: ContentFolder
) -> None:
    assert english
    _, answer = await answered(people, bot, from_article())
    assert answer["text"] == ORDINARY
    assert answer["payload"]["english_text"] == "Order a **kit**. Call 0980-319 200, weekdays."


async def test_whoever_reads_the_chat_in_english_reads_it_first(
    app: FastAPI, people: People, bot: FakeBot, english: ContentFolder
) -> None:
    assert english
    bot.behaviour = says(from_article())
    line = await answer_on_page(app, people, "en")
    (text,) = [each for each in line.iter("div") if "data-text" in each.attrib]
    assert text.get("lang") is None
    assert [each.get("lang") for each in text] == ["en"]
    assert words(text).startswith("Order a kit.")
    (details,) = list(line.iter("details"))
    summary, other = details
    assert words(summary) == "Read the answer in Swedish"
    assert other.get("lang") == "sv"
    assert words(other) == ORDINARY


@pytest.mark.parametrize("language", ["sv", "sv-simple", "ar"])
async def test_for_others_the_answer_is_as_it_was(
    app: FastAPI, people: People, bot: FakeBot, english: ContentFolder, language: str
) -> None:
    assert english
    bot.behaviour = says(from_article())
    line = await answer_on_page(app, people, language)
    assert "Order a kit" not in words(line)
    assert ORDINARY in words(line)
