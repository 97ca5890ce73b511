"""`make test`: every check of the project, in order, to the end, and one line with the totals."""

from __future__ import annotations

import re
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stack.chromium import ensure_chromium
from stack.console import Console
from stack.engine import POLL_SECONDS, Engine
from stack.environments import RASA, SERVICE, Environment, installation, only_one_builder, python_variables
from stack.errors import InterruptedStartError, StackError
from stack.interruption import Interruption
from stack.layout import Layout
from stack.model import Model, current_model, training

CHECKED_PYTHON = ("actions", "bench", "bot", "conformance", "decide", "handover_api", "learning", "stack", "tests")
NEEDS_BROWSER = "browser"
NEED_A_MODEL = ("bot", "actions", NEEDS_BROWSER, "conformance", "chaos")
# The longest share nothing and wait a lot (for a page, a database, a bot that starts), so each runs in several
# processes. To which of them a test goes is what pytest-xdist calls "dist": to whoever is free, but a group to one.
SIDE_BY_SIDE = {"service": "load", NEEDS_BROWSER: "load", "bot": "loadgroup"}
PROCESSES = 2
LONGEST_FAILURE = 400
# The console script's first line holds the path at which it was installed; the function does not.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
VALIDATE_DATA = (
    # Rasa's old dependencies warn by the dozen, and a finding would drown among them.
    *("-W", "ignore", "-m", "rasa", "data", "validate", "--domain", "domain.yml", "--data", "data/nlu", "data/rules"),
    *("--config", "config.yml", "--fail-on-warnings"),
)


@dataclass(frozen=True)
class Check:
    """A command that passes or fails as a whole, or (with a folder of tests) a run of pytest that counts them."""

    name: str
    title: str
    environment: Environment
    arguments: tuple[str, ...] = ()
    tests: str | None = None


