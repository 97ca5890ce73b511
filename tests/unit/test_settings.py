from pathlib import Path

import pytest

from handover_api.settings import SECRET_NAMES, SettingsError, read_settings

LONG_ENOUGH = "x" * 16
COMPLETE = {
    "DATABASE_URL": "postgresql://handover@db/handover",
    "BOT_TOKEN": LONG_ENOUGH,
    "INTERNAL_TOKEN": LONG_ENOUGH,
}


def with_file(name: str, path: Path) -> dict[str, str]:
    """The complete settings, with one secret given as a file."""
    return {**{key: value for key, value in COMPLETE.items() if key != name}, f"{name}_FILE": str(path)}


def test_only_the_secrets_have_no_default() -> None:
    settings = read_settings(COMPLETE)
    assert (settings.host, settings.port, settings.is_demo) == ("127.0.0.1", 8000, False)


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_secret_is_named(name: str) -> None:
    environment = {key: value for key, value in COMPLETE.items() if key != name}
    with pytest.raises(SettingsError, match=name):
        read_settings(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "åtta"),
        ("PORT", ""),
        ("HANDOVER_MODE", "test"),
        ("BOT_TOKEN", "x" * 15),
        ("INTERNAL_TOKEN", "x" * 15),
        ("BOT_ATTEMPT_SECONDS", "0"),
        ("BOT_DEADLINE_SECONDS", "-1"),
        ("STAFF_SESSION_HOURS", "25"),
        ("STAFF_SESSION_HOURS", "0"),
        ("FOLLOW_UP_HOURS", "0"),
        ("FOLLOW_UP_HOURS", "721"),
        ("SMTP_PORT", "0"),
        ("SMTP_SECURITY", "ssl"),
        ("CASE_SYSTEM", "another"),
        ("CASE_SYSTEM_WEBHOOK_SECRET", "whsec_short"),
        ("WEBHOOKS_TO_PRIVATE_ADDRESSES", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({**COMPLETE, name: value})


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SMTP_HOST": "smtp.example"}, "MAIL_FROM"),
        ({"CASE_SYSTEM": "support_management"}, "SUPPORT_MANAGEMENT_URL"),
        (
            {"CASE_SYSTEM": "support_management", "SUPPORT_MANAGEMENT_URL": "https://api.example"},
            "SUPPORT_MANAGEMENT_MUNICIPALITY_ID",
        ),
    ],
)
def test_what_is_set_up_by_halves_is_named(given: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingsError, match=f"{missing} must be set"):
        read_settings({**COMPLETE, **given})


@pytest.mark.parametrize("name", ["BOT_TOKEN", "INTERNAL_TOKEN"])
def test_a_secret_that_is_too_short_is_not_repeated(name: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read_settings({**COMPLETE, name: "kort-hemlighet"})
    assert "kort-hemlighet" not in str(wrong.value)


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as wrong:
        read_settings({"PORT": "0", "HANDOVER_MODE": "x"})
    assert all(name in str(wrong.value) for name in [*COMPLETE, "PORT", "HANDOVER_MODE"])


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_secret_may_be_given_as_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    # It does for each of them, also for one that must be the secret of webhooks.
    secret = f"whsec_{'A' * 32}"
    file.write_text(f"{secret}\n", encoding="utf-8")
    settings = read_settings(with_file(name, file))
    assert getattr(settings, name.lower()).get_secret_value() == secret


def test_a_secret_given_directly_wins_over_its_file(tmp_path: Path) -> None:
    environment = {**COMPLETE, "BOT_TOKEN_FILE": str(tmp_path / "missing")}
    assert read_settings(environment).bot_token.get_secret_value() == LONG_ENOUGH


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_file_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"{name}_FILE names .*missing"):
        read_settings(with_file(name, tmp_path / "missing"))


def test_a_folder_instead_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="BOT_TOKEN_FILE"):
        read_settings(with_file("BOT_TOKEN", tmp_path))


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"\xff" * 32)
    with pytest.raises(SettingsError, match="BOT_TOKEN_FILE"):
        read_settings(with_file("BOT_TOKEN", file))


def test_what_is_not_secret_may_not_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("9000", encoding="utf-8")
    assert read_settings({**COMPLETE, "PORT_FILE": str(file)}).port == 8000


def test_only_the_given_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9999")
    assert read_settings(COMPLETE).port == 8000


def test_a_secret_does_not_show_when_the_settings_are_printed() -> None:
    secret = "a-secret-of-some-length"
    settings = read_settings(dict.fromkeys(COMPLETE, secret))
    assert secret not in repr(settings)
    assert secret not in str(settings)


@pytest.mark.parametrize("scheme", ["postgresql://", "postgres://", "postgresql+psycopg://"])
def test_every_usual_way_to_write_the_address_of_the_database_works(scheme: str) -> None:
    settings = read_settings({**COMPLETE, "DATABASE_URL": f"{scheme}handover@db/handover"})
    assert settings.libpq_url == "postgresql://handover@db/handover"
    assert settings.sqlalchemy_url == "postgresql+psycopg://handover@db/handover"


def test_the_sites_that_may_frame_the_chat_are_a_list() -> None:
    settings = read_settings({**COMPLETE, "FRAME_ANCESTORS": " https://a.example  https://b.example "})
    assert settings.frame_ancestors == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(("url", "secure"), [("https://chatt.example", True), ("http://127.0.0.1:8000", False)])
def test_whether_cookies_must_be_secure_follows_from_the_public_address(url: str, secure: bool) -> None:  # noqa: FBT001
    assert read_settings({**COMPLETE, "PUBLIC_URL": url}).uses_https is secure
