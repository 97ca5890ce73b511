from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from actions.settings import ActionSettings, SettingsError, read_action_settings

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "hemlig-till-handlingar"
LONGER_THAN_SANIC_KEEPS_IT_SECONDS = 6.5
CALL = {
    "next_action": "action_answer_topic",
    "sender_id": "c",
    "version": "3.6.21",
    "tracker": {"sender_id": "c", "slots": {}, "events": [], "latest_message": {"text": "KANARIE-7f3a"}},
}


def free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    port, log = free_port(), tmp_path_factory.mktemp("actions") / "log"
    environment = {
        **os.environ,
        "ACTIONS_PORT": str(port),
        "ACTIONS_TOKEN": TOKEN,
        "INTERNAL_TOKEN": "hemlig",
        # Nothing listens there: whatever an action needs, it fails.
        "HANDOVER_API_URL": "http://127.0.0.1:9",
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "actions.server"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30.0, trust_env=False) as client:
            wait_until_healthy(client, process)
            yield client, log
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_until_healthy(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            client.get("/health").raise_for_status()
        except httpx.HTTPError:
            try:
                process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            raise
        return
    raise TimeoutError


def test_only_the_bot_may_run_actions(server: tuple[httpx.Client, Path]) -> None:
    client, _ = server
    assert client.post("/webhook", json=CALL).status_code == 401
    wrong = client.post("/webhook", json=CALL, headers={"Authorization": f"Bearer {TOKEN}x"})
    assert (wrong.status_code, wrong.json()) == (401, {"code": "not_allowed"})


def test_a_failing_action_answers_in_words_and_logs_no_text(server: tuple[httpx.Client, Path]) -> None:
    client, log = server
    response = client.post("/webhook", json=CALL, headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.json()["responses"][0]["custom"]["kind"] == "failure"
    assert "action.failed" in log.read_text()
    assert "KANARIE-7f3a" not in log.read_text()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"next_action": "action_answer_topic", "text": "KANARIE-7f3a"}']
)
def test_what_is_no_call_is_refused_without_being_quoted(server: tuple[httpx.Client, Path], body: bytes) -> None:
    client, log = server
    response = client.post("/webhook", content=body, headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 400
    assert response.json() == {"code": "not_an_action_call"}
    assert "KANARIE-7f3a" not in log.read_text()


def test_an_unknown_action_is_said_to_be_unknown(server: tuple[httpx.Client, Path]) -> None:
    client, _ = server
    response = client.post(
        "/webhook", json={**CALL, "next_action": "action_x"}, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert (response.status_code, response.json()) == (404, {"code": "no_such_action"})


def test_the_actions_are_not_listed(server: tuple[httpx.Client, Path]) -> None:
    client, _ = server
    assert client.get("/actions").status_code == 404


def test_a_connection_is_kept_longer_than_the_framework_would(server: tuple[httpx.Client, Path]) -> None:
    address = server[0].base_url
    with socket.create_connection((address.host, address.port or 0)) as connection:
        connection.sendall(f"GET /health HTTP/1.1\r\nHost: {address.host}\r\n\r\n".encode())
        assert connection.recv(10_000).startswith(b"HTTP/1.1 200")
        # A socket that the other side has closed can be read from.
        assert select.select([connection], [], [], LONGER_THAN_SANIC_KEEPS_IT_SECONDS) == ([], [], [])


def test_settings_have_safe_defaults_and_hide_secrets(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("från-fil\n", encoding="utf-8")
    settings = read_action_settings({"ACTIONS_TOKEN_FILE": str(tmp_path / "token"), "INTERNAL_TOKEN": "b"})
    assert settings == ActionSettings("127.0.0.1", 5055, "http://127.0.0.1:8000", "från-fil", "b")
    assert "från-fil" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"INTERNAL_TOKEN": "b"}, "ACTIONS_TOKEN"),
        ({"ACTIONS_TOKEN": "a"}, "INTERNAL_TOKEN"),
        ({"ACTIONS_TOKEN_FILE": "/nonexistent", "INTERNAL_TOKEN": "b"}, "ACTIONS_TOKEN_FILE"),
        ({"ACTIONS_TOKEN": "a", "INTERNAL_TOKEN": "b", "ACTIONS_PORT": "http"}, "ACTIONS_PORT"),
        ({"ACTIONS_TOKEN": "a", "INTERNAL_TOKEN": "b", "ACTIONS_PORT": "70000"}, "ACTIONS_PORT"),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_action_settings(environ)
