"""The commands themselves, in a small clone whose processes are stand-ins that speak the same way to the supervisor."""

import ast
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stack.environments import ENVIRONMENTS, stamp, write_stamp
from stack.layout import Layout
from tests.stack.conftest import ROOT

SERVER = """
import os, signal, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

def end(*_):
    with open(".run/order", "a") as order:
        order.write(__spec__.name + "\\n")
    os._exit(0)

signal.signal(signal.SIGTERM, end)
ThreadingHTTPServer((os.environ["{host}"], int(os.environ["{port}"])), Healthy).serve_forever()
"""
PREPARE = """
import json, pathlib, sys
assert sys.argv[1:3] == ["prepare", "data"], sys.argv
accounts = [{"username": "anna", "password": "not a real one", "role": "agent"}]
pathlib.Path(sys.argv[3]).write_text(json.dumps(accounts))
"""
TRAIN = """
import pathlib, sys
name = sys.argv[sys.argv.index("--fixed-model-name") + 1]
pathlib.Path("models", f"{name}.tar.gz").write_text(name)
"""
DECIDE = """
import shutil, sys
assert sys.argv[1] == "--model"
shutil.copy(sys.argv[3], sys.argv[4])
"""
PACKAGES = ("actions", "bench", "bot", "decide", "handover_api", "learning", "stack")
STAND_INS = {
    "handover_api/cli.py": PREPARE,
    "handover_api/main.py": SERVER.replace("{host}", "HOST").replace("{port}", "PORT"),
    "handover_api/worker.py": "import signal; signal.pause()",
    "learning/server.py": SERVER.replace("{host}", "BOT_HOST").replace("{port}", "BOT_PORT"),
    "learning/trainer.py": "import signal; signal.pause()",
    "bot/spacy_pipeline.py": "import pathlib; pathlib.Path('models/spacy_sv').mkdir(parents=True, exist_ok=True)",
    "bot/decide.py": DECIDE,
    "actions/server.py": SERVER.replace("{host}", "ACTIONS_HOST").replace("{port}", "ACTIONS_PORT"),
    "rasa/__main__.py": TRAIN,
    "rasa/__init__.py": "",
}


