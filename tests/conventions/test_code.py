"""Rules of the code that no linter knows."""

import ast
from pathlib import Path

from repository import ROOT, python_files

READS_ENVIRONMENT = {"settings.py", "cli.py", "main.py", "worker.py"}


def attributes(path: Path) -> list[tuple[int, str]]:
    """Line and dotted name of everything of the form `a.b` in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [(node.lineno, ast.unparse(node)) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]


def test_nobody_commits_but_the_transaction_itself() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in python_files("handover_api")
        for line, name in attributes(path)
        if name.endswith(".commit")
    ]
    assert offenders == []


def test_only_the_entry_points_read_the_environment() -> None:
    readers = {
        path.relative_to(ROOT / "handover_api").as_posix()
        for path in python_files("handover_api")
        for _, name in attributes(path)
        if name in {"os.environ", "os.getenv"}
    }
    assert readers
    assert readers <= READS_ENVIRONMENT


def test_the_service_tests_use_no_mocks() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in python_files("tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unittest"))
        or (isinstance(node, ast.Import) and any(alias.name.startswith("unittest") for alias in node.names))
    ]
    assert offenders == []