@dataclass
class Totals:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, other: Totals) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    def sentence(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def tests(name: str, title: str, environment: Environment) -> Check:
    return Check(name, title, environment, tests=f"tests/{name}")


def checks(layout: Layout) -> list[Check]:
    python = [folder for folder in CHECKED_PYTHON if (layout.root / folder).is_dir()]
    rasa_side = [folder for folder in ("actions", "bot", "decide", "learning") if (layout.root / folder).is_dir()]
    return [
        Check("format", "Formatting", SERVICE, ("-m", "ruff", "format", "--check", *python)),
        Check("lint", "Lint", SERVICE, ("-m", "ruff", "check", *python)),
        Check("types-service", "Types of the service", SERVICE, ("-m", "mypy", "handover_api", "stack")),
        Check("types-rasa", "Types of the bot and the actions", RASA, ("-m", "mypy", *rasa_side)),
        Check("imports", "Import directions", SERVICE, ("-c", LINT_IMPORTS)),
        Check("rasa-data", "Rasa's check of its data", RASA, VALIDATE_DATA),
        tests("unit", "Rules", SERVICE),
        tests("service", "The service on a real PostgreSQL", SERVICE),
        tests("conventions", "Conventions of the house", SERVICE),
        tests("stack", "The commands that run the project", SERVICE),
        tests("bot", "The bot", RASA),
        tests("actions", "The action server", RASA),
        tests("browser", "Everything together, in a real browser", SERVICE),
        tests("conformance", "The handover protocol, tried from outside", SERVICE),
        tests("chaos", "Everything together, while processes are killed and connections cut", SERVICE),
    ]


def choose(known: Sequence[Check], only: Sequence[str]) -> list[Check]:
    unknown = set(only) - {check.name for check in known}
    if unknown:
        names = ", ".join(check.name for check in known)
        raise StackError(f"There is no check named {', '.join(sorted(unknown))}; there are {names}.")
    return [check for check in known if not only or check.name in only]


@dataclass
class Suite:
    layout: Layout
    console: Console
    interruption: Interruption
    environ: Mapping[str, str]
    _failed: list[str] = field(default_factory=list)

    def run(self, only: Sequence[str]) -> bool:
        """Runs all checks, or those named; True when nothing failed."""
        chosen = choose(checks(self.layout), only)
        model = self._prepare(chosen)
        return self.run_in_order(chosen, {**python_variables(self.environ), "TRAINED_MODEL": str(model.archive)})

    def run_in_order(self, chosen: Sequence[Check], variables: Mapping[str, str]) -> bool:
        """To the end, also when one has failed; the last line says the totals of all."""
        totals = Totals()
        for check in chosen:
            totals.add(self._run_one(check, variables))
            if self.interruption.requested:
                raise InterruptedStartError
        self.console.say()
        if self._failed:
            # The end of a long log is often all that is kept of it, so it says what failed and how.
            for failure in totals.failures:
                self.console.say(f"- {failure}")
            self.console.say(f"Failed: {', '.join(self._failed)}. One of them again: make test ONLY={self._failed[0]}")
        self.console.say(totals.sentence())
        return not self._failed

    def _prepare(self, chosen: Sequence[Check]) -> Model:
        self.layout.create_run_folders()
        model = current_model(self.layout)
        engine = Engine(self.layout, self.console, self.interruption)
        try:
            with only_one_builder(self.layout, self.console, self.interruption):
                units = installation(self.layout, self.environ, with_tests=True)
                if any(check.name in NEED_A_MODEL for check in chosen):
                    units += training(self.layout, self.console, self.environ, model)
                engine.bring_up(units)
        finally:
            engine.shut_down()
        return model

    def _run_one(self, check: Check, variables: Mapping[str, str]) -> Totals:
        self.console.say()
        self.console.say(f"=== {check.title} ({check.name}) ===")
        began = time.monotonic()
        try:
            totals = self._result(check, variables)
        except StackError as error:
            self.console.say(str(error))
            totals = Totals(failed=1)
        if totals.failed:
            self._failed.append(check.name)
        self.console.say(f"--- {check.name}: {totals.sentence()} in {time.monotonic() - began:.1f} s ---")
        return totals

    def _result(self, check: Check, variables: Mapping[str, str]) -> Totals:
        python = str(self.layout.python(check.environment.name))
        if check.tests is None:
            return Totals(passed=1) if self._call((python, *check.arguments), variables) == 0 else Totals(failed=1)
        if check.name == NEEDS_BROWSER:
            variables = {**variables, **ensure_chromium(lambda command: self._call(command, variables) == 0)}
        report = self.layout.logs / f"tests-{check.name}.xml"
        report.unlink(missing_ok=True)
        dist = SIDE_BY_SIDE.get(check.name)
        processes = (f"--numprocesses={PROCESSES}", f"--dist={dist}") if dist else ()
        code = self._call((python, "-m", "pytest", check.tests, f"--junit-xml={report}", *processes), variables)
        totals = read_report(report)
        if code != 0 and totals.failed == 0:
            # Nothing collected, an error in a conftest, a crash: no test failed, and yet it is no success.
            totals.failed = 1
        return totals

    def _call(self, command: Sequence[str], variables: Mapping[str, str]) -> int:
        process = subprocess.Popen(list(command), cwd=self.layout.root, env=dict(variables), stdin=subprocess.DEVNULL)
        told = False
        while process.poll() is None:
            if self.interruption.requested and not told:
                process.terminate()
                told = True
            time.sleep(POLL_SECONDS)
        return process.returncode


def read_report(report: Path) -> Totals:
    """The totals of a pytest run from its JUnit file; none when it never came to writing one."""
    if not report.exists():
        return Totals()
    # Written by our own test run a moment ago, so not a stranger's XML.
    root = ET.parse(report).getroot()  # noqa: S314
    totals = Totals()
    for suite in root.iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        totals.add(Totals(int(suite.get("tests", 0)) - failed - skipped, failed, skipped))
    for case in root.iter("testcase"):
        for problem in (*case.findall("failure"), *case.findall("error")):
            totals.failures.append(f"{case.get('classname')}::{case.get('name')}: {shortened(problem)}")
    return totals


def shortened(problem: ET.Element) -> str:
    """What pytest says of a failure, in a line, and the line of the test in which it was seen."""
    message = " ".join((problem.get("message") or "").split())[:LONGEST_FAILURE]
    places = re.findall(r"^(tests/\S+:\d+): ", problem.text or "", re.MULTILINE)
    return f"{message} ({places[0]})" if places else message
