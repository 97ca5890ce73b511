"""Phrases as they may be trained on, how they are compared, and what an editor is told of them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handover_api.rules.ngrams import likeness, ngrams, plain
from handover_api.rules.phrase import (
    MAX_CHARACTERS,
    OUTSIDE,
    EmptyPhraseError,
    TooLongPhraseError,
    as_phrase,
    least_phrases,
)
from handover_api.rules.phrase_advice import NEARLY_THE_SAME, Advice, AdviceKind, advise, guess
from handover_api.rules.phrase_index import PhraseIndex

TEXTS = st.text(max_size=40) | st.text("abå [-", max_size=12)
TOPICS = st.sampled_from(["radon", "altan", OUTSIDE])
PHRASES = st.dictionaries(st.integers(0, 30), st.tuples(TOPICS, TEXTS), max_size=12)

ALTAN = ["får man bygga altan utan lov", "bygglov för altan", "hur hög får altanen vara", "måste altanen ha staket"]
RADON = ["hur mäter jag radon", "radon i källaren", "vad kostar en mätdosa för radon"]


def index_of(**topics: list[str]) -> PhraseIndex[str]:
    index: PhraseIndex[str] = PhraseIndex()
    index.keep_up({f"{topic} {text}": (topic, text) for topic, texts in topics.items() for text in texts})
    return index


@pytest.fixture
def index() -> PhraseIndex[str]:
    return index_of(altan=ALTAN, radon=RADON)


@given(TEXTS)
def test_signs_and_capitals_do_not_count(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert likeness(ngrams(text), ngrams(plain(text))) in {0.0, 1.0}


@given(TEXTS, TEXTS)
def test_likeness_goes_both_ways_and_is_whole_only_for_the_same_pieces(one: str, other: str) -> None:
    first, second = ngrams(one), ngrams(other)
    alike = likeness(first, second)
    assert 0 <= alike <= 1
    assert alike == likeness(second, first)
    assert (alike == 1) == (first == second and bool(first))


@given(TEXTS)
def test_a_phrase_is_one_line_without_the_marks_of_the_training(text: str) -> None:
    try:
        phrase = as_phrase(text)
    except (EmptyPhraseError, TooLongPhraseError):
        return
    assert as_phrase(phrase) == phrase
    assert phrase.splitlines() == [phrase]
    assert not set('[]{}"') & set(phrase)
    assert not phrase.startswith("-")
    assert len(phrase) <= MAX_CHARACTERS


@pytest.mark.parametrize("text", ["", "  ", "?!", "---", "[]"])
def test_what_holds_not_a_letter_is_no_phrase(text: str) -> None:
    with pytest.raises(EmptyPhraseError):
        as_phrase(text)


def test_a_story_is_no_phrase() -> None:
    assert as_phrase("a" * MAX_CHARACTERS)
    with pytest.raises(TooLongPhraseError):
        as_phrase("a" * (MAX_CHARACTERS + 1))


def test_a_topic_where_the_bot_answers_itself_needs_more_phrases() -> None:
    assert least_phrases("answer") > least_phrases("handover") == least_phrases("chat")


@given(PHRASES, PHRASES, TEXTS)
def test_an_index_that_is_kept_up_with_finds_what_a_new_one_finds(
    before: dict[int, tuple[str, str]], after: dict[int, tuple[str, str]], text: str
) -> None:
    kept: PhraseIndex[int] = PhraseIndex()
    kept.keep_up(before)
    kept.keep_up(after)
    new: PhraseIndex[int] = PhraseIndex()
    new.keep_up(after)
    assert len(kept) == len(new) == len(after)
    assert [(each.topic, each.text) for each in kept.nearest(text, 20)] == [
        (each.topic, each.text) for each in new.nearest(text, 20)
    ]


@given(PHRASES, TOPICS, TEXTS)
def test_what_is_in_the_topic_already_is_always_found(
    phrases: dict[int, tuple[str, str]], topic: str, text: str
) -> None:
    assume(ngrams(text))
    index: PhraseIndex[int] = PhraseIndex()
    index.keep_up({**phrases, 99: (topic, text)})
    found = [each for each in advise(index, topic, text) if each.kind is not AdviceKind.IDENTIFYING]
    assert [(each.kind, each.topic) for each in found] == [(AdviceKind.EXISTS, topic)]


@given(PHRASES, TOPICS, TEXTS)
def test_advice_names_phrases_of_the_topic_that_it_is_about(
    phrases: dict[int, tuple[str, str]], topic: str, text: str
) -> None:
    index: PhraseIndex[int] = PhraseIndex()
    index.keep_up(phrases)
    for each in advise(index, topic, text):
        if each.kind is AdviceKind.IDENTIFYING:
            assert (each.topic, each.phrases) == (topic, ())
            continue
        assert each.phrases
        assert all((each.topic, phrase) in phrases.values() for phrase in each.phrases)
        assert (each.topic == topic) == (each.kind in {AdviceKind.EXISTS, AdviceKind.REDUNDANT})


@pytest.mark.parametrize(
    "text",
    ["jag heter Förnamn", "hur mäts radon på Storgatan 12", "ring mig på 070-174 06 05", "min (adress borttagen)"],
)
def test_a_phrase_that_seems_to_tell_who_asked_is_told_of_first(index: PhraseIndex[str], text: str) -> None:
    assert advise(index, "radon", text)[0] == Advice(AdviceKind.IDENTIFYING, "radon", ())
    assert AdviceKind.IDENTIFYING not in {each.kind for each in advise(index, "radon", "hur mäts radon på Storgatan")}


@given(PHRASES, TEXTS)
def test_guesses_are_shares_of_one_whole(phrases: dict[int, tuple[str, str]], text: str) -> None:
    index: PhraseIndex[int] = PhraseIndex()
    index.keep_up(phrases)
    guesses = guess(index, text)
    assert sum(each.share for each in guesses) == pytest.approx(1 if guesses else 0)
    assert [each.share for each in guesses] == sorted((each.share for each in guesses), reverse=True)


def test_a_good_phrase_is_given_no_advice(index: PhraseIndex[str]) -> None:
    assert advise(index, "altan", "trädäck på baksidan") == []


def test_nearly_the_same_in_the_topic_teaches_little(index: PhraseIndex[str]) -> None:
    near = "får man bygga altanen utan lov"
    assert likeness(ngrams(near), ngrams(ALTAN[0])) >= NEARLY_THE_SAME
    assert advise(index, "altan", near) == [Advice(AdviceKind.REDUNDANT, "altan", (ALTAN[0],))]


def test_the_same_in_another_topic_is_named(index: PhraseIndex[str]) -> None:
    [advice] = advise(index, "altan", "Hur mäter jag radon?")
    assert advice == Advice(AdviceKind.ELSEWHERE, "radon", ("hur mäter jag radon",))


def test_nearly_the_same_in_another_topic_is_named(index: PhraseIndex[str]) -> None:
    [advice] = advise(index, "radon", "får man bygga altanen utan lov")
    assert advice == Advice(AdviceKind.NEARLY_ELSEWHERE, "altan", (ALTAN[0],))


def test_a_phrase_that_another_topic_pulls_at_is_told_of_with_its_phrases(index: PhraseIndex[str]) -> None:
    [advice] = advise(index, "altan", "kostar en mätdosa mot radon")
    assert (advice.kind, advice.topic) == (AdviceKind.PULLED, "radon")
    assert "vad kostar en mätdosa för radon" in advice.phrases


def test_what_is_far_from_everything_is_pulled_at_by_nothing(index: PhraseIndex[str]) -> None:
    assert guess(index, "grannens katt")
    assert advise(index, "radon", "grannens katt") == []


def test_what_no_topic_answers_may_lie_near_the_topics() -> None:
    index = index_of(altan=ALTAN, **{OUTSIDE: ["vem ritade operan i oslo"]})
    near = "bygglov för en altan i oslo"
    assert [each.kind for each in advise(index, "radon", near)] == [AdviceKind.PULLED]
    assert advise(index, OUTSIDE, near) == []


def test_a_guess_is_the_topic_of_the_most_alike_phrases(index: PhraseIndex[str]) -> None:
    best = guess(index, "vad kostar det att mäta radon")[0]
    assert best.topic == "radon"
    assert guess(index, "xyzzy") == []
