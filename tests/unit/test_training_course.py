from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from handover_api.rules.bot_model import (
    PROMOTABLE,
    ModelDeed,
    ModelOrigin,
    ModelState,
    deed_of_use,
    starting_model_is_used,
)
from handover_api.rules.training import (
    FIRST_GUESS,
    MOST_SHARE,
    UNFINISHED,
    WITH_THE_TRAINER,
    TrainingEvent,
    TrainingState,
    after,
    expected_duration,
    progress,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ENDED = frozenset(TrainingState) - UNFINISHED
durations = st.timedeltas(timedelta(seconds=1), timedelta(hours=5))


def course(events: list[TrainingEvent]) -> list[TrainingState]:
    """The states that a training goes through when so much is tried on it."""
    states = [TrainingState.QUEUED]
    for event in events:
        states.append(after(states[-1], event) or states[-1])
    return states


@given(st.lists(st.sampled_from(TrainingEvent)))
def test_what_has_ended_stays_what_it_became(events: list[TrainingEvent]) -> None:
    for before, then in pairwise(course(events)):
        assert before not in ENDED or then == before


@example([TrainingEvent.TAKEN, TrainingEvent.CANCEL_ASKED, TrainingEvent.DONE])
@given(st.lists(st.sampled_from(TrainingEvent)))
def test_a_training_is_done_only_by_a_trainer_that_nobody_has_called_back(events: list[TrainingEvent]) -> None:
    states = course(events)
    if TrainingState.DONE in states:
        assert TrainingState.RUNNING in states
        assert TrainingState.CANCELLING not in states


@given(st.lists(st.sampled_from(TrainingEvent)))
def test_whatever_has_happened_an_unfinished_training_can_be_ended(events: list[TrainingEvent]) -> None:
    reached = course(events)[-1]
    if reached in UNFINISHED:
        asked = after(reached, TrainingEvent.CANCEL_ASKED) or reached
        assert asked in ENDED or after(asked, TrainingEvent.STOPPED) == TrainingState.CANCELLED


@given(st.sampled_from(sorted(WITH_THE_TRAINER)))
def test_a_trainer_that_is_gone_leaves_nothing_unfinished(state: TrainingState) -> None:
    assert after(state, TrainingEvent.VANISHED) in ENDED


@given(durations, st.lists(durations, min_size=2))
def test_a_training_only_goes_forward(expected: timedelta, passed: list[timedelta]) -> None:
    for earlier, later in pairwise(progress(NOW, expected, NOW + each) for each in sorted(passed)):
        assert 0 <= earlier.share <= later.share <= MOST_SHARE
        if earlier.left is None:
            assert later.left is None
        elif later.left is not None:
            assert timedelta() < later.left <= earlier.left


@given(durations)
def test_a_clock_that_goes_backwards_does_not_disturb(earlier: timedelta) -> None:
    assert progress(NOW, FIRST_GUESS, NOW - earlier).share == 0


@given(st.lists(durations, min_size=1))
def test_the_next_training_takes_as_long_as_those_before(earlier: list[timedelta]) -> None:
    assert min(earlier) <= expected_duration(earlier) + timedelta(milliseconds=1)
    assert expected_duration(earlier) <= max(earlier) + timedelta(milliseconds=1)


def test_before_the_first_training_there_is_a_guess() -> None:
    assert expected_duration([]) == FIRST_GUESS
    assert progress(NOW, timedelta(), NOW).left is None


def test_what_has_been_in_use_is_brought_back_and_the_rest_is_promoted() -> None:
    assert {state for state in ModelState if deed_of_use(state) is ModelDeed.PROMOTED} == PROMOTABLE


def test_the_starting_model_gives_way_to_what_a_person_or_the_studio_has_chosen() -> None:
    assert starting_model_is_used(None, is_chosen_by_person=False)
    assert starting_model_is_used(ModelOrigin.START, is_chosen_by_person=False)
    assert not starting_model_is_used(ModelOrigin.START, is_chosen_by_person=True)
    assert not starting_model_is_used(ModelOrigin.STUDIO, is_chosen_by_person=False)
