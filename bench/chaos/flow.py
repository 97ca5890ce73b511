"""How far the run has come; kills and cuts are spread over its messages, so that they fall in the middle of things."""

import asyncio
from dataclasses import dataclass

from bench.chaos.ledger import Ledger

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Extent:
    messages: int
    kills: int
    cuts: int
    residents: int
    agents: int
    minutes: float


@dataclass
class Flow:
    ledger: Ledger
    extent: Extent
    # Kills and cuts that are late are waited for: they are worth nothing when nobody writes.
    are_disasters_over: bool = False
    is_stopped: bool = False

    @property
    def goes_on(self) -> bool:
        is_enough = self.are_disasters_over and self.ledger.accepted >= self.extent.messages
        return not self.is_stopped and not is_enough

    @property
    def share(self) -> float:
        return min(1.0, self.ledger.accepted / self.extent.messages)

    def stop(self) -> None:
        self.is_stopped = True

    async def until_share(self, share: float) -> None:
        """Waits until so large a part of the messages has been accepted, or the run is stopped."""
        while self.share < share and not self.is_stopped:  # noqa: ASYNC110 - the ledger is a plain record.
            await asyncio.sleep(POLL_SECONDS)
