from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.classification.chance import drawn, joined, named

NAMES = st.lists(st.text(), min_size=1, max_size=20)


@given(NAMES, st.data())
def test_what_is_drawn_follows_from_the_name_whatever_else_is_drawn(names: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(names) - 1))
    assert drawn(named(names))[place] == drawn(named([names[place]]))[0]
    units = np.arange(5)
    assert np.array_equal(
        drawn(named(names)[:, None], units[None, :])[place], drawn(named([names[place]])[:, None], units[None, :])[0]
    )


@given(NAMES)
def test_numbers_are_from_nought_up_to_one(names: list[str]) -> None:
    numbers = drawn(named(names), np.arange(len(names)))
    assert numbers.dtype == np.float32
    assert ((numbers >= 0) & (numbers < 1)).all()


def test_different_names_and_another_order_of_them_draw_differently() -> None:
    first, second = named(["a"]), named(["b"])
    assert len({int(each[0]) for each in (first, second, joined(first, second), joined(second, first))}) == 4


def test_numbers_are_evenly_spread_and_do_not_follow_each_other() -> None:
    """Each of a thousand names beside each of a thousand others: mean and spread of an even distribution, and no
    likeness between the rows, within four standard errors or so.
    """
    numbers = drawn(named(f"gram {place}" for place in range(1000))[:, None], np.arange(1000)[None, :])
    assert abs(numbers.mean() - 0.5) < 0.002
    assert abs(numbers.std() - 12**-0.5) < 0.002
    likeness = np.corrcoef(numbers[:200]) - np.eye(200)
    assert np.abs(likeness).max() < 0.2
    likeness = np.corrcoef(numbers[:, :200].T) - np.eye(200)
    assert np.abs(likeness).max() < 0.2
    assert np.abs(np.histogram(numbers, bins=50, range=(0, 1))[0] / numbers.size - 0.02).max() < 0.001