class Clone:
    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)
        with ExitStack() as probes:
            sockets = [probes.enter_context(socket.socket()) for _ in range(3)]
            for probe in sockets:
                probe.bind(("127.0.0.1", 0))
            self.port, bot_port, actions_port = (probe.getsockname()[1] for probe in sockets)
        self.environ = {
            **os.environ,
            "DATABASE_URL": "postgresql://somewhere.example/handover",
            "PORT": str(self.port),
            "BOT_PORT": str(bot_port),
            "ACTIONS_PORT": str(actions_port),
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "stack", *arguments],
            cwd=self.layout.root,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, *arguments: str) -> tuple[int, str]:
        with self.start(*arguments) as process:
            said, _nothing = process.communicate()
        return process.returncode, said


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    clone = Clone(tmp_path)
    for folder in ("stack", "requirements"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, code in STAND_INS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(code)
    for environment in ENVIRONMENTS:
        python = clone.layout.python(environment.name)
        python.parent.mkdir(parents=True)
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        write_stamp(stamp(clone.layout, environment), clone.layout, environment.requirements(with_tests=False))
    return clone


@pytest.fixture
def started(clone: Clone) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with clone.start("run") as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Stop: Ctrl-C" in line:
                break
        yield process, said
        process.terminate()


def test_run_brings_everything_up_and_ctrl_c_takes_it_down(
    clone: Clone, started: tuple[subprocess.Popen[str], str]
) -> None:
    process, said = started
    assert f"Chat       http://127.0.0.1:{clone.port}/chatt" in said
    assert "anna" in said
    with urllib.request.urlopen(f"http://127.0.0.1:{clone.port}/health/ready") as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    rest, _nothing = process.communicate()
    assert process.returncode == 0
    assert rest.splitlines()[-1] == "Stopped."
    order = (clone.layout.run / "order").read_text().split()
    assert order[0] == "handover_api.main"
    assert sorted(order[1:]) == ["actions.server", "learning.server"]


def test_a_second_run_says_that_one_runs_and_stop_ends_it(
    clone: Clone, started: tuple[subprocess.Popen[str], str]
) -> None:
    process, _said = started
    code, said = clone.finish("run")
    assert code == 1
    assert said == f"\nIt already runs (process {process.pid}): use it, or stop it with `make stop` first.\n"
    assert clone.finish("reset", "--yes") == (1, "\nIt is running: stop it with `make stop` first.\n")
    assert clone.finish("stop") == (0, "Stopped.\n")
    assert process.wait() == 0


def test_a_second_system_can_run_beside_the_first_in_a_folder_of_its_own(
    clone: Clone, started: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    process, _said = started
    beside = Clone(clone.layout.root)
    beside.environ["RUN_FOLDER"] = str(tmp_path / "elsewhere" / "run")
    with beside.start("run") as second:
        assert second.stdout is not None
        for line in second.stdout:
            if "Stop: Ctrl-C" in line:
                assert clone.finish("stop") == (0, "Stopped.\n")
                assert process.wait() == 0
                assert beside.finish("stop") == (0, "Stopped.\n")
        assert second.wait() == 0
    assert (tmp_path / "elsewhere" / "run" / "demo-accounts.json").exists()


def test_a_run_after_a_killed_one_cleans_up_and_starts(
    clone: Clone, started: tuple[subprocess.Popen[str], str]
) -> None:
    process, _said = started
    process.kill()
    process.wait()
    with clone.start("run") as second:
        assert second.stdout is not None
        assert second.stdout.readline().startswith("Stopping what a killed run left behind: ")
        for line in second.stdout:
            if "Stop: Ctrl-C" in line:
                second.terminate()
        assert second.wait() == 0


def test_a_process_that_dies_during_the_start_ends_it_with_one_sentence(clone: Clone) -> None:
    (clone.layout.root / "learning" / "server.py").write_text("raise SystemExit('the model does not fit')")
    code, said = clone.finish("run")
    assert code == 1
    assert "    the model does not fit\n" in said
    assert said.endswith("\nbot ended during start (exit code 1). The whole log: .run/logs/bot.log\n")
    assert json.loads((clone.layout.run / "processes.json").read_text()) == []


def test_reset_asks_and_deletes(clone: Clone) -> None:
    (clone.layout.run).mkdir()
    clone.layout.models.mkdir()
    code, said = clone.finish("reset")
    assert code == 1
    assert said.endswith("Nothing was deleted.\n")
    assert clone.layout.models.exists()
    assert clone.finish("reset", "--yes")[0] == 0
    assert not clone.layout.models.exists()
    assert not clone.layout.run.exists()


def test_decide_trains_and_answers(clone: Clone, tmp_path: Path) -> None:
    questions, decisions = tmp_path / "questions.txt", tmp_path / "decisions.jsonl"
    questions.write_text("får man bygga altan\n")
    code, said = clone.finish("decide", "bot.decide", str(questions), str(decisions))
    assert code == 0, said
    assert decisions.read_text() == questions.read_text()


def test_decide_without_questions_is_one_sentence(clone: Clone) -> None:
    code, said = clone.finish("decide", "bot.decide", "missing.txt", "out.jsonl")
    assert (code, said) == (1, "\nThere is no file missing.txt: name the questions, one on a line, with IN=….\n")


def imported_by(tree: ast.AST) -> set[str]:
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def test_the_commands_need_nothing_but_an_old_python() -> None:
    """They run before anything is installed: the syntax of 3.9, and the standard library."""
    sources = sorted((ROOT / "stack").glob("*.py"))
    assert sources
    for source in sources:
        tree = ast.parse(source.read_text(encoding="utf-8"), feature_version=(3, 9))
        assert imported_by(tree) <= sys.stdlib_module_names | {"stack"}, source.name


def test_no_source_is_kept_out_of_git() -> None:
    """What is ignored is missing from a fresh clone, and is noticed only there."""
    sources = [str(path.relative_to(ROOT)) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert sources
    answer = subprocess.run(
        ["git", "check-ignore", "--stdin"],
        cwd=ROOT,
        input="\n".join(sources),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stdout.splitlines() == []
