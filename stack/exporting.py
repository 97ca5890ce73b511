"""`make export-content`: what the editors have published, as the repository's files."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from stack import running
from stack.console import Console
from stack.database import EmbeddedDatabase
from stack.environments import SERVICE
from stack.errors import StackError
from stack.layout import Layout
from stack.processes import PROCESSES, settings_of_the_run, variables_of
from stack.run import with_folders_of_the_run
from stack.tokens import given_secret, tokens


def export_content(layout: Layout, console: Console, environ: Mapping[str, str], folder: Path) -> int:
    """Writes the files below the folder. Returns the command's exit code."""
    url = given_secret(environ, "DATABASE_URL")
    if url is None and not running.is_held(layout):
        raise StackError("It is not running: start it with `make run` first, and then export what it holds.")
    environ = with_folders_of_the_run(layout, environ)
    url = url or EmbeddedDatabase(layout, console, environ).url
    settings = settings_of_the_run(environ, tokens(layout, environ), url)
    service = next(process for process in PROCESSES if process.name == "service")
    command = [str(layout.python(SERVICE.name)), "-m", "handover_api.cli", "export-content", str(folder.resolve())]
    variables = variables_of(service, settings, environ)
    return subprocess.run(command, cwd=layout.root, env=variables, check=False).returncode
