import asyncio
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from content_folder import ContentFolder
from environment import DatabaseServer, settings_for
from fakes import FakeBot, FakeClock
from people import People, connect

from handover_api.application import create_application
from handover_api.cases.erasure_wishes import Policy, carry_out
from handover_api.cli import create_demo_accounts, main
from handover_api.database import SessionFactory, transaction
from handover_api.settings import SettingsError

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    code: int | str | None
    printed: str


@dataclass(frozen=True)
class CommandLine:
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str, standard_input: str = "", **environment: str) -> Outcome:
        """Runs a command as `python -m handover_api.cli` does. A text as the code is what the operator reads."""
        for name in ("DATABASE_URL", "BOT_TOKEN", "INTERNAL_TOKEN", "HANDOVER_MODE"):
            self.monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.setattr("sys.argv", ["handover_api.cli", *arguments])
        self.monkeypatch.setattr("sys.stdin", io.StringIO(standard_input))
        try:
            main()
        except SystemExit as end:
            return Outcome(end.code, self.capsys.readouterr().out)
        return Outcome(0, self.capsys.readouterr().out)


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def complete(database_url: str, **changes: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "BOT_TOKEN": "x" * 16, "INTERNAL_TOKEN": "x" * 16, **changes}


@pytest.fixture
def prepared(
    database_server: DatabaseServer, tmp_path: Path, content: ContentFolder, command_line: CommandLine
) -> Iterator[tuple[str, Path]]:
    """An empty database and the path of a file, after one command, given twice."""
    accounts = tmp_path / "run" / "accounts.json"
    database_server.create("prepared")
    url = database_server.url("prepared")
    for changed in ("2 new or changed", "0 new or changed"):
        outcome = command_line.run("prepare", str(content.path), str(accounts), **complete(url, HANDOVER_MODE="demo"))
        assert outcome.code == 0
        assert changed in outcome.printed
    yield url, accounts
    database_server.drop("prepared")


def test_what_was_imported_is_exported_as_the_same_files(
    prepared: tuple[str, Path], command_line: CommandLine, content: ContentFolder, tmp_path: Path
) -> None:
    outcome = command_line.run("export-content", str(tmp_path / "out"), **complete(prepared[0]))
    assert (outcome.code, outcome.printed) == (0, f"4 files in {tmp_path / 'out'}\n")
    for file in (content.topics, content.radon):
        exported = tmp_path / "out" / file.relative_to(content.path)
        assert exported.read_text(encoding="utf-8") == file.read_text(encoding="utf-8")


async def test_one_command_prepares_an_empty_database(prepared: tuple[str, Path], bot: FakeBot) -> None:
    url, accounts = prepared
    app = create_application(settings_for(url), bot=bot, clock=FakeClock())
    async with app.router.lifespan_context(app), connect(app) as client:
        for account in json.loads(accounts.read_text(encoding="utf-8")):
            assert set(account) == {"username", "password", "role"}
            credentials = {name: account[name] for name in ("username", "password")}
            response = await client.post("/api/session", json=credentials)
            assert (response.status_code, response.json()["role"]) == (200, account["role"])


def test_wrong_settings_are_one_sentence() -> None:
    command = [sys.executable, "-m", "handover_api.cli", "migrate"]
    environment = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", "DATABASE_URL": "postgresql://x/y"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "BOT_TOKEN" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_database_that_is_not_there_is_one_sentence(command_line: CommandLine) -> None:
    outcome = command_line.run("migrate", **complete("postgresql://nobody@127.0.0.1:9/nothing"))
    assert str(outcome.code).startswith("The database does not answer: ")


def test_unusable_content_is_one_sentence(command_line: CommandLine, database_url: str, tmp_path: Path) -> None:
    outcome = command_line.run("import-content", str(tmp_path), **complete(database_url))
    assert str(outcome.code).startswith(f"{tmp_path / 'topics.tsv'} cannot be read")


def test_an_account_is_made_with_the_password_from_standard_input(
    command_line: CommandLine, own_database_url: str
) -> None:
    arguments = ("create-account", "ny", "Den nya", "agent")
    settings = complete(own_database_url)
    assert command_line.run(*arguments, standard_input="ett långt lösenord\n", **settings).code == 0
    refused = command_line.run(*arguments, standard_input="kort\n", **settings)
    assert refused.code == "a password needs at least 12 characters"


async def test_a_closed_case_is_erased_with_a_receipt_and_others_are_refused(
    command_line: CommandLine, database_url: str, people: People
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()

    async def erase(which: str) -> Outcome:
        return await asyncio.to_thread(
            command_line.run, "erase-conversation", which, "gallringsbeslut 12", **complete(database_url)
        )

    assert (await erase(reference)).code == "Not done: not_closed"
    assert (await erase("2026-999999")).code == "Not done: case_missing"
    await people.agent.claim(reference)
    await people.agent.close(reference)
    receipt = json.loads((await erase(reference)).printed)
    assert receipt["reference"] == reference
    assert receipt["messages"] > 0
    assert (await people.agent.get_case(reference))["messages"] == []


async def test_the_wishes_to_be_erased_are_listed(
    command_line: CommandLine, database_url: str, people: People, sessions: SessionFactory
) -> None:
    resident = await people.resident()
    reference = await resident.queue_up()
    async with transaction(sessions) as session:
        await carry_out(session, resident.uuid, Policy.BOT_ONLY, FakeClock.START)
    listed = await asyncio.to_thread(command_line.run, "list-erasure-wishes", **complete(database_url))
    assert json.loads(listed.printed) == {"case": reference, "wished_at": FakeClock.START.isoformat()}


async def test_demo_accounts_are_kept_and_only_their_owner_can_read_them(own_database_url: str, tmp_path: Path) -> None:
    settings = settings_for(own_database_url, HANDOVER_MODE="demo")
    path = tmp_path / "accounts.json"
    await create_demo_accounts(settings, path)
    first = path.read_text(encoding="utf-8")
    path.chmod(0o644)
    await create_demo_accounts(settings, path)
    assert path.read_text(encoding="utf-8") == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {account["role"] for account in json.loads(first)} == {"agent", "editor", "lead", "admin"}


async def test_there_are_no_demo_accounts_in_production(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HANDOVER_MODE"):
        await create_demo_accounts(settings_for(database_url), tmp_path / "accounts.json")
    assert not (tmp_path / "accounts.json").exists()
