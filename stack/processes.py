"""The processes that make up the system: one table for `make run`, the tests and the comparison with the containers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stack.environments import RASA, SERVICE, Environment, python_variables
from stack.errors import StackError

DEMO_MODE = "demo"
MODES = (DEMO_MODE, "production")
# The step that makes the database ready for the service.
PREPARATION = "prepare"
LOOPBACK = "127.0.0.1"
# What listens everywhere is reached over the loopback.
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Process:
    name: str
    environment: Environment
    module: str
    # The settings that it is given; a secret reaches nobody who does not need it.
    settings: tuple[str, ...]
    # Those that it has a good default for; it gets them only when somebody has set them.
    optional_settings: tuple[str, ...]
    port_setting: str | None
    health_paths: tuple[str, ...]
    # Steps of the start that must be done before.
    needs: tuple[str, ...]
    # Processes whose health is part of its own.
    healthy_after: tuple[str, ...]
    # Stopped, and gone, before those with a lower number; PostgreSQL has 0.
    stage: int


SERVICE_SETTINGS = (
    "DATABASE_URL",
    "HANDOVER_MODE",
    "PUBLIC_URL",
    "SITES_PATH",
    "BOT_URL",
    "ACTIONS_URL",
    "BOT_TOKEN",
    "INTERNAL_TOKEN",
)

SERVICE_OPTIONS = (
    "FRAME_ANCESTORS",
    "BOT_ATTEMPT_SECONDS",
    "BOT_DEADLINE_SECONDS",
    "STAFF_SESSION_HOURS",
    "FOLLOW_UP_HOURS",
    "RESIDENT_MAY_ERASE",
)

# Ways out of the house; only the worker sends anything.
WORKER_OPTIONS = (
    *("SMTP_HOST", "SMTP_PORT", "SMTP_SECURITY", "SMTP_USERNAME", "SMTP_PASSWORD", "MAIL_FROM", "MAIL_FOLDER"),
    *("SMS_FOLDER", "WEBHOOKS_TO_PRIVATE_ADDRESSES", "CASE_SYSTEM"),
    *("SUPPORT_MANAGEMENT_URL", "SUPPORT_MANAGEMENT_MUNICIPALITY_ID", "SUPPORT_MANAGEMENT_NAMESPACE"),
    *("SUPPORT_MANAGEMENT_CATEGORY", "SUPPORT_MANAGEMENT_TYPE", "SUPPORT_MANAGEMENT_STATUS"),
    *("SUPPORT_MANAGEMENT_TOKEN_URL", "SUPPORT_MANAGEMENT_CLIENT_ID", "SUPPORT_MANAGEMENT_CLIENT_SECRET"),
)

PROCESSES = (
    Process(
        name="service",
        environment=SERVICE,
        module="handover_api.main",
        settings=(*SERVICE_SETTINGS, "HOST", "PORT"),
        optional_settings=(*SERVICE_OPTIONS, "CASE_SYSTEM_WEBHOOK_SECRET", "MODELS_FOLDER", "MODELS_KEPT"),
        port_setting="PORT",
        health_paths=("/health/live", "/health/ready"),
        needs=(PREPARATION,),
        healthy_after=("worker", "bot", "actions"),
        stage=2,
    ),
    Process(
        name="worker",
        environment=SERVICE,
        module="handover_api.worker",
        settings=SERVICE_SETTINGS,
        optional_settings=(*SERVICE_OPTIONS, *WORKER_OPTIONS),
        port_setting=None,
        health_paths=(),
        needs=(PREPARATION,),
        healthy_after=(),
        stage=2,
    ),
    Process(
        name="bot",
        environment=RASA,
        module="learning.server",
        settings=(
            *("DATABASE_URL", "BOT_HOST", "BOT_PORT", "BOT_TOKEN", "ACTIONS_URL", "ACTIONS_TOKEN"),
            # By which it follows the model in use.
            *("HANDOVER_API_URL", "INTERNAL_TOKEN"),
        ),
        optional_settings=("LOG_LEVEL",),
        port_setting="BOT_PORT",
        health_paths=("/webhooks/handover/health",),
        needs=("postgres", "training", "language"),
        healthy_after=(),
        stage=1,
    ),
    Process(
        name="trainer",
        environment=RASA,
        module="learning.trainer",
        settings=("HANDOVER_API_URL", "INTERNAL_TOKEN"),
        optional_settings=(),
        port_setting=None,
        health_paths=(),
        needs=("language",),
        healthy_after=(),
        stage=2,
    ),
    Process(
        name="actions",
        environment=RASA,
        module="actions.server",
        settings=("ACTIONS_HOST", "ACTIONS_PORT", "ACTIONS_TOKEN", "HANDOVER_API_URL", "INTERNAL_TOKEN"),
        optional_settings=(),
        port_setting="ACTIONS_PORT",
        health_paths=("/health",),
        needs=(),
        healthy_after=(),
        stage=1,
    ),
)

PORTS = {"PORT": 8000, "BOT_PORT": 5005, "ACTIONS_PORT": 5055}

KNOWN_SETTINGS = frozenset(name for process in PROCESSES for name in (*process.settings, *process.optional_settings))


def settings_of_the_run(
    environ: Mapping[str, str], tokens: Mapping[str, str], database_url: str | None
) -> dict[str, str]:
    """Every setting of every process, from the environment or as a single machine needs it."""
    mode = environ.get("HANDOVER_MODE") or DEMO_MODE
    if mode not in MODES:
        raise StackError(f"HANDOVER_MODE is {mode}; it can be {' or '.join(MODES)}.")
    ports = {name: port(environ, name) for name in PORTS}
    require_different(ports)
    host = environ.get("HOST") or LOOPBACK
    own_address = address(reachable(host), ports["PORT"])
    settings = {
        "HANDOVER_MODE": mode,
        "HOST": host,
        # The bot and the action server never face the network, whatever HOST says.
        "BOT_HOST": LOOPBACK,
        "ACTIONS_HOST": LOOPBACK,
        **{name: str(number) for name, number in ports.items()},
        "PUBLIC_URL": environ.get("PUBLIC_URL") or own_address,
        # Set to nothing, there are no sites but one.
        "SITES_PATH": environ.get("SITES_PATH", "data/sites.yml"),
        "HANDOVER_API_URL": own_address,
        "BOT_URL": address(LOOPBACK, ports["BOT_PORT"]),
        "ACTIONS_URL": address(LOOPBACK, ports["ACTIONS_PORT"]),
        **tokens,
    }
    if database_url is not None:
        settings["DATABASE_URL"] = database_url
    return settings


def variables_of(process: Process, settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The inherited environment without the others' settings, and the process's own."""
    optional = {name: environ[name] for name in process.optional_settings if name in environ}
    own = {name: settings[name] for name in process.settings if name in settings}
    return {**python_variables(without_known_settings(environ)), **optional, **own}


def without_known_settings(environ: Mapping[str, str]) -> dict[str, str]:
    # The files of secrets have been read already; handed on, they could speak against what was read.
    known = KNOWN_SETTINGS | {f"{name}_FILE" for name in KNOWN_SETTINGS}
    return {name: value for name, value in environ.items() if name not in known}


def port(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name) or str(PORTS[name])
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= HIGHEST_PORT:
        raise StackError(f"{name} is {text!r}; it must be a number from 1 to {HIGHEST_PORT}.")
    return int(text)


def require_different(ports: Mapping[str, int]) -> None:
    taken: dict[int, str] = {}
    for name, number in ports.items():
        if number in taken:
            raise StackError(f"{taken[number]} and {name} are both {number}; give each its own port.")
        taken[number] = name


def reachable(host: str) -> str:
    return LOOPBACK if host in EVERYWHERE else host


def address(host: str, number: int) -> str:
    return f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}"
