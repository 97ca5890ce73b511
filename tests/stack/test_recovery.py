"""What was killed comes back soon, whatever state it was killed in."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from stack.console import Console
from stack.database import EmbeddedDatabase, free_the_data
from stack.engine import Backoff, Engine
from stack.errors import StackError
from stack.interruption import Interruption
from stack.layout import Layout
from tests.stack.conftest import ROOT, Heard, python_unit

STAY = "import signal; signal.pause()"


def kill_and_watch(engine: Engine, interruption: Interruption, heard: Heard, times: int) -> list[str]:
    """Kills the server `bot` so many times, each time once it is healthy. Returns the waits that were announced."""
    pids: dict[str, int] = {}
    engine.record = pids.update
    engine.bring_up([python_unit("bot", STAY, health=lambda: None)])

    def kill_again_or_end() -> None:
        if heard.getvalue().count("ended unexpectedly") < times:
            os.kill(pids["bot"], signal.SIGKILL)
        else:
            interruption.request()

    heard.when("bot is running again", kill_again_or_end)
    os.kill(pids["bot"], signal.SIGKILL)
    engine.watch()
    return [line.split(" s;")[0].split()[-1] for line in heard.getvalue().splitlines() if "unexpectedly" in line]


def test_a_server_that_was_well_for_a_while_is_started_again_at_once_every_time(
    engine: Engine, interruption: Interruption, heard: Heard
) -> None:
    engine.backoff = Backoff(first_seconds=0.6, forgotten_after_healthy_seconds=0)
    assert kill_and_watch(engine, interruption, heard, times=3) == ["1", "1", "1"]


def test_a_server_that_dies_as_soon_as_it_is_well_is_waited_for_longer_each_time(
    engine: Engine, interruption: Interruption, heard: Heard
) -> None:
    engine.backoff = Backoff(first_seconds=0.6)
    assert kill_and_watch(engine, interruption, heard, times=3) == ["1", "1", "2"]


def test_what_hinders_one_server_from_coming_back_does_not_end_the_others(
    engine: Engine, interruption: Interruption, heard: Heard
) -> None:
    pids: dict[str, int] = {}
    engine.record = pids.update
    answers = iter([None, StackError("it does not let anybody in yet"), None])

    def health() -> str | None:
        answer = next(answers)
        if isinstance(answer, StackError):
            raise answer
        return answer

    engine.bring_up([python_unit("postgres", STAY, health=health)])
    heard.when("postgres is running again", interruption.request)
    os.kill(pids["postgres"], signal.SIGKILL)
    engine.watch()
    assert "postgres is running again" in heard.getvalue()


@pytest.mark.parametrize("written", ["", "\n", "12"], ids=["nothing", "a blank line", "half a number"])
def test_a_database_that_was_killed_while_it_wrote_its_number_can_be_started(tmp_path: Path, written: str) -> None:
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(written)
    free_the_data(tmp_path)
    assert not pid_file.exists()


def test_a_killed_database_comes_back_with_everything_that_was_committed(
    tmp_path: Path, engine: Engine, interruption: Interruption, console: Console, heard: Heard
) -> None:
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    database = EmbeddedDatabase(Layout(tmp_path), console, os.environ)
    pids: dict[str, int] = {}
    engine.record = pids.update
    engine.bring_up(database.units())
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
        # A session that is in the middle of something when its server dies.
        heard.when("postgres is running again", interruption.request)
        os.kill(pids["postgres"], signal.SIGKILL)
        engine.watch()
        with psycopg.connect(database.url) as fresh:
            assert fresh.execute("SELECT value FROM kept").fetchone() == (42,)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
