from stack.interruption import Interruption


def asked_at(*moments: float) -> Interruption:
    clock = iter(moments)
    interruption = Interruption(clock=lambda: next(clock))
    for _ in moments:
        interruption.request()
    return interruption


def test_nobody_has_asked_at_first() -> None:
    assert not asked_at().requested


def test_the_same_wish_heard_twice_is_no_impatience() -> None:
    interruption = asked_at(10.0, 10.1)
    assert interruption.requested
    assert not interruption.is_impatient


def test_asking_again_after_a_while_is_impatience() -> None:
    assert asked_at(10.0, 11.5).is_impatient
