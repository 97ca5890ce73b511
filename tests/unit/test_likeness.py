"""Which questions are about the same."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.case import Reason
from handover_api.rules.likeness import Groups
from handover_api.rules.ngrams import plain
from handover_api.rules.question import (
    NEVER_COLLECTED,
    QuestionKind,
    clearest_first,
    is_readable,
    is_stronger,
    kind_of,
    words_to_keep,
)
from handover_api.rules.suggestion import Ground, suggest

WORDS = st.sampled_from(["hur", "lång", "tid", "tar", "bygglov", "ett", "sopor", "hämtas", "när", "avgift", "Altan?"])
QUESTION = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
TOPIC = st.sampled_from([None, "bygglov", "sopor"])
ASKED = st.lists(st.tuples(QUESTION, TOPIC), max_size=25)


def group(asked: list[tuple[str, str | None]]) -> list[int]:
    """For each question the number of the one that began its group."""
    groups: Groups[int] = Groups()
    return [groups.place(number, text, topic) for number, (text, topic) in enumerate(asked, start=1)]


def test_the_same_asked_in_other_words_is_one_group_and_something_else_another() -> None:
    asked = ["Hur lång tid tar ett bygglov?", "hur lång tid tar det att få bygglov", "När hämtas soporna på Storgatan?"]
    assert group([(text, None) for text in asked]) == [1, 1, 3]


def test_what_the_bot_took_for_the_same_topic_need_not_be_as_alike() -> None:
    asked = ["kan jag sätta upp en laddstolpe", "får man sätta upp laddstolpe på gatan"]
    assert group([(text, None) for text in asked]) == [1, 2]
    assert group([(text, "laddning") for text in asked]) == [1, 1]
    assert group([(asked[0], "laddning"), (asked[1], "parkering")]) == [1, 2]


def test_a_group_keeps_to_what_it_began_with_and_the_same_words_to_their_group() -> None:
    first, between = "hur hög får muren vara", "hur hög får en altan eller mur vara"
    further = "hur hög får en altan eller en mur vara utan lov"
    asked = [first, between, further, f"{between.capitalize()}?"]
    assert group([(text, None) for text in asked]) == [1, 1, 3, 1]


@given(ASKED)
def test_no_question_is_lost_and_each_group_is_named_after_the_first_in_it(
    asked: list[tuple[str, str | None]],
) -> None:
    placed = group(asked)
    assert len(placed) == len(asked)
    for number, key in enumerate(placed, start=1):
        assert key <= number
        assert placed[key - 1] == key


@given(ASKED)
def test_the_same_questions_in_the_same_order_give_the_same_groups(asked: list[tuple[str, str | None]]) -> None:
    assert group(asked) == group(asked)


@given(ASKED, st.randoms(use_true_random=False))
def test_the_same_words_are_together_in_whatever_order_they_came(
    asked: list[tuple[str, str | None]], chance: Random
) -> None:
    chance.shuffle(asked)
    keys: dict[str, int] = {}
    for (text, _), key in zip(asked, group(asked), strict=True):
        assert keys.setdefault(plain(text), key) == key


@given(ASKED, ASKED)
def test_going_on_with_the_groups_that_there_are_is_as_if_nobody_had_looked_meanwhile(
    before: list[tuple[str, str | None]], after: list[tuple[str, str | None]]
) -> None:
    everything = [*before, *after]
    groups: Groups[int] = Groups()
    for key, (text, topic) in zip(group(before), before, strict=True):
        groups.put(key, text, topic)
    numbered = enumerate(after, start=len(before) + 1)
    later = [groups.place(number, text, topic) for number, (text, topic) in numbered]
    assert [*group(before), *later] == group(everything)


@given(st.lists(QUESTION, min_size=1), st.randoms(use_true_random=False))
def test_the_clearest_question_is_the_same_in_whatever_order_they_came(texts: list[str], chance: Random) -> None:
    shuffled = list(texts)
    chance.shuffle(shuffled)
    found = clearest_first(texts)
    assert clearest_first(shuffled) == found
    assert sorted(found) == sorted(set(texts))


def test_a_whole_question_without_masks_is_clearer_than_a_word_or_a_story() -> None:
    masked = "Jag heter [personnummer borttaget] och undrar om bygglov?"
    story = " ".join(["mycket"] * 40) + "?"
    asked = ["bygglov", masked, story, "Hur lång tid tar ett bygglov?", "jag undrar om ett bygglov tar tid"]
    assert clearest_first(asked)[0] == "Hur lång tid tar ett bygglov?"
    assert clearest_first(asked)[-1] == masked


MASKED = st.builds("{} {}".format, QUESTION, st.sampled_from(["[namn borttaget]", "[adress borttagen]"]))


@given(st.lists(QUESTION | MASKED, min_size=1))
def test_the_words_to_keep_are_two_different_questions_without_masks(texts: list[str]) -> None:
    whole = {plain(text) for text in texts if "[" not in text}
    kept = [text for text in words_to_keep(clearest_first(texts)) if text]
    assert {plain(text) for text in kept} <= whole
    assert len({plain(text) for text in kept}) == len(kept) == min(2, len(whole))


@given(st.sampled_from(QuestionKind), st.sampled_from(QuestionKind), st.sampled_from(QuestionKind))
def test_of_two_kinds_one_is_stronger_and_none_is_stronger_than_itself(
    one: QuestionKind, other: QuestionKind, third: QuestionKind
) -> None:
    assert is_stronger(one, other) + is_stronger(other, one) == (one is not other)
    if is_stronger(one, other) and is_stronger(other, third):
        assert is_stronger(one, third)


def test_what_a_colleague_says_is_stronger_than_everything_and_asking_back_weaker() -> None:
    assert all(is_stronger(QuestionKind.MARKED, kind) for kind in set(QuestionKind) - {QuestionKind.MARKED})
    assert all(is_stronger(kind, QuestionKind.CLARIFIED) for kind in set(QuestionKind) - {QuestionKind.CLARIFIED})


def test_no_handover_because_of_danger_or_an_own_matter_makes_a_question() -> None:
    assert not any(kind_of(reason) for reason in NEVER_COLLECTED)
    assert kind_of(Reason.UNSURE) is QuestionKind.UNSURE
    assert kind_of(Reason.FAILURE) is None


def test_signs_numbers_and_masks_are_no_question() -> None:
    nothing = ("", "??", "12345", "ok", "🙂🙂🙂🙂", "[namn borttaget], [adress borttagen]")
    assert not any(is_readable(text) for text in nothing)
    assert is_readable("bygglov")


SIGNS = st.lists(st.tuples(st.sampled_from(Ground), st.sampled_from(["radon", "sopor", "altan"])))


@given(SIGNS, st.randoms(use_true_random=False))
def test_the_suggestion_does_not_depend_on_the_order_of_the_signs(
    signs: list[tuple[Ground, str]], chance: Random
) -> None:
    found = suggest(signs)
    chance.shuffle(signs)
    assert suggest(signs) == found
    assert (found is None) == (not signs)
    if found is not None:
        assert found.ground is min((ground for ground, _ in signs), key=list(Ground).index)
        assert found.count == signs.count((found.ground, found.topic))


def test_one_colleague_is_believed_before_many_guesses_of_the_bot() -> None:
    found = suggest([*[(Ground.BELIEVED, "sopor")] * 9, (Ground.TOLD, "radon")])
    assert found is not None
    assert (found.topic, found.ground, found.count) == ("radon", Ground.TOLD, 1)
