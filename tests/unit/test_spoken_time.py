from datetime import UTC, datetime

import pytest

from handover_api.rules.opening_hours import LOCAL_TIME
from handover_api.rules.spoken_time import coming_moment

# A Friday.
NOW = datetime(2026, 11, 20, 18, tzinfo=LOCAL_TIME)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 20, 20, 30, tzinfo=LOCAL_TIME), "i dag klockan 20.30"),
        (datetime(2026, 11, 21, 8, tzinfo=LOCAL_TIME), "i morgon klockan 8.00"),
        (datetime(2026, 11, 23, 8, 5, tzinfo=LOCAL_TIME), "på måndag klockan 8.05"),
        (datetime(2026, 11, 26, 8, tzinfo=LOCAL_TIME), "på torsdag klockan 8.00"),
        (datetime(2026, 11, 27, 8, tzinfo=LOCAL_TIME), "den 27 november klockan 8.00"),
        (datetime(2027, 1, 7, 9, tzinfo=LOCAL_TIME), "den 7 januari klockan 9.00"),
        (datetime(2027, 11, 20, 9, tzinfo=LOCAL_TIME), "den 20 november 2027 klockan 9.00"),
    ],
)
def test_a_coming_moment_is_said_as_one_says_it(moment: datetime, said: str) -> None:
    assert coming_moment(moment.astimezone(UTC), NOW.astimezone(UTC)) == said


def test_the_day_is_that_of_stockholm() -> None:
    late = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert coming_moment(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), late) == "i morgon klockan 0.30"


def test_it_is_said_the_same_over_a_clock_change() -> None:
    saturday = datetime(2026, 10, 24, 23, tzinfo=LOCAL_TIME)
    assert coming_moment(datetime(2026, 10, 25, 8, tzinfo=LOCAL_TIME), saturday) == "i morgon klockan 8.00"
