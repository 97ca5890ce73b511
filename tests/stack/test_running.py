import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from stack import running
from stack.console import Console
from stack.errors import StackError
from stack.layout import Layout
from stack.pids import born, command_line
from tests.stack.conftest import ROOT, Heard

HOLDS_THE_CLONE = """
import pathlib, signal, sys
from stack import running
from stack.layout import Layout
with running.only_one(Layout(pathlib.Path(sys.argv[1]))):
    print("held", flush=True)
    signal.pause()
"""
STAYS = (sys.executable, "-c", "print('up', flush=True); import signal; signal.pause()")


@pytest.fixture
def supervisor(layout: Layout) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDS_THE_CLONE, str(layout.root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(STAYS, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield process
        process.kill()


def test_a_second_run_says_that_one_runs(layout: Layout, supervisor: subprocess.Popen[str]) -> None:
    with (
        pytest.raises(StackError, match=rf"already runs \(process {supervisor.pid}\).*make stop"),
        running.only_one(layout),
    ):
        pass


def test_a_killed_run_does_not_stop_the_next(layout: Layout, supervisor: subprocess.Popen[str]) -> None:
    supervisor.kill()
    supervisor.wait()
    assert not running.is_held(layout)
    with running.only_one(layout):
        assert running.holder(layout) == os.getpid()


def test_stop_ends_the_run_of_this_clone(
    layout: Layout, console: Console, heard: Heard, supervisor: subprocess.Popen[str]
) -> None:
    running.stop(layout, console)
    assert supervisor.wait() == -signal.SIGTERM
    assert heard.getvalue() == "Stopped.\n"


def test_stop_without_a_run_says_so(layout: Layout, console: Console, heard: Heard) -> None:
    running.stop(layout, console)
    assert heard.getvalue() == "Nothing is running.\n"


def test_what_a_killed_run_left_behind_is_stopped(
    layout: Layout, console: Console, heard: Heard, child: subprocess.Popen[str]
) -> None:
    running.remember_children(layout)({"bot": child.pid})
    running.stop(layout, console)
    assert child.wait() == -signal.SIGTERM
    assert heard.getvalue() == "Stopping what a killed run left behind: bot.\n"
    assert running.remembered(layout) == []


def test_a_process_that_merely_has_the_number_is_left_alone(
    layout: Layout, console: Console, child: subprocess.Popen[str]
) -> None:
    running.remember_children(layout)({"bot": child.pid})
    path = running.children_path(layout)
    path.write_text(path.read_text().replace(born(child.pid) or "", "another boot/1"))
    assert not running.stop_leftovers(layout, console)
    assert child.poll() is None


def test_a_damaged_list_of_children_is_one_sentence(layout: Layout, console: Console) -> None:
    running.children_path(layout).write_text("{")
    with pytest.raises(StackError, match=r"processes\.json is damaged: delete it"):
        running.stop_leftovers(layout, console)


def test_a_process_that_is_gone_has_no_birth(child: subprocess.Popen[str]) -> None:
    assert "signal.pause" in command_line(child.pid)
    child.kill()
    # A zombie, which nobody has waited for yet, is as good as gone.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert born(child.pid) is None
    child.wait()
    assert born(child.pid) is None
    assert command_line(child.pid) == ""
