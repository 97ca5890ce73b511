"""A simulated resident: asks real questions, waits for replies, sometimes asks for a person, and comes back."""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from bench.chaos.caller import Caller, Reader
from bench.chaos.flow import Flow
from bench.chaos.ledger import Fate, Reading

FEWEST_MESSAGES, MOST_MESSAGES = 8, 30
REPLY_SECONDS = 4.0
THINK_SECONDS = (0.0, 1.5)
WAITING_IS_SLOWER = 2.0
ASKS_FOR_PERSON = 0.04


@dataclass(frozen=True)
class Visit:
    """A conversation that a resident has begun, and what is needed to read it again at the end."""

    token: str
    reading: Reading

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.reading.conversation}"


class Resident:
    def __init__(self, name: str, caller: Caller, flow: Flow, phrases: list[str], choices: random.Random) -> None:
        self._name = name
        self._caller = caller
        self._flow = flow
        self._phrases = phrases
        self._choices = choices
        self.visits: list[Visit] = []

    async def live(self) -> None:
        while self._flow.goes_on:
            visit = await self._begin()
            reader = Reader(self._caller, f"{visit.path}/events", visit.reading)
            following = asyncio.create_task(reader.follow())
            try:
                await self._talk(visit, reader)
            finally:
                # What comes later is read at the end of the run, as by somebody who opens the page again.
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    async def _begin(self) -> Visit:
        self._caller.headers = {}
        begun = (await self._caller.call("POST", "/api/conversations", {})).raise_for_status().json()
        self._caller.headers = {"Authorization": f"Bearer {begun['token']}"}
        reading = Reading(self._name, begun["id"])
        self._flow.ledger.readings.append(reading)
        visit = Visit(begun["token"], reading)
        self.visits.append(visit)
        return visit

    async def _talk(self, visit: Visit, reader: Reader) -> None:
        for number in range(self._choices.randint(FEWEST_MESSAGES, MOST_MESSAGES)):
            seq = await self._write(visit, f"m{number}")
            if seq is None or not self._flow.goes_on:
                return
            if self._choices.random() < ASKS_FOR_PERSON:
                await self._caller.call("POST", f"{visit.path}/handover")
            was_answered = await reader.until_past(seq, REPLY_SECONDS)
            slowness = 1.0 if was_answered else WAITING_IS_SLOWER
            await asyncio.sleep(self._choices.uniform(*THINK_SECONDS) * slowness)

    async def _write(self, visit: Visit, client_id: str) -> int | None:
        """The message's number; None when the conversation has been closed."""
        text = self._choices.choice(self._phrases)
        sent = self._flow.ledger.note_sending(visit.reading.conversation, "resident", self._name, client_id, text)
        answer = await self._caller.call("POST", f"{visit.path}/messages", {"client_id": client_id, "text": text})
        if answer.status_code == httpx.codes.CONFLICT and answer.json()["code"] == "conversation_closed":
            sent.fate = Fate.REFUSED
            return None
        self._flow.ledger.note_accepted(sent, answer.raise_for_status().json()["seq"])
        return sent.seq


def read_phrases(root: Path) -> list[str]:
    """What the bot has learned, so that it answers some and hands over some."""
    phrases = []
    for path in sorted((root / "data" / "nlu").glob("*.yml")):
        for each in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            phrases += [line.removeprefix("- ").strip() for line in each["examples"].splitlines()]
    return [phrase for phrase in phrases if phrase]
