import os
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.engine import Backoff, Engine, described_exit
from stack.errors import FULL_DISK, InterruptedStartError, StackError
from stack.health import HttpHealth
from stack.interruption import Interruption
from stack.layout import Layout
from stack.pids import born, is_gone_within
from tests.stack.conftest import HTTP_SERVER, Heard, python_unit

APPEND = "import sys; open(sys.argv[1], 'a').write(sys.argv[2] + '\\n')"
STAY = "import signal; signal.pause()"
# Says in a file that it runs, and on SIGTERM that it ends.
SAYS_GOODBYE = """
import signal, sys

def end(*_):
    open(sys.argv[1], "a").write(sys.argv[2] + "\\n")
    sys.exit(0)

signal.signal(signal.SIGTERM, end)
open(sys.argv[1] + "." + sys.argv[2], "w").close()
while True:
    signal.pause()
"""


def exists(path: Path) -> str | None:
    return None if path.exists() else f"{path.name} is missing"


def test_what_is_needed_comes_first(engine: Engine, tmp_path: Path) -> None:
    order = tmp_path / "order"
    second = python_unit("second", APPEND, str(order), "second", needs=frozenset({"first"}))
    first = python_unit("first", APPEND, str(order), "first")
    engine.bring_up([second, first])
    assert order.read_text().split() == ["first", "second"]


def test_a_need_that_is_not_among_the_units_counts_as_met(engine: Engine, tmp_path: Path) -> None:
    order = tmp_path / "order"
    engine.bring_up([python_unit("only", APPEND, str(order), "only", needs=frozenset({"installed-long-ago"}))])
    assert order.read_text().split() == ["only"]


def test_a_server_is_up_when_it_answers(engine: Engine, free_port: int, heard: Heard) -> None:
    health = HttpHealth("127.0.0.1", free_port, ("/health",))
    assert health() is not None
    engine.bring_up([python_unit("server", HTTP_SERVER, str(free_port), health=health)])
    assert health() is None
    assert "ok  running server" in heard.getvalue()


def test_a_failed_step_shows_the_end_of_its_log(engine: Engine, heard: Heard) -> None:
    with pytest.raises(StackError, match=r"failed \(exit code 3\).*\.run/logs/step\.log"):
        engine.bring_up([python_unit("step", "print('the reason'); raise SystemExit(3)")])
    assert "    the reason" in heard.getvalue()


def test_a_server_that_ends_during_start_is_named(engine: Engine, heard: Heard) -> None:
    dying = python_unit("bot", "print('no model'); raise SystemExit(1)", health=lambda: "nothing yet")
    with pytest.raises(StackError, match=r"bot ended during start \(exit code 1\)"):
        engine.bring_up([dying])
    assert "    no model" in heard.getvalue()


def test_a_server_that_does_not_become_healthy_is_named_with_what_is_missing(engine: Engine) -> None:
    engine.start_timeout_seconds = 0.2
    with pytest.raises(StackError, match="bot is not healthy after 0 s: the model is missing"):
        engine.bring_up([python_unit("bot", STAY, health=lambda: "the model is missing")])


def test_time_does_not_run_for_a_server_that_needs_another_to_be_healthy(engine: Engine, tmp_path: Path) -> None:
    engine.start_timeout_seconds = 0.0
    asked: list[str] = []
    is_up = tmp_path / "up"

    def answer(name: str) -> str | None:
        asked.append(name)
        return exists(is_up)

    touch = python_unit("touch", "import pathlib, sys; pathlib.Path(sys.argv[1]).touch()", str(is_up))
    bot = python_unit("bot", STAY, needs=frozenset({"touch"}), health=lambda: answer("bot"))
    service = python_unit("service", STAY, healthy_after=frozenset({"bot"}), health=lambda: answer("service"))
    engine.bring_up([service, touch, bot])
    assert asked == ["bot", "service"]


@pytest.mark.parametrize("words", ["No space left on device", "failed to write (os error 28)"])
def test_a_full_disk_is_one_sentence(engine: Engine, words: str, heard: Heard) -> None:
    with pytest.raises(StackError) as caught:
        engine.bring_up([python_unit("step", f"raise SystemExit({words!r})")])
    assert str(caught.value) == FULL_DISK
    assert words not in heard.getvalue()


def test_a_known_cause_is_said_instead_of_the_log(engine: Engine, heard: Heard) -> None:
    step = python_unit("step", "raise SystemExit('E42')", explain=lambda log: "Known." if "E42" in log else None)
    with pytest.raises(StackError, match=r"^Known\.$"):
        engine.bring_up([step])
    assert "E42" not in heard.getvalue()


