"""The two Python environments, installed from locked requirements and left alone while those are unchanged."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Callable

from stack import embeddings
from stack.console import Console
from stack.engine import POLL_SECONDS, Unit
from stack.errors import InterruptedStartError, StackError
from stack.interruption import Interruption
from stack.layout import Layout

# The second: pyenv puts a python3.10 on the PATH that only says that there is none.
MARKS_OF_A_MISSING_PYTHON = ("No interpreter found", "Failed to inspect Python interpreter")
MARKS_OF_A_FAILED_DOWNLOAD = (
    "Failed to fetch",
    "error sending request",
    "Failed to download",
    "Temporary failure in name resolution",
    "dns error",
    "Could not connect",
    "Connection refused",
    "No matching distribution found",
    "Max retries exceeded",
    "NewConnectionError",
    "timed out",
)
FAILED_DOWNLOAD = (
    "The packages could not be downloaded: check the network (and the proxy or the package mirror, if you use one), "
    "then run the command again; what has been downloaded is kept."
)
GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class Environment:
    name: str
    what_for: str
    python: str
    space_gigabytes: float
    # What a setting asks for, and the tests.
    optional: tuple[str, ...] = ()

    def requirements(self, *, with_tests: bool, with_optional: bool = False) -> tuple[str, ...]:
        files = (f"requirements/{self.name}.txt", *(self.optional if with_tests or with_optional else ()))
        return (*files, self.test_requirements) if with_tests else files

    @property
    def test_requirements(self) -> str:
        return f"requirements/{self.name}-dev.txt"


SERVICE = Environment("service", "the service", "3.12", 1.0)
RASA = Environment("rasa", "the bot", "3.10", 5.0, optional=(embeddings.REQUIREMENTS,))
ENVIRONMENTS = (SERVICE, RASA)


def free_bytes(path: Path) -> int:
    return shutil.disk_usage(path).free


def installation(
    layout: Layout,
    environ: Mapping[str, str],
    *,
    with_tests: bool = False,
    free: Callable[[Path], int] = free_bytes,
) -> list[Unit]:
    """The steps that are needed; none when everything is as the locks say."""
    outdated = [
        environment for environment in ENVIRONMENTS if not is_current(layout, environment, with_tests=with_tests)
    ]
    if not outdated:
        return []
    require_space(layout, outdated, free)
    variables = installer_variables(environ)
    units = [] if uv_is_current(layout) else [install_uv(layout, variables)]
    for environment in outdated:
        if not is_python(layout.python(environment.name), environment.python):
            units.append(create(layout, environment, variables))
        units.append(synchronise(layout, environment, variables, with_tests=with_tests))
    return units


@contextlib.contextmanager
def only_one_builder(layout: Layout, console: Console, interruption: Interruption) -> Iterator[None]:
    """Two commands in one clone must not install or train into the same folders at once; the second waits."""
    layout.environments.mkdir(exist_ok=True)
    with (layout.environments / "build.lock").open("w", encoding="ascii") as lock:
        waiting = "waiting for another command that installs or trains in this clone"
        if not is_locked(lock):
            console.begin(waiting)
            while not is_locked(lock):
                if interruption.requested:
                    raise InterruptedStartError
                console.tick()
                time.sleep(POLL_SECONDS)
            console.end(waiting)
        yield


def is_locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def ready(environment: Environment) -> str:
    """The name of the step after which an environment can be used."""
    return f"install-{environment.name}"


def require_space(layout: Layout, outdated: list[Environment], free: Callable[[Path], int]) -> None:
    needed = sum(environment.space_gigabytes for environment in outdated if not stamp(layout, environment).exists())
    available = free(layout.root) / GIGABYTE
    if available < needed:
        raise StackError(
            f"The disk is too full: the installation needs about {needed:.0f} GB and {available:.1f} GB are free "
            f"at {layout.root}. Free some space and run the command again."
        )


def install_uv(layout: Layout, variables: Mapping[str, str]) -> Unit:
    return Unit(
        name="install-uv",
        doing="installing uv, the installer",
        command=(sys.executable, "-m", "stack.uv", str(layout.uv.parent.parent)),
        environment=variables,
        after=lambda: write_stamp(layout.environments / "uv" / "installed.json", layout, ("requirements/uv.txt",)),
        explain=explain_installation,
    )


def create(layout: Layout, environment: Environment, variables: Mapping[str, str]) -> Unit:
    def explain(log: str) -> str | None:
        return missing_interpreter(environment) if any(mark in log for mark in MARKS_OF_A_MISSING_PYTHON) else None

    folder = str(layout.environments / environment.name)
    return Unit(
        name=f"create-{environment.name}",
        doing=f"making a Python {environment.python} environment for {environment.what_for}",
        command=(str(layout.uv), "venv", "--quiet", "--clear", "--python", environment.python, folder),
        environment=variables,
        needs=frozenset({"install-uv"}),
        explain=explain,
    )


def missing_interpreter(environment: Environment) -> str:
    return (
        f"Python {environment.python} was not found; {environment.what_for} needs it. Install it (for example with "
        f"your system's package python{environment.python} or `pyenv install {environment.python}`), see that "
        f"`python{environment.python} --version` answers, and run the command again."
    )


def synchronise(layout: Layout, environment: Environment, variables: Mapping[str, str], *, with_tests: bool) -> Unit:
    # Whoever has run the tests keeps their packages: `make run` after `make test` must not take them away again.
    with_tests = with_tests or environment.test_requirements in read_stamp(stamp(layout, environment))
    files = wanted(layout, environment, with_tests=with_tests)
    return Unit(
        name=ready(environment),
        doing=f"installing the packages of {environment.what_for}",
        command=(
            *(str(layout.uv), "pip", "sync", "--quiet", "--require-hashes"),
            *("--python", str(layout.python(environment.name)), *files),
        ),
        environment=variables,
        needs=frozenset({"install-uv", f"create-{environment.name}"}),
        # An installation that is cut off must not look complete.
        before=lambda: stamp(layout, environment).unlink(missing_ok=True),
        after=lambda: write_stamp(stamp(layout, environment), layout, files),
        explain=explain_installation,
    )


def explain_installation(log: str) -> str | None:
    return FAILED_DOWNLOAD if any(mark in log for mark in MARKS_OF_A_FAILED_DOWNLOAD) else None


def stamp(layout: Layout, environment: Environment) -> Path:
    return layout.environments / environment.name / "installed.json"


def is_current(layout: Layout, environment: Environment, *, with_tests: bool) -> bool:
    installed = read_stamp(stamp(layout, environment))
    needed = hashes(layout, wanted(layout, environment, with_tests=with_tests))
    return layout.python(environment.name).exists() and needed.items() <= installed.items()


def wanted(layout: Layout, environment: Environment, *, with_tests: bool) -> tuple[str, ...]:
    return environment.requirements(
        with_tests=with_tests, with_optional=embeddings.sentence_model(layout.root) is not None
    )


def uv_is_current(layout: Layout) -> bool:
    return layout.uv.exists() and read_stamp(layout.environments / "uv" / "installed.json") == hashes(
        layout, ("requirements/uv.txt",)
    )


def is_python(executable: Path, version: str) -> bool:
    if not executable.exists():
        return False
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([str(executable), "-c", question], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == version


def hashes(layout: Layout, files: tuple[str, ...]) -> dict[str, str]:
    return {file: hashlib.sha256((layout.root / file).read_bytes()).hexdigest() for file in files}


def read_stamp(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_stamp(path: Path, layout: Layout, files: tuple[str, ...]) -> None:
    path.write_text(json.dumps(hashes(layout, files), indent=1), encoding="utf-8")


def installer_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """What uv is started with: no downloads of interpreters, and pip's own index where uv has none set."""
    variables = clean(environ)
    variables["UV_PYTHON_DOWNLOADS"] = "never"
    for pip_name, uv_name in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_CERT", "SSL_CERT_FILE")):
        if pip_name in variables:
            variables.setdefault(uv_name, variables[pip_name])
    return variables


# What would make one environment's Python look into another's, or an inner make think that it is part of ours.
DISTURBING = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
# Without compiled files on disk, each start of the bot would compile TensorFlow anew, longer than all else takes.
SLOWING = ("PYTHONDONTWRITEBYTECODE",)


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in (*DISTURBING, *SLOWING)}


def python_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """For the project's own Python processes: undisturbed, each line at once in the log, and nothing reported home."""
    return {
        **clean(environ),
        "PYTHONUNBUFFERED": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
