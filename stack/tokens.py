"""The tokens by which the processes know each other: random, made once for a clone, readable only by its owner."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from stack.errors import StackError
from stack.layout import Layout

TOKEN_NAMES = ("BOT_TOKEN", "ACTIONS_TOKEN", "INTERNAL_TOKEN")


def tokens(layout: Layout, environ: Mapping[str, str]) -> dict[str, str]:
    """A token from the environment wins over the one in the file."""
    path = layout.run / "secrets.json"
    known = read(path)
    missing = [name for name in TOKEN_NAMES if name not in known]
    if missing:
        known.update({name: secrets.token_urlsafe(32) for name in missing})
        write_private(path, json.dumps(known, indent=2) + "\n")
    return {name: given_secret(environ, name) or known[name] for name in TOKEN_NAMES}


def given_secret(environ: Mapping[str, str], name: str) -> str | None:
    """A secret from outside: the variable itself, or the file that `NAME_FILE` names."""
    path = environ.get(f"{name}_FILE")
    if environ.get(name) or not path:
        return environ.get(name) or None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise StackError(f"{name}_FILE names {path}, which cannot be read: correct it, or unset it.") from error


def read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StackError(f"{path} is damaged: delete it and run the command again; new tokens are made.") from error
    return {name: str(content[name]) for name in TOKEN_NAMES if content.get(name)}


def write_private(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
