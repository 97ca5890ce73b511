import dataclasses
import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from stack import uv
from stack.console import Console
from stack.engine import Engine
from stack.environments import (
    ENVIRONMENTS,
    FAILED_DOWNLOAD,
    RASA,
    SERVICE,
    create,
    installation,
    installer_variables,
    only_one_builder,
    stamp,
    synchronise,
    write_stamp,
)
from stack.errors import InterruptedStartError, StackError
from stack.interruption import Interruption
from stack.layout import Layout
from tests.stack.conftest import ROOT

PLENTY = 10**12


def plenty(_path: Path) -> int:
    return PLENTY


@pytest.fixture
def clone(layout: Layout) -> Layout:
    """A clone whose requirements are there, whose installer is the real one, and whose environments are missing."""
    shutil.copytree(ROOT / "requirements", layout.root / "requirements")
    shutil.copy(ROOT / ".python-version", layout.root)
    layout.environments.mkdir()
    (layout.environments / "uv").symlink_to(ROOT / ".venv" / "uv")
    return layout


def pretend_installed(layout: Layout, *, with_tests: bool) -> None:
    for environment in ENVIRONMENTS:
        python = layout.python(environment.name)
        python.parent.mkdir(parents=True)
        python.symlink_to(sys.executable)
        write_stamp(stamp(layout, environment), layout, environment.requirements(with_tests=with_tests))


def steps(layout: Layout, *, with_tests: bool = False) -> list[str]:
    return [unit.name for unit in installation(layout, os.environ, with_tests=with_tests, free=plenty)]


def test_an_installed_clone_needs_no_steps(clone: Layout) -> None:
    pretend_installed(clone, with_tests=False)
    assert steps(clone) == []
    assert {"install-service", "install-rasa"} <= set(steps(clone, with_tests=True))


def test_what_the_tests_need_is_not_taken_away_by_the_next_run(clone: Layout) -> None:
    pretend_installed(clone, with_tests=True)
    assert steps(clone) == []
    (clone.root / "requirements" / "service.txt").write_text("changed")
    assert "install-service" in steps(clone)
    assert "requirements/service-dev.txt" in synchronise(clone, SERVICE, {}, with_tests=False).command


def test_changed_requirements_are_installed(clone: Layout) -> None:
    pretend_installed(clone, with_tests=False)
    (clone.root / "requirements" / "rasa.txt").write_text("changed")
    assert "install-rasa" in steps(clone)
    assert "install-service" not in steps(clone)


def test_an_installation_that_was_cut_off_is_done_again(clone: Layout) -> None:
    pretend_installed(clone, with_tests=False)
    before = synchronise(clone, SERVICE, {}, with_tests=False).before
    assert before is not None
    before()
    assert "install-service" in steps(clone)


def test_too_little_space_is_said_before_anything_is_installed(clone: Layout) -> None:
    with pytest.raises(StackError, match=r"needs about 6 GB and 1\.5 GB are free at .*Free some space"):
        installation(clone, os.environ, free=lambda _path: 1_500_000_000)


def test_an_installed_clone_does_not_ask_for_space(clone: Layout) -> None:
    pretend_installed(clone, with_tests=False)
    assert installation(clone, os.environ, free=lambda _path: 0) == []


def test_a_missing_interpreter_is_one_sentence(clone: Layout, engine: Engine) -> None:
    from_the_future = dataclasses.replace(RASA, python="3.99")
    with pytest.raises(StackError, match=r"^Python 3\.99 was not found; the bot needs it\. Install it"):
        engine.bring_up([create(clone, from_the_future, installer_variables(os.environ))])


def test_an_interpreter_that_is_there_only_in_name_is_missing(clone: Layout, engine: Engine, tmp_path: Path) -> None:
    shim = tmp_path / "shims" / "python3.99"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho 'python3.99: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    variables = {**installer_variables(os.environ), "PATH": f"{shim.parent}:{os.environ['PATH']}"}
    with pytest.raises(StackError, match=r"^Python 3\.99 was not found"):
        engine.bring_up([create(clone, dataclasses.replace(RASA, python="3.99"), variables)])


def test_a_failed_download_is_one_sentence(clone: Layout, engine: Engine, free_port: int, tmp_path: Path) -> None:
    variables = {
        **installer_variables(os.environ),
        "UV_DEFAULT_INDEX": f"http://127.0.0.1:{free_port}/simple",
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_HTTP_RETRIES": "0",
    }
    environment = dataclasses.replace(SERVICE, python="{}.{}".format(*sys.version_info[:2]))
    with pytest.raises(StackError) as caught:
        engine.bring_up(
            [create(clone, environment, variables), synchronise(clone, environment, variables, with_tests=False)]
        )
    assert str(caught.value) == FAILED_DOWNLOAD
    assert not stamp(clone, environment).exists()


def test_pips_own_mirror_is_used_unless_uv_has_one() -> None:
    mirror, other = "https://mirror.example/simple", "https://other.example/simple"
    assert installer_variables({"PIP_INDEX_URL": mirror})["UV_DEFAULT_INDEX"] == mirror
    assert installer_variables({"PIP_INDEX_URL": mirror, "UV_DEFAULT_INDEX": other})["UV_DEFAULT_INDEX"] == other


def test_no_interpreter_is_ever_downloaded() -> None:
    assert installer_variables({"UV_PYTHON_DOWNLOADS": "automatic"})["UV_PYTHON_DOWNLOADS"] == "never"


def test_a_python_without_ensurepip_gets_uv_by_another_way(tmp_path: Path) -> None:
    ways = list(uv.attempts(tmp_path))
    assert [len(way) for way in ways[:2]] == [2, 1]
    assert "--target" in ways[1][0]
    assert all("--require-hashes" in way[-1] for way in ways)


def test_a_second_builder_waits_for_the_first(clone: Layout, console: Console, interruption: Interruption) -> None:
    with only_one_builder(clone, console, interruption):
        interruption.request()
        with pytest.raises(InterruptedStartError), only_one_builder(clone, console, interruption):
            pass


def test_the_builder_after_the_first_gets_its_turn(clone: Layout, console: Console, interruption: Interruption) -> None:
    done = threading.Event()

    def second() -> None:
        with only_one_builder(clone, console, interruption):
            done.set()

    with only_one_builder(clone, console, interruption):
        thread = threading.Thread(target=second)
        thread.start()
        assert not done.is_set()
    thread.join(timeout=10)
    assert done.is_set()
