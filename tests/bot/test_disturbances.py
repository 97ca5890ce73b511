"""The disturbances that the benchmarks put texts through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.understanding.disturbances import (
    NEIGHBOURS,
    SHARE_OF_WORDS,
    STORIES,
    WORD,
    in_a_story,
    in_capitals,
    typos,
    without_dots_and_rings,
)

SWEDISH = "abcdefghijklmnopqrstuvwxyzåäö"
words = st.text(alphabet=SWEDISH + SWEDISH.upper(), min_size=1, max_size=12)
questions = st.lists(words, min_size=1, max_size=15).map(lambda several: " ".join(several) + "?")
seeds = st.integers(0, 1000)


def is_one_typo_away(typed: str, meant: str) -> bool:
    """One letter gone, one doubled, one replaced by a neighbour's, or two that stand together swapped."""
    for place, letter in enumerate(meant):
        before, after = meant[:place], meant[place + 1 :]
        if typed in {before + after, before + letter + letter + after}:
            return True
        if after and typed == before + after[0] + letter + after[1:]:
            return True
        if any(typed.lower() == (before + key + after).lower() for key in NEIGHBOURS[letter.lower()]):
            return True
    return False


@given(questions, seeds)
def test_a_fifth_of_the_longer_words_get_one_typo_each(question: str, seed: int) -> None:
    meant, typed = question.split(" "), typos(question, seed).split(" ")
    assert len(typed) == len(meant)
    changed = [(new, old) for new, old in zip(typed, meant, strict=True) if new != old]
    longer = len(WORD.findall(question))
    assert len(changed) == (max(1, round(SHARE_OF_WORDS * longer)) if longer else 0)
    assert all(is_one_typo_away(new, old) for new, old in changed)


@given(st.text(max_size=60), seeds)
def test_any_text_can_be_disturbed_and_is_so_in_the_same_way_again(text: str, seed: int) -> None:
    for disturb in (typos, in_a_story):
        assert disturb(text, seed) == disturb(text, seed)


def test_another_seed_disturbs_in_another_way() -> None:
    question = "När hämtas soporna hos oss på Storgatan?"
    assert len({typos(question, seed) for seed in range(20)}) > 10
    assert len({in_a_story(question, seed) for seed in range(60)}) > len(STORIES) / 2


@given(questions)
def test_without_dots_nothing_else_changes(question: str) -> None:
    plain = without_dots_and_rings(question)
    assert not set(plain) & set("åäöÅÄÖ")
    assert len(plain) == len(question)
    assert all(new == old for new, old in zip(plain, question, strict=True) if old not in "åäöÅÄÖ")


def test_letters_spelt_in_two_signs_lose_their_dots_too() -> None:
    assert without_dots_and_rings("bo\u0308r A\u030asa") == "bor Asa"


@given(questions)
def test_capitals_are_capitals(question: str) -> None:
    assert not any(letter.islower() for letter in in_capitals(question))


@given(questions, seeds)
def test_the_question_stands_in_the_story_as_it_was(question: str, seed: int) -> None:
    story = in_a_story(question, seed)
    assert question in story
    assert len(story) > len(question)


def test_neighbouring_keys_are_so_in_both_directions() -> None:
    assert set(NEIGHBOURS) == set(SWEDISH)
    assert all(key in NEIGHBOURS[other] for key, others in NEIGHBOURS.items() for other in others)
    assert set(NEIGHBOURS["ö"]) == {"l", "ä", "p", "å"}
    assert set(NEIGHBOURS["s"]) == {"a", "d", "w", "e", "z", "x"}
