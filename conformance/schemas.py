"""The protocol's JSON Schemas and its table of states, as published in docs/contracts/schemas."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from conformance.rules import RuleBrokenError

FOLDER = Path(__file__).parents[1] / "docs" / "contracts" / "schemas"
TRANSITIONS_FILE = FOLDER / "transitions.json"


@dataclass(frozen=True)
class Transition:
    before: str
    event: str
    after: str
    may_cause: frozenset[str]


@cache
def transitions() -> dict[tuple[str, str], Transition]:
    rows = json.loads(TRANSITIONS_FILE.read_text(encoding="utf-8"))["transitions"]
    return {
        (row["before"], row["event"]): Transition(
            row["before"], row["event"], row["after"], frozenset(row["may_cause"])
        )
        for row in rows
    }


@cache
def protocol_version() -> str:
    return str(json.loads(TRANSITIONS_FILE.read_text(encoding="utf-8"))["protocol"])


def require_shape(name: str, value: Any) -> None:
    """That a value is as the schema of this name says. Places and rules are told, never what the value holds.

    Raises:
        RuleBrokenError
    """
    errors = sorted(_validator(name).iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    if errors:
        places = [f"{'.'.join(map(str, error.absolute_path)) or 'the whole'} ({error.validator})" for error in errors]
        raise RuleBrokenError(f"not as {name}.json says: {', '.join(places[:5])}")


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(_schemas()[name], registry=_registry(), format_checker=FormatChecker())


@cache
def _schemas() -> dict[str, Any]:
    paths = [path for path in sorted(FOLDER.glob("*.json")) if path != TRANSITIONS_FILE]
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


@cache
def _registry() -> Registry[Any]:
    resources = [Resource.from_contents(schema) for schema in _schemas().values()]
    registry: Registry[Any] = Registry().with_resources([(str(resource.id()), resource) for resource in resources])
    return registry
