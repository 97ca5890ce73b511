import os
import sys
from pathlib import Path

import pytest

from stack.checks import Check, Suite, checks, choose
from stack.console import Console
from stack.environments import RASA, SERVICE, Environment
from stack.errors import StackError
from stack.interruption import Interruption
from stack.layout import Layout
from tests.stack.conftest import ROOT, Heard

THREE_RESULTS = """
import pytest

def test_good():
    pass

def test_bad():
    assert False

@pytest.mark.skip(reason="shown")
def test_left_out():
    pass
"""
IN_A_GROUP = """
import os
from pathlib import Path

import pytest

@pytest.mark.xdist_group("shared")
@pytest.mark.parametrize("number", range(8))
def test_shared(number):
    Path(__file__).with_name(os.environ["PYTEST_XDIST_WORKER"]).touch()
"""
GOOD = Check("good", "Good", SERVICE, ("-c", "pass"))
BAD = Check("bad", "Bad", SERVICE, ("-c", "raise SystemExit(1)"))


@pytest.fixture
def suite(layout: Layout, console: Console, interruption: Interruption) -> Suite:
    call_from(layout.python(SERVICE.name), Path(sys.executable))
    call_from(layout.python(RASA.name), Layout(ROOT).python(RASA.name))
    return Suite(layout, console, interruption, os.environ)


def call_from(place: Path, python: Path) -> None:
    """Not by a link: only at its own place does the interpreter find its environment's packages."""
    place.parent.mkdir(parents=True)
    place.write_text(f'#!/bin/sh\nexec {python} "$@"\n')
    place.chmod(0o755)


def folder_of_tests(suite: Suite, name: str, code: str, environment: Environment = SERVICE) -> Check:
    folder = suite.layout.root / "tests" / name
    folder.mkdir(parents=True)
    (folder / f"test_{name}.py").write_text(code)
    return Check(name, name, environment, tests=f"tests/{name}")


def last_line(heard: Heard) -> str:
    return heard.getvalue().splitlines()[-1]


def test_every_check_and_every_test_counts(suite: Suite, heard: Heard) -> None:
    chosen = [GOOD, BAD, folder_of_tests(suite, "three", THREE_RESULTS), GOOD]
    assert not suite.run_in_order(chosen, os.environ)
    assert last_line(heard) == "3 passed, 2 failed, 1 skipped"
    assert "Failed: bad, three. One of them again: make test ONLY=bad" in heard.getvalue()


def test_the_end_says_which_tests_failed_and_how(suite: Suite, heard: Heard) -> None:
    suite.run_in_order([folder_of_tests(suite, "three", THREE_RESULTS), GOOD], os.environ)
    end = heard.getvalue().rpartition("--- good")[2]
    assert "- tests.three.test_three::test_bad: assert False (tests/three/test_three.py:8)" in end


def test_success_is_success(suite: Suite, heard: Heard) -> None:
    assert suite.run_in_order([GOOD, folder_of_tests(suite, "one", "def test_good(): pass")], os.environ)
    assert last_line(heard) == "2 passed, 0 failed"


def test_the_bots_tests_run_side_by_side_but_those_of_a_group_in_one_process(suite: Suite) -> None:
    check = folder_of_tests(suite, "bot", IN_A_GROUP, RASA)
    assert suite.run_in_order([check], os.environ)
    assert len(list((suite.layout.root / "tests" / "bot").glob("gw*"))) == 1


@pytest.mark.parametrize("code", ["", "raise ImportError"], ids=["no tests at all", "cannot be imported"])
def test_a_folder_without_results_is_a_failure(suite: Suite, heard: Heard, code: str) -> None:
    assert not suite.run_in_order([folder_of_tests(suite, "empty", code)], os.environ)
    assert last_line(heard) == "0 passed, 1 failed"


def test_a_missing_folder_is_a_failure(suite: Suite, heard: Heard) -> None:
    assert not suite.run_in_order([Check("gone", "Gone", SERVICE, tests="tests/gone")], os.environ)
    assert last_line(heard) == "0 passed, 1 failed"


def test_an_unknown_name_is_one_sentence() -> None:
    with pytest.raises(StackError, match=r"There is no check named unti; there are format, lint, .*unit"):
        choose(checks(Layout(ROOT)), ["unit", "unti"])


def test_chosen_checks_keep_their_order() -> None:
    assert [check.name for check in choose(checks(Layout(ROOT)), ["unit", "lint"])] == ["lint", "unit"]
