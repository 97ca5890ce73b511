from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from actions.decision import (
    ASK_FOR_PERSON,
    CHANGE_LANGUAGE,
    CHOICES_OFFERED,
    HIGHEST_LEVEL_IN_OWN_WORDS,
    OWN_WORDS,
    ArticleState,
    Candidate,
    CatalogueEntry,
    Certainty,
    Handling,
    Kind,
    Reason,
    Understanding,
    decide_on_doubt,
    decide_on_topic,
)

topics = st.sampled_from(
    ["radon", "bygglov-altan", "hjalp", "akut-fara-112", ASK_FOR_PERSON, CHANGE_LANGUAGE, "okant-amne"]
)
entries = st.builds(
    CatalogueEntry,
    topic=topics,
    title=st.just("En rubrik"),
    handling=st.sampled_from(Handling),
    rosa_level=st.none() | st.integers(1, 9),
    has_article=st.booleans(),
)
understandings = st.builds(
    Understanding,
    certainty=st.sampled_from(Certainty),
    candidates=st.lists(st.builds(Candidate, topics, st.floats(0, 1)), max_size=5).map(tuple),
    threshold=st.floats(0, 1),
    model_version=st.just("v"),
    language=st.sampled_from(["sv", "sv-SE", "en", "ar"]),
    has_words=st.booleans(),
    is_personal=st.booleans(),
)
catalogues = st.lists(entries, max_size=6).map(lambda known: {entry.topic: entry for entry in known})


@given(understandings, st.none() | entries, st.sampled_from(ArticleState))
def test_the_bots_own_words_never_exceed_level_two(
    understanding: Understanding, entry: CatalogueEntry | None, article: ArticleState
) -> None:
    decision = decide_on_topic(understanding, entry, article)
    if decision.kind in OWN_WORDS:
        assert decision.rosa_level is not None
        assert decision.rosa_level <= HIGHEST_LEVEL_IN_OWN_WORDS
        assert decision.reason is None


@given(understandings, st.none() | entries, st.sampled_from(ArticleState))
def test_only_a_published_article_is_spoken_from(
    understanding: Understanding, entry: CatalogueEntry | None, article: ArticleState
) -> None:
    decision = decide_on_topic(understanding, entry, article)
    if decision.kind in OWN_WORDS | {Kind.CHAT}:
        assert entry is not None
        assert article is ArticleState.PUBLISHED


@given(understandings, entries, st.sampled_from(ArticleState))
def test_what_is_for_people_always_goes_to_people(
    understanding: Understanding, entry: CatalogueEntry, article: ArticleState
) -> None:
    decision = decide_on_topic(understanding, entry, article)
    if entry.handling in {Handling.HANDOVER, Handling.URGENT}:
        assert decision.kind in {Kind.HANDOVER, Kind.URGENT}
        assert decision.reason is not None


@given(understandings, st.none() | entries, st.sampled_from(ArticleState))
def test_a_person_is_asked_for_exactly_when_there_is_a_reason(
    understanding: Understanding, entry: CatalogueEntry | None, article: ArticleState
) -> None:
    decision = decide_on_topic(understanding, entry, article)
    assert (decision.reason is not None) == (decision.kind in {Kind.HANDOVER, Kind.URGENT})


@given(understandings, catalogues, st.integers(1, 9))
def test_a_second_doubt_goes_to_a_person(
    understanding: Understanding, catalogue: dict[str, CatalogueEntry], earlier_doubts: int
) -> None:
    decision = decide_on_doubt(understanding, catalogue, earlier_doubts)
    assert decision.kind is Kind.HANDOVER
    assert decision.reason in {Reason.UNSURE, Reason.PERSONAL_MATTER, Reason.LANGUAGE}


@given(understandings, catalogues)
def test_choices_are_few_known_answerable_and_never_small_talk(
    understanding: Understanding, catalogue: dict[str, CatalogueEntry]
) -> None:
    decision = decide_on_doubt(understanding, catalogue, earlier_doubts=0)
    assert len(decision.choices) <= CHOICES_OFFERED
    for topic in decision.choices:
        assert catalogue[topic].has_article
        assert catalogue[topic].handling is not Handling.CHAT


@given(understandings, st.none() | entries, st.sampled_from(ArticleState))
def test_a_question_about_ones_own_case_is_never_answered_in_general(
    understanding: Understanding, entry: CatalogueEntry | None, article: ArticleState
) -> None:
    decision = decide_on_topic(replace(understanding, is_personal=True), entry, article)
    if understanding.certainty is not Certainty.CHOSEN:
        assert decision.kind not in {Kind.ANSWER, Kind.GUIDE}


