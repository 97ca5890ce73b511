"""`make export-content`, with a stand-in for the service's command."""

import os
from pathlib import Path

import pytest

from stack import running
from stack.console import Console
from stack.environments import SERVICE
from stack.errors import StackError
from stack.exporting import export_content
from stack.layout import Layout

STAND_IN = """#!/bin/sh
echo "$@" > said
echo "$DATABASE_URL" >> said
"""


def stand_in_for_the_service(layout: Layout) -> None:
    python = layout.python(SERVICE.name)
    python.parent.mkdir(parents=True)
    python.write_text(STAND_IN, encoding="utf-8")
    python.chmod(0o755)


def test_what_does_not_run_is_not_exported(layout: Layout, console: Console, tmp_path: Path) -> None:
    with pytest.raises(StackError, match="start it with `make run` first"):
        export_content(layout, console, os.environ, tmp_path / "out")


def test_what_runs_is_exported_from_its_own_database(layout: Layout, console: Console, tmp_path: Path) -> None:
    stand_in_for_the_service(layout)
    with running.only_one(layout):
        assert export_content(layout, console, os.environ, tmp_path / "out") == 0
    command, url = (layout.root / "said").read_text(encoding="utf-8").splitlines()
    assert command == f"-m handover_api.cli export-content {tmp_path / 'out'}"
    assert url.startswith("postgresql://postgres@/handover?host=")


def test_a_given_database_is_exported_whatever_runs(layout: Layout, console: Console, tmp_path: Path) -> None:
    stand_in_for_the_service(layout)
    environ = {**os.environ, "DATABASE_URL": "postgresql://given/database"}
    assert export_content(layout, console, environ, tmp_path / "out") == 0
    assert (layout.root / "said").read_text(encoding="utf-8").splitlines()[1] == "postgresql://given/database"
