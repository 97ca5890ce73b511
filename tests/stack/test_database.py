import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from stack.console import Console
from stack.database import LONGEST_SOCKET_PATH, EmbeddedDatabase, free_the_data, socket_folder
from stack.engine import Engine
from stack.layout import Layout
from stack.pids import born, is_gone_within
from tests.stack.conftest import ROOT

DEEP = "/".join(["a-folder-with-a-long-name"] * 6)


def database_in(folder: Path, console: Console) -> EmbeddedDatabase:
    layout = Layout(folder)
    folder.mkdir(parents=True, exist_ok=True)
    layout.create_run_folders()
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return EmbeddedDatabase(layout, console, os.environ)


@pytest.fixture
def database(tmp_path: Path, console: Console) -> EmbeddedDatabase:
    return database_in(tmp_path, console)


@pytest.fixture
def pids(engine: Engine) -> dict[str, int]:
    pids: dict[str, int] = {}
    engine.record = pids.update
    return pids


def execute(database: EmbeddedDatabase, statements: str) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(statements.encode())


def answer(database: EmbeddedDatabase, question: str) -> object:
    with psycopg.connect(database.url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def test_the_database_is_made_once_and_what_it_holds_stays(database: EmbeddedDatabase, engine: Engine) -> None:
    assert [unit.name for unit in database.units()] == ["create-database", "postgres"]
    engine.bring_up(database.units())
    assert answer(database, "SELECT current_database()") == "handover"
    execute(database, "CREATE TABLE kept AS SELECT 42 AS value")
    engine.shut_down()
    assert not (database.data / "postmaster.pid").exists()
    assert [unit.name for unit in database.units()] == ["postgres"]
    engine.bring_up(database.units())
    assert answer(database, "SELECT value FROM kept") == 42


def test_only_its_owner_reaches_it(database: EmbeddedDatabase, engine: Engine) -> None:
    engine.bring_up(database.units())
    assert stat.S_IMODE(database.socket_folder.stat().st_mode) == 0o700
    assert answer(database, "SHOW listen_addresses") == ""


def test_rows_and_statements_do_not_reach_its_log(database: EmbeddedDatabase, engine: Engine, layout: Layout) -> None:
    engine.bring_up(database.units())
    execute(database, "CREATE TABLE message (text text UNIQUE); INSERT INTO message VALUES ('KANARIE')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        execute(database, "INSERT INTO message VALUES ('KANARIE')")
    engine.shut_down()
    log = layout.log("postgres").read_text()
    assert "duplicate key" in log
    assert "KANARIE" not in log


def test_a_killed_server_does_not_stop_the_next_start(
    database: EmbeddedDatabase, engine: Engine, pids: dict[str, int]
) -> None:
    engine.bring_up(database.units())
    os.kill(pids["postgres"], signal.SIGKILL)
    engine.shut_down()
    assert (database.data / "postmaster.pid").exists()
    engine.bring_up(database.units())
    assert answer(database, "SELECT 1") == 1


def test_a_server_that_nobody_remembers_is_ended_first(
    database: EmbeddedDatabase, engine: Engine, pids: dict[str, int]
) -> None:
    engine.bring_up(database.units())
    pid = pids["postgres"]
    moment = born(pid)
    assert moment is not None
    free_the_data(database.data)
    assert is_gone_within(pid, moment, 0)


def test_a_number_that_now_belongs_to_another_program_is_no_hindrance(tmp_path: Path) -> None:
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{tmp_path}\n")
    free_the_data(tmp_path)
    assert not pid_file.exists()


@pytest.fixture
def deep_database(tmp_path: Path, console: Console) -> Iterator[EmbeddedDatabase]:
    database = database_in(tmp_path / DEEP, console)
    yield database
    database.socket_folder.rmdir()


def test_a_clone_in_a_deep_folder_works(deep_database: EmbeddedDatabase, engine: Engine) -> None:
    assert deep_database.folder not in (deep_database.socket_folder, *deep_database.socket_folder.parents)
    engine.bring_up(deep_database.units())
    assert answer(deep_database, "SELECT 1") == 1
    engine.shut_down()


def test_the_socket_always_has_a_path_that_the_system_takes(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / DEEP):
        assert len(os.fsencode(socket_folder(folder) / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH
    assert socket_folder(tmp_path / DEEP) != socket_folder(tmp_path / DEEP / "other")
