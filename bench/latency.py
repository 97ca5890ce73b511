"""From a resident's POST to the bot's reply on the resident's event stream, at a steady rate, through all processes.

Open loop: messages are sent by the clock, whether or not earlier ones are answered, so a slow system cannot hide behind
a slow sender.
"""

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from bench import results
from stack.temporary_system import TemporarySystem

RATE_PER_SECOND = 5.0
RESIDENTS = 25
WARM_UP_SECONDS = 10
MEASURED_SECONDS = 60
# Questions of many topics that the bot answers itself; a person would end its turns.
QUESTIONS = (
    "Behöver jag bygglov för en altan?",
    "Hur mäter jag radon?",
    "Hej!",
    "När hämtas soporna hos oss?",
    "Tack för hjälpen",
    "Hur ansöker jag om förskoleplats?",
    "Var hittar jag återvinningscentralen?",
    "När har biblioteket öppet?",
    "Hur söker jag parkeringstillstånd?",
    "Vad kan du hjälpa till med?",
)


class Resident:
    """One conversation with its event stream."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._sent_at: list[float] = []
        self._headers: dict[str, str] = {}
        self._path = ""
        self.latencies: list[float] = []
        self.is_with_bot = True

    async def begin(self) -> None:
        response = await self._client.post("/api/conversations", json={})
        conversation = response.raise_for_status().json()
        self._headers = {"Authorization": f"Bearer {conversation['token']}"}
        self._path = f"/api/conversations/{conversation['id']}"

    async def listen(self) -> None:
        """Notes when the reply to each message is seen; replies come in the order of the messages."""
        async with self._client.stream("GET", f"{self._path}/events", headers=self._headers, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line[5:])
                if message["author"] == "bot" and self._sent_at:
                    self.latencies.append(time.perf_counter() - self._sent_at.pop(0))
                elif message["author"] == "system":
                    self.is_with_bot = False

    async def say(self, number: int) -> None:
        self._sent_at.append(time.perf_counter())
        body = {"client_id": str(number), "text": QUESTIONS[number % len(QUESTIONS)]}
        (await self._client.post(f"{self._path}/messages", json=body, headers=self._headers)).raise_for_status()

    @property
    def unanswered(self) -> int:
        return len(self._sent_at)


async def measure(url: str) -> dict[str, float]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=url, limits=limits, trust_env=False) as client:
        residents = [Resident(client) for _ in range(RESIDENTS)]
        for resident in residents:
            await resident.begin()
        listeners = [asyncio.create_task(resident.listen()) for resident in residents]
        await send(residents, 0, WARM_UP_SECONDS)
        for resident in residents:
            resident.latencies.clear()
        began = time.perf_counter()
        await send(residents, int(WARM_UP_SECONDS * RATE_PER_SECOND), MEASURED_SECONDS)
        took = time.perf_counter() - began
        await asyncio.sleep(2)
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    latencies = [latency for resident in residents for latency in resident.latencies]
    lost = sum(resident.unanswered for resident in residents)
    if lost or not all(resident.is_with_bot for resident in residents):
        raise RuntimeError(f"{lost} messages were not answered by the bot; the figures would flatter")
    cuts = statistics.quantiles(latencies, n=100)
    return {
        "reply_p50_ms": round(cuts[49] * 1000, 1),
        "reply_p95_ms": round(cuts[94] * 1000, 1),
        "rate_per_second": round(len(latencies) / took, 2),
    }


async def send(residents: list[Resident], first: int, seconds: int) -> None:
    began = time.perf_counter()
    sending: list[asyncio.Task[None]] = []
    for number in range(int(seconds * RATE_PER_SECOND)):
        await asyncio.sleep(max(0.0, began + number / RATE_PER_SECOND - time.perf_counter()))
        sending.append(asyncio.create_task(residents[(first + number) % len(residents)].say(first + number)))
    await asyncio.gather(*sending)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-latency-") as folder:
        Path(folder).chmod(0o711)  # The database's own system user passes through.
        with TemporarySystem(results.ROOT, Path(folder) / "run") as system:
            figures = asyncio.run(measure(system.url))
    results.save("latency", "make bench-latency", figures)


if __name__ == "__main__":
    main()
