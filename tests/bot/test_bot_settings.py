from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SettingsError, read_bot_settings
from bot.tracker import tracker_url

TOKENS = {"BOT_TOKEN": "a", "ACTIONS_TOKEN": "b"}


def test_the_bot_listens_to_this_machine_alone_unless_told_otherwise() -> None:
    settings = read_bot_settings(TOKENS)
    assert (settings.host, settings.port, settings.actions_url) == ("127.0.0.1", 5005, "http://127.0.0.1:5055")
    assert settings.database_url is None


def test_secrets_may_stand_in_files_and_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:hemligt@h/d\n", encoding="utf-8")
    settings = read_bot_settings({**TOKENS, "DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.database_url == "postgresql://u:hemligt@h/d"
    assert "hemligt" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"ACTIONS_TOKEN": "b"}, "BOT_TOKEN"),
        ({"BOT_TOKEN": "a"}, "ACTIONS_TOKEN"),
        ({**TOKENS, "BOT_PORT": "0"}, "BOT_PORT"),
        ({**TOKENS, "BOT_PORT": "²"}, "BOT_PORT"),
        ({**TOKENS, "BOT_TOKEN_FILE": "/nonexistent"}, "BOT_TOKEN_FILE"),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_bot_settings(environ)


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:p%40ss@db:5433/handover", "postgresql+psycopg://postgres@/handover?host=/var/run/pg"],
)
def test_the_services_database_url_serves_rasa_in_its_own_schema(url: str) -> None:
    for_rasa = tracker_url(url)
    assert for_rasa.drivername == "postgresql"
    assert for_rasa.database == "handover"
    assert "-csearch_path=tracker" in for_rasa.query["options"]
    assert for_rasa.query.get("host") == ("/var/run/pg" if "/var" in url else None)
    assert for_rasa.password == ("p@ss" if "p%40ss" in url else None)
