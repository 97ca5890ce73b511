import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.errors import StackError
from stack.processes import PORTS, PROCESSES, Process, settings_of_the_run, variables_of

TOKENS = {"BOT_TOKEN": "b", "ACTIONS_TOKEN": "a", "INTERNAL_TOKEN": "i"}
SECRETS = {*TOKENS, "DATABASE_URL"}
NEEDS = {
    "service": {"DATABASE_URL", "BOT_TOKEN", "INTERNAL_TOKEN"},
    "worker": {"DATABASE_URL", "BOT_TOKEN", "INTERNAL_TOKEN"},
    "bot": {"DATABASE_URL", "BOT_TOKEN", "ACTIONS_TOKEN", "INTERNAL_TOKEN"},
    "trainer": {"INTERNAL_TOKEN"},
    "actions": {"ACTIONS_TOKEN", "INTERNAL_TOKEN"},
}


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_secret_reaches_only_those_who_need_it(process: Process) -> None:
    inherited = dict.fromkeys({*SECRETS, *(f"{name}_FILE" for name in SECRETS)}, "from the shell")
    given_to_it = variables_of(process, settings_of_the_run({}, TOKENS, "postgresql://x"), inherited)
    assert SECRETS & set(given_to_it) == NEEDS[process.name]
    assert "from the shell" not in given_to_it.values()


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_another_environments_python_does_not_disturb(process: Process) -> None:
    disturbing = {"PYTHONPATH": "/elsewhere", "VIRTUAL_ENV": "/elsewhere", "PYTHONDONTWRITEBYTECODE": "/elsewhere"}
    variables = variables_of(process, settings_of_the_run({}, TOKENS, None), {**disturbing, "LANG": "sv_SE.UTF-8"})
    assert variables["LANG"] == "sv_SE.UTF-8"
    assert "/elsewhere" not in variables.values()


def test_everything_is_on_the_loopback_and_in_demo_mode_unless_said_otherwise() -> None:
    settings = settings_of_the_run({}, TOKENS, None)
    assert {settings[name] for name in ("HOST", "BOT_HOST", "ACTIONS_HOST")} == {"127.0.0.1"}
    assert settings["PUBLIC_URL"] == settings["HANDOVER_API_URL"] == "http://127.0.0.1:8000"
    assert settings["HANDOVER_MODE"] == "demo"


def test_opening_the_service_to_the_network_does_not_open_the_bot() -> None:
    settings = settings_of_the_run({"HOST": "0.0.0.0", "BOT_HOST": "0.0.0.0"}, TOKENS, None)  # noqa: S104
    assert settings["HOST"] == "0.0.0.0"  # noqa: S104
    assert settings["BOT_HOST"] == "127.0.0.1"
    assert settings["HANDOVER_API_URL"] == "http://127.0.0.1:8000"


@given(st.text().filter(lambda text: not (text.isascii() and text.isdigit())).filter(bool))
def test_a_port_that_is_no_number_is_named(text: str) -> None:
    with pytest.raises(StackError, match=r"^BOT_PORT is .* it must be a number from 1 to 65535"):
        settings_of_the_run({"BOT_PORT": text}, TOKENS, None)


@pytest.mark.parametrize("number", ["0", "65536", "99999999999999999999"])
def test_a_port_out_of_range_is_named(number: str) -> None:
    with pytest.raises(StackError, match="must be a number from 1 to 65535"):
        settings_of_the_run({"PORT": number}, TOKENS, None)


def test_two_processes_cannot_have_the_same_port() -> None:
    with pytest.raises(StackError, match="PORT and BOT_PORT are both 5005"):
        settings_of_the_run({"PORT": "5005"}, TOKENS, None)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(StackError, match="HANDOVER_MODE is test; it can be demo or production"):
        settings_of_the_run({"HANDOVER_MODE": "test"}, TOKENS, None)


@given(st.sets(st.integers(1, 65535), min_size=3, max_size=3))
def test_addresses_follow_the_ports(numbers: set[int]) -> None:
    chosen = dict(zip(PORTS, numbers, strict=True))
    settings = settings_of_the_run({name: str(number) for name, number in chosen.items()}, TOKENS, None)
    assert settings["HANDOVER_API_URL"] == f"http://127.0.0.1:{chosen['PORT']}"
    assert settings["BOT_URL"] == f"http://127.0.0.1:{chosen['BOT_PORT']}"
    assert settings["ACTIONS_URL"] == f"http://127.0.0.1:{chosen['ACTIONS_PORT']}"


def test_what_has_a_default_reaches_those_who_read_it_when_it_is_set() -> None:
    settings = settings_of_the_run({}, TOKENS, None)
    inherited = {"LOG_LEVEL": "DEBUG", "STAFF_SESSION_HOURS": "8"}
    given_to = {process.name: set(inherited) & set(variables_of(process, settings, inherited)) for process in PROCESSES}
    assert given_to == {
        "service": {"STAFF_SESSION_HOURS"},
        "worker": {"STAFF_SESSION_HOURS"},
        "bot": {"LOG_LEVEL"},
        "trainer": set(),
        "actions": set(),
    }
