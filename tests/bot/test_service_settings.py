"""What the bot's process and the trainer need to reach the service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import SettingsError
from learning.settings import DEFAULT_HANDOVER_API_URL, ServiceSettings, read_service_settings

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "hemlig-till-tjansten"
TOKENS = {"BOT_TOKEN": "a", "ACTIONS_TOKEN": "b", "INTERNAL_TOKEN": TOKEN}
TRAINER = ("learning.trainer",)
SERVER = ("learning.server", "--model", "models/saknas.tar.gz")


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


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        (TRAINER, {}, "INTERNAL_TOKEN is not set"),
        (SERVER, {}, "BOT_TOKEN is not set"),
        (SERVER, {**TOKENS, "INTERNAL_TOKEN": ""}, "INTERNAL_TOKEN is not set"),
        (SERVER, TOKENS, "There is no model at models/saknas.tar.gz"),
        (SERVER, {**TOKENS, "LOG_LEVEL": "mycket"}, "LOG_LEVEL has to be one of"),
    ],
)
def test_a_start_that_cannot_succeed_says_why_in_one_line(
    arguments: tuple[str, ...], environ: dict[str, str], sentence: str
) -> None:
    command = [sys.executable, "-m", *arguments]
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
