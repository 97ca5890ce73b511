"""Keeps what residents write out of the bot's logs.

Rasa and its libraries put messages into log lines, warnings and tracebacks, at many places and with every release at
others. So nothing that they say is trusted: of a line that is not our own only the place, the level and the kinds of
errors are kept. This happens when a log record is made, before any handler, formatter or file can see it. Our own lines
carry a fixed event name and named fields, and the fields are ids and error codes.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Union

import structlog
from typing_extensions import override

OWN_PACKAGES = ("bot", "decide")
FRAMES_KEPT = 12
LEVELS = {
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "WARNING": logging.WARNING,
    "ERROR": logging.ERROR,
    "CRITICAL": logging.CRITICAL,
}

ExceptionInfo = Union[
    "tuple[type[BaseException], BaseException, TracebackType | None]", "tuple[None, None, None]", None
]


def install_redaction(level: int) -> None:
    """Call it before anything is imported that logs."""
    logging.setLogRecordFactory(redacted_record)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    # Redacted, the news and warnings of others say little; errors do, and a developer who asks for everything gets it.
    is_for_developers = level <= logging.DEBUG
    root.setLevel(level if is_for_developers else max(level, logging.ERROR))
    for package in OWN_PACKAGES:
        logging.getLogger(package).setLevel(level)
    logging.captureWarnings(capture=True)
    _redact_structlog(level)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda failed: _log_uncaught(
        failed.exc_type, failed.exc_value or failed.exc_type(), failed.exc_traceback
    )
    sys.unraisablehook = lambda failed: _log_uncaught(
        failed.exc_type, failed.exc_value or failed.exc_type(), failed.exc_traceback
    )


def redacted_record(
    name: str,
    level: int,
    path: str,
    line: int,
    message: object,
    args: object,  # noqa: ARG001 - dropped on purpose.
    exception: ExceptionInfo,
    function: str | None = None,
    stack: str | None = None,  # noqa: ARG001 - dropped on purpose.
    **_: Any,
) -> logging.LogRecord:
    """A log record factory, see logging.setLogRecordFactory."""
    event = str(message) if is_own(name) else f"{place(path)}:{line} {function or ''}".strip()
    record = logging.LogRecord(name, level, path, line, event, (), None, function, None)
    record.failure = failure_of(exception[1]) if exception else None
    return record


def is_own(logger_name: str) -> bool:
    return logger_name.split(".", 1)[0] in OWN_PACKAGES


def fields(**values: str | float | None) -> dict[str, dict[str, str | float | None]]:
    """The named fields of one of our own log lines: `logger.info("turn.done", extra=fields(conversation_id=…))`."""
    return {"redaction_fields": values}


def failure_of(error: BaseException | None) -> dict[str, Any] | None:
    """The kinds of errors and where they happened; never their messages or the values that were involved."""
    if error is None:
        return None
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_KEPT:]
    return {
        "errors": [f"{type(link).__module__}.{type(link).__qualname__}" for link in _chain(error)],
        "frames": [f"{place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def place(path: str) -> str:
    """The end of a path: enough to find the file, without where it is installed."""
    return "/".join(Path(path).parts[-3:])


class JsonLines(logging.Formatter):
    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if is_own(record.name):
            line.update(getattr(record, "redaction_fields", {}))
        failure = getattr(record, "failure", None)
        if failure:
            line.update(failure)
        return json.dumps(line, ensure_ascii=False)


def _redact_structlog(level: int) -> None:
    """Rasa's structured events go through the standard library's loggers, where they are redacted like the rest."""
    structlog.configure(
        processors=[_event_and_error_only],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def _event_and_error_only(_: Any, __: str, event: dict[str, Any]) -> tuple[tuple[str], dict[str, Any]]:
    return (str(event.get("event", "")),), {"exc_info": event.get("exc_info")}


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("bot.uncaught_error", exc_info=(kind, error, trace))


def _chain(error: BaseException) -> list[BaseException]:
    links = [error]
    while (earlier := links[-1].__cause__ or links[-1].__context__) is not None and earlier not in links:
        links.append(earlier)
    return links