@given(understandings, st.none() | entries, st.sampled_from(ArticleState))
def test_being_personal_changes_nothing_but_answers_and_guides(
    understanding: Understanding, entry: CatalogueEntry | None, article: ArticleState
) -> None:
    personal = decide_on_topic(replace(understanding, is_personal=True), entry, article)
    if personal.reason is not Reason.PERSONAL_MATTER:
        assert personal == decide_on_topic(replace(understanding, is_personal=False), entry, article)
    else:
        assert entry is not None
        assert entry.handling in {Handling.ANSWER, Handling.GUIDE}
        assert understanding.certainty is not Certainty.CHOSEN


@given(understandings, catalogues, st.integers(0, 9))
def test_ones_own_case_in_doubt_gets_no_question_back_unless_the_best_guess_is_no_general_answer(
    understanding: Understanding, catalogue: dict[str, CatalogueEntry], earlier_doubts: int
) -> None:
    decision = decide_on_doubt(replace(understanding, is_personal=True), catalogue, earlier_doubts)
    assert decision.kind not in {Kind.ANSWER, Kind.GUIDE}
    if decision.kind is Kind.CLARIFY:
        assert understanding.best is not None
        assert catalogue[understanding.best.topic].handling in {Handling.REFER, Handling.CHAT, Handling.URGENT}


@given(understandings, catalogues, st.none() | entries, st.sampled_from(ArticleState))
def test_a_case_about_somebodys_own_is_filed_only_under_a_fair_guess(
    understanding: Understanding,
    catalogue: dict[str, CatalogueEntry],
    entry: CatalogueEntry | None,
    article: ArticleState,
) -> None:
    for decision in (
        decide_on_topic(understanding, entry, article),
        decide_on_doubt(understanding, catalogue, earlier_doubts=0),
    ):
        if decision.reason is Reason.PERSONAL_MATTER and decision.topic is not None:
            assert understanding.best is not None
            assert understanding.best.confidence >= understanding.threshold / 2
        if decision.reason is Reason.PERSONAL_MATTER and decision.topic is None:
            assert decision.rosa_level is None


@given(st.lists(st.tuples(understandings, catalogues), max_size=8))
def test_never_two_questions_back_in_a_row(doubts: list[tuple[Understanding, dict[str, CatalogueEntry]]]) -> None:
    earlier_doubts = 0
    for understanding, catalogue in doubts:
        kind = decide_on_doubt(understanding, catalogue, earlier_doubts).kind
        assert kind is Kind.HANDOVER or (kind is Kind.CLARIFY and earlier_doubts == 0)
        earlier_doubts = earlier_doubts + 1 if kind is Kind.CLARIFY else 0


@given(understandings, st.sampled_from(ArticleState))
def test_danger_does_not_wait_for_an_article(understanding: Understanding, article: ArticleState) -> None:
    urgent = CatalogueEntry("sjalvmordstankar", "Jag orkar inte leva", Handling.URGENT, 6, has_article=False)
    if understanding.best is None or understanding.best.topic != ASK_FOR_PERSON:
        assert decide_on_topic(understanding, urgent, article).reason is Reason.URGENT_TOPIC


@given(understandings, st.none() | entries, st.sampled_from(ArticleState))
def test_another_language_is_answered_only_with_what_it_is_a_question_about(
    understanding: Understanding, entry: CatalogueEntry | None, article: ArticleState
) -> None:
    decision = decide_on_topic(replace(understanding, language="ar"), entry, article)
    if understanding.certainty is Certainty.CHOSEN:
        assert decision == decide_on_topic(replace(understanding, language="sv"), entry, article)
    elif decision.reason is not Reason.LANGUAGE:
        assert entry is not None
        assert entry.handling is Handling.URGENT or entry.topic == CHANGE_LANGUAGE


@given(understandings, catalogues, st.integers(0, 9))
def test_another_language_gets_no_question_back(
    understanding: Understanding, catalogue: dict[str, CatalogueEntry], earlier_doubts: int
) -> None:
    if understanding.certainty is not Certainty.CHOSEN:
        decision = decide_on_doubt(replace(understanding, language="ti"), catalogue, earlier_doubts)
        assert (decision.kind, decision.reason, decision.topic) == (Kind.HANDOVER, Reason.LANGUAGE, None)


@given(understandings, st.none() | entries, st.sampled_from(ArticleState), st.sampled_from(["en", "da", "no", "SV-fi"]))
def test_languages_that_are_answered_change_nothing(
    understanding: Understanding, entry: CatalogueEntry | None, article: ArticleState, language: str
) -> None:
    assert decide_on_topic(replace(understanding, language=language), entry, article) == decide_on_topic(
        replace(understanding, language="sv"), entry, article
    )
