"""The secrets that docker-compose.yml hands to the containers as files."""

from __future__ import annotations

import secrets
from pathlib import Path

from stack.console import Console
from stack.layout import Layout
from stack.tokens import TOKEN_NAMES

DATABASE_USER = "handover"
DATABASE_ADDRESS = "db/handover"


def write_container_secrets(layout: Layout, console: Console) -> None:
    """Makes those that are missing; a secret that exists is never changed."""
    folder = layout.root / "deploy" / "secrets"
    folder.mkdir(exist_ok=True)
    # The folder keeps other users of the machine out. The files must be readable to the containers' own users.
    folder.chmod(0o700)
    made = [name for name in map(str.lower, TOKEN_NAMES) if write_missing(folder / name, secrets.token_urlsafe(32))]
    password = secrets.token_urlsafe(32)
    if write_missing(folder / "database_password", password):
        made.append("database_password")
    password = (folder / "database_password").read_text(encoding="ascii").strip()
    if write_missing(folder / "database_url", f"postgresql://{DATABASE_USER}:{password}@{DATABASE_ADDRESS}"):
        made.append("database_url")
    console.say(f"Made in {layout.shown(folder)}: {', '.join(made)}." if made else "All secrets exist already.")


def write_missing(path: Path, text: str) -> bool:
    if path.exists():
        return False
    path.write_text(text, encoding="ascii")
    path.chmod(0o444)
    return True