def test_a_program_that_does_not_exist_is_one_sentence(engine: Engine) -> None:
    unit = python_unit("step", "")
    with pytest.raises(StackError, match="running step could not start"):
        engine.bring_up([type(unit)(name="step", doing="running step", command=("/no/such/program",), environment={})])


def test_the_log_of_the_start_before_is_kept(engine: Engine, layout: Layout) -> None:
    engine.bring_up([python_unit("step", "print('yesterday')")])
    engine.bring_up([python_unit("step", "print('today')")])
    assert layout.log("step").read_text() == "today\n"
    assert (layout.logs / "step.log.1").read_text() == "yesterday\n"


def test_a_server_that_ends_while_running_is_started_again_with_growing_waits(
    engine: Engine, interruption: Interruption, heard: Heard
) -> None:
    engine.backoff = Backoff(first_seconds=0.4)
    pids: dict[str, int] = {}
    engine.record = pids.update
    engine.bring_up([python_unit(name, STAY, health=lambda: None) for name in ("bot", "other")])

    def kill_again_or_end() -> None:
        if heard.getvalue().count("ended unexpectedly") < 2:
            os.kill(pids["bot"], signal.SIGKILL)
        else:
            interruption.request()

    heard.when("bot is running again", kill_again_or_end)
    os.kill(pids["bot"], signal.SIGKILL)
    engine.watch()
    assert [line.split(";")[0] for line in heard.getvalue().splitlines() if "unexpectedly" in line] == [
        "bot ended unexpectedly (signal SIGKILL). Starting it again in 0 s",
        "bot ended unexpectedly (signal SIGKILL). Starting it again in 1 s",
    ]


@given(st.integers(0, 10_000), st.floats(0.01, 10), st.floats(10, 1000))
def test_waits_grow_and_stay_within_their_bound(restarts: int, first: float, longest: float) -> None:
    backoff = Backoff(first_seconds=first, longest_seconds=longest)
    assert first <= backoff.wait(restarts) <= backoff.wait(restarts + 1) <= longest


def test_servers_are_stopped_stage_by_stage(engine: Engine, tmp_path: Path) -> None:
    order = tmp_path / "order"

    def server(name: str, stage: int) -> object:
        running = Path(f"{order}.{name}")
        return python_unit(name, SAYS_GOODBYE, str(order), name, stage=stage, health=lambda: exists(running))

    engine.bring_up([server("database", 0), server("service", 2), server("bot", 1)])  # type: ignore[list-item]
    engine.shut_down()
    assert order.read_text().split() == ["service", "bot", "database"]


def test_a_server_that_does_not_listen_is_killed_in_time(engine: Engine, tmp_path: Path) -> None:
    deaf = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
while True:
    signal.pause()
"""
    is_up = tmp_path / "up"
    pids: dict[str, int] = {}
    engine.record = pids.update
    engine.bring_up([python_unit("deaf", deaf, str(is_up), health=lambda: exists(is_up), stop_seconds=0.1)])
    engine.shut_down()
    assert born(pids["deaf"]) is None


def test_nothing_that_a_server_started_is_left(engine: Engine, tmp_path: Path) -> None:
    parent = """
import pathlib, signal, subprocess, sys
deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
child.stdout.readline()
path = pathlib.Path(sys.argv[1])
path.with_suffix(".new").write_text(str(child.pid))
path.with_suffix(".new").rename(path)
signal.pause()
"""
    child = tmp_path / "child"
    engine.bring_up([python_unit("parent", parent, str(child), health=lambda: exists(child))])
    pid = int(child.read_text())
    moment = born(pid)
    assert moment is not None
    engine.shut_down()
    assert is_gone_within(pid, moment, 5)


def test_an_interruption_during_the_start_ends_what_has_begun(engine: Engine, interruption: Interruption) -> None:
    pids: list[int] = []

    def interrupt(children: object) -> None:
        if isinstance(children, dict) and children:
            pids.extend(children.values())
            interruption.request()

    engine.record = interrupt
    with pytest.raises(InterruptedStartError):
        engine.bring_up([python_unit("step", STAY), python_unit("next", STAY, needs=frozenset({"step"}))])
    engine.shut_down()
    assert [born(pid) for pid in pids] == [None] * len(pids)


def test_a_child_does_not_get_the_terminals_signals(engine: Engine) -> None:
    pids: dict[str, int] = {}
    engine.record = pids.update
    engine.bring_up([python_unit("server", STAY, health=lambda: None)])
    assert os.getpgid(pids["server"]) == pids["server"] != os.getpgid(0)


def test_exits_are_described() -> None:
    assert described_exit(1) == "exit code 1"
    assert described_exit(-signal.SIGKILL) == "signal SIGKILL"
