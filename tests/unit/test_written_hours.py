import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover_api.rules.opening_hours import WHOLE_DAY, Period
from handover_api.rules.written_hours import (
    MOST_PERIODS_A_DAY,
    EndsBeforeItBeginsError,
    HoursError,
    OverlappingHoursError,
    UnreadableHoursError,
    checked,
    read_periods,
    write_periods,
)

NINE_TO_FIVE = Period(9 * 60, 17 * 60)
days = st.lists(st.integers(0, 1440), unique=True, max_size=2 * MOST_PERIODS_A_DAY).map(
    lambda minutes: tuple(Period(*pair) for pair in zip(*[iter(sorted(minutes))] * 2, strict=False))
)


@given(days)
def test_what_is_written_is_read_the_same(periods: tuple[Period, ...]) -> None:
    assert read_periods(write_periods(periods)) == periods


@pytest.mark.parametrize(
    "text",
    ["9-17", "9.00–17.00", "09:00 - 17:00", " 9 — 17 ", "9 till 17", "9.00-12.00, 12-17", "12-17 och 9-12"],
)
def test_people_write_hours_in_many_ways(text: str) -> None:
    periods = read_periods(text)
    assert (periods[0].opens, periods[-1].closes) == (NINE_TO_FIVE.opens, NINE_TO_FIVE.closes)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_written_is_closed(text: str) -> None:
    assert read_periods(text) == ()


def test_a_day_may_be_open_to_both_its_ends() -> None:
    assert read_periods("0-24") == (WHOLE_DAY,)
    assert write_periods([WHOLE_DAY]) == "0.00–24.00"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("stängt", UnreadableHoursError),
        ("8", UnreadableHoursError),
        ("8-", UnreadableHoursError),
        ("8.60-9", UnreadableHoursError),
        ("8.5-9", UnreadableHoursError),
        ("8-9,", UnreadableHoursError),
        ("8-9 10-11", UnreadableHoursError),
        ("-1-9", UnreadableHoursError),
        (",".join(f"{hour}-{hour + 1}" for hour in range(MOST_PERIODS_A_DAY + 1)), UnreadableHoursError),
        ("17-8", EndsBeforeItBeginsError),
        ("8-8", EndsBeforeItBeginsError),
        ("8-24.01", EndsBeforeItBeginsError),
        ("8-12, 11-17", OverlappingHoursError),
        ("8-17, 9-10", OverlappingHoursError),
    ],
)
def test_what_cannot_be_kept_is_refused_by_what_is_wrong(text: str, error: type[HoursError]) -> None:
    with pytest.raises(error) as refused:
        read_periods(text)
    assert str(refused.value).endswith(".")


@given(st.text())
def test_anything_may_be_written(text: str) -> None:
    try:
        periods = read_periods(text)
    except HoursError:
        return
    assert checked(periods) == periods
