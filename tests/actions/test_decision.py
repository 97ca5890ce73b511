from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actions.decision import (
    ASK_FOR_PERSON,
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

topics = st.sampled_from(["radon", "bygglov-altan", "hjalp", "akut-fara-112", ASK_FOR_PERSON, "okant-amne"])
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
    language=st.just("sv"),
    has_words=st.booleans(),
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
    assert decision.reason is Reason.UNSURE


@given(understandings, catalogues)
def test_choices_are_few_known_answerable_and_never_small_talk(
    understanding: Understanding, catalogue: dict[str, CatalogueEntry]
) -> None:
    decision = decide_on_doubt(understanding, catalogue, earlier_doubts=0)
    assert len(decision.choices) <= CHOICES_OFFERED
    for topic in decision.choices:
        assert catalogue[topic].has_article
        assert catalogue[topic].handling is not Handling.CHAT


@given(understandings, st.sampled_from(ArticleState))
def test_danger_does_not_wait_for_an_article(understanding: Understanding, article: ArticleState) -> None:
    urgent = CatalogueEntry("sjalvmordstankar", "Jag orkar inte leva", Handling.URGENT, 6, has_article=False)
    if understanding.best is None or understanding.best.topic != ASK_FOR_PERSON:
        assert decide_on_topic(understanding, urgent, article).reason is Reason.URGENT_TOPIC
