"""What an article must be, the way of a draft, and what differs between two texts."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from handover_api.rules.article import (
    FEWEST_OPINIONS,
    MAX_NEXT_STEPS,
    MAX_SOURCES,
    MAX_WORDS,
    ArticleText,
    DraftState,
    DraftStep,
    Fault,
    FaultKind,
    StepNotPossibleError,
    after,
    faults,
    faults_at_publication,
    is_due_for_review,
    is_possible,
    is_scored_low,
    is_time,
    may_review,
)
from handover_api.rules.differences import Change, Part, differences

FACTS = {"telefon": "0980-319 200", "lank": "https://www.exempelkommunen.example/"}
WHOLE = ArticleText(text="Ring {telefon}.", department="Byggnadsnämnden")

words = st.text(st.sampled_from("aå bö.\n-*1"), max_size=40)


@given(words, words)
def test_what_is_kept_and_removed_is_the_old_text_and_what_is_kept_and_added_the_new(old: str, new: str) -> None:
    parts = differences(old, new)
    assert "".join(part.text for part in parts if part.change is not Change.ADDED) == old
    assert "".join(part.text for part in parts if part.change is not Change.REMOVED) == new


@given(words, words)
def test_no_part_is_empty_and_no_two_neighbours_are_alike(old: str, new: str) -> None:
    parts = differences(old, new)
    assert all(part.text for part in parts)
    assert all(one.change is not next_.change for one, next_ in pairwise(parts))


@given(words)
def test_nothing_differs_from_itself(text: str) -> None:
    assert all(part.change is Change.KEPT for part in differences(text, text))


def test_words_beside_each_other_change_together() -> None:
    assert differences("Ring oss i dag.", "Ring oss nästa vecka.") == [
        Part(Change.KEPT, "Ring oss "),
        Part(Change.REMOVED, "i dag"),
        Part(Change.ADDED, "nästa vecka"),
        Part(Change.KEPT, "."),
    ]


@pytest.mark.parametrize(
    ("article", "handling", "fault"),
    [
        (ArticleText(text="", department="A"), "answer", Fault("text", FaultKind.MISSING)),
        (ArticleText(text="Hej."), "answer", Fault("department", FaultKind.MISSING)),
        (ArticleText(text="Hej.", department="A"), "urgent", Fault("checklist", FaultKind.MISSING)),
        (ArticleText(text="Hej.", department="A"), "handover", Fault("checklist", FaultKind.MISSING)),
        (ArticleText(text="# Hej", department="A"), "answer", Fault("text", FaultKind.HEADING_OR_HTML)),
        (ArticleText(text="<b>Hej</b>", department="A"), "answer", Fault("text", FaultKind.HEADING_OR_HTML)),
        (
            ArticleText(text="Hej.", english_text="Hi\n# Hi", department="A"),
            "answer",
            Fault("english_text", FaultKind.HEADING_OR_HTML),
        ),
        (
            ArticleText(text="Hej.", checklist="- A\n## English", department="A"),
            "answer",
            Fault("checklist", FaultKind.HEADING),
        ),
        (
            ArticleText(text="Ring {telefn}.", department="A"),
            "answer",
            Fault("text", FaultKind.UNKNOWN_FACT, "telefn"),
        ),
        (
            ArticleText(text="Hej.", department="A", next_steps=[{"label": "Läs", "url": "{lankk}"}]),
            "answer",
            Fault("next_steps", FaultKind.UNKNOWN_FACT, "lankk"),
        ),
        (
            ArticleText(text="Hej.", department="A", next_steps=[{"label": "Läs", "url": ""}]),
            "answer",
            Fault("next_steps", FaultKind.HALF),
        ),
        (
            ArticleText(text="Hej.", department="A", sources=[{"title": "", "url": "https://a.example"}]),
            "answer",
            Fault("sources", FaultKind.HALF),
        ),
        (
            ArticleText(text="Hej.", department="A", sources=[{"title": "A", "url": "javascript:x"}]),
            "answer",
            Fault("sources", FaultKind.BAD_ADDRESS, "javascript:x"),
        ),
    ],
)
def test_what_keeps_an_article_from_residents_is_named_with_its_field(
    article: ArticleText, handling: str, fault: Fault
) -> None:
    assert fault in faults(article, handling, FACTS)


def test_a_whole_article_has_no_faults() -> None:
    assert not [*faults(WHOLE, "answer", FACTS)]


@pytest.mark.parametrize("field", ["text", "easy_text", "english_text"])
@given(extra=st.integers(min_value=0, max_value=30))
def test_a_text_may_have_so_many_words_and_not_one_more(field: str, extra: int) -> None:
    long = ArticleText(**{**vars(WHOLE), field: "ord " * (MAX_WORDS + extra)})
    assert (Fault(field, FaultKind.TOO_LONG) in faults(long, "answer", FACTS)) == (extra > 0)


@given(st.integers(0, 10), st.integers(0, 10))
def test_there_may_be_so_many_sources_and_steps(sources: int, steps: int) -> None:
    article = ArticleText(
        text="Hej.",
        department="A",
        sources=[{"title": "Lag", "url": None}] * sources,
        next_steps=[{"label": "Läs", "url": "{lank}"}] * steps,
    )
    found = {fault.field for fault in faults(article, "answer", FACTS)}
    assert found == {
        name
        for name, is_too_many in [("sources", sources > MAX_SOURCES), ("next_steps", steps > MAX_NEXT_STEPS)]
        if is_too_many
    }


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-60, 60))
def test_an_article_is_published_only_if_it_is_served_the_day_after(day: date, days: int) -> None:
    found = [*faults_at_publication(day + timedelta(days=days), day)]
    assert bool(found) == (days <= 0)
    assert [*faults_at_publication(None, day)] == [Fault("review_by", FaultKind.MISSING)]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-60, 60))
def test_whoever_reviews_is_told_a_month_ahead(today: date, days: int) -> None:
    assert is_due_for_review(today + timedelta(days=days), today) == (days <= 30)


@given(st.integers(0, 40), st.integers(0, 40))
def test_few_opinions_say_nothing(helped: int, not_helped: int) -> None:
    opinions = helped + not_helped
    expected = opinions >= FEWEST_OPINIONS and 10 * helped < 6 * opinions
    assert is_scored_low(helped, opinions) == expected


def test_it_is_time_when_the_time_is_here_or_none_was_given() -> None:
    at = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    assert is_time(None, at)
    assert is_time(at, at)
    assert not is_time(at + timedelta(seconds=1), at)


WRITER, SENDER, OTHER = (UUID(int=number) for number in range(3))


@given(st.sampled_from([WRITER, SENDER, OTHER]), st.sampled_from([WRITER, SENDER]))
def test_whoever_wrote_or_sent_it_does_not_approve_it(reviewer: UUID, sender: UUID) -> None:
    assert may_review(reviewer, WRITER, sender) == (reviewer not in {WRITER, sender})


@pytest.mark.parametrize("state", DraftState)
@pytest.mark.parametrize("step", DraftStep)
def test_a_step_that_is_not_possible_is_refused(state: DraftState, step: DraftStep) -> None:
    if is_possible(state, step):
        assert after(state, step) in {*DraftState, None}
    else:
        with pytest.raises(StepNotPossibleError):
            after(state, step)


class AnyWay(RuleBasedStateMachine):
    """Any steps in any order: residents never read what somebody else has not approved since it was last written."""

    def __init__(self) -> None:
        super().__init__()
        self.state: DraftState | None = DraftState.DRAFT
        self.is_approved = False
        self.was_published = False

    @precondition(lambda self: self.state is not None)
    @rule(step=st.sampled_from(DraftStep))
    def take(self, step: DraftStep) -> None:
        assert self.state is not None
        if not is_possible(self.state, step):
            return
        self.was_published = step is DraftStep.PUBLISH
        if step is DraftStep.APPROVE:
            self.is_approved = True
        elif step is not DraftStep.PUBLISH:
            self.is_approved = False
        self.state = after(self.state, step)

    @precondition(lambda self: self.state is None)
    @rule()
    def begin_anew(self) -> None:
        self.state, self.is_approved, self.was_published = DraftState.DRAFT, False, False

    @invariant()
    def only_what_is_approved_is_published(self) -> None:
        assert not self.was_published or self.is_approved
        assert (self.state is DraftState.SCHEDULED) <= self.is_approved


TestAnyWay = AnyWay.TestCase
