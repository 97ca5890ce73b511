"""What the bot's process and the trainer need to reach the service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import SettingsError
from learning.settings import DEFAULT_HANDOVER_API_URL, ServiceSettings, read_service_settings

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "hemlig-till-tjansten"


def test_the_address_has_a_default_and_the_token_is_never_shown() -> None:
    settings = read_service_settings({"INTERNAL_TOKEN": TOKEN})
    assert settings == ServiceSettings(DEFAULT_HANDOVER_API_URL, TOKEN)
    assert TOKEN not in repr(settings)


def test_an_address_may_end_in_a_slash() -> None:
    given = {"INTERNAL_TOKEN": TOKEN, "HANDOVER_API_URL": "http://service.example/"}
    assert read_service_settings(given).url == "http://service.example"


def test_without_a_token_it_is_said_which_one() -> None:
    with pytest.raises(SettingsError, match="INTERNAL_TOKEN is not set"):
        read_service_settings({})


@pytest.mark.parametrize("arguments", [["learning.trainer"], ["learning.server", "--model", "models/saknas.tar.gz"]])
def test_a_process_that_cannot_start_says_why_in_one_line(arguments: list[str]) -> None:
    environment = {**os.environ, "BOT_TOKEN": "a" * 16, "ACTIONS_TOKEN": "b" * 16, "INTERNAL_TOKEN": ""}
    command = [sys.executable, "-m", *arguments]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "INTERNAL_TOKEN is not set. Set it, or set INTERNAL_TOKEN_FILE to a file that contains it.\n"
