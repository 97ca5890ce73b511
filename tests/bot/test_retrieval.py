"""Ranking answers by their words. How well it does on real questions is measured in bench/, not here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classification.retrieval import AnswerList, Vocabulary, lemmas_and_parts, opening, words_of

VOCABULARY = Vocabulary.of(
    {"skol": "skola", "avgiften": "avgift", "hunden": "hund", "bussar": "buss"},
    frozenset({"och", "i", "är", "på", "om"}),
)
ANSWERS = (
    "Barnet får åka skolskjuts om vägen är lång eller farlig. Kommunen prövar varje ansökan.",
    "Biblioteket har öppet alla dagar i veckan. Du kan låna böcker, filmer och spel.",
    "Nej. Du får inte elda i trädgården under torra perioder. Räddningstjänsten utfärdar förbudet.",
    "Förskolan kostar olika mycket för olika familjer. Avgiften följer hushållets inkomst.",
)
texts = st.text(max_size=60)
answer_lists = st.lists(texts, min_size=1, max_size=6)


@pytest.fixture(scope="module")
def answers() -> AnswerList:
    return AnswerList(ANSWERS, VOCABULARY)


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("Har vi rätt till skolskjutsen?", 0),
        ("När är bibliotekets lokaler öppna, går det att låna spel?", 1),
        ("Är eldning tillåten hemma i trädgårdarna?", 2),
        ("Vad är förskoleavgiften?", 3),
    ],
)
def test_the_answer_that_shares_telling_words_comes_first(answers: AnswerList, question: str, right: int) -> None:
    assert answers.ranking(question)[0] == right


def test_words_that_most_answers_have_decide_less_than_a_rare_one() -> None:
    about_vaccine = AnswerList(
        [
            "Vaccin mot sjukdomen ger vi här: vaccin mot sjukdomen ger skydd.",
            "Inför resor kostar vaccin pengar.",
            "Vaccin mot sjukdomen är frivilligt.",
            "Vaccin mot sjukdomen ges två gånger.",
            "Vaccin mot sjukdomen finns på mottagningen.",
        ],
        VOCABULARY,
    )
    assert about_vaccine.ranking("Vaccin mot sjukdomen till resor")[0] == 1


def test_the_opening_decides_between_answers_that_are_equal_otherwise() -> None:
    first = "Hunden ska ha koppel i parken. Resten är likadant i hela landet."
    second = "Resten är likadant i hela landet. Hunden ska ha koppel i parken."
    assert AnswerList([second, first], VOCABULARY).ranking("hunden koppel")[0] == 1


@given(answer_lists, texts)
def test_every_answer_gets_a_finite_score_and_a_place(answers: list[str], question: str) -> None:
    listed = AnswerList(answers, VOCABULARY)
    assert np.isfinite(listed.scores(question)).all()
    assert sorted(listed.ranking(question)) == list(range(len(answers)))


@given(st.permutations(range(len(ANSWERS))), texts)
def test_the_order_of_the_list_does_not_matter(answers: AnswerList, order: list[int], question: str) -> None:
    shuffled = AnswerList([ANSWERS[place] for place in order], VOCABULARY)
    assert np.allclose(shuffled.scores(question), answers.scores(question)[order])


@given(st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=4), st.sampled_from(ANSWERS))
def test_capitals_and_unicode_spelling_do_not_matter(answers: list[str], question: str) -> None:
    listed = AnswerList(answers, VOCABULARY)
    assert np.allclose(listed.scores(question.upper().replace("Å", "A\u030a")), listed.scores(question))


def test_a_question_without_known_words_prefers_no_answer(answers: AnswerList) -> None:
    assert answers.scores("???").tolist() == [0.0] * len(ANSWERS)


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(ValueError, match="no answer"):
        AnswerList([], VOCABULARY)


def test_compounds_are_divided_into_known_words() -> None:
    assert VOCABULARY.parts("skolavgift") == ("skola", "avgift")
    assert VOCABULARY.parts("hundsavgiften") == ("hund", "avgift")
    assert VOCABULARY.parts("bibliotek") == ()


def test_stop_words_are_left_out_and_lemmas_put_in() -> None:
    assert list(lemmas_and_parts("Hunden är på bussar", VOCABULARY)) == ["hund", "buss"]


def test_a_mere_yes_is_no_opening() -> None:
    assert opening("Ja. Det får du göra. Sedan mer.") == "Det får du göra."
    assert opening("Ja.") == "Ja."
    assert words_of("Ja, 2 st!") == ["ja", "2", "st"]
