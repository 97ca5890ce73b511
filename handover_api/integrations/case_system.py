"""The case system of the departments: what any such system must be able to do for us.

A system that we do not know yet is one more class with these methods, and a line in `worker.py`.
"""

from dataclasses import dataclass
from typing import Protocol

from handover_api.integrations.delivery import RefusedError


@dataclass(frozen=True)
class Errand:
    """`reference` is our own number of the case, by which the errand is known again."""

    reference: str
    title: str
    description: str
    is_urgent: bool


@dataclass(frozen=True)
class ErrandMessage:
    """`number` is the message's own in the case, by which it is known again."""

    reference: str
    number: int
    receiver: str
    text: str


class CaseSystem(Protocol):
    """Every call may come again after one that went well unnoticed, and must then change nothing.

    All raise `RefusedError` when the system says no for good, and `TryAgainError` when it may go better later.
    """

    async def create(self, errand: Errand) -> str:
        """The system's own id of the errand, which is made unless there is one already."""

    async def add_message(self, external_id: str, message: ErrandMessage) -> None: ...

    async def close(self) -> None: ...


class NoCaseSystem:
    async def create(self, errand: Errand) -> str:  # noqa: ARG002 - nothing is made
        raise RefusedError("case_system_not_set_up")

    async def add_message(self, external_id: str, message: ErrandMessage) -> None:  # noqa: ARG002 - nothing is sent
        raise RefusedError("case_system_not_set_up")

    async def close(self) -> None:
        """There is nothing to close."""
