"""Text messages (SMS): the interface of a gateway, and one that writes them to a file.

A gateway of a telephone company is one more class with `send`, and a line in `worker.py`. It must hand on `id` as the
gateway's own key against doubles, and raise `RefusedError` only for a number that will never do.
"""

import asyncio
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from handover_api.integrations.delivery import RefusedError


@dataclass(frozen=True)
class TextMessage:
    """`to` is a number as in +46701234567. `id` is the same each time the message is sent."""

    id: str
    to: str
    text: str


class SmsSender(Protocol):
    async def send(self, message: TextMessage) -> None:
        """
        Raises:
            RefusedError
            TryAgainError
        """


class FolderSmsSender:
    """Writes a line of JSON a message to `messages.jsonl`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: TextMessage) -> None:
        await asyncio.to_thread(self._append, f"{json.dumps(asdict(message), ensure_ascii=False)}\n".encode())

    def _append(self, line: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Several workers may write; one write to the end of a file is never mixed with another.
        descriptor = os.open(self._folder / "messages.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


class NoSmsSender:
    async def send(self, message: TextMessage) -> None:  # noqa: ARG002 - nothing is sent
        raise RefusedError("sms_not_set_up")
