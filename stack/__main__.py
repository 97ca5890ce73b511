"""The project's commands, behind the Makefile: `python3 -m stack <command>`."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable

from stack import running
from stack.checks import Suite
from stack.console import Console
from stack.container_secrets import write_container_secrets
from stack.engine import Engine
from stack.environments import installation, only_one_builder
from stack.errors import InterruptedStartError, StackError, sentence_for_os_error
from stack.exporting import export_content
from stack.interruption import Interruption
from stack.layout import Layout
from stack.model import current_model, training
from stack.run import run

INTERRUPTED = 130
OLDEST_PYTHON = (3, 9)


class Commands:
    def __init__(self, layout: Layout, console: Console, interruption: Interruption) -> None:
        self._layout = layout
        self._console = console
        self._interruption = interruption

    def run(self, _arguments: argparse.Namespace) -> int:
        run(self._layout, self._console, self._interruption, os.environ)
        return 0

    def stop(self, _arguments: argparse.Namespace) -> int:
        running.stop(self._layout, self._console)
        return 0

    def test(self, arguments: argparse.Namespace) -> int:
        succeeded = Suite(self._layout, self._console, self._interruption, os.environ).run(arguments.only)
        return 0 if succeeded else 1

    def install(self, arguments: argparse.Namespace) -> int:
        self._build(with_tests=arguments.with_tests, with_model=False)
        return 0

    def train(self, _arguments: argparse.Namespace) -> int:
        self._build(with_tests=False, with_model=True)
        self._console.say(self._layout.shown(current_model(self._layout).archive))
        return 0

    def decide(self, arguments: argparse.Namespace) -> int:
        if not arguments.questions.is_file():
            raise StackError(f"There is no file {arguments.questions}: name the questions, one on a line, with IN=….")
        self._build(with_tests=False, with_model=True)
        command = [
            *(str(self._layout.python("rasa")), "-m", arguments.module),
            *("--model", str(current_model(self._layout).archive)),
            *(str(arguments.questions.resolve()), str(arguments.decisions.resolve())),
        ]
        return subprocess.run(command, cwd=self._layout.root, check=False).returncode

    def export_content(self, arguments: argparse.Namespace) -> int:
        return export_content(self._layout, self._console, os.environ, arguments.folder)

    def reset(self, arguments: argparse.Namespace) -> int:
        if running.is_held(self._layout):
            raise StackError("It is running: stop it with `make stop` first.")
        self._console.say(
            "This deletes the database with everything in it, the demo accounts, the logs and the models."
        )
        if not arguments.yes and not is_confirmed():
            self._console.say("Nothing was deleted.")
            return 1
        running.stop_leftovers(self._layout, self._console)
        for folder in (self._layout.run, self._layout.models):
            if folder.exists():
                shutil.rmtree(folder)
        self._console.say("Deleted. `make run` starts from the beginning.")
        return 0

    def container_secrets(self, _arguments: argparse.Namespace) -> int:
        write_container_secrets(self._layout, self._console)
        return 0

    def _build(self, *, with_tests: bool, with_model: bool) -> None:
        self._layout.create_run_folders()
        engine = Engine(self._layout, self._console, self._interruption)
        try:
            with only_one_builder(self._layout, self._console, self._interruption):
                units = installation(self._layout, os.environ, with_tests=with_tests)
                if with_model:
                    units += training(self._layout, self._console, os.environ, current_model(self._layout))
                engine.bring_up(units)
        finally:
            engine.shut_down()


def is_confirmed() -> bool:
    try:
        return input("Continue? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def parser(commands: Commands) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m stack")
    subparsers = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, method: Callable[[argparse.Namespace], int], description: str) -> argparse.ArgumentParser:
        subparser = subparsers.add_parser(name, help=description)
        subparser.set_defaults(method=method)
        return subparser

    add("run", commands.run, "start everything and keep it running")
    add("stop", commands.stop, "stop what runs in this clone")
    add("train", commands.train, "train the bot if something has changed")
    add("container-secrets", commands.container_secrets, "make the secrets of docker-compose.yml")
    test = add("test", commands.test, "run all checks, or those named")
    test.add_argument("only", nargs="*")
    install = add("install", commands.install, "install the environments")
    install.add_argument("--with-tests", action="store_true", help="also what the tests need")
    export = add("export-content", commands.export_content, "write what the editors have published as files")
    export.add_argument("folder", type=Path)
    reset = add("reset", commands.reset, "delete database, accounts, logs and models")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    decide = add("decide", commands.decide, "run questions through the trained bot")
    decide.add_argument("module")
    decide.add_argument("questions", type=Path)
    decide.add_argument("decisions", type=Path)
    return parser


def main() -> int:
    if sys.version_info < OLDEST_PYTHON:
        sys.exit("python3 must be at least 3.9: name a newer one, as in `PYTHON=python3.12 make run`.")
    console = Console(sys.stdout)
    interruption = Interruption()
    run_folder = os.environ.get("RUN_FOLDER")
    layout = Layout(Path(__file__).resolve().parent.parent, Path(run_folder).resolve() if run_folder else None)
    commands = Commands(layout, console, interruption)
    arguments = parser(commands).parse_args()
    interruption.install()
    try:
        return int(arguments.method(arguments))
    except InterruptedStartError:
        console.say("Interrupted.")
        return INTERRUPTED
    except StackError as error:
        return failure(console, str(error))
    except OSError as error:
        return failure(console, sentence_for_os_error(error))


def failure(console: Console, sentence: str) -> int:
    console.forget()
    sys.stdout.flush()
    print(f"\n{sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
