"""Which browser the browser tests run in."""

import os
from pathlib import Path

import pytest

from stack.chromium import ensure_chromium
from stack.errors import StackError


def never(command: tuple[str, ...]) -> bool:
    raise AssertionError(command)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with programs, for a user who may install nothing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return tmp_path


def put(folder: Path, name: str) -> str:
    program = folder / name
    program.touch(mode=0o755)
    return str(program)


def test_pages_alone_are_opened_in_the_browser_without_windows(programs: Path) -> None:
    whole, without_windows = put(programs, "chromium"), put(programs, "chromium-headless-shell")
    assert ensure_chromium(never) == {"CHROMIUM": whole, "CHROMIUM_WITHOUT_WINDOWS": without_windows}


def test_the_whole_browser_does_for_everything(programs: Path) -> None:
    whole = put(programs, "google-chrome")
    assert ensure_chromium(never) == {"CHROMIUM": whole, "CHROMIUM_WITHOUT_WINDOWS": whole}


def test_without_a_browser_somebody_who_cannot_install_one_is_told(programs: Path) -> None:
    assert programs
    with pytest.raises(StackError, match="Chromium"):
        ensure_chromium(never)


def test_what_is_missing_is_installed(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(programs, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    whole = put(programs, "chromium")
    ran: list[tuple[str, ...]] = []

    def install(command: tuple[str, ...]) -> bool:
        ran.append(command)
        put(programs, "chromium-headless-shell")
        return True

    found = ensure_chromium(install)
    assert found == {"CHROMIUM": whole, "CHROMIUM_WITHOUT_WINDOWS": str(programs / "chromium-headless-shell")}
    assert ("apt-get", "update") in ran
