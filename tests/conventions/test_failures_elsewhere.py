"""Each failure known from elsewhere has a row in docs/failures-elsewhere.md, and every test that it names exists."""

import ast
import re
from functools import cache

import pytest
from repository import ROOT

FAILURES = 25
COLUMNS = 4
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
PAGE = (ROOT / "docs" / "failures-elsewhere.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| \d", line)
    ]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def test_every_failure_has_a_row() -> None:
    assert [row[0] for row in rows()] == [str(number) for number in range(1, FAILURES + 1)]
    for row in rows():
        assert len(row) == COLUMNS, row
        assert all(row), row


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_every_test_that_is_named_exists(row: list[str]) -> None:
    named = TEST.findall(row[-1])
    assert named
    # Nothing else stands there, such as a misspelt test.
    assert TEST.sub("", row[-1]).strip() == ""
    for path, name in named:
        assert name in names_in(path), f"{path}::{name}"
