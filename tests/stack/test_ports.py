import re
import socket

import pytest

from stack.errors import StackError
from stack.ports import require_free_ports, why_not_free
from stack.processes import PORTS, settings_of_the_run


def settings(**environ: str) -> dict[str, str]:
    return settings_of_the_run(environ, {}, None)


@pytest.fixture
def first_of_four() -> int:
    candidates = range(20_000, 30_000, 4)
    return next(first for first in candidates if not any(why_not_free("127.0.0.1", first + step) for step in range(4)))


@pytest.mark.parametrize("name", PORTS)
def test_a_port_in_use_is_named_with_a_free_one_to_choose(name: str, first_of_four: int) -> None:
    # The others have the very next numbers, which must not be proposed.
    names = sorted(PORTS, key=lambda each: each != name)
    numbers = {other: str(first_of_four + step) for step, other in enumerate(names)}
    with socket.socket() as other_program:
        other_program.bind(("127.0.0.1", first_of_four))
        other_program.listen()
        with pytest.raises(StackError) as caught:
            require_free_ports(settings(**numbers))
    proposed = re.fullmatch(
        rf"Port {first_of_four} on 127\.0\.0\.1 is used by another program: .* `{name}=(\d+) make run`\.",
        str(caught.value),
    )
    assert proposed is not None
    assert proposed[1] not in numbers.values()
    require_free_ports(settings(**{**numbers, name: proposed[1]}))


def test_an_address_that_is_not_this_machines_is_named() -> None:
    with pytest.raises(StackError, match=r"on 192\.0\.2\.1 cannot be used \(EADDRNOTAVAIL\)"):
        require_free_ports(settings(HOST="192.0.2.1", PORT="18731", BOT_PORT="18732", ACTIONS_PORT="18733"))
