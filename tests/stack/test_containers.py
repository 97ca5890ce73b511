"""The containers are the same processes as `make run`: same names, commands, ports, settings and health checks."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from handover_api.settings import Settings
from stack.console import Console
from stack.container_secrets import write_container_secrets
from stack.layout import Layout
from stack.processes import PORTS, PROCESSES, Process, settings_of_the_run
from tests.stack.conftest import ROOT, Heard

# YAML has no type of its own.
Yaml = Any
COMPOSE: Yaml = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Yaml] = COMPOSE["services"]
DOCKERFILES = sorted((ROOT / "deploy").glob("*.Dockerfile"))
SECRET_SETTINGS = {"DATABASE_URL", "BOT_TOKEN", "ACTIONS_TOKEN", "INTERNAL_TOKEN"}
OPTIONAL = {name for process in PROCESSES for name in process.optional_settings}

each_process = pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
each_container = pytest.mark.parametrize("name", SERVICES)
each_dockerfile = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)


def all_settings() -> set[str]:
    return {name for process in PROCESSES for name in process.settings} | OPTIONAL


def settings_in_compose(name: str) -> set[str]:
    return {setting.removesuffix("_FILE") for setting in SERVICES[name]["environment"]}


def test_compose_has_the_processes_and_what_surrounds_them() -> None:
    assert set(SERVICES) == {process.name for process in PROCESSES} | {"db", "prepare", "proxy"}


@each_process
def test_a_container_runs_its_processes_command(process: Process) -> None:
    command = SERVICES[process.name]["command"]
    assert command[:3] == ["python", "-m", process.module]
    assert (command[3:4] == ["--model"]) is (process.name == "bot")


@each_process
def test_a_container_gets_its_processes_settings(process: Process) -> None:
    assert settings_in_compose(process.name) == {*process.settings, *process.optional_settings}


@each_process
def test_a_container_listens_on_its_processes_port(process: Process) -> None:
    if process.port_setting is None:
        return
    environment = SERVICES[process.name]["environment"]
    assert int(environment[process.port_setting]) == PORTS[process.port_setting]
    dockerfile = ROOT / SERVICES[process.name]["build"]["dockerfile"]
    assert f"EXPOSE {PORTS[process.port_setting]}\n" in dockerfile.read_text(encoding="utf-8")


@each_process
def test_addresses_name_the_containers_where_make_run_names_the_loopback(process: Process) -> None:
    local = settings_of_the_run({}, {}, None)
    owners = {PORTS[other.port_setting]: other.name for other in PROCESSES if other.port_setting}
    environment = SERVICES[process.name]["environment"]
    for name in {"BOT_URL", "ACTIONS_URL", "HANDOVER_API_URL"} & set(process.settings):
        port = int(local[name].rpartition(":")[2])
        assert environment[name] == f"http://{owners[port]}:{port}"


@each_process
def test_a_container_is_asked_what_its_process_is_asked(process: Process) -> None:
    check = SERVICES[process.name]["healthcheck"]["test"]
    assert check[:3] == ["CMD", "python", "/srv/health_check.py"]
    if process.port_setting is None:
        assert check[3:] == ["http://service:8000/health/ready", process.name]
    else:
        # Alive, not ready: the service must not be restarted because the bot is away.
        assert check[3:] == [f"http://127.0.0.1:{PORTS[process.port_setting]}{process.health_paths[0]}"]


def test_the_database_is_prepared_by_the_step_of_make_run() -> None:
    prepare = SERVICES["prepare"]
    assert prepare["command"][:5] == ["python", "-m", "handover_api.cli", "prepare", "data"]
    # It sends nothing, so it is told less than the worker.
    assert prepare["environment"].items() <= SERVICES["worker"]["environment"].items()
    for name in ("service", "worker"):
        assert SERVICES[name]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}


@each_container
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    container = SERVICES[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in container


@each_container
def test_a_container_does_not_run_as_root(name: str) -> None:
    container = SERVICES[name]
    if "build" not in container:
        assert int(container["user"].split(":")[0]) > 0
        return
    dockerfile = (ROOT / container["build"]["dockerfile"]).read_text(encoding="utf-8")
    target = container["build"].get("target")
    stage = re.split(r"^FROM .*$", dockerfile, flags=re.MULTILINE)[-1] if target is None else stages(dockerfile)[target]
    assert "\nUSER 10001\n" in stage


def stages(dockerfile: str) -> dict[str, str]:
    parts = re.split(r"^FROM \S+ AS (\S+)$", dockerfile, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@each_container
def test_every_container_is_checked(name: str) -> None:
    if name != "prepare":
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_only_the_proxy_has_a_port_and_it_is_on_the_loopback() -> None:
    assert {name for name, container in SERVICES.items() if container.get("ports")} == {"proxy"}
    assert SERVICES["proxy"]["ports"] == ["${HOST:-127.0.0.1}:${PORT:-8000}:8080"]
    # The worker sends e-mail and webhooks; nobody comes in by it.
    assert {name for name, container in SERVICES.items() if "outside" in container["networks"]} == {"proxy", "worker"}
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_proxy_lets_everything_through_but_the_internal_interface() -> None:
    configuration = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert re.search(r"location \^~ /internal \{\s+return 404;\s+\}", configuration)
    assert re.findall(r"^\s+server (\S+);", configuration, flags=re.MULTILINE) == [f"service:{PORTS['PORT']}"]
    assert re.findall(r"listen (\d+);", configuration) == ["8080"]
    assert configuration.count("{") == configuration.count("}")


@each_container
def test_secrets_come_from_files(name: str) -> None:
    container = SERVICES[name]
    environment = container.get("environment", {})
    given = set(container.get("secrets", []))
    assert not SECRET_SETTINGS & set(environment)
    files = {setting: value for setting, value in environment.items() if setting.endswith("_FILE")}
    assert set(files.values()) == {f"/run/secrets/{secret}" for secret in given}
    assert not re.search(r"password|token", " ".join(map(str, (v for k, v in environment.items() if k not in files))))


def test_every_secret_is_made_and_never_changed(layout: Layout, console: Console, heard: Heard) -> None:
    (layout.root / "deploy").mkdir()
    write_container_secrets(layout, console)
    paths = {name: layout.root / secret["file"] for name, secret in COMPOSE["secrets"].items()}
    made = {name: path.read_text() for name, path in paths.items()}
    assert {path.name for path in (layout.root / "deploy" / "secrets").iterdir()} == set(made)
    assert made["database_url"] == f"postgresql://handover:{made['database_password']}@db/handover"
    assert len(set(made.values())) == len(made)
    assert min(map(len, made.values())) >= 32
    write_container_secrets(layout, console)
    assert {name: path.read_text() for name, path in paths.items()} == made
    assert heard.getvalue().endswith("All secrets exist already.\n")


def test_made_secrets_are_not_committed() -> None:
    path = "deploy/secrets/database_password"
    assert subprocess.run(["git", "check-ignore", "--quiet", path], cwd=ROOT, check=False).returncode == 0


@each_dockerfile
def test_an_image_is_built_from_what_the_clone_holds(path: Path) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert copied
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source
        assert any(source == root or source.startswith(f"{root}/") for root in allowed), source


@each_dockerfile
def test_an_image_is_installed_from_the_locks(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("--require-hashes") == 2
    assert "slim" in text
    assert len(re.findall(r"^FROM ", text, flags=re.MULTILINE)) >= 2


def test_the_image_trains_as_make_run_does() -> None:
    text = (ROOT / "deploy" / "rasa.Dockerfile").read_text(encoding="utf-8").replace("\\\n        ", "")
    assert "rasa train --domain domain.yml --data data/nlu data/rules --config config.yml --out models" in text
    assert "python -m bot.spacy_pipeline" in text


def test_the_services_own_settings_are_all_known() -> None:
    own = {field.upper() for field in Settings.model_fields}
    readers = [process for process in PROCESSES if process.name in {"service", "worker"}]
    assert own == {name for process in readers for name in (*process.settings, *process.optional_settings)}


def test_what_the_bot_and_the_action_server_read_is_all_known() -> None:
    readers = {
        "bot": ("bot/**/*.py", "learning/settings.py", "learning/server.py"),
        "trainer": ("learning/settings.py", "learning/trainer.py"),
        "actions": ("actions/**/*.py",),
    }
    for name, patterns in readers.items():
        process = next(process for process in PROCESSES if process.name == name)
        sources = [path.read_text(encoding="utf-8") for pattern in patterns for path in ROOT.glob(pattern)]
        read = set(re.findall(r'(?:environ, |environ\.get\()"([A-Z_]+)"', "\n".join(sources)))
        assert read == {*process.settings, *process.optional_settings}


def test_the_page_about_settings_is_complete_and_right_about_who_gets_what() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", page, flags=re.MULTILINE))
    assert set(rows) == all_settings()
    for name, readers in rows.items():
        gets_it = {process.name for process in PROCESSES if name in (*process.settings, *process.optional_settings)}
        assert set(readers.split(", ")) == gets_it, name


def shown(default: object) -> str:
    """A default as the example writes it."""
    match default:
        case bool():
            return str(default).lower()
        case int() | float():
            return str(int(default))
        case str():
            return default
        case _:
            return ""


def test_the_example_of_settings_is_complete() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    values = dict(re.findall(r"^#(\w+)=(.*)$", example, flags=re.MULTILINE))
    assert set(values) == all_settings()
    local = settings_of_the_run({}, dict.fromkeys(("BOT_TOKEN", "ACTIONS_TOKEN", "INTERNAL_TOKEN"), ""), "")
    for name, value in values.items():
        if name in local:
            assert value == local[name], name
        elif name.lower() in Settings.model_fields:
            default = Settings.model_fields[name.lower()].default
            assert value == shown(default), name


def test_what_compose_takes_from_outside_is_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    taken = set(re.findall(r"\$\{(\w+)", text))
    assert taken == OPTIONAL | {"HOST", "PORT", "PUBLIC_URL", "SITES_PATH"}
