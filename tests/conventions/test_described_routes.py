"""The pages about the APIs describe every operation that the service has, and no other."""

import re

import pytest
from repository import ROOT

from handover_api.application import create_application
from handover_api.settings import read_settings

CONTRACTS = ROOT / "docs" / "contracts"
# The beginning of a piece of code: a method and a path. Parameters may have other names than in the code.
DESCRIBED = re.compile(r"`(GET|POST|PUT|DELETE) (/[\w/{}-]+)")
PAGE_OF = {"/internal/": "internal-api.md", "/api/": "public-api.md", "/health/": "public-api.md"}


def plain(path: str) -> str:
    return re.sub(r"{\w+}", "{}", path)


def described(page: str) -> set[str]:
    text = (CONTRACTS / page).read_text(encoding="utf-8")
    return {f"{method} {plain(path)}" for method, path in DESCRIBED.findall(text)}


@pytest.fixture(scope="module")
def operations() -> set[str]:
    settings = {
        "DATABASE_URL": "postgresql://nobody@nowhere/nothing",
        "BOT_TOKEN": "x" * 16,
        "INTERNAL_TOKEN": "x" * 16,
    }
    paths = create_application(read_settings(settings)).openapi()["paths"]
    return {f"{method.upper()} {plain(path)}" for path, methods in paths.items() for method in methods}


def test_every_operation_stands_on_the_page_of_its_path(operations: set[str]) -> None:
    for beginning, page in PAGE_OF.items():
        ours = {operation for operation in operations if operation.split(" ")[1].startswith(beginning)}
        assert ours
        assert ours - described(page) == set()


def test_no_page_describes_what_there_is_not(operations: set[str]) -> None:
    for page in {*PAGE_OF.values(), "webhooks.md"}:
        named = {name for name in described(page) if name.split(" ")[1] != "/api/openapi.json"}
        assert named - operations == set()
