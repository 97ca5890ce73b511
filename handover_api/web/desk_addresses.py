"""Where the desk's pages are."""

from typing import Annotated

from fastapi import Path

Reference = Annotated[str, Path(max_length=30)]
QUEUE_PATH = "/desk"


def case_path(reference: str) -> str:
    return f"{QUEUE_PATH}/arenden/{reference}"
