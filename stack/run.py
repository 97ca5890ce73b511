"""`make run`: from whatever state the clone is in to a running system, and down again."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Callable

from stack import running
from stack.console import Console
from stack.database import EmbeddedDatabase
from stack.engine import Engine, Unit
from stack.environments import SERVICE, installation, only_one_builder, ready
from stack.health import HttpHealth
from stack.interruption import Interruption
from stack.layout import Layout
from stack.model import Model, current_model, training
from stack.ports import HOST_OF, require_free_ports
from stack.processes import DEMO_MODE, PREPARATION, PROCESSES, Process, reachable, settings_of_the_run, variables_of
from stack.tokens import given_secret, tokens


def run(layout: Layout, console: Console, interruption: Interruption, environ: Mapping[str, str]) -> None:
    """Returns when the running system has been stopped on request."""
    began = time.monotonic()
    environ = with_folders_of_the_run(layout, environ)
    with running.only_one(layout):
        running.stop_leftovers(layout, console)
        given_url = given_secret(environ, "DATABASE_URL")
        database = None if given_url else EmbeddedDatabase(layout, console, environ)
        settings = settings_of_the_run(environ, tokens(layout, environ), database.url if database else given_url)
        require_free_ports(settings)
        engine = Engine(layout, console, interruption, record=running.remember_children(layout))
        try:
            with only_one_builder(layout, console, interruption):
                engine.bring_up(
                    [*installation(layout, environ), *units_of_the_run(layout, console, environ, settings, database)]
                )
            announce(layout, console, settings, time.monotonic() - began)
            engine.watch()
            console.say("Stopping …")
        finally:
            engine.shut_down()
        console.say("Stopped.")


def units_of_the_run(
    layout: Layout,
    console: Console,
    environ: Mapping[str, str],
    settings: Mapping[str, str],
    database: EmbeddedDatabase | None,
) -> list[Unit]:
    model = current_model(layout)
    return [
        *(database.units() if database else ()),
        preparation(layout, environ, settings),
        *training(layout, console, environ, model),
        *(server(layout, environ, settings, process, model) for process in PROCESSES),
    ]


def with_folders_of_the_run(layout: Layout, environ: Mapping[str, str]) -> dict[str, str]:
    """Beside the database lie the bot's models and, without an SMTP server and a gateway for text messages, what would
    be sent.
    """
    folders = {"MAIL_FOLDER": "mail", "SMS_FOLDER": "sms", "MODELS_FOLDER": "models"}
    return {**{name: str(layout.run / folder) for name, folder in folders.items()}, **environ}


def preparation(layout: Layout, environ: Mapping[str, str], settings: Mapping[str, str]) -> Unit:
    service = next(process for process in PROCESSES if process.name == "service")
    return Unit(
        name=PREPARATION,
        doing="preparing tables, articles and accounts",
        command=(
            *(str(layout.python(SERVICE.name)), "-m", "handover_api.cli", "prepare"),
            *("data", layout.shown(layout.demo_accounts)),
        ),
        environment=variables_of(service, settings, environ),
        needs=frozenset({ready(SERVICE), "postgres"}),
    )


def server(
    layout: Layout, environ: Mapping[str, str], settings: Mapping[str, str], process: Process, model: Model
) -> Unit:
    arguments = ("--model", str(model.archive.relative_to(layout.root))) if process.name == "bot" else ()
    return Unit(
        name=process.name,
        doing=f"starting {process.name}",
        command=(str(layout.python(process.environment.name)), "-m", process.module, *arguments),
        environment=variables_of(process, settings, environ),
        needs=frozenset({ready(process.environment), *process.needs}),
        health=health_of(process, settings),
        healthy_after=frozenset(process.healthy_after),
        stage=process.stage,
    )


def health_of(process: Process, settings: Mapping[str, str]) -> Callable[[], str | None]:
    if process.port_setting is None:
        # Nobody can ask it; that it goes on running is all that can be seen from outside.
        return lambda: None
    host = reachable(settings[HOST_OF[process.port_setting]])
    return HttpHealth(host, int(settings[process.port_setting]), process.health_paths)


def announce(layout: Layout, console: Console, settings: Mapping[str, str], seconds: float) -> None:
    own = settings["PUBLIC_URL"]
    console.say()
    console.say(f"Ready after {seconds:.1f} s.")
    console.say()
    for title, path in (("Demo page", "/"), ("Chat", "/chatt"), ("Desk", "/desk")):
        console.say(f"  {title:<10} {own}{path}")
    if settings["HANDOVER_MODE"] == DEMO_MODE:
        console.say()
        console.say(f"  Demo sign-ins (also in {layout.shown(layout.demo_accounts)})")
        for account in json.loads(layout.demo_accounts.read_text(encoding="utf-8")):
            console.say(f"    {account['role']:<8} {account['username']:<16} {account['password']}")
    console.say()
    console.say(f"  Logs: {layout.shown(layout.logs)}/    Stop: Ctrl-C here, or `make stop` in another terminal.")
    console.say()
