from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.redaction import JsonLines, failure_of, fields, redacted_record
from tests.bot.running_bot import BOT_TOKEN, RunningBot, turn_body

ROOT = Path(__file__).resolve().parents[2]
CANARY = "KANARIE-7qxz3"
# Logs change case and escape; the kernel survives that, and no identifier has it by chance: no number has its letters.
KERNEL = "7qxz3"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What reaches a handler that knows nothing of redaction."""
    earlier = logging.getLogRecordFactory()
    logging.setLogRecordFactory(redacted_record)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        logging.Formatter("%(levelname)s %(name)s %(message)s %(exc_info)s %(exc_text)s %(stack_info)s")
    )
    loggers = [logging.getLogger("rasa.prov"), logging.getLogger("bot.prov")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        logging.setLogRecordFactory(earlier)
        for logger in loggers:
            logger.removeHandler(handler)


def test_a_foreign_line_keeps_its_place_and_loses_its_words(lines: io.StringIO) -> None:
    logging.getLogger("rasa.prov").info(f"Received {CANARY}")  # noqa: G004 - it is how Rasa logs.
    logging.getLogger("rasa.prov").info("Received %s", CANARY, stack_info=True)
    assert "tests/bot/test_redaction.py" in lines.getvalue()
    assert CANARY not in lines.getvalue()


def fail_twice() -> None:
    try:
        int(CANARY)
    except ValueError as error:
        raise RuntimeError(CANARY) from error


def test_a_traceback_keeps_its_kinds_and_loses_its_words(lines: io.StringIO) -> None:
    try:
        fail_twice()
    except RuntimeError as error:
        logging.getLogger("rasa.prov").exception("Failed on %s", CANARY)
        failure = failure_of(error)
    assert CANARY not in lines.getvalue()
    assert failure is not None
    assert failure["errors"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert CANARY not in str(failure)


def test_our_own_line_has_a_fixed_name_and_named_fields() -> None:
    record = redacted_record("bot.channel", logging.INFO, "bot/channel.py", 1, "turn.done", (), None)
    record.__dict__.update(fields(conversation_id="c"))
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["conversation_id"], line["logger"]) == ("turn.done", "c", "bot.channel")


def test_a_foreign_line_cannot_add_fields() -> None:
    record = redacted_record("rasa.x", logging.INFO, "rasa/x.py", 1, CANARY, (), None)
    record.__dict__.update(fields(text=CANARY))
    assert CANARY not in JsonLines().format(record)


def test_no_log_line_of_the_real_bot_carries_what_a_resident_wrote(bot: RunningBot) -> None:
    bot.turn(f"{CANARY} mäta radon")
    bot.turn(f"/{CANARY}")
    bot.turn(f"{CANARY} 😀", choice="radon")
    with bot.without_actions():
        assert bot.post(turn_body(f"{CANARY} hej")).status_code == 500
    bot.post({**turn_body(f"{CANARY}"), "message_id": CANARY})
    bot.http.post("/webhooks/handover/turns", content=CANARY.encode(), headers={"Authorization": f"Bearer {BOT_TOKEN}"})
    logs = bot.logs()
    assert "turn.failed" in logs
    assert '"level": "debug"' in logs
    assert KERNEL not in logs.casefold()


def test_neither_the_tracker_nor_the_action_server_gets_to_know_what_a_resident_wrote(bot: RunningBot) -> None:
    bot.turn(f"{CANARY} jag orkar inte leva längre")
    assert KERNEL not in json.dumps(bot.service.handovers).casefold()
    dump = (
        "import sys, psycopg; "
        "print(*(row[0] for row in psycopg.connect(sys.argv[1]).execute('SELECT data FROM tracker.events')))"
    )
    python = ROOT / ".venv" / "service" / "bin" / "python"
    stored = subprocess.run([python, "-c", dump, bot.database_url], check=True, capture_output=True, text=True).stdout
    assert "sjalvmordstankar" in stored
    assert KERNEL not in stored.casefold()


def test_an_error_that_nobody_caught_is_redacted_too() -> None:
    script = (
        "import logging\nfrom bot.redaction import install_redaction\n"
        f"install_redaction(logging.DEBUG)\nimport warnings\nwarnings.warn('{CANARY}')\n"
        f"import structlog\nstructlog.get_logger().debug('event', text='{CANARY}')\n"
        f"import threading\nthread = threading.Thread(target=lambda: 1 / len('{CANARY}'[:0]))\n"
        f"thread.start()\nthread.join()\nraise ValueError('{CANARY}')\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stdout.count("bot.uncaught_error") == 2
    assert CANARY not in ended.stdout + ended.stderr


def test_a_refused_request_is_logged_without_its_body(bot: RunningBot) -> None:
    response = bot.http.post("/webhooks/handover/turns", json={"text": CANARY})
    assert response.status_code == httpx.codes.UNAUTHORIZED
    assert KERNEL not in bot.logs().casefold()
