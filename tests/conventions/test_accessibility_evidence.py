"""docs/accessibility.md: every criterion of WCAG 2.2 A and AA has a row, and every test that keeps one exists."""

import ast
import re

import pytest
from repository import ROOT

PAGE = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
# https://www.w3.org/TR/WCAG22/, without 4.1.1, which it took away.
CRITERIA = {
    "A": "1.1.1 1.2.1 1.2.2 1.2.3 1.3.1 1.3.2 1.3.3 1.4.1 1.4.2 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 "
    "2.4.4 2.5.1 2.5.2 2.5.3 2.5.4 3.1.1 3.2.1 3.2.2 3.2.6 3.3.1 3.3.2 3.3.7 4.1.2",
    "AA": "1.2.4 1.2.5 1.3.4 1.3.5 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.4.5 2.4.6 2.4.7 2.4.11 2.5.7 2.5.8 "
    "3.1.2 3.2.3 3.2.4 3.3.3 3.3.4 3.3.8 4.1.3",
}
RESULTS = {"met", "met, by looking", "no such content", "not yet shown"}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d\.\d\.\d", line)
]


def test_every_criterion_has_one_row_with_its_level() -> None:
    assert sorted((row[0].split()[0], row[1]) for row in ROWS) == sorted(
        (criterion, level) for level, criteria in CRITERIA.items() for criterion in criteria.split()
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].split()[0])
def test_a_row_says_how_it_stands_and_what_is_met_names_a_test(row: list[str]) -> None:
    _, _, result, reason = row
    assert result in RESULTS
    assert (result == "met") == bool(re.search(r"`test_\w+`", reason))
    assert result == "no such content" or reason


def test_every_test_that_is_named_exists() -> None:
    files = list((ROOT / "tests").rglob("test_*.py"))
    existing = {path.name for path in files} | {
        node.name
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    named = set(re.findall(r"`(test_\w+(?:\.py)?)`", PAGE))
    assert len(named) > 20
    assert named - existing == set()
