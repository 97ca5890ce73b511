"""What is counted of a model's answers, on cases made by hand."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classification.network import Training
from bot.classification.topic_learning import Question
from bot.classification.topic_model import NOISE, Limits
from learning.measuring.answers import POINTS_OF_A_CURVE, Decided, Judged, is_understood, shares
from learning.measuring.confusions import MOST_PAIRS, MOST_PHRASES, ConfusingPhrase, most_frequent
from learning.measuring.cross_validation import Guess, folds_by_text, guesses_by_fold
from learning.measuring.danger import danger, version_of_danger
from learning.measuring.texts import AskedQuestion, Phrase, content_folders, read_questions
from tests.bot.small_topics import ASKED, CATALOGUE, PHRASES, examples, words

ANSWERED_RIGHT = Decided("guide", "radon")
TO_A_PERSON = Decided("handover", None, "unsure")
ALARM = Decided("urgent", "akut-fara", "urgent_topic")
EVEN = Limits(max_wrong_share=0.25, out_of_scope_share=0.0, personal_share=0.0)


def judged(
    topic: str | None, decided: Decided, certainty: float | None = None, *, right: bool = False, **kind: bool
) -> Judged:
    return Judged(Question(words("fråga"), topic, **kind), decided, certainty, right)


def asked(text: str, topic: str | None, **kind: bool) -> AskedQuestion:
    return AskedQuestion(text, Question(words(text), topic, **kind))


def phrase(text: str, topic: str) -> Phrase:
    return Phrase(text, words(text), topic)


def test_right_and_wrong_answers_are_shares_of_all_questions() -> None:
    found = shares(
        [
            judged("radon", ANSWERED_RIGHT),
            judged("bibliotek", ANSWERED_RIGHT),
            judged("radon", TO_A_PERSON),
            judged("radon", Decided("clarify", "radon")),
        ],
        EVEN,
    )
    assert (found["questions"], found["answered_right"], found["answered_wrong"]) == (4, 0.25, 0.25)


def test_each_kind_of_question_weighs_as_much_as_residents_ask_it() -> None:
    limits = Limits(out_of_scope_share=0.2, personal_share=0.1)
    found = shares(
        [
            judged("radon", ANSWERED_RIGHT),
            judged("radon", TO_A_PERSON),
            judged(None, ANSWERED_RIGHT),
            judged("radon", ANSWERED_RIGHT, is_personal=True),
        ],
        limits,
    )
    assert (found["answered_right"], found["answered_wrong"]) == (0.35, 0.3)


@pytest.mark.parametrize(
    ("question", "decided", "right", "wrong"),
    [
        (Question([], "radon", is_personal=True), Decided("guide", "radon"), 0.0, 1.0),
        # Which authority to turn to holds for one's own case as well.
        (Question([], "radon", is_personal=True), Decided("refer", "radon"), 1.0, 0.0),
        (Question([], None), Decided("chat", "hej"), 1.0, 0.0),
        (Question([], None), Decided("refer", "radon"), 0.0, 1.0),
        (Question([], "radon"), Decided("chat", "hej"), 0.0, 1.0),
        (Question([], "akut-fara"), Decided("urgent", "akut-fara", "urgent_topic"), 0.0, 0.0),
    ],
)
def test_what_counts_as_right(question: Question, decided: Decided, right: float, wrong: float) -> None:
    found = shares([Judged(question, decided)], Limits())
    assert (found["answered_right"], found["answered_wrong"]) == (right, wrong)


def test_what_no_topic_answers_is_counted_by_itself_and_small_talk_is_no_answer_to_it() -> None:
    found = shares(
        [
            judged(None, ANSWERED_RIGHT),
            judged(None, Decided("chat", "hej")),
            judged(None, TO_A_PERSON),
            judged(None, TO_A_PERSON),
            judged("radon", ANSWERED_RIGHT),
        ],
        EVEN,
    )
    assert found["out_of_scope"] == {"questions": 4, "answered": 0.25}


def test_what_only_tells_danger_from_its_look_alikes_is_not_what_residents_typically_ask() -> None:
    found = shares(
        [
            judged("akut-fara", ALARM),
            judged("akut-fara", TO_A_PERSON, is_about_alarm=True),
            judged(None, ALARM, is_about_alarm=True),
            judged("radon", ANSWERED_RIGHT),
        ],
        EVEN,
    )
    assert found["questions"] == 2
    assert found["out_of_scope"]["questions"] == 0


def test_alarms_are_counted_on_what_is_urgent_and_on_what_only_looks_like_it() -> None:
    questions = [
        asked("Det brinner!", "akut-fara"),
        asked("Det ryker", "akut-fara", is_about_alarm=True),
        asked("Jag brinner för teater", None, is_about_alarm=True),
        *[asked("radon", "radon")] * 3,
    ]
    decided = [ALARM, TO_A_PERSON, ALARM, ANSWERED_RIGHT, ANSWERED_RIGHT, TO_A_PERSON]
    assert danger(questions, decided, CATALOGUE, "1") == {
        "version": "1",
        "questions": 2,
        "others": 4,
        "recall": 0.5,
        "false_alarms": 0.25,
        "missed": [{"text": "Det ryker", "topic": "akut-fara"}],
    }


def test_the_questions_about_danger_are_others_when_one_is_written_and_not_when_anything_else_is(
    small_project: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(small_project / "data", data)
    folders = content_folders(data)

    def add(file: str, row: str) -> str:
        with (data / file).open("a", encoding="utf-8") as opened:
            opened.write(f"{row}\n")
        return version_of_danger(folders)

    before = version_of_danger(folders)
    assert add("calibration/questions.tsv", "radon\tmäta radon i ladan") == before
    assert add("calibration/danger.tsv", "calm\tjag brinner för teater") == before
    another = add("calibration/danger.tsv", "akut-fara\tladan brinner")
    assert another != before
    assert add("calibration/questions.tsv", "akut-fara\tlogen brinner") not in {before, another}


def test_the_curve_answers_the_surest_first_and_the_equally_sure_together() -> None:
    found = shares(
        [
            judged("radon", TO_A_PERSON, 0.9, right=True),
            judged("radon", TO_A_PERSON, 0.8, right=False),
            judged("radon", TO_A_PERSON, 0.7, right=True),
            judged("radon", TO_A_PERSON, 0.7, right=False),
        ],
        EVEN,
    )
    assert found["risk_coverage"] == [[0.25, 0.0], [0.5, 0.25], [1.0, 0.5]]
    assert found["coverage_at_risk"] == 0.5


def test_what_is_never_answered_is_in_no_point_of_the_curve() -> None:
    found = shares([judged("radon", TO_A_PERSON), judged("radon", TO_A_PERSON, 0.6, right=True)], EVEN)
    assert found["risk_coverage"] == [[0.5, 0.0]]


def test_of_no_questions_nothing_is_said() -> None:
    found = shares([], EVEN)
    assert (found["questions"], found["coverage_at_risk"], found["risk_coverage"]) == (0, 0.0, [])


KINDS = st.sampled_from(["answer", "guide", "refer", "chat", "clarify", "handover", "urgent"])
TOPICS = st.sampled_from([None, "radon", "bibliotek", "mitt-arende", "akut-fara", "hej"])
ANY_JUDGED = st.builds(
    Judged,
    question=st.builds(
        Question, words=st.just([]), topic=TOPICS, is_personal=st.booleans(), is_about_alarm=st.booleans()
    ),
    decided=st.builds(Decided, kind=KINDS, topic=TOPICS, reason=st.none()),
    certainty=st.none() | st.integers(0, 300).map(lambda number: number / 300),
    would_be_right=st.booleans(),
)


@given(st.lists(ANY_JUDGED, max_size=120), st.floats(0.0, 0.3))
def test_whatever_a_model_decides_the_document_holds_together(cases: list[Judged], limit: float) -> None:
    found = shares(cases, replace(EVEN, max_wrong_share=limit, out_of_scope_share=0.2, personal_share=0.1))
    assert found["answered_right"] + found["answered_wrong"] <= 1.0 + 1e-3
    curve = found["risk_coverage"]
    assert len(curve) <= POINTS_OF_A_CURVE
    assert [point[0] for point in curve] == sorted(point[0] for point in curve)
    assert all(0.0 <= risk <= coverage <= 1.0 for coverage, risk in curve)
    within = [coverage for coverage, risk in curve if risk <= limit - 1e-3]
    assert found["coverage_at_risk"] >= max(within, default=0.0)
    assert not curve or found["coverage_at_risk"] in {0.0, *(coverage for coverage, _ in curve)}


@pytest.mark.parametrize(
    "decided",
    [
        Decided("answer", "radon"),
        # Neither is the model's doing.
        Decided("handover", "radon", "article_missing"),
        Decided("handover", "radon", "handover_topic"),
    ],
)
def test_a_question_is_understood_when_the_model_is_sure_of_the_topic(decided: Decided) -> None:
    assert is_understood("radon", decided)


@pytest.mark.parametrize(
    "decided",
    [
        Decided("answer", "bibliotek"),
        Decided("clarify", "radon"),
        Decided("handover", "radon", "unsure"),
        Decided("handover", "radon", "personal_matter"),
        Decided("handover", None, "article_missing"),
    ],
)
def test_a_question_in_doubt_or_taken_for_another_is_not_understood(decided: Decided) -> None:
    assert not is_understood("radon", decided)


def test_what_is_asked_is_no_phrase_and_of_a_topic_that_is_out_of_use_no_topic_answers_it(
    small_project: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(small_project / "data", tmp_path / "data"))
    rows = (data / "topics.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    in_use = [row for row in rows if not row.startswith("bibliotek\t")]
    (data / "topics.tsv").write_text("".join(in_use), encoding="utf-8")
    learned = phrase("mäta radonhalt", "radon")
    asked = {each.text: each.question for each in read_questions(content_folders(data), words, [learned])}
    assert learned.text in ASKED["radon"]
    assert learned.text not in asked
    assert asked["radon huset"].topic == "radon"
    assert {asked[text].topic for text in ASKED["bibliotek"]} == {None}


def test_every_phrase_is_asked_once_of_a_network_that_has_not_learned_from_it() -> None:
    phrases = [phrase(text, topic) for topic, texts in PHRASES.items() for text in texts]
    background = [example for example in examples() if example.is_background]
    quick = Training(hidden=16, epochs=15, batch=16)
    folds = list(guesses_by_fold(phrases, background, folds_by_text(phrases, 3), quick))
    asked = [guess.phrase.text for fold in folds for guess in fold]
    assert len(folds) == 3
    # What no topic answers has no right topic.
    assert sorted(asked) == sorted(each.text for each in phrases if each.topic != NOISE)


@given(st.lists(st.text(max_size=20), unique=True, max_size=20), st.text(max_size=20))
def test_a_phrase_keeps_its_fold_whatever_is_written_beside_it(texts: list[str], another: str) -> None:
    phrases = [phrase(text, "radon") for text in texts]
    assert folds_by_text([phrase(another, "radon"), *phrases], 3)[1:] == folds_by_text(phrases, 3)


def test_confusions_are_pairs_with_the_phrases_that_are_most_alike() -> None:
    own = [phrase("bygga altan", "bygglov-altan"), phrase("avgift för altan", "bygglov-altan")]
    others = [phrase("avgift för bygglov", "bygglov-avgift"), phrase("vad kostar lov", "bygglov-avgift")]
    guesses = [
        *(Guess(each, "bygglov-avgift", 1.0, is_among_three=True) for each in own),
        Guess(phrase("radon", "radon"), "bibliotek", 1.0, is_among_three=False),
        Guess(phrase("mäta radon", "radon"), NOISE, 1.0, is_among_three=False),
        Guess(phrase("låna böcker", "bibliotek"), "bibliotek", 1.0, is_among_three=True),
    ]
    first, second = most_frequent(guesses, [*own, *others])
    assert (first.topic, first.taken_for, first.count) == ("bygglov-altan", "bygglov-avgift", 2)
    assert first.phrases[0] == ConfusingPhrase("avgift för altan", "avgift för bygglov")
    # One can be taken for a topic that nobody has written phrases for.
    assert (second.taken_for, second.phrases) == ("bibliotek", (ConfusingPhrase("radon", ""),))


def test_confusions_are_a_list_that_can_be_read_through() -> None:
    guesses = [
        Guess(phrase(f"fråga {number} {other}", f"ett-{other}"), f"annat-{other}", 1.0, is_among_three=False)
        for other in range(MOST_PAIRS + 5)
        for number in range(MOST_PHRASES + 2)
    ]
    found = most_frequent(guesses, [phrase("annan fråga", f"annat-{other}") for other in range(MOST_PAIRS + 5)])
    assert len(found) == MOST_PAIRS
    assert {len(confusion.phrases) for confusion in found} == {MOST_PHRASES}
    assert {confusion.count for confusion in found} == {MOST_PHRASES + 2}
