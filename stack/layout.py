"""Where things lie in a clone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    root: Path
    # Another than `.run`, so that tests and benchmarks can have a system of their own beside the one in use.
    run_folder: Path | None = None

    @property
    def environments(self) -> Path:
        return self.root / ".venv"

    @property
    def uv(self) -> Path:
        return self.environments / "uv" / "bin" / "uv"

    @property
    def run(self) -> Path:
        return self.run_folder or self.root / ".run"

    @property
    def logs(self) -> Path:
        return self.run / "logs"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def demo_accounts(self) -> Path:
        return self.run / "demo-accounts.json"

    def python(self, environment: str) -> Path:
        return self.environments / environment / "bin" / "python"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def shown(self, path: Path) -> str:
        """The path as a person in the project's folder would type it."""
        return str(path.relative_to(self.root)) if self.root in path.parents else str(path)

    def create_run_folders(self) -> None:
        # Others may pass through `.run`, not list it: the database's own system user has its folder inside.
        self.run.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.logs.mkdir(mode=0o700, exist_ok=True)
