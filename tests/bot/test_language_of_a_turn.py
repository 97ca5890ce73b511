"""What the trained bot makes of messages in other languages, through its channel."""

from __future__ import annotations

import pytest

from tests.bot.running_bot import RunningBot, turn_body


@pytest.mark.parametrize(
    ("text", "language", "text_languages"),
    [
        ("أحتاج مساعدة", "ar", ["ar", "sv"]),
        ("Waxaan helay biil aanan fahmin, yaa i caawin kara?", "so", ["so", "sv"]),
        ("Πώς μπορώ να εγγράψω τον γιο μου στον παιδικό σταθμό;", "el", ["en", "sv"]),
    ],
)
def test_another_language_becomes_a_case_that_says_which(
    bot: RunningBot, text: str, language: str, text_languages: list[str]
) -> None:
    answer = bot.turn(text)
    assert answer["understanding"]["language"] == language
    (reply,) = answer["replies"]
    assert (reply["kind"], reply["text"]) == ("handover", None)
    handover = bot.service.handovers[-1]
    assert (handover["reason"], handover["text_languages"]) == ("language", text_languages)
    assert handover["evidence"]["language"] == language
    assert len(handover["text"].split("\n\n")) == len(text_languages)


def test_an_english_question_is_answered_and_flagged(bot: RunningBot) -> None:
    answer = bot.turn("when does the library open on saturdays")
    assert answer["understanding"]["language"] == "en"
    assert answer["replies"][0]["kind"] in {"answer", "guide", "refer", "clarify"}


def test_what_shows_no_language_is_in_that_of_the_conversation(bot: RunningBot) -> None:
    for text, of_the_conversation, expected in (("asdf", "en", "en"), ("mäta radon", "ar", "sv"), ("?", "sv", "sv")):
        answer = bot.post({**turn_body(text), "language": of_the_conversation}).json()
        assert answer["understanding"]["language"] == expected


def test_a_pressed_button_leaves_the_language_alone(bot: RunningBot) -> None:
    body = {**turn_body("Hur mäter jag radon?", choice="radon"), "language": "ar"}
    answer = bot.post(body).json()
    assert answer["understanding"]["language"] == "ar"
    assert answer["replies"][0]["kind"] in {"answer", "guide", "refer"}
